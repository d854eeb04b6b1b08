import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { Log } from '../../../main/core/ports.js';
import { AppWindow } from '../../../main/electron/app-window.js';
import { appCalls } from '../../../main/electron/window-calls/app-calls.js';
import { consentCalls } from '../../../main/electron/window-calls/consent-calls.js';
import { serveCalls, type AnyHandler } from '../../../main/electron/window-calls/serve-calls.js';
import { receiveWindowCalls } from '../../../main/electron/window-ipc.js';
import { WINDOW_CALLS, type CallName } from '../../../main/ipc/calls.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { FakeElectron, type FakeWindow } from './fake-electron.js';

const MALFORMED = { ok: false, error: { code: 'ERR_PROTOCOL_MALFORMED' } };

function setUp(handlers: Partial<Record<CallName, AnyHandler>> = {}) {
  const electron = new FakeElectron();
  const events: string[] = [];
  const log: Log = { event: (name) => void events.push(name) };
  const reached: unknown[] = [];
  const open = (kind: 'consent' | 'main'): AppWindow =>
    new AppWindow({
      kind,
      title: '',
      background: '',
      preload: '',
      devTools: false,
      workArea: electron.workArea(),
      paintsHidden: true,
      create: (options) => electron.createWindow(options),
      stealFocus: () => undefined,
      events: { focused: () => undefined, gone: () => undefined },
    });
  const windows = [open('consent'), open('main')];
  const spy =
    (name: CallName): AnyHandler =>
    (request: unknown) =>
      reached.push({ name, request });
  const all = Object.fromEntries(
    [...WINDOW_CALLS.consent, ...WINDOW_CALLS.main].map((name) => [name, spy(name)]),
  ) as Record<CallName, AnyHandler>;
  receiveWindowCalls({
    calls: electron.calls,
    windows: () => windows,
    serve: {
      consent: serveCalls('consent', { ...all, ...handlers }),
      main: serveCalls('main', { ...all, ...handlers }),
    },
    log,
  });
  const [consent, main] = electron.windows as [FakeWindow, FakeWindow];
  return { electron, consent, main, reached, events };
}

describe('calls', () => {
  it('come on one channel, from windows to their own handlers', async () => {
    const { electron, consent, main, reached } = setUp();
    expect([...electron.handlers.keys()]).toEqual(['madoguchi:call']);
    await electron.call(consent.event(), 'consent.act', { kind: 'cancel', conversation: 1 });
    await electron.call(main.event(), 'card.stop');
    expect(reached).toEqual([
      { name: 'consent.act', request: { kind: 'cancel', conversation: 1 } },
      { name: 'card.stop', request: undefined },
    ]);
  });

  it('of the other kind of window are refused', async () => {
    const { electron, consent, main, reached } = setUp();
    for (const name of WINDOW_CALLS.consent.filter((call) => call !== 'app.describe')) {
      expect(await electron.call(main.event(), name, { kind: 'cancel', conversation: 1 })).toMatchObject(MALFORMED);
    }
    for (const name of WINDOW_CALLS.main.filter((call) => call !== 'app.describe')) {
      expect(await electron.call(consent.event(), name, undefined)).toMatchObject(MALFORMED);
    }
    expect(reached).toEqual([]);
  });

  it('of anything but a live window’s own page are refused, and that is logged', async () => {
    const { electron, consent, main, reached, events } = setUp();
    const strangers = [
      main.event({ parent: {} }),
      main.event({ url: 'madoguchi-app://windows/consent.html' }),
      consent.event({ url: 'madoguchi-app://windows.evil/consent.html' }),
      { sender: { id: consent.webContents.id }, senderFrame: null },
      { sender: { id: 987_654 }, senderFrame: consent.webContents.mainFrame },
      { sender: { id: main.webContents.id }, senderFrame: consent.webContents.mainFrame },
    ];
    for (const event of strangers) {
      expect(await electron.call(event, 'consent.act', { kind: 'cancel', conversation: 1 })).toMatchObject(MALFORMED);
    }
    const late = consent.event();
    consent.destroy();
    expect(await electron.call(late, 'consent.act', { kind: 'cancel', conversation: 1 })).toMatchObject(MALFORMED);
    expect(reached).toEqual([]);
    expect(events).toEqual(Array<string>(7).fill('window.call-refused'));
  });

  it('that fail cross as codes, never with what was thrown', async () => {
    const { electron, main } = setUp({
      'card.stop': () => {
        throw new Error('at /secret/place');
      },
      'app.copyText': () => {
        const details = { reason: '/secret/place: no', file: 'secret', errno: 'EIO', count: 3 };
        throw new ClientError('ERR_INTERNAL_FILE', 'no', { details });
      },
    });
    const unknown = await electron.call(main.event(), 'card.stop');
    expect(unknown).toMatchObject({ ok: false, error: { code: 'ERR_INTERNAL' } });
    expect(JSON.stringify(unknown)).not.toContain('secret');
    const failed = await electron.call(main.event(), 'app.copyText', { text: '' });
    expect(failed).toMatchObject({ error: { code: 'ERR_INTERNAL_FILE', details: { errno: 'EIO', count: 3 } } });
    expect(JSON.stringify(failed)).not.toContain('secret');
  });

  it('with names that are no calls are refused', async () => {
    const { electron, main, reached } = setUp();
    const names = [
      undefined,
      null,
      0,
      '',
      '__proto__',
      'constructor',
      'app',
      'app.describe ',
      'APP.QUIT',
      ['card.stop'],
      { toString: () => 'card.stop' },
      new String('card.stop'),
    ];
    for (const name of names) expect(await electron.call(main.event(), name)).toMatchObject(MALFORMED);
    expect(reached).toEqual([]);
  });

  it(
    'with junk are answered in the usual form and reach a handler only as their schema has them',
    async () => {
      const { electron, consent, main } = setUp();
      const junk = fc.oneof(
        fc.anything({ withTypedArray: true, withMap: true, withSet: true, withDate: true, withBigInt: true }),
        fc.record({ kind: fc.constantFrom('agree', 'cancel', 'refuse'), question: fc.anything() }),
        fc.record({ question: fc.anything(), pin: fc.uint8Array({ maxLength: 40 }) }),
        fc.record({ text: fc.anything() }),
      );
      const name = fc.oneof(fc.constantFrom(...WINDOW_CALLS.consent, ...WINDOW_CALLS.main), fc.anything());
      await fc.assert(
        fc.asyncProperty(fc.boolean(), name, junk, async (isConsent, called, request) => {
          const answer = await electron.call((isConsent ? consent : main).event(), called, request);
          expect(answer).toSatisfy((value: { ok: boolean }) => typeof value.ok === 'boolean');
          if (!(answer as { ok: boolean }).ok) expect(answer).toMatchObject(MALFORMED);
        }),
        { numRuns: FUZZ_RUNS },
      );
    },
    FUZZ_TIMEOUT,
  );
});

