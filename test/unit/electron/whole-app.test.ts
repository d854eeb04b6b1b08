import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startShell } from '../../../main/electron/shell.js';
import type { ConsentView } from '../../../main/core/consent-window/consent-view.js';
import { createClient } from '../../../main/node/compose.js';
import { openPersonSettings } from '../../../main/node/settings/index.js';
import { systemClock } from '../../../main/node/system.js';
import { FakeElectron, type FakeWindow } from './fake-electron.js';

const top = mkdtempSync(join(tmpdir(), 'whole-app-'));
afterAll(() => rmSync(top, { recursive: true }));

const log = { event: () => undefined };
const policyFile = join(top, 'no-policy.json');
const PASSWORD = 'ABC123';

/** The app as it is, but for Electron: the real program behind it, with the test card. */
async function startApp(): Promise<FakeElectron> {
  const electron = new FakeElectron();
  const stateDirectory = join(top, 'state');
  await startShell({
    electron,
    unverifiedArguments: [],
    environment: {},
    releaseBuild: false,
    rendererFolder: top,
    preload: '/app/preload.cjs',
    openSettings: () => openPersonSettings({ stateDirectory, log, policyFile }),
    async createClient({ interaction, notices }) {
      const client = await createClient({
        interaction,
        reader: { kind: 'virtual' },
        developerMode: true,
        releaseBuild: false,
        stateDirectory,
        policyFile,
        cardWaitMilliseconds: 0,
        noticePort: notices,
        log,
      });
      // Any port: others listen where the app does.
      return { ...client, listen: () => client.listen([0]) };
    },
    showsTray: () => Promise.resolve(true),
    clock: systemClock,
    log,
  });
  return electron;
}

async function until<Value>(look: () => Value | undefined | false): Promise<Value> {
  for (let times = 0; times < 3_000; times += 1) {
    const value = look();
    if (value !== undefined && value !== false) return value;
    await systemClock.sleep(10);
  }
  throw new Error('it did not come');
}

/** The latest view that the consent window was given, once it is at this stage and can be answered. */
function viewAt(window: FakeWindow, kind: ConsentView['stage']['kind']): Promise<ConsentView> {
  return until(() => {
    const view = window.pushed('consent.view').at(-1) as ConsentView | undefined;
    return view?.stage.kind === kind && view.agreement === 'possible' && view;
  });
}

describe('the whole app, Electron excepted', () => {
  it('has a person sign on the first run, by the windows’ calls alone', async () => {
    const electron = await startApp();
    const main = await until(() => electron.live('main')[0]);
    main.emit('ready-to-show');
    expect(await electron.call(main.event(), 'app.describe')).toMatchObject({
      result: { page: 'welcome', bridgePort: expect.any(Number) as number },
    });
    const signing = electron.call(main.event(), 'welcome.trySigning', { language: 'ja' });

    const consent = await until(() => electron.live('consent')[0]);
    expect(electron.tray?.shape).toBe('working');
    consent.emit('ready-to-show');
    expect(await electron.call(consent.event(), 'consent.start')).toMatchObject({ ok: true });
    const { question } = await viewAt(consent, 'consent');
    const agreement = { kind: 'agree', question, withheld: [], remember: false };
    // The main window cannot answer for the person.
    expect(await electron.call(main.event(), 'consent.act', agreement)).toMatchObject({ ok: false });
    expect(await electron.call(consent.event(), 'consent.act', agreement)).toEqual({ ok: true, result: true });

    const asked = await viewAt(consent, 'pin');
    expect(consent.contentProtected).toBe(true);
    const pin = new TextEncoder().encode(PASSWORD);
    const entering = electron.call(consent.event(), 'consent.enterPin', { question: asked.question, pin });
    expect(await entering).toEqual({ ok: true, result: true });
    expect(pin).toEqual(new Uint8Array(PASSWORD.length));
    expect(await signing).toEqual({ ok: true, result: undefined });

    const [notification] = await until(() => electron.notifications.length > 0 && electron.notifications);
    expect(notification?.text.body).not.toContain('{{');
    // Nothing that was told the windows has the password, in any of its forms.
    const told = JSON.stringify(electron.windows.map(({ webContents }) => webContents.sent));
    expect(told).not.toContain(PASSWORD);
    expect(told.length).toBeGreaterThan(1_000);

    electron.app.quit();
    await until(() => electron.app.ended);
    expect([electron.live('main'), electron.live('consent')]).toEqual([[], []]);
  }, 60_000);
});
