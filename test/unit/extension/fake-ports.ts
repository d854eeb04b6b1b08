import type { Broker } from '../../../resources/extension/broker.js';

type PagePort = Parameters<Broker['addPage']>[0];

export class FakeEvent<Arguments extends readonly unknown[]> {
  readonly #listeners: ((...values: Arguments) => unknown)[] = [];

  addListener(listener: (...values: Arguments) => unknown): void {
    this.#listeners.push(listener);
  }

  fire(...values: Arguments): void {
    for (const listener of this.#listeners) listener(...values);
  }
}

/** One end of a connection; the test is the other. */
export class FakePort implements PagePort {
  readonly onMessage = new FakeEvent<[message: unknown]>();
  readonly onDisconnect = new FakeEvent<[]>();
  readonly sent: unknown[] = [];
  disconnected = false;
  readonly sender: { readonly origin?: string; readonly tab: object; readonly frameId: number };

  constructor(origin?: string) {
    this.sender = { tab: {}, frameId: 0, ...(origin !== undefined && { origin }) };
  }

  postMessage(message: unknown): void {
    if (this.disconnected) throw new Error('the port is disconnected');
    this.sent.push(message);
  }

  disconnect(): void {
    this.disconnected = true;
  }

  /** The other end goes away. */
  goAway(): void {
    this.disconnected = true;
    this.onDisconnect.fire();
  }
}
