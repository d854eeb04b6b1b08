import { describe, expect, it } from 'vitest';
import {
  ARMING_MILLISECONDS,
  createWindowInteraction,
  DONE_MILLISECONDS,
} from '../../../main/core/consent-window/consent-window.js';
import type { Progress } from '../../../main/core/ports.js';
import { LIMITS } from '../../../sdk/protocol/index.js';
import { BEING_READ, follow, HandClock, MODEL, open, OWN, READ, RecordingWindows, settled } from './fixture.js';
import { ACTIONS, NEW_PIN, numbered, PIN, QUESTIONS, READERS } from './questions.js';

const CANCELLED = { code: 'ERR_USER_CANCELLED' };

function bytes(text = '1234'): Uint8Array {
  return new TextEncoder().encode(text);
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

describe.each(QUESTIONS)('the question $stage', ({ stage, ask, answers, takesPin }) => {
  async function asked(isArmed: boolean) {
    const scene = open();
    const outcome = follow(ask(scene.dialog));
    if (isArmed) {
      scene.events.focused(true);
      await scene.clock.pass(ARMING_MILLISECONDS);
    }
    return { ...scene, outcome };
  }

  it.each(ACTIONS)('takes $kind only where that answers it, armed', async (action) => {
    const { events, question, outcome, window } = await asked(true);
    const fitting = answers.find((answer) => same(answer.action, action));
    expect(window.view).toMatchObject({ stage: { kind: stage }, agreement: 'possible' });
    expect(events.act(numbered(action, question()))).toBe(fitting !== undefined);
    await settled();
    expect(outcome).toEqual(fitting ? { status: 'answered', value: fitting.value } : { status: 'pending' });
  });

  it.each(ACTIONS)('takes $kind without the keyboard only where that agrees to nothing', async (action) => {
    const { events, question, outcome } = await asked(false);
    const fitting = answers.find((answer) => same(answer.action, action) && !answer.armed);
    expect(events.act(numbered(action, question()))).toBe(fitting !== undefined);
    await settled();
    expect(outcome.status).toBe(fitting ? 'answered' : 'pending');
  });

  it.each([-1, 1, 1_000])('takes nothing that names the question %i away', async (away) => {
    const { events, question, outcome } = await asked(true);
    for (const action of ACTIONS) expect(events.act(numbered(action, question() + away))).toBe(false);
    const pin = bytes();
    expect(events.takePin(question() + away, pin)).toBe(false);
    expect(pin).toEqual(new Uint8Array(4));
    await settled();
    expect(outcome.status).toBe('pending');
  });

  it(`${takesPin ? 'takes' : 'zeroes'} a PIN`, async () => {
    const { events, question, outcome } = await asked(true);
    const pin = bytes();
    expect(events.takePin(question(), pin)).toBe(takesPin);
    await settled();
    expect(outcome).toEqual(takesPin ? { status: 'answered', value: pin } : { status: 'pending' });
    expect(pin).toEqual(takesPin ? bytes() : new Uint8Array(4));
  });

  it('is answered once, however often it is clicked', async () => {
    for (const { action } of answers) {
      const { events, question, outcome } = await asked(true);
      expect(events.act(numbered(action, question()))).toBe(true);
      for (const second of ACTIONS) expect(events.act(numbered(second, question()))).toBe(false);
      const pin = bytes();
      expect(events.takePin(question(), pin)).toBe(false);
      expect(pin).toEqual(new Uint8Array(4));
      await settled();
      expect(outcome.status).toBe('answered');
    }
  });

  it.each(['cancel', 'closed', 'abort', 'failed'] as const)('ends when the conversation does: %s', async (how) => {
    const { events, question, outcome, dialog, abort, window } = await asked(true);
    const number = question();
    if (how === 'cancel') expect(events.act({ kind: 'cancel', conversation: 1 })).toBe(true);
    if (how === 'closed') events.closed();
    if (how === 'abort') abort();
    if (how === 'failed') dialog.close({ status: 'failed', code: 'ERR_INTERNAL', details: {} });
    await settled();
    expect(outcome).toMatchObject({ status: 'rejected', value: CANCELLED });
    for (const action of ACTIONS) expect(events.act(numbered(action, number))).toBe(false);
    const pin = bytes();
    expect(events.takePin(number, pin)).toBe(false);
    expect(pin).toEqual(new Uint8Array(4));
    expect(dialog.cancelled?.aborted).toBe(how === 'cancel' || how === 'closed');
    // What is asked afterwards has nobody to answer it.
    await expect(ask(dialog)).rejects.toMatchObject(CANCELLED);
    expect(window.closings).toBe(0);
  });
});

describe('arming', () => {
  it('takes the whole time with the keyboard, and begins anew when it is lost', async () => {
    const { clock, dialog, events, question, window } = open();
    const outcome = follow(dialog.decide());
    const agree = () => events.act({ kind: 'agree', question: question(), withheld: [], remember: false });
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS - 1);
    expect(agree()).toBe(false);
    events.focused(false);
    await clock.pass(10_000);
    expect(agree()).toBe(false);
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS - 1);
    expect(window.view.agreement).toBe('window');
    expect(agree()).toBe(false);
    await clock.pass(1);
    expect(window.view.agreement).toBe('possible');
    events.focused(false);
    expect(window.view.agreement).toBe('window');
    expect(agree()).toBe(false);
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS);
    expect(agree()).toBe(true);
    await settled();
    expect(outcome.value).toEqual({ answer: 'agreed', withheld: [], remember: false });
  });

  it('hears of the keyboard twice without beginning anew', async () => {
    const { clock, dialog, events, window } = open();
    follow(dialog.decide());
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS - 100);
    events.focused(true);
    await clock.pass(100);
    expect(window.view.agreement).toBe('possible');
  });

  it('stays with a consent that the person has been reading while the card was looked for', async () => {
    const { clock, dialog, events, window } = open();
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS);
    expect(window.view.agreement).toBe('card');
    follow(dialog.decide());
    expect(window.view.agreement).toBe('possible');
  });

  it('begins anew with each question of its own, so that a double click does not reach the next', async () => {
    const { clock, dialog, events, window, question } = open();
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS);
    follow(dialog.decide());
    expect(events.act({ kind: 'agree', question: question(), withheld: [], remember: false })).toBe(true);
    const lastTry = follow(dialog.confirmLastTry('authentication', 'incorrect'));
    expect(window.view).toMatchObject({ stage: { kind: 'last-try', reason: 'incorrect' }, agreement: 'window' });
    expect(events.act({ kind: 'confirm', question: question() })).toBe(false);
    await clock.pass(ARMING_MILLISECONDS);
    expect(events.act({ kind: 'confirm', question: question() })).toBe(true);
    await settled();
    expect(lastTry.value).toBe(true);
  });

  it('begins anew with the consent that follows another question', async () => {
    const { clock, dialog, events, window, question } = open();
    events.focused(true);
    follow(dialog.confirmSeparateStep());
    await clock.pass(ARMING_MILLISECONDS);
    events.act({ kind: 'confirm', question: question() });
    follow(dialog.decide());
    expect(window.view).toMatchObject({ stage: { kind: 'consent' }, agreement: 'window' });
  });

  it('leaves no timer behind once nothing changes', async () => {
    const { clock, dialog, events } = open();
    follow(dialog.decide());
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS);
    expect(clock.sleeping).toBe(0);
  });
});

