import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startSampleService } from '../../examples/sample-service/server.js';
import { say } from '../setup/terminal.js';
import { findFreePort, stop, virtualCardCommand, waitUntilListening } from './madoguchi-process.js';

/** @type {Partial<Record<NodeJS.Platform, [command: string, ...args: string[]]>>} */
const BROWSER_OPENERS = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };

/** Opens the page if the system knows how; the address was printed in any case. @param {string} url */
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
  const command = virtualCardCommand(stateDirectory);
  const bridgePort = await findFreePort();
  const service = await startSampleService({ trustAnchors: command.trustAnchors(), bridgePorts: [bridgePort] });
  say(`
次のページを開きます。開かなければ、ブラウザーに入力してください:

    ${service.url}

ページのボタンを押すと、この端末に確認が出ます。相手と内容を確かめて、y と暗証番号を入力してください。
テスト用カードの暗証番号: 利用者証明用 1234、署名用 ABC123
終わるには Ctrl-C を押してください。
`);
  // Ctrl-C reaches the whole terminal: the client ends by it, and this program after the client.
  process.on('SIGINT', () => undefined);
  const serving = command.serve(['--port', String(bridgePort)], 'inherit');
  try {
    await waitUntilListening(serving, bridgePort);
    openBrowser(service.url);
    if (serving.exitCode === null) await once(serving, 'exit');
  } finally {
    await stop(serving);
    await service.close();
  }
}
