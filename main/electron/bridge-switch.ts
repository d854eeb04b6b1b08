import { toClientError } from '../core/errors.js';
import type { Log } from '../core/ports.js';
import type { BridgeEndpoints } from '../node/bridge-endpoints.js';

export interface BridgeSwitchOptions {
  readonly listen: () => Promise<BridgeEndpoints>;
  readonly onChange: () => void;
  readonly log: Log;
}

/** Where web pages reach the app. Another program may have the ports; then it is tried again when the person turns to the app. */
export class BridgeSwitch {
  readonly #options: BridgeSwitchOptions;
  #opening: Promise<void> | undefined;
  #listener: BridgeEndpoints | undefined;
  #isClosed = false;
  /** Whether the last try to open it failed. */
  failed = false;

  constructor(options: BridgeSwitchOptions) {
    this.#options = options;
  }

  get port(): number | undefined {
    return this.#listener?.port;
  }

  /** Opens it where it is not open. Never rejects. */
  open(): Promise<void> {
    if (this.#listener || this.#isClosed) return Promise.resolve();
    this.#opening ??= this.#tryToOpen().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening;
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }

  async #tryToOpen(): Promise<void> {
    try {
      this.#listener = await this.#options.listen();
      this.failed = false;
    } catch (thrown) {
      this.failed = true;
      this.#options.log.event('bridge.unavailable', { code: toClientError(thrown).code });
    }
    this.#options.onChange();
  }
}
