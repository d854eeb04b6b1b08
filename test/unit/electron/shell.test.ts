import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as settle } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { ReaderInfo } from '../../../main/core/ports.js';
import type { SettingsStore } from '../../../main/core/settings/settings.js';
import { startShell, type ClientSurroundings, type ShellOptions } from '../../../main/electron/shell.js';
import type { AppDescription } from '../../../main/ipc/app.js';
import type { Client } from '../../../main/node/compose.js';
import { openSettings } from '../../../main/node/settings/index.js';
import { originRequester } from '../../support/origin-requester.js';
import { FakeClock } from '../bridge/fakes.js';
import { FakeElectron, FakeEvent } from './fake-electron.js';

const top = mkdtempSync(join(tmpdir(), 'shell-'));
afterAll(() => rmSync(top, { recursive: true }));
writeFileSync(join(top, 'main.html'), '<p>main');

const logged: string[] = [];
const log = { event: (name: string) => void logged.push(name) };
const LOGIN: ConsentModel = {
  operation: 'authenticate',
  requester: originRequester(),
  pinRole: 'authentication',
  disclosed: [],
  items: [],
};

/** As much of the composed client as the shell itself uses. */
class FakeClient {
  list: readonly ReaderInfo[] | ClientError = [];
  ports: number | ClientError = 41_731;
  listens = 0;
  readonly ends: string[] = [];
  #changed: () => void = () => undefined;
  readonly readers = {
    list: () => (this.list instanceof ClientError ? Promise.reject(this.list) : Promise.resolve(this.list)),
    changed: (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        this.#changed = resolve;
        signal.addEventListener('abort', () => resolve());
      }),
  };
  readonly sites = { list: () => [] };
  readonly governmentSites = { onChange: () => () => undefined };
  settings: SettingsStore | undefined;

  listen() {
    this.listens += 1;
    if (this.ports instanceof ClientError) return Promise.reject(this.ports);
    const close = (): Promise<void> => Promise.resolve(void this.ends.push('bridge'));
    return Promise.resolve({ port: this.ports, addresses: [], close });
  }

  close(): Promise<void> {
    this.ends.push('client');
    return Promise.resolve();
  }

  async put(list: FakeClient['list'], clock: FakeClock): Promise<void> {
    await settle();
    this.list = list;
    this.#changed();
    await clock.advance(1_000);
    await settle();
  }
}

const READER: ReaderInfo = { name: 'Reader 00 00', cardPresent: false, virtual: false, insertion: 0 };

interface Shell {
  readonly electron: FakeElectron;
  readonly client: FakeClient;
  readonly clock: FakeClock;
  readonly settings: SettingsStore;
  readonly surroundings: readonly ClientSurroundings[];
  readonly started: Promise<void>;
}

interface Start extends Partial<ShellOptions> {
  readonly firstRunDone?: boolean;
  readonly prepare?: (electron: FakeElectron, client: FakeClient) => void;
}

let count = 0;
async function launch({ firstRunDone = true, prepare, ...options }: Start = {}): Promise<Shell> {
  const electron = new FakeElectron();
  const client = new FakeClient();
  prepare?.(electron, client);
  const clock = new FakeClock();
  const stateDirectory = join(top, `state-${(count += 1)}`);
  const settings = openSettings({ stateDirectory, log, administrator: { from: '/policy.json', locks: {} } });
  if (firstRunDone) await settings.change('firstRunDone', true);
  client.settings = settings;
  const surroundings: ClientSurroundings[] = [];
  const started = startShell({
    electron,
    unverifiedArguments: [],
    environment: {},
    releaseBuild: true,
    rendererFolder: top,
    preload: '/app/preload.cjs',
    openSettings: () => settings,
    createClient(given) {
      surroundings.push(given);
      return Promise.resolve(client as unknown as Client);
    },
    showsTray: () => Promise.resolve(true),
    clock,
    log,
    ...options,
  });
  return { electron, client, clock, settings, surroundings, started };
}

async function run(options: Start = {}): Promise<Shell> {
  const shell = await launch(options);
  await shell.started;
  await settle();
  return shell;
}

