import { setImmediate as settle } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import { ARMING_MILLISECONDS, createWindowInteraction } from '../../../main/core/consent-window/consent-window.js';
import type { ConsentDialog, PinPrompt } from '../../../main/core/ports.js';
import { AppWindow } from '../../../main/electron/app-window.js';
import { ATTENTION_MILLISECONDS, ElectronConsentWindows } from '../../../main/electron/consent-windows.js';
import { originRequester } from '../../support/origin-requester.js';
import { FakeClock } from '../bridge/fakes.js';
import { FakeElectron, type FakeWindow } from './fake-electron.js';

const LOGIN: ConsentModel = {
  operation: 'authenticate',
  requester: originRequester(),
  pinRole: 'authentication',
  disclosed: ['serial-number'],
  items: [],
};
const OWN: ConsentModel = { ...LOGIN, requester: { kind: 'self' } };
const PROMPT: PinPrompt = { role: 'authentication', triesLeft: 3, minLength: 4, maxLength: 4, testCard: false };

/** The real conversation of the core, over the real windows, over a fake desktop. */
function desk() {
  const electron = new FakeElectron();
  const clock = new FakeClock();
  const busy: boolean[] = [];
  const windows: ElectronConsentWindows = new ElectronConsentWindows({
    openWindow: (events) =>
      new AppWindow({
        kind: 'consent',
        title: '',
        background: '',
        preload: '',
        devTools: false,
        workArea: electron.workArea(),
        paintsHidden: true,
        create: (options) => electron.createWindow(options),
        stealFocus: () => undefined,
        events,
      }),
    clock,
    callPerson: (onClick) => electron.notify({ title: 'waiting', body: '' }, onClick),
    setSecureKeyboardEntry: (enabled) => electron.setSecureKeyboardEntry(enabled),
    onBusy: (isBusy) => busy.push(isBusy),
    defer: (task) => void setImmediate(task),
  });
  const interaction = createWindowInteraction({ windows, clock });
  const asker = new AbortController();
  const ask = (consent = LOGIN): ConsentDialog => interaction.open(consent, asker.signal);
  const live = (): FakeWindow => {
    const [window, ...others] = electron.live('consent');
    if (!window || others.length > 0) throw new Error('not one window');
    return window;
  };
  /** What happens by itself once there is a window: it is painted, and its page asks what to show. */
  const paint = async (): Promise<void> => {
    live().emit('ready-to-show');
    windows.pageStarted();
    await settle();
  };
  return { electron, clock, busy, windows, ask, live, paint, asker };
}

const question = ({ windows }: ReturnType<typeof desk>): number => windows.conversation?.view.question ?? -1;
const agreement = ({ windows }: ReturnType<typeof desk>): string | undefined => windows.conversation?.view.agreement;

