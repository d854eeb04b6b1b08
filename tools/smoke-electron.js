// @ts-check
/**
 * The app in Electron from start to quit: no network before anything is asked, tray, consent, PIN, log-in and signature with the test
 * card, quit from the tray. On the program as npm installs it, since the driver needs inspection, which the fuses of a release turn
 * off. Usage: node tools/smoke-electron.js, after `npm run build`; with CI_ELECTRON=required nothing is skipped
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { _electron } from 'playwright-core';
import { startSampleService } from '../examples/sample-service/server.js';
import { virtualCardCommand } from './demo/madoguchi-process.js';
import { PagePlayer } from './demo/play-page.js';
import { REPOSITORY, say } from './setup/terminal.js';
import { findElectron, skipped } from './smoke-electron/electron-program.js';
import { outsideAddresses, outsideHosts, readWritten, writeNetworkSpy } from './smoke-electron/network-log.js';
import { consent, consentTexts, quitFromTray, readTray, watchTray } from './smoke-electron/play-app.js';

/** The first that pages try. */
const PORT = 41_731;
const LANGUAGE = 'ja';
/** Of the test card, which anybody may know. */
const PINS = { authenticate: '1234', sign: 'ABC123' };
const PICTURES = join(REPOSITORY, 'test-results', 'smoke-electron');
/** Milliseconds without a request, in which nothing may leave the app. */
const QUIET = 5_000;

/** @param {string} folder @param {string} name @param {string} value */
function decide(folder, name, value) {
  const env = { ...process.env, MADOGUCHI_STATE_DIRECTORY: folder };
  const command = [join(REPOSITORY, 'bin', 'madoguchi.js'), 'settings', 'set', name, value];
  const { status, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`settings set ${name} failed: ${stderr}`);
}

/** @param {string} program @param {string} work */
async function launch(program, work) {
  const spy = join(work, 'spy.cjs');
  writeNetworkSpy(spy, join(work, 'hosts'));
  /** @type {Record<string, string>} */
  const env = { NODE_OPTIONS: `--require ${JSON.stringify(spy)}`, MADOGUCHI_STATE_DIRECTORY: join(work, 'state') };
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] ??= value;
  const args = [`--log-net-log=${join(work, 'net.json')}`, REPOSITORY, '--hidden', '--verbose'];
  return _electron.launch({ executablePath: program, args, env, timeout: 60_000 });
}

async function waitForBridge() {
  for (const until = Date.now() + 30_000; Date.now() < until;) {
    const isThere = await fetch(`http://127.0.0.1:${PORT}/v1/status`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await sleep(200);
  }
  throw new Error(`the app does not answer on port ${PORT}`);
}

/** @param {boolean} holds @param {string} what */
function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
  say(`ok  ${what}`);
}

/** @param {string} work */
function requireQuiet(work) {
  const hosts = outsideHosts(readWritten(join(work, 'hosts')));
  check(hosts.length === 0, `Node.js has asked for no other machine: ${hosts.join(', ') || 'none'}`);
}

/** @param {string} program @param {string} work */
async function play(program, work) {
  const state = join(work, 'state');
  mkdirSync(state, { mode: 0o700 });
  decide(state, 'developerMode', 'true');
  decide(state, 'language', LANGUAGE);
  const card = virtualCardCommand(state, ['--language', LANGUAGE]);
  const service = await startSampleService({ trustAnchors: card.trustAnchors(), bridgePorts: [PORT] });
  const app = await launch(program, work);
  try {
    await watchTray(app);
    await waitForBridge();
    await sleep(QUIET);
    requireQuiet(work);
    const page = new PagePlayer(service.url, PORT);
    const { agree } = consentTexts(LANGUAGE);
    for (const operation of /** @type {const} */ (['authenticate', 'sign'])) {
      const done = operation === 'sign' ? page.sign('申請します。\n') : page.logIn();
      // Said below, and not before the window was looked at.
      done.catch(() => undefined);
      const picture = join(PICTURES, `${operation}.png`);
      await consent(app, { origin: service.url, agree: agree[operation], pin: PINS[operation], picture });
      await done;
      say(`ok  ${operation}: the service accepts what the card did`);
    }
    const { tooltip, labels } = await readTray(app);
    check(tooltip !== '' && labels.length > 5, `the tray says “${tooltip}” and offers ${labels.length} lines`);
    await quitFromTray(app);
    say('ok  ends from the tray');
    requireQuiet(work);
    const addresses = outsideAddresses(readWritten(join(work, 'net.json')));
    check(addresses.length === 0, `Chromium has asked for no address outside: ${addresses.join(', ') || 'none'}`);
  } finally {
    await app.close().catch(() => undefined);
    await service.close();
  }
}

const found = findElectron(REPOSITORY);
if ('missing' in found) {
  const { line, exitCode } = skipped(found.missing, process.env['CI_ELECTRON']);
  say(line);
  process.exitCode = exitCode;
} else {
  mkdirSync(PICTURES, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'madoguchi-smoke-'));
  try {
    await play(found.program, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