async function describeMain({ electron }: Shell): Promise<AppDescription> {
  const [window] = electron.live('main');
  if (!window) throw new Error('no main window');
  const answer = (await electron.call(window.event(), 'app.describe')) as { result: AppDescription };
  return answer.result;
}

describe('a start', () => {
  it('guards windows and sessions, and registers the windows’ scheme, before anything else', async () => {
    const { electron } = await run();
    expect(electron.app.sandboxed).toBe(true);
    expect(electron.app.listenerCount('web-contents-created')).toBe(1);
    expect(electron.app.listenerCount('session-created')).toBe(1);
    expect(electron.privileged).toEqual(['madoguchi-app']);
    expect(electron.serve?.('madoguchi-app://windows/main.html', 'GET').status).toBe(200);
    expect(electron.serve?.('madoguchi-app://windows/../main.html', 'GET').status).toBe(404);
  });

  it.each(['--remote-debugging-port=9222', '--inspect=0', '--js-flags=x', '--no-sandbox', '--remote-debugging-pipe'])(
    'with %s is refused in words, before there is anything to steer',
    async (argument) => {
      const { electron, surroundings } = await run({ unverifiedArguments: [argument] });
      expect(electron.app.exitCode).toBe(1);
      expect(electron.errors[0]?.message).toContain(argument.split('=')[0]);
      expect([surroundings, electron.windows, electron.looks, electron.handlers.size]).toEqual([[], [], [], 0]);
    },
  );

  it('with the same switch is a developer’s own matter in a checkout', async () => {
    const { electron } = await run({ unverifiedArguments: ['--inspect'], releaseBuild: false });
    expect(electron.app.exitCode).toBeUndefined();
    expect(electron.app.schemes).toEqual([]);
    electron.press('カード');
    expect(electron.windows[0]?.options.webPreferences.devTools).toBe(true);
  });

  it('leaves at once where another instance runs, with neither client nor tray nor window', async () => {
    const { electron, surroundings } = await run({ prepare: ({ app }) => (app.holdsLock = false) });
    expect(electron.app.ended).toBe(true);
    expect([surroundings, electron.looks, electron.windows, electron.app.schemes]).toEqual([[], [], [], []]);
  });

  it('shows the tray before the program behind it is there', async () => {
    const { electron, started, client } = await launch({ createClient: () => new Promise(() => undefined) });
    void started;
    await settle();
    await settle();
    expect([electron.looks.length > 0, client.listens]).toEqual([true, 0]);
  });

  it('fails with its reason where the program cannot be made', async () => {
    const error = new ClientError('ERR_INTERNAL_FILE', 'policy');
    const { started } = await launch({ createClient: () => Promise.reject(error) });
    await expect(started).rejects.toBe(error);
  });

  it('answers web pages, and stays in the tray', async () => {
    const { electron, client, surroundings } = await run();
    expect([client.listens, electron.windows, electron.app.schemes]).toEqual([1, [], ['madoguchi']]);
    expect(surroundings).toMatchObject([{ developerMode: false }]);
    electron.app.emit('window-all-closed');
    expect(electron.app.quitRequests).toBe(0);
  });

  it.each<[string, Start, string | undefined]>([
    ['the first time', { firstRunDone: false }, 'welcome'],
    ['where the desktop shows no tray', { showsTray: () => Promise.resolve(false) }, 'card'],
    ['with a page', { unverifiedArguments: ['--page=history'] }, 'history'],
    ['with the system', { unverifiedArguments: ['--hidden'], firstRunDone: false }, undefined],
    ['by a page', { unverifiedArguments: ['madoguchi:x'], firstRunDone: false }, undefined],
  ])('%s opens the right page', async (_name, options, page) => {
    const shell = await run(options);
    if (page === undefined) expect(shell.electron.windows).toEqual([]);
    else expect(await describeMain(shell)).toMatchObject({ page, window: 'main', version: '0.1.0' });
  });
});