describe('the consent window', () => {
  it('can be agreed to in when it has had the keyboard and shown its page for long enough', async () => {
    const here = desk();
    const dialog = here.ask();
    const decided = dialog.decide();
    here.live().emit('ready-to-show');
    await here.clock.advance(ARMING_MILLISECONDS * 3);
    // In front, but its page has not asked yet what to show.
    expect(agreement(here)).toBe('window');
    here.windows.pageStarted();
    await settle();
    await here.clock.advance(ARMING_MILLISECONDS - 1);
    expect(agreement(here)).toBe('window');
    const yes = { kind: 'agree', question: question(here), withheld: [], remember: false } as const;
    expect(here.windows.conversation?.events.act(yes)).toBe(false);
    await here.clock.advance(1);
    expect(agreement(here)).toBe('possible');
    expect(here.windows.conversation?.events.act(yes)).toBe(true);
    expect(await decided).toMatchObject({ answer: 'agreed' });
  });

  it('waits anew whenever it has lost the keyboard', async () => {
    const here = desk();
    void here.ask().decide();
    await here.paint();
    await here.clock.advance(ARMING_MILLISECONDS);
    expect(agreement(here)).toBe('possible');
    here.live().blur();
    expect(agreement(here)).toBe('window');
    await here.clock.advance(ARMING_MILLISECONDS * 5);
    expect(agreement(here)).toBe('window');
    here.live().focus();
    await here.clock.advance(ARMING_MILLISECONDS - 1);
    expect(agreement(here)).toBe('window');
    await here.clock.advance(1);
    expect(agreement(here)).toBe('possible');
  });

  it('cancels what was asked when the person closes it', async () => {
    const here = desk();
    const dialog = here.ask();
    const decided = dialog.decide();
    here.live().destroy();
    await expect(decided).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect([dialog.cancelled?.aborted, here.electron.live('consent'), here.busy]).toEqual([true, [], [true, false]]);
  });

  it('cancels when its page crashes, and takes the window away', async () => {
    const here = desk();
    const decided = here.ask().decide();
    here.live().webContents.emit('render-process-gone');
    await expect(decided).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(here.electron.live('consent')).toEqual([]);
  });

  it('is destroyed with its conversation, and another is made for the next', async () => {
    const here = desk();
    const dialog = here.ask();
    await here.paint();
    dialog.close({ status: 'failed', code: 'ERR_USER_REFUSED', details: {} });
    await settle();
    expect([here.electron.live('consent'), here.windows.conversation]).toEqual([[], undefined]);
    void here.ask().decide();
    expect([here.electron.windows.length, here.electron.live('consent').length]).toEqual([2, 1]);
    // Its page has shown nothing yet, whatever the one before had.
    here.live().emit('ready-to-show');
    await here.clock.advance(ARMING_MILLISECONDS * 2);
    expect(agreement(here)).toBe('window');
  });

  it('is another for a conversation that follows at once, which is armed anew', async () => {
    const here = desk();
    const first = here.ask();
    const decided = first.decide().catch(() => 'cancelled');
    await here.paint();
    await here.clock.advance(ARMING_MILLISECONDS);
    first.close({ status: 'failed', code: 'ERR_CARD_ABSENT', details: {} });
    void here.ask(OWN).decide();
    expect(agreement(here)).toBe('window');
    expect(await decided).toBe('cancelled');
    const [before] = here.electron.windows;
    expect([here.electron.windows.length, before?.destroyed]).toEqual([2, true]);
    // Whoever has taken the first page over hears nothing of the second.
    expect(JSON.stringify(before?.webContents.sent)).not.toContain('"conversation":2');
    await here.clock.advance(ARMING_MILLISECONDS * 2);
    expect(agreement(here)).toBe('window');
    await here.paint();
    expect(here.windows.conversation).toMatchObject({ consent: OWN, view: { conversation: 2 } });
    await here.clock.advance(ARMING_MILLISECONDS);
    expect(agreement(here)).toBe('possible');
  });

  it('shows nothing more of a conversation that was replaced', async () => {
    const here = desk();
    const first = here.ask();
    await here.paint();
    first.close({ status: 'failed', code: 'ERR_CARD_ABSENT', details: {} });
    here.ask(OWN);
    const before = here.live().webContents.sent.length;
    first.showPreparation({ status: 'waiting-for-card' });
    first.showItems(LOGIN);
    expect(here.live().webContents.sent).toHaveLength(before);
    expect(here.windows.conversation?.consent).toEqual(OWN);
  });

  it('takes no word of a conversation that was replaced without having ended', async () => {
    const here = desk();
    here.ask();
    const view = here.windows.conversation?.view;
    if (!view) throw new Error('no conversation');
    const events = { act: () => false, takePin: () => false, focused: () => undefined, closed: () => undefined };
    const first = here.windows.open(LOGIN, view, events);
    here.windows.open(OWN, view, events);
    const before = here.live().webContents.sent.length;
    first.showView({ ...view, stage: { kind: 'pin', prompt: PROMPT } });
    first.showConsent(LOGIN);
    first.close();
    await settle();
    expect([here.live().webContents.sent.length, here.live().contentProtected]).toEqual([before, false]);
    expect(here.windows.conversation?.consent).toEqual(OWN);
  });

  it('is told of each change, with the consent', async () => {
    const here = desk();
    const dialog = here.ask();
    await here.paint();
    dialog.showPreparation({ status: 'waiting-for-card' });
    const complete = { ...LOGIN, remembered: 'may-be' } as const;
    dialog.showItems(complete);
    expect(here.live().pushed('consent.view')).toContainEqual(
      expect.objectContaining({ preparation: { status: 'waiting-for-card' } }),
    );
    expect(here.windows.conversation?.consent).toEqual(complete);
  });

  it('says nothing to a conversation that is over', async () => {
    const here = desk();
    const dialog = here.ask();
    await here.paint();
    const window = here.live();
    dialog.close({ status: 'failed', code: 'ERR_USER_REFUSED', details: {} });
    window.blur();
    await settle();
    window.emit('focus');
    expect(here.windows.raise()).toBe(false);
  });
});

