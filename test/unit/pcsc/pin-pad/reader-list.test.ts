import { afterEach, expect, test } from 'vitest';
import type { CardReaders } from '../../../../main/core/ports.js';
import { decodeFrame, encodeFrame } from '../../../../native/pcsc/frame.js';
import { pcscCardReaders, type CardProcessChannel, type ReaderQuirk } from '../../../../native/pcsc/index.js';
import { parseRequest, type Request } from '../../../../native/pcsc/messages.js';

const QUIRKS: readonly ReaderQuirk[] = [{ quirk: 'false-pin-pad', name: 'Liar', usbId: '076b:3031' }];
const NO_PIN_PAD = { pinPad: false, usbId: null };
const PIN_PAD = { pinPad: true, usbId: '1234:5678' };

/** A card process that answers `features` with what is given for the reader; undefined is silence. */
class FakeProcess implements CardProcessChannel {
  readonly asked: string[] = [];
  readonly #answers: ReadonlyMap<string, object | undefined>;
  #onFrame: (frame: Uint8Array) => void = () => undefined;
  #onExit: (reason: string) => void = () => undefined;

  constructor(answers: ReadonlyMap<string, object | undefined>) {
    this.#answers = answers;
  }

  send(frame: Uint8Array): void {
    const request = parseRequest(decodeFrame(frame.slice()).unverifiedHeader);
    if (request?.op === 'features') this.asked.push(request.reader);
    const reply = request && this.#reply(request);
    if (reply) queueMicrotask(() => this.#onFrame(encodeFrame(reply)));
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#onFrame = listener;
  }

  onExit(listener: (reason: string) => void): void {
    this.#onExit = listener;
  }

  end(): void {
    queueMicrotask(() => this.#onExit('test'));
  }

  kill(): void {
    this.end();
  }

  #reply(request: Request): object | undefined {
    const { id } = request;
    if (request.op !== 'features') {
      const names = [...this.#answers.keys()];
      return { id, outcome: 'done', readers: names.map((name) => ({ name, cardPresent: false, insertion: 0 })) };
    }
    const answer = this.#answers.get(request.reader);
    return answer && { id, ...answer };
  }
}

let readers: CardReaders | undefined;
let processes: FakeProcess[];
afterEach(() => readers?.close());

function openReaders(answers: Record<string, object | undefined>): CardReaders {
  processes = [];
  readers = pcscCardReaders({
    openChannel: () => {
      const process = new FakeProcess(new Map(Object.entries(answers)));
      processes.push(process);
      return process;
    },
    quirks: QUIRKS,
    deadlines: { start: 50, list: 100, features: 50 },
  });
  return readers;
}

const done = (features: object) => ({ outcome: 'done', features });
const pinPads = async (opened: CardReaders) =>
  Object.fromEntries((await opened.list({ pinPads: true })).map(({ name, pinPad }) => [name, pinPad]));

test('a PIN pad is asked for only where wanted', async () => {
  const opened = openReaders({ Reader: done(PIN_PAD) });
  expect(await opened.list()).toEqual([{ name: 'Reader', cardPresent: false, virtual: false, insertion: 0 }]);
  expect(processes[0]?.asked).toEqual([]);
});

test('a PIN pad is reported, and as not used', async () => {
  expect(await pinPads(openReaders({ Plain: done(NO_PIN_PAD), Pad: done(PIN_PAD) }))).toEqual({
    Plain: 'none',
    Pad: 'present-not-used',
  });
});

test('a reader that announces one falsely has none', async () => {
  const answers = { 'Liar 00 00': done(PIN_PAD), Renamed: done({ pinPad: true, usbId: '076b:3031' }) };
  expect(await pinPads(openReaders(answers))).toEqual({ 'Liar 00 00': 'none', Renamed: 'none' });
});

test('nothing is known of a reader that fails, or whose answer is another one', async () => {
  const busy = { outcome: 'failed', scard: 'SCARD_E_SHARING_VIOLATION', message: '' };
  const answers = { Busy: busy, Odd: { outcome: 'done' }, Pad: done(PIN_PAD) };
  expect(await pinPads(openReaders(answers))).toEqual({ Busy: 'unknown', Odd: 'unknown', Pad: 'present-not-used' });
});

test('nothing is known of a reader that hangs; the others answer', async () => {
  expect(await pinPads(openReaders({ Plain: done(NO_PIN_PAD), Hangs: undefined, Pad: done(PIN_PAD) }))).toEqual({
    Plain: 'none',
    Hangs: 'unknown',
    Pad: 'present-not-used',
  });
  expect(processes.map(({ asked }) => asked)).toEqual([['Plain', 'Hangs'], ['Pad']]);
});