describe('a second start', () => {
  const again = ({ electron }: Shell, ...argv: string[]): void =>
    void electron.app.emit('second-instance', new FakeEvent(), ['/opt/madoguchi', ...argv], '/');

  it('opens the main window, once', async () => {
    const shell = await run();
    again(shell);
    again(shell);
    expect(shell.electron.live('main')).toHaveLength(1);
    expect(await describeMain(shell)).toMatchObject({ page: 'card' });
  });

  it('opens the page it names', async () => {
    const shell = await run();
    again(shell, '--page=settings');
    expect(await describeMain(shell)).toMatchObject({ page: 'settings' });
    again(shell, '--page=diagnosis');
    expect(shell.electron.live('main')[0]?.pushed('app.showPage')).toEqual([{ page: 'diagnosis' }]);
  });

  it('brings a question that stands, rather than another window', async () => {
    const shell = await run();
    shell.surroundings[0]?.interaction.open(LOGIN, new AbortController().signal);
    again(shell);
    expect([shell.electron.live('main'), shell.electron.live('consent').length]).toEqual([[], 1]);
  });

  it('before the app is ready is not lost', async () => {
    const shell = await run({
      prepare({ app }) {
        app.whenReady = () => {
          app.emit('second-instance', new FakeEvent(), ['/opt/madoguchi', '--page=history'], '/');
          return Promise.resolve();
        };
      },
    });
    expect(await describeMain(shell)).toMatchObject({ page: 'history' });
  });

  it('tries anew to reach web pages where that had failed', async () => {
    const busy = new ClientError('ERR_PROTOCOL_BUSY', 'ports');
    const shell = await run({ prepare: (_electron, client) => (client.ports = busy) });
    expect(shell.electron.tray).toMatchObject({
      shape: 'error',
      tooltip: expect.stringContaining('受け取れません') as string,
    });
    shell.client.ports = 41_732;
    again(shell);
    await settle();
    expect(shell.electron.tray?.shape).toBe('no-reader');
    expect(await describeMain(shell)).toMatchObject({ bridgePort: 41_732 });
  });

  it.each([
    'madoguchi:',
    'madoguchi://sign?item=x',
    'madoguchi:--inspect=9229',
    'madoguchi:quit',
    'madoguchi:--page=card',
  ])('by %s only wakes: nothing opens, nothing is read', async (url) => {
    const shell = await run();
    const event = new FakeEvent();
    for (let times = 0; times < 50; times += 1) {
      shell.electron.app.emit('open-url', event, url);
      again(shell, url, '--page=settings');
    }
    await settle();
    expect(event.prevented).toBe(true);
    expect([shell.electron.windows, shell.electron.app.quitRequests, shell.electron.notifications]).toEqual([
      [],
      0,
      [],
    ]);
  });
});

