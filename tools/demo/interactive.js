import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findFreePort, stop, virtualCardCommand, waitUntilListening } from './madoguchi-process.js';

/** @type {Partial<Record<NodeJS.Platform, [command: string, ...args: string[]]>>} */
const BROWSER_OPENERS = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };

/** Opens the page if the system knows how; the command prints the address in any case. @param {string} url */
function openBrowser(url) {
  const [command, ...args] = BROWSER_OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  opener.on('error', () => undefined);
  opener.unref();
}

/**
 * Opens the sample service's page; consent and PIN are asked in this terminal. Ends with Ctrl-C.
 * @param {string} stateDirectory
 */
export async function runInteractive(stateDirectory) {
  const [port, clientPort] = [await findFreePort(), await findFreePort()];
  // Ctrl-C reaches the whole terminal: the client ends by it, and this program after the client.
  process.on('SIGINT', () => undefined);
  const args = ['--port', String(port), '--client-port', String(clientPort)];
  const serving = virtualCardCommand(stateDirectory, ['--language', 'ja']).run('dev-service', args, 'inherit');
  try {
    await waitUntilListening(serving, clientPort);
    openBrowser(`http://localhost:${port}`);
    if (serving.exitCode === null) await once(serving, 'exit');
  } finally {
    await stop(serving);
  }
}
