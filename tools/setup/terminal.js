import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Nobody can answer a question in CI or where there is no terminal. */
export const CAN_ASK = process.stdin.isTTY && process.stdout.isTTY && process.env['CI'] === undefined;

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a command with its output in this terminal.
 * @param {string} command @param {readonly string[]} args @param {Record<string, string>} [environment] added to ours
 * @returns {boolean} Whether it ended with exit code 0.
 */
export function run(command, args, environment = {}) {
  const result = spawnSync(command, args, {
    cwd: REPOSITORY,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    // npm is a .cmd file on Windows, which only a shell starts.
    shell: process.platform === 'win32' && command === 'npm',
  });
  return result.status === 0;
}

/**
 * @param {string} command @param {readonly string[]} args
 * @returns {{ ok: boolean, output: string }} Standard output; empty where the command does not exist.
 */
export function ask(command, args) {
  const result = spawnSync(command, args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return { ok: result.status === 0, output: result.error === undefined ? result.stdout : '' };
}