describe('the tray', () => {
  it('says by its shape how reader and card are', async () => {
    const { electron, client, clock } = await run();
    expect(electron.tray?.shape).toBe('no-reader');
    await client.put([READER], clock);
    expect(electron.tray?.shape).toBe('no-card');
    await client.put([READER, { ...READER, name: 'b', cardPresent: true }], clock);
    expect(electron.tray).toMatchObject({ shape: 'card', tooltip: 'まどぐち - カードがあります' });
    await client.put(new ClientError('ERR_PCSC_UNAVAILABLE', 'no service'), clock);
    expect(electron.tray?.shape).toBe('error');
  });

  it('says that something is being done, while it is', async () => {
    const { electron, surroundings } = await run();
    const dialog = surroundings[0]?.interaction.open(LOGIN, new AbortController().signal);
    expect(electron.tray?.shape).toBe('working');
    dialog?.close({ status: 'failed', code: 'ERR_USER_REFUSED', details: {} });
    expect(electron.tray?.shape).toBe('no-reader');
  });

  it('opens every page', async () => {
    const shell = await run();
    const labels = ['カード', '署名・確認', '履歴', 'サービス', '診断', '設定'];
    for (const label of labels) shell.electron.press(label);
    expect(shell.electron.live('main')).toHaveLength(1);
    expect(shell.electron.live('main')[0]?.pushed('app.showPage')).toEqual(
      ['documents', 'history', 'services', 'diagnosis', 'settings'].map((page) => ({ page })),
    );
  });

  it('speaks the language that is set, at once', async () => {
    const { electron, settings } = await run();
    await settings.change('language', 'en');
    expect(electron.tray?.tooltip).toBe('Madoguchi - No card reader is connected');
    electron.press('History');
    const [main] = electron.live('main');
    if (!main) throw new Error('no window');
    expect(await electron.call(main.event(), 'app.describe')).toMatchObject({ result: { page: 'history' } });
  });

  it('is left alone while nothing changes', async () => {
    const { electron, clock, client, settings } = await run();
    const before = electron.looks.length;
    await clock.advance(24 * 3_600_000);
    await client.put([], clock);
    await settings.change('keypadShuffle', true);
    expect([electron.looks.length, clock.sleeping]).toEqual([before, 0]);
  });

  it('closes bridge and client before the app ends, once', async () => {
    const { electron, client, surroundings } = await run();
    surroundings[0]?.interaction.open(LOGIN, new AbortController().signal);
    electron.press('カード');
    electron.press('まどぐちを終了');
    expect(electron.app.ended).toBe(false);
    electron.app.quit();
    await settle();
    await settle();
    expect(client.ends).toEqual(['bridge', 'client']);
    expect([electron.app.ended, electron.live('main'), electron.live('consent')]).toEqual([true, [], []]);
  });

  it('closes a client that comes after the end', async () => {
    let give: (client: Client) => void = () => undefined;
    const shell = await launch({ createClient: () => new Promise((resolve) => (give = resolve)) });
    await settle();
    await settle();
    shell.electron.press('まどぐちを終了');
    await settle();
    expect(shell.electron.app.ended).toBe(true);
    give(shell.client as unknown as Client);
    await shell.started;
    expect([shell.client.ends, shell.client.listens]).toEqual([['client'], 0]);
  });
});

describe('windows', () => {
  it('describe the app in their own words, and hear of changes', async () => {
    const shell = await run({ unverifiedArguments: ['--page=card'] });
    expect(await describeMain(shell)).toEqual({
      window: 'main',
      version: '0.1.0',
      language: 'ja',
      appearance: 'system',
      page: 'card',
      developerMode: false,
      bridgePort: 41_731,
    });
    await shell.settings.change('appearance', 'dark');
    const [window] = shell.electron.live('main');
    expect(window?.pushed('app.changed').at(-1)).toMatchObject({ appearance: 'dark' });
    expect(window?.background).toBe('#15181c');
  });

  it('answer before the program is there what needs nothing of it, and the rest once it is', async () => {
    let give: (client: Client) => void = () => undefined;
    const shell = await launch({ firstRunDone: false, createClient: () => new Promise((resolve) => (give = resolve)) });
    await settle();
    await settle();
    expect(await describeMain(shell)).toMatchObject({ page: 'welcome' });
    const [window] = shell.electron.live('main');
    if (!window) throw new Error('no window');
    const copying = shell.electron.call(window.event(), 'app.copyText', { text: 'x' });
    await settle();
    expect(shell.electron.clipboard).toEqual([]);
    give(shell.client as unknown as Client);
    expect(await copying).toEqual({ ok: true, result: undefined });
    expect(shell.electron.clipboard).toEqual(['x']);
  });

  it('hear of what other programs record and erase', async () => {
    const shell = await run({ unverifiedArguments: ['--page=history'] });
    const [main] = shell.electron.live('main');
    expect(main?.pushed('history.changed')).toEqual([]);
    shell.surroundings[0]?.onHistoryChanged();
    expect(main?.pushed('history.changed')).toEqual([undefined]);
  });

  it('hear that there may be more history when a request is over', async () => {
    const shell = await run({ unverifiedArguments: ['--page=history'] });
    const dialog = shell.surroundings[0]?.interaction.open(LOGIN, new AbortController().signal);
    const [main] = shell.electron.live('main');
    expect(main?.pushed('history.changed')).toEqual([]);
    dialog?.close({ status: 'failed', code: 'ERR_USER_REFUSED', details: {} });
    expect(main?.pushed('history.changed')).toEqual([undefined]);
  });

  it('give a consent page the conversation, and nothing when there is none', async () => {
    const shell = await run();
    const dialog = shell.surroundings[0]?.interaction.open(LOGIN, new AbortController().signal);
    const [consent] = shell.electron.live('consent');
    if (!consent) throw new Error('no window');
    expect(await shell.electron.call(consent.event(), 'consent.start')).toMatchObject({
      ok: true,
      result: { consent: LOGIN, view: { conversation: 1 }, keypadShuffle: false },
    });
    dialog?.close({ status: 'failed', code: 'ERR_USER_REFUSED', details: {} });
    expect(await shell.electron.call(consent.event(), 'consent.start')).toMatchObject({
      ok: false,
      error: { code: 'ERR_USER_CANCELLED' },
    });
  });
});