describe('what is being read', () => {
  it('cannot be agreed to before all of it is there, nor at once then', async () => {
    const { clock, dialog, events, window, question } = open(BEING_READ);
    const agree = () => events.act({ kind: 'agree', question: question(), withheld: [], remember: false });
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS);
    dialog.showReading({ done: 1, count: 2 });
    expect(window.view).toMatchObject({ agreement: 'reading', reading: { done: 1, count: 2 } });
    // The core asks later; even if it did not, nobody could agree.
    follow(dialog.decide());
    expect(agree()).toBe(false);
    dialog.showItems(READ);
    expect(window.consents).toEqual([BEING_READ, READ]);
    expect(window.view.agreement).toBe('window');
    expect(agree()).toBe(false);
    await clock.pass(ARMING_MILLISECONDS);
    expect(agree()).toBe(true);
  });

  it('is not shown to a window that is gone', () => {
    const { dialog, events, window } = open(BEING_READ);
    events.closed();
    const { length } = window.views;
    dialog.showItems(READ);
    dialog.showPreparation({ status: 'waiting-for-card' });
    expect(window.consents).toEqual([BEING_READ]);
    expect(window.views).toHaveLength(length);
  });
});

describe('what the window is told', () => {
  it('has the card as it becomes known, and readers by names that are safe to show', () => {
    const { dialog, window } = open();
    dialog.showPreparation({ status: 'waiting-for-reader' });
    expect(window.view.preparation).toEqual({ status: 'waiting-for-reader' });
    const ready = { status: 'ready', triesLeft: 3, testCard: false, issuer: undefined } as const;
    dialog.showPreparation({ ...ready, readerName: `Reader\n\u202e${'x'.repeat(2_000)}` });
    const shown = window.view.preparation?.status === 'ready' ? window.view.preparation.readerName : '';
    expect([shown.startsWith('Reader\ufffd<U+202E>x'), Array.from(shown).length]).toEqual([true, 255]);
    follow(dialog.chooseReader(READERS));
    expect(window.view.stage).toEqual({
      kind: 'choose-reader',
      readers: [
        { name: 'Reader\u202e A', displayName: 'Reader<U+202E> A', virtual: false },
        { name: 'virtual', displayName: 'virtual', virtual: true },
      ],
    });
  });

  it('has no reader chosen that was not offered', async () => {
    const { dialog, events, question } = open();
    const outcome = follow(dialog.chooseReader(READERS));
    expect(events.act({ kind: 'choose-reader', question: question(), readerName: 'Reader<U+202E> A' })).toBe(false);
    expect(events.act({ kind: 'choose-reader', question: question(), readerName: '' })).toBe(false);
    await settled();
    expect(outcome.status).toBe('pending');
    expect(events.act({ kind: 'choose-reader', question: question(), readerName: 'Reader\u202e A' })).toBe(true);
  });

  it('has the end of a page’s request, and none where the person may take any time', () => {
    const clock = new HandClock();
    expect(open().window.view.endsAt).toBe(clock.now().getTime() + LIMITS.dialogSeconds * 1_000);
    expect(open(OWN).window.view).not.toHaveProperty('endsAt');
  });

  it.each<[Progress, boolean]>([
    ['verifying-pin', true],
    ['reading-certificate', true],
    ['reading-attributes', true],
    ['changing-pin', false],
    ['signing', false],
    ['time-stamping', false],
    ['writing', false],
  ])('can be cancelled while %s: %s', (progress, cancellable) => {
    const { dialog, window } = open();
    dialog.showProgress(progress);
    expect(window.view.stage).toEqual({ kind: 'working', progress, cancellable });
  });

  it('can be cancelled between signatures, and not during the last', () => {
    const { dialog, window } = open();
    dialog.showProgress('signing', { done: 0, count: 2 });
    expect(window.view.stage).toMatchObject({ cancellable: true, items: { done: 0, count: 2 } });
    dialog.showProgress('signing', { done: 1, count: 2 });
    expect(window.view.stage).toMatchObject({ cancellable: false });
  });
});

