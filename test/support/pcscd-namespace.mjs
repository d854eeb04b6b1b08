/**
 * Runs inside the namespaces that `pcscd.ts` makes: starts and stops pcscd on its parent's word, and carries bytes
 * between Unix sockets, which are seen from outside, and the TCP ports of vpcd, which are not. Ends with its parent and
 * removes the directory then.
 *
 * Arguments: directory of everything, Unix sockets included, directory of pcscd's reader configuration, first TCP port of vpcd.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SLOTS = 2;
const PCSCD_SOCKET = '/run/pcscd/pcscd.comm';
const PCSCD_PID_FILE = '/run/pcscd/pcscd.pid';

const [socketDirectory = '', configurationDirectory = '', firstPort = ''] = process.argv.slice(2);

/** @type {import('node:child_process').ChildProcess | undefined} */
let pcscd;

async function start() {
  rmSync(PCSCD_SOCKET, { force: true });
  rmSync(PCSCD_PID_FILE, { force: true });
  // Should this process be killed, the kernel ends pcscd with it.
  const options = ['--pdeathsig', 'KILL', 'pcscd', '--foreground', '--config', configurationDirectory];
  pcscd = spawn('setpriv', options, { stdio: ['ignore', 'ignore', 'ignore'] });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (pcscd.exitCode !== null) throw new Error(`pcscd ended with exit code ${pcscd.exitCode}`);
    if (await answers(PCSCD_SOCKET)) return;
    await sleep(50);
  }
  throw new Error('pcscd did not listen within 5 s');
}

/** @param {NodeJS.Signals} signal */
async function stop(signal) {
  if (!pcscd || pcscd.exitCode !== null || pcscd.signalCode !== null) return;
  const exited = once(pcscd, 'exit');
  pcscd.kill(signal);
  await exited;
}

/** @param {string} path */
function answers(path) {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => socket.destroy());
    socket.on('error', () => resolve(false));
    socket.on('close', (failed) => resolve(!failed));
  });
}

/** @param {number} slot */
async function relaySlot(slot) {
  const server = createServer((outer) => {
    const inner = connect({ port: Number(firstPort) + slot, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.listen(join(socketDirectory, `vpcd-${slot}.sock`));
  await once(server, 'listening');
}

/** @type {Record<string, () => Promise<void> | boolean | undefined>} */
const orders = {
  start,
  stop: () => stop('SIGTERM'),
  kill: () => stop('SIGKILL'),
  pause: () => pcscd?.kill('SIGSTOP'),
  resume: () => pcscd?.kill('SIGCONT'),
};

// Ctrl-C reaches this process too; the test decides when it ends.
process.on('SIGINT', () => undefined);
process.on('disconnect', async () => {
  await stop('SIGKILL');
  rmSync(socketDirectory, { recursive: true, force: true });
  process.exit();
});
process.on('message', async (/** @type {string} */ order) => {
  try {
    await orders[order]?.();
    process.send?.({ order });
  } catch (error) {
    process.send?.({ order, error: String(error) });
  }
});

for (let slot = 0; slot < SLOTS; slot += 1) await relaySlot(slot);
process.send?.({ order: 'ready' });