describe('settings', () => {
  it('start the app anew where the client was made with them', async () => {
    const { electron, settings } = await run();
    await settings.change('developerMode', true);
    expect([electron.relaunches, electron.app.quitRequests]).toEqual([['--page=settings'], 1]);
  });

  it('do so once nothing is asked any more', async () => {
    const shell = await run();
    const { electron, settings } = shell;
    const { interaction } = shell.surroundings[0] ?? {};
    const first = interaction?.open(LOGIN, new AbortController().signal);
    await settings.change('developerMode', true);
    expect([electron.relaunches, electron.live('consent').length]).toEqual([[], 1]);
    // Its last words stand until the next conversation takes their place.
    first?.close({ status: 'failed', code: 'ERR_CARD_ABSENT', details: {} });
    const second = interaction?.open(LOGIN, new AbortController().signal);
    await settle();
    await settle();
    expect([electron.relaunches, electron.app.quitRequests]).toEqual([[], 0]);
    second?.close({ status: 'failed', code: 'ERR_USER_REFUSED', details: {} });
    await settle();
    await settle();
    expect([electron.relaunches, electron.app.quitRequests > 0]).toEqual([['--page=settings'], true]);
  });

  it('lead back to the first run where that is not over', async () => {
    const { electron, settings } = await run({ firstRunDone: false });
    await settings.change('developerMode', true);
    expect(electron.relaunches).toEqual(['--page=welcome']);
  });

  it('decide whether the system starts the app', async () => {
    const items = { on: false };
    const autostart = {
      state: () => (items.on ? 'on' : 'off'),
      set: (enabled: boolean) => void (items.on = enabled),
    };
    const { settings } = await run({ autostart });
    await settings.change('startWithSystem', true);
    expect(items.on).toBe(true);
    await settings.change('startWithSystem', false);
    expect(items.on).toBe(false);
  });

  it('that cannot be followed harm nothing', async () => {
    const autostart = {
      state: () => 'off' as const,
      set: () => {
        throw new ClientError('ERR_INTERNAL_FILE', 'no');
      },
    };
    const { electron, settings } = await run({ autostart });
    logged.length = 0;
    await settings.change('startWithSystem', true);
    expect(logged).toEqual(['autostart.failed']);
    expect(settings.read().settings.startWithSystem.value).toBe(true);
    expect(electron.tray?.tooltip).not.toContain('受け取れません');
  });
});

describe('notices', () => {
  it('are shown, remembered by the tray, and open the page that says more', async () => {
    const shell = await run();
    await shell.surroundings[0]?.notices.show({
      kind: 'key-used',
      requester: { kind: 'origin', origin: 'https://a.example<b>&', confirmed: true },
      operation: 'authenticate',
      pinRole: 'authentication',
      at: '2026-11-21T03:04:05.000Z',
      items: 0,
      outcome: { status: 'done' },
      testCard: false,
    });
    const [notification] = shell.electron.notifications;
    expect(notification?.text.body.split('\n')[0]).toBe('https://a.example<b>&');
    expect(shell.electron.tray?.menu[1]).toMatchObject({ label: expect.stringContaining('2026') as string });
    notification?.click();
    expect(await describeMain(shell)).toMatchObject({ page: 'history' });
  });
});
