import { setImmediate as settle } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { ReaderInfo, UserInteraction } from '../../../main/core/ports.js';
import type { MenuEntry } from '../../../main/electron/electron-api.js';
import { startShell, type ShellClient } from '../../../main/electron/shell.js';
import { FakeElectron, FakeEvent } from './fake-electron.js';

class FakeClient implements ShellClient {
  readerList: readonly ReaderInfo[] | ClientError = [];
  closings = 0;
  readonly readers = {
    list: (): Promise<readonly ReaderInfo[]> =>
      this.readerList instanceof ClientError ? Promise.reject(this.readerList) : Promise.resolve(this.readerList),
  };

  close(): Promise<void> {
    this.closings += 1;
    return Promise.resolve();
  }
}

interface RunningShell {
  readonly electron: FakeElectron;
  readonly client: FakeClient;
  readonly interactions: readonly UserInteraction[];
}

async function start(prepare: (electron: FakeElectron) => void = () => undefined): Promise<RunningShell> {
  const electron = new FakeElectron();
  prepare(electron);
  const client = new FakeClient();
  const interactions: UserInteraction[] = [];
  await startShell({
    electron,
    createClient(interaction) {
      interactions.push(interaction);
      return Promise.resolve(client);
    },
  });
  return { electron, client, interactions };
}

function press(menu: readonly MenuEntry[], label: string): void {
  const entry = menu.find((candidate) => 'label' in candidate && candidate.label === label);
  if (entry === undefined || !('click' in entry)) throw new Error(`no menu entry ${label}`);
  entry.click();
}

describe('the tray shell', () => {
  it('guards its windows before it does anything else', async () => {
    const { electron } = await start();
    expect(electron.app.sandboxed).toBe(true);
    expect(electron.app.listenerCount('web-contents-created')).toBe(1);
  });

  it('says in the tray that it has no windows and what to use instead', async () => {
    const { electron } = await start();
    const [tray] = electron.trays;
    expect(tray?.tooltip).toBe('まどぐち');
    expect(tray?.menu[0]).toEqual({ label: expect.stringContaining('madoguchi serve') as string, enabled: false });
  });

  it('speaks English to those whose system does', async () => {
    const { electron } = await start(({ app }) => (app.locale = 'en-GB'));
    expect(electron.trays[0]?.tooltip).toBe('Madoguchi');
  });

  it('leaves at once where another instance runs, with neither client nor tray', async () => {
    const { electron, interactions } = await start(({ app }) => (app.holdsLock = false));
    expect(electron.app.ended).toBe(true);
    expect(interactions).toHaveLength(0);
    expect(electron.trays).toHaveLength(0);
    expect(electron.app.schemes).toHaveLength(0);
  });

  it('shows the readers on a second launch', async () => {
    const { electron, client } = await start();
    client.readerList = [{ name: 'Reader 00 00', cardPresent: true, virtual: false, insertion: 1 }];
    electron.app.emit('second-instance', new FakeEvent());
    await settle();
    expect(electron.messageBoxes[0]?.box.detail).toContain('Reader 00 00: カードあり');
  });

  it('says so when the readers cannot be queried', async () => {
    const { electron, client } = await start();
    client.readerList = new ClientError('ERR_PCSC_UNAVAILABLE', 'no service');
    electron.app.emit('second-instance', new FakeEvent());
    await settle();
    expect(electron.messageBoxes[0]?.box.detail).toContain('スマートカードのサービス');
  });

  it('shows the same from the tray', async () => {
    const { electron } = await start();
    press(electron.trays[0]?.menu ?? [], '状態を見る');
    await settle();
    expect(electron.messageBoxes).toHaveLength(1);
  });

  it('shows one message however often it is woken, and another once that is closed', async () => {
    const { electron } = await start();
    for (let count = 0; count < 50; count += 1) electron.app.emit('open-url', new FakeEvent(), 'madoguchi:');
    await settle();
    expect(electron.messageBoxes).toHaveLength(1);

    electron.messageBoxes[0]?.press(0);
    await settle();
    electron.app.emit('second-instance', new FakeEvent());
    await settle();
    expect(electron.messageBoxes).toHaveLength(2);
    expect(electron.app.quitRequests).toBe(0);
  });

  it.each(['madoguchi:', 'madoguchi://sign?item=x', 'madoguchi:--inspect=9229', 'madoguchi:quit'])(
    'is only woken by %s',
    async (url) => {
      const { electron } = await start();
      const event = new FakeEvent();
      electron.app.emit('open-url', event, url);
      electron.app.emit('second-instance', new FakeEvent(), ['madoguchi', url], '/');
      await settle();
      expect(event.prevented).toBe(true);
      expect(electron.app.schemes).toEqual(['madoguchi']);
      expect(electron.messageBoxes.map(({ box }) => box.buttons)).toEqual([['閉じる', '終了']]);
      expect(electron.app.quitRequests).toBe(0);
    },
  );

  it('closes the client before it ends, once', async () => {
    const { electron, client } = await start();
    press(electron.trays[0]?.menu ?? [], '終了');
    expect(electron.app.ended).toBe(false);
    await settle();
    expect(client.closings).toBe(1);
    expect(electron.app.ended).toBe(true);
  });

  it('ends from the status message too', async () => {
    const { electron } = await start();
    electron.app.emit('second-instance', new FakeEvent());
    await settle();
    electron.messageBoxes[0]?.press(1);
    await settle();
    expect(electron.app.ended).toBe(true);
  });
});

describe('a request while there are no windows', () => {
  it('is refused without asking for a PIN, and the person is told', async () => {
    const { electron, interactions } = await start();
    const consent = {
      operation: 'authenticate',
      requester: { kind: 'self' },
      pinRole: 'authentication',
      disclosed: [],
      items: [],
    } as const;
    const dialog = interactions[0]?.open(consent, new AbortController().signal);

    expect(await dialog?.confirmSeparateStep()).toBe(false);
    expect(await dialog?.decide()).toEqual({ answer: 'refused' });
    expect(await dialog?.confirmLastTry('authentication')).toBe(false);
    const pin = { role: 'authentication', triesLeft: 3, minLength: 4, maxLength: 4, testCard: false } as const;
    expect(await dialog?.enterPin(pin)).toBeUndefined();
    await expect(dialog?.chooseReader([])).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    await settle();
    expect(electron.messageBoxes).toHaveLength(1);
  });
});
