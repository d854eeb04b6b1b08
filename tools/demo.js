/**
 * The main job on a new virtual card: a web page asks, the person agrees, the card signs.
 * Usage: node tools/demo.js [--unattended]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInteractive } from './demo/interactive.js';
import { runUnattended } from './demo/unattended.js';
import { say } from './setup/terminal.js';

const unknown = process.argv.slice(2).filter((argument) => argument !== '--unattended');
if (unknown.length > 0) {
  say('usage: npm run demo [-- --unattended]');
  process.exit(2);
}
const hasTerminal = process.stdin.isTTY && process.stdout.isTTY;
const unattended = process.argv.includes('--unattended') || !hasTerminal;

const stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-demo-'));
try {
  await (unattended ? runUnattended(stateDirectory) : runInteractive(stateDirectory));
  if (unattended) say('\nThe token and the signature were verified.');
} catch (error) {
  say(`\nThe demonstration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(stateDirectory, { recursive: true, force: true });
}