describe('a PIN on its way', () => {
  const bytes = (): Uint8Array => new Uint8Array([0x31, 0x32, 0x33, 0x34]);

  function withConversation(isAsked: boolean) {
    const taken: Uint8Array[] = [];
    const conversation = {
      consent: {} as never,
      view: {} as never,
      events: {
        act: () => false,
        takePin(_question: number, pin: Uint8Array) {
          taken.push(pin);
          return true;
        },
        focused: () => undefined,
        closed: () => undefined,
      },
    };
    const handlers = consentCalls({
      conversation: () => (isAsked ? conversation : undefined),
      keypadShuffle: () => false,
    });
    return { taken, ...setUp(handlers) };
  }

  it('is the conversation’s in a copy, and zeroed where it came in', async () => {
    const { electron, consent, taken } = withConversation(true);
    const pin = bytes();
    expect(await electron.call(consent.event(), 'consent.enterPin', { question: 1, pin })).toEqual({
      ok: true,
      result: true,
    });
    expect([taken, pin]).toEqual([[bytes()], new Uint8Array(4)]);
  });

  it('is zeroed with all of its buffer', async () => {
    const { electron, consent } = withConversation(true);
    const whole = new Uint8Array(64).fill(0x39);
    await electron.call(consent.event(), 'consent.enterPin', { question: 1, pin: whole.subarray(8, 12) });
    expect(whole).toEqual(new Uint8Array(64));
  });

  it.each<[string, (pin: Uint8Array) => [unknown, unknown]]>([
    ['nobody asks', (pin) => ['consent.enterPin', { question: 1, pin }]],
    ['something is added', (pin) => ['consent.enterPin', { question: 1, pin, x: 1 }]],
    ['the question is none', (pin) => ['consent.enterPin', { question: -1, pin }]],
    ['it lies deeper', (pin) => ['consent.enterPin', { question: 1, pin: { pin: [pin] } }]],
    ['it is all there is', (pin) => ['consent.enterPin', pin]],
    ['it is a bare buffer', (pin) => ['consent.enterPin', { question: 1, pin: pin.buffer }]],
    ['the call is another', (pin) => ['consent.act', { kind: 'cancel', conversation: 1, pin }]],
    ['the call is none', (pin) => ['x', { pin }]],
  ])('is zeroed and goes nowhere where %s', async (_name, message) => {
    const { electron, consent, taken } = withConversation(false);
    const pin = bytes();
    await electron.call(consent.event(), ...message(pin));
    expect([taken, pin]).toEqual([[], new Uint8Array(4)]);
  });

  it('is zeroed where a stranger sends it', async () => {
    const { electron, main, taken } = withConversation(true);
    const pin = bytes();
    await electron.call(main.event({ parent: {} }), 'consent.enterPin', { question: 1, pin });
    await electron.call(main.event(), 'consent.enterPin', { question: 1, pin });
    expect([taken, pin]).toEqual([[], new Uint8Array(4)]);
  });
});

it('describes the app to every window', () => {
  const description = { window: 'main' } as never;
  expect(appCalls(() => description)['app.describe'](undefined)).toBe(description);
});
