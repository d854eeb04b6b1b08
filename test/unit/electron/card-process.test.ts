import { EventEmitter } from 'node:events';
import { setImmediate as settle } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { utilityProcessChannel, type CardUtilityProcess } from '../../../main/electron/card-process-channel.js';
import { serveCards, type ParentPort } from '../../../main/electron/card-process-host.js';
import { pcscCardReaders } from '../../../native/pcsc/index.js';
import { ScardError } from '../../../native/scard-error.js';

/** Electron's pair of ends: messages arrive as structured clones, later. */
class FakeUtilityProcess extends EventEmitter implements CardUtilityProcess {
  readonly parentPort: ParentPort & EventEmitter = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown): void => this.#deliver(this, structuredClone(message)),
  });
  readonly sent: unknown[] = [];
  running = true;

  postMessage(message: unknown): void {
    this.sent.push(message);
    this.#deliver(this.parentPort, { data: structuredClone(message) });
  }

  kill(): boolean {
    this.end(9);
    return true;
  }

  end(exitCode: number): void {
    if (!this.running) return;
    this.running = false;
    this.emit('exit', exitCode);
  }

  #deliver(receiver: EventEmitter, message: unknown): void {
    setImmediate(() => {
      if (this.running) receiver.emit('message', message);
    });
  }
}

/** A utility process whose binding is not installed. */
function startWithoutBinding(): FakeUtilityProcess {
  const child = new FakeUtilityProcess();
  serveCards(child.parentPort, {
    loadBinding() {
      throw new ScardError('MADOGUCHI_BINDING_MISSING');
    },
    exit: (exitCode) => child.end(exitCode),
  });
  return child;
}

describe('the card process of the desktop app', () => {
  it('answers through Electron’s messages, and ends when it is no longer wanted', async () => {
    const children: FakeUtilityProcess[] = [];
    const readers = pcscCardReaders({
      openChannel() {
        const child = startWithoutBinding();
        children.push(child);
        return utilityProcessChannel(child);
      },
    });
    await expect(readers.list()).rejects.toMatchObject({ scard: 'MADOGUCHI_BINDING_MISSING' });
    await readers.close();
    expect(children.length).toBeGreaterThan(0);
    expect(children.some(({ running }) => running)).toBe(false);
  });

  it('zeroes what it sent', () => {
    const child = new FakeUtilityProcess();
    const frame = Uint8Array.of(1, 2, 3);
    utilityProcessChannel(child).send(frame);
    expect(frame).toEqual(new Uint8Array(3));
  });

  it('is ended when it says anything but frames', () => {
    const child = new FakeUtilityProcess();
    const reasons: string[] = [];
    const channel = utilityProcessChannel(child);
    channel.onFrame(() => undefined);
    channel.onExit((reason) => reasons.push(reason));
    child.emit('message', { frame: 'x' });
    expect(reasons).toEqual(['exit code 9']);
  });

  it.each([undefined, 'quit', { length: 8 }, Uint8Array.of(0, 0, 0, 0)])('ends on the message %j', async (message) => {
    const child = startWithoutBinding();
    const exits: number[] = [];
    child.on('exit', (exitCode: number) => exits.push(exitCode));
    child.postMessage(message);
    await settle();
    await settle();
    expect(exits).toEqual([70]);
  });
});
