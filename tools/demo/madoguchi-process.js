import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../setup/terminal.js';

/** @import { ChildProcess } from 'node:child_process' */

const COMMAND = join(REPOSITORY, 'bin/madoguchi.js');
/** Milliseconds in which the command must be listening. */
const START_TIMEOUT = 30_000;

/**
 * The `madoguchi` command on a virtual card of its own.
 * @param {string} stateDirectory Holds the card; empty for a new one.
 * @param {readonly string[]} [options] Global options of every call.
 */
export function virtualCardCommand(stateDirectory, options = []) {
  const environment = { ...process.env, MADOGUCHI_STATE_DIRECTORY: stateDirectory };
  const base = [COMMAND, '--reader', 'virtual', ...options];

  /** @param {'authentication-ca' | 'signing-ca'} which @returns {string} PEM */
  const exportCertificate = (which) => {
    const file = join(stateDirectory, `${which}.pem`);
    const args = [...base, 'certificate', 'export', '--which', which, '--pem', '--output', file];
    const result = spawnSync(process.execPath, args, { env: environment, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`certificate export failed: ${result.stderr}`);
    return readFileSync(file, 'utf8');
  };

  return {
    trustAnchors: () => ({
      authentication: [exportCertificate('authentication-ca')],
      signing: [exportCertificate('signing-ca')],
    }),
    /**
     * @param {'serve' | 'dev-service'} command @param {readonly string[]} args
     * @param {import('node:child_process').StdioOptions} stdio
     */
    run: (command, args, stdio) => spawn(process.execPath, [...base, command, ...args], { env: environment, stdio }),
  };
}

/** @returns {Promise<number>} A TCP port that was free a moment ago, so that the demo meets no client in everyday use. */
export function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Resolves when the bridge answers; rejects when the process ends first, or takes too long.
 * @param {ChildProcess} serving @param {number} port
 */
export async function waitUntilListening(serving, port) {
  const until = Date.now() + START_TIMEOUT;
  for (;;) {
    const answers = await fetch(`http://127.0.0.1:${port}/v1/status`).then(
      (response) => response.status < 500,
      () => false,
    );
    if (answers) return;
    if (serving.exitCode !== null || Date.now() > until) throw new Error('madoguchi serve did not start');
    await sleep(100);
  }
}

/** @param {ChildProcess} serving */
export function stop(serving) {
  if (serving.exitCode !== null || serving.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    // Not 'exit': what the process said last is still on its way then.
    serving.once('close', () => resolve(undefined));
    serving.kill('SIGTERM');
  });
}