describe('a PIN', () => {
  it.each(['enterPin', 'enterNewPin'] as const)('that is not given at first is a cancellation: %s', async (ask) => {
    const { dialog, events, question } = open();
    const outcome = follow(ask === 'enterPin' ? dialog.enterPin(PIN) : dialog.enterNewPin(NEW_PIN));
    expect(events.act({ kind: 'give-up', question: question() })).toBe(true);
    await settled();
    expect(outcome).toMatchObject({ status: 'rejected', value: CANCELLED });
    expect(dialog.cancelled?.aborted).toBe(true);
  });

  it('is handed over even where the window fails to show what follows', async () => {
    const scene = open(MODEL, (view) => {
      if (isBroken && view.stage.kind === 'pin') throw new Error('the window is broken');
    });
    let isBroken = false;
    const outcome = follow(scene.dialog.enterPin(PIN));
    const pin = bytes();
    scene.events.focused(true);
    await scene.clock.pass(ARMING_MILLISECONDS);
    isBroken = true;
    expect(() => scene.events.takePin(scene.question(), pin)).toThrow('broken');
    await settled();
    expect(outcome).toEqual({ status: 'answered', value: pin });
  });
});

describe('a PIN whose window has just come up', () => {
  it('is not taken from keys that were meant for another one', async () => {
    const { clock, dialog, events, question, window } = open();
    const outcome = follow(dialog.enterPin(PIN));
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS - 1);
    expect(window.view).toMatchObject({ stage: { kind: 'pin' }, agreement: 'window' });
    const early = bytes();
    expect(events.takePin(question(), early)).toBe(false);
    expect(early).toEqual(new Uint8Array(4));
    await clock.pass(1);
    expect(window.view.agreement).toBe('possible');
    expect(events.takePin(question(), bytes())).toBe(true);
    await settled();
    expect(outcome.status).toBe('answered');
  });

  it('is taken at once where the window had the keyboard before the question', async () => {
    const { clock, dialog, events, question, window } = open();
    events.focused(true);
    await clock.pass(ARMING_MILLISECONDS);
    void follow(dialog.enterNewPin(NEW_PIN));
    expect(window.view.agreement).toBe('possible');
    expect(events.takePin(question(), bytes())).toBe(true);
  });
});

