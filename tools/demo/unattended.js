import { startSampleService } from '../../examples/sample-service/server.js';
import { say } from '../setup/terminal.js';
import { findFreePort, stop, virtualCardCommand, waitUntilListening } from './madoguchi-process.js';
import { PagePlayer } from './play-page.js';

/** @import { ChildProcess } from 'node:child_process' */

/** What the consent text of a login must have said. No browser plays the page here, and the consent says so. */
const DISCLOSURE = '発行番号は全サービス共通です。このプログラムに渡ります。';

/** @param {string} title @param {unknown} value */
function print(title, value) {
  say(`\n== ${title}\n${JSON.stringify(value, null, 2)}`);
}

/**
 * Prints what a process says, on both of its outputs, and remembers it.
 * @param {ChildProcess} serving @returns {() => string}
 */
function follow(serving) {
  let said = '';
  for (const stream of [serving.stdout, serving.stderr]) {
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      said += text;
      process.stdout.write(text);
    });
  }
  return () => said;
}

/** @param {PagePlayer} page */
async function playPage(page) {
  const { token, person } = await page.logIn();
  print('Authentication token', token);
  print('Verified: logged in as', person);
  const { signature, signer } = await page.sign('住民票の写し（世帯全員）1通の交付を申請します。\n');
  print('Signature (detached CMS)', signature);
  print('Verified: signed by', signer);
}

/** @param {string} said @param {string} origin */
function requireConsent(said, origin) {
  for (const line of [origin, '利用者証明用電子証明書', '署名用電子証明書', DISCLOSURE]) {
    if (!said.includes(line)) throw new Error(`the consent text did not say: ${line}`);
  }
}

/**
 * Plays page and person on the virtual card in a process of its own; prints what a person would have seen, and what the
 * page got. Throws where anything does not hold.
 * @param {string} stateDirectory
 */
export async function runUnattended(stateDirectory) {
  const command = virtualCardCommand(stateDirectory, ['--language', 'ja']);
  const bridgePort = await findFreePort();
  const service = await startSampleService({ trustAnchors: command.trustAnchors(), bridgePorts: [bridgePort] });
  const serving = command.run('serve', ['--approve-all', '--port', String(bridgePort)], ['ignore', 'pipe', 'pipe']);
  const said = follow(serving);
  try {
    await waitUntilListening(serving, bridgePort);
    await playPage(new PagePlayer(service.url, bridgePort));
  } finally {
    await stop(serving);
    await service.close();
  }
  requireConsent(said(), service.url);
}
