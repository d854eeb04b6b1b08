/**
 * The desktop app as `main/electron/main.ts` composes it, from `dist/`, hidden as when it starts with the system, with
 * nothing in the place of Electron. Takes orders for what a person may ask.
 *
 * Arguments: state directory. What is left to a timer for minutes or hours is done within seconds.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Slower timers than this run this many times as fast. */
const LONG_MILLISECONDS = 10_000;
const HASTE = 1_000;
for (const name of ['setInterval', 'setTimeout']) {
  const own = globalThis[name];
  globalThis[name] = (work, milliseconds = 0, ...rest) =>
    own(work, milliseconds >= LONG_MILLISECONDS ? milliseconds / HASTE : milliseconds, ...rest);
}

const { startShell } = await import('../../dist/main/electron/shell.js');
const { createClient } = await import('../../dist/main/node/compose.js');
const { createLog } = await import('../../dist/main/node/log.js');
const { openPersonSettings } = await import('../../dist/main/node/settings/index.js');
const { systemClock } = await import('../../dist/main/node/system.js');

const [folder = ''] = process.argv.slice(2);
const stateDirectory = join(folder, 'state');
const log = createLog('info');
const nothing = () => undefined;

/** Answers every call with nothing. */
const electron = new Proxy(
  {
    app: Object.assign(new EventEmitter(), {
      commandLine: { hasSwitch: () => false, appendSwitch: nothing },
      enableSandbox: nothing,
      getPreferredSystemLanguages: () => ['ja'],
      getVersion: () => '0.1.0',
      requestSingleInstanceLock: () => true,
      setAsDefaultProtocolClient: nothing,
      whenReady: () => Promise.resolve(),
      quit: nothing,
      exit: nothing,
    }),
    calls: { handle: nothing, on: nothing, removeHandler: nothing },
    paintsHidden: false,
    workArea: () => ({ x: 0, y: 0, width: 1_000, height: 800 }),
  },
  { get: (known, name) => (name in known ? known[name] : nothing) },
);

let client;
await startShell({
  electron,
  unverifiedArguments: ['--hidden'],
  environment: process.env,
  releaseBuild: true,
  rendererFolder: folder,
  preload: join(folder, 'preload.cjs'),
  openSettings: () => openPersonSettings({ stateDirectory, log }),
  async createClient({ interaction, notices, onHistoryChanged }) {
    client = await createClient({
      interaction,
      reader: { kind: 'auto' },
      developerMode: false,
      releaseBuild: true,
      stateDirectory,
      cardWaitMilliseconds: 60_000,
      findHistoryKey: () => Promise.resolve(undefined),
      onHistoryChanged,
      noticePort: notices,
      log,
    });
    return client;
  },
  showsTray: () => Promise.resolve(true),
  clock: systemClock,
  log,
});
await client.registry();
let release;

const orders = {
  /** Looks whether the certificates are revoked, as the person asked. */
  async revocation() {
    const { httpRevocationCheck } = await import('../../dist/main/node/revocation-client.js');
    const { parseCertificate } = await import('../../dist/sdk/formats/index.js');
    const path = ['holder.der', 'issuer.der'].map((name) => parseCertificate(readFileSync(join(folder, name))));
    return httpRevocationCheck({ timeoutMilliseconds: 500 })(path, new Date());
  },
  /** Looks for a newer version: this build names nobody to ask. */
  update: () => client.updates.check(true),
  /** Somebody to ask, as a release has it, whose updates are followed for as long as the app was watched. */
  async follow() {
    const { openUpdates } = await import('../../dist/main/node/updates/index.js');
    const source = { address: 'https://updates.example/feed.jws', keys: [] };
    const policy = () => client.policy();
    const { settings } = client;
    release = openUpdates({ stateDirectory, settings, policy, clock: systemClock, log, source });
    release.follow();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  },
  check: () => release.check(true),
};
process.on('message', ({ name }) => void orders[name]().then((answer) => process.send({ answer: answer ?? null })));
process.on('disconnect', () => process.exit());
process.stdout.write('ready\n');