describe('while a PIN is entered', () => {
  it('the window is out of pictures, and the keyboard secure as long as it is here', async () => {
    const here = desk();
    const dialog = here.ask();
    await here.paint();
    expect([here.live().contentProtected, here.electron.secureEntry]).toEqual([false, []]);
    const entered = dialog.enterPin(PROMPT);
    expect([here.live().contentProtected, here.electron.secureEntry]).toEqual([true, [true]]);
    here.live().blur();
    here.live().focus();
    expect([here.live().contentProtected, here.electron.secureEntry]).toEqual([true, [true, false, true]]);
    const takePin = () => here.windows.conversation?.events.takePin(question(here), Uint8Array.of(0x31));
    // What was typed when the keyboard came back may have been for another window.
    expect(takePin()).toBe(false);
    await here.clock.advance(ARMING_MILLISECONDS);
    expect(takePin()).toBe(true);
    await entered;
    dialog.showProgress('verifying-pin');
    expect([here.live().contentProtected, here.electron.secureEntry.at(-1)]).toEqual([false, false]);
  });

  it.each(['closed by the person', 'closed by the page', 'ended with the app'])(
    'and it is %s, all is undone',
    async (how) => {
      const here = desk();
      const dialog = here.ask();
      await here.paint();
      const entered = dialog.enterPin(PROMPT).catch(() => undefined);
      if (how === 'closed by the person') here.live().destroy();
      else if (how === 'ended with the app') here.windows.close();
      else dialog.close({ status: 'failed', code: 'ERR_USER_TIMEOUT', details: {} });
      await entered;
      expect(here.electron.secureEntry.at(-1)).toBe(false);
      expect(here.electron.live('consent').every(({ contentProtected }) => !contentProtected)).toBe(true);
    },
  );
});

describe('a window that cannot come to the front', () => {
  it('flashes and calls the person, whose click brings it', async () => {
    const here = desk();
    here.electron.withholdsFocus = true;
    here.ask();
    await here.paint();
    await here.clock.advance(ATTENTION_MILLISECONDS - 1);
    expect(here.electron.notifications).toHaveLength(0);
    await here.clock.advance(1);
    expect(here.live().calls).toContain('flash true');
    const [notification] = here.electron.notifications;
    here.electron.withholdsFocus = false;
    notification?.click();
    expect([here.live().focused, notification?.isTakenBack]).toEqual([true, true]);
  });

  it('says in the notification nothing that a page wrote', async () => {
    const here = desk();
    here.electron.withholdsFocus = true;
    here.ask();
    await here.clock.advance(ATTENTION_MILLISECONDS);
    expect(here.electron.notifications.map(({ text }) => text)).toEqual([{ title: 'waiting', body: '' }]);
  });

  it('takes the call back when the conversation ends first', async () => {
    const here = desk();
    here.electron.withholdsFocus = true;
    const dialog = here.ask();
    await here.clock.advance(ATTENTION_MILLISECONDS);
    dialog.close({ status: 'failed', code: 'ERR_USER_TIMEOUT', details: {} });
    here.ask();
    expect(here.electron.notifications[0]?.isTakenBack).toBe(true);
  });

  it('calls nobody who has it before them, nor after it is over', async () => {
    const seen = desk();
    seen.ask();
    await seen.paint();
    await seen.clock.advance(ATTENTION_MILLISECONDS);
    const over = desk();
    over.ask();
    over.live().destroy();
    await over.clock.advance(ATTENTION_MILLISECONDS);
    expect([seen.electron.notifications, over.electron.notifications]).toEqual([[], []]);
  });
});