describe('a conversation', () => {
  it('is not ended, nor its questions answered, by what was meant for the one before', async () => {
    const windows = new RecordingWindows();
    const clock = new HandClock();
    const interaction = createWindowInteraction({ windows, clock });
    const first = interaction.open(MODEL, new AbortController().signal);
    void follow(first.decide());
    const [firstWindow] = windows.opened;
    const before = firstWindow?.view.question ?? 0;
    first.close({ status: 'failed', code: 'ERR_INTERNAL', details: {} });
    const second = interaction.open(MODEL, new AbortController().signal);
    const outcome = follow(second.decide());
    const window = windows.opened[1];
    if (!window) throw new Error('no second window');
    window.events.focused(true);
    await clock.pass(ARMING_MILLISECONDS);
    for (const action of ACTIONS) expect(window.events.act(numbered(action, before))).toBe(false);
    expect(window.events.act({ kind: 'cancel', conversation: 1 })).toBe(false);
    await settled();
    expect(outcome.status).toBe('pending');
    expect(window.events.act({ kind: 'cancel', conversation: 2 })).toBe(true);
    await settled();
    expect(outcome).toMatchObject({ status: 'rejected', value: CANCELLED });
  });
});

describe('the end', () => {
  it('stands for a moment where all went well', async () => {
    const { clock, dialog, window } = open();
    dialog.close({ status: 'done' });
    expect(window.view.stage).toEqual({ kind: 'done' });
    await clock.pass(DONE_MILLISECONDS - 1);
    expect(window.closings).toBe(0);
    await clock.pass(1);
    expect(window.closings).toBe(1);
  });

  it('stands until it is closed where something failed', async () => {
    const { clock, dialog, events, window } = open();
    dialog.close({ status: 'failed', code: 'ERR_PIN_BLOCKED', details: { role: 'signing' } });
    dialog.close({ status: 'done' });
    expect(window.view.stage).toEqual({ kind: 'failed', code: 'ERR_PIN_BLOCKED', details: { role: 'signing' } });
    await clock.pass(60_000);
    expect(window.closings).toBe(0);
    expect(events.act({ kind: 'cancel', conversation: 1 })).toBe(true);
    events.act({ kind: 'cancel', conversation: 1 });
    expect(window.closings).toBe(1);
    expect(dialog.cancelled?.aborted).toBe(false);
  });

  it.each(['ERR_USER_REFUSED', 'ERR_USER_CANCELLED'] as const)('tells nobody what they did themselves: %s', (code) => {
    const { dialog, window } = open();
    dialog.close({ status: 'failed', code, details: {} });
    expect(window.closings).toBe(1);
  });

  it('closes nothing that the person has closed', async () => {
    const { clock, dialog, events, window } = open();
    events.closed();
    dialog.close({ status: 'done' });
    await clock.pass(DONE_MILLISECONDS);
    expect(window.closings).toBe(0);
  });

  it('shows no work that is reported late', () => {
    const { dialog, window } = open();
    dialog.close({ status: 'failed', code: 'ERR_INTERNAL', details: {} });
    dialog.showProgress('signing');
    expect(window.view.stage.kind).toBe('failed');
  });

  it('makes room for the next conversation', () => {
    const windows = new RecordingWindows();
    const interaction = createWindowInteraction({ windows, clock: new HandClock() });
    const never = new AbortController().signal;
    interaction.open(MODEL, never).close({ status: 'failed', code: 'ERR_INTERNAL', details: {} });
    interaction.open(MODEL, never);
    expect(windows.opened.map(({ closings }) => closings)).toEqual([1, 0]);
    expect(windows.opened.map(({ view }) => view.conversation)).toEqual([1, 2]);
  });

  it('is there from the beginning where the asker is gone already', async () => {
    const windows = new RecordingWindows();
    const dialog = createWindowInteraction({ windows, clock: new HandClock() }).open(MODEL, AbortSignal.abort());
    await expect(dialog.decide()).rejects.toMatchObject(CANCELLED);
  });
});
