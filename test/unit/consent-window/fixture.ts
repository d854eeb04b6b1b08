import type {
  ConsentWindow,
  ConsentWindowEvents,
  ConsentWindows,
} from '../../../main/core/consent-window/consent-window.js';
import type { ConsentView } from '../../../main/core/consent-window/consent-view.js';
import { createWindowInteraction } from '../../../main/core/consent-window/consent-window.js';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { Clock, ConsentDialog } from '../../../main/core/ports.js';
import { originRequester } from '../../support/origin-requester.js';

export const MODEL: ConsentModel = {
  operation: 'authenticate',
  requester: originRequester(),
  pinRole: 'authentication',
  disclosed: ['serial-number'],
  items: [],
};
export const OWN: ConsentModel = { ...MODEL, requester: { kind: 'self' } };
export const BEING_READ: ConsentModel = { ...MODEL, operation: 'sign', pinRole: 'signing', beingRead: ['a'] };
export const READ: ConsentModel = { ...MODEL, operation: 'sign', pinRole: 'signing' };

/** Lets everything that waits for nothing but its turn go on. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that goes only when it is told to. Its day is far from where its milliseconds start. */
export class HandClock implements Clock {
  #monotonic = 5_000;
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): Date {
    return new Date(1_800_000_000_000 + this.#monotonic);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  get sleeping(): number {
    return this.#sleepers.length;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.#monotonic + milliseconds, wake }));
  }

  async pass(milliseconds: number): Promise<void> {
    this.#monotonic += milliseconds;
    for (const sleeper of this.#sleepers.splice(0)) {
      if (sleeper.at <= this.#monotonic) sleeper.wake();
      else this.#sleepers.push(sleeper);
    }
    await settled();
  }
}

/** Windows that keep what they were shown. */
export class RecordingWindows implements ConsentWindows {
  readonly opened: RecordingWindow[] = [];
  readonly #onShow: ((view: ConsentView) => void) | undefined;

  constructor(onShow?: (view: ConsentView) => void) {
    this.#onShow = onShow;
  }

  open(consent: ConsentModel, view: ConsentView, events: ConsentWindowEvents): ConsentWindow {
    const window = new RecordingWindow(consent, view, { events, onShow: this.#onShow });
    this.opened.push(window);
    return window;
  }
}

interface Recorder {
  readonly events: ConsentWindowEvents;
  readonly onShow: ((view: ConsentView) => void) | undefined;
}

export class RecordingWindow implements ConsentWindow {
  readonly consents: ConsentModel[];
  readonly views: ConsentView[];
  readonly events: ConsentWindowEvents;
  readonly #onShow: ((view: ConsentView) => void) | undefined;
  closings = 0;

  constructor(consent: ConsentModel, view: ConsentView, { events, onShow }: Recorder) {
    this.consents = [consent];
    this.views = [view];
    this.events = events;
    this.#onShow = onShow;
  }

  get view(): ConsentView {
    const last = this.views.at(-1);
    if (!last) throw new Error('a window opens with a view');
    return last;
  }

  showConsent(consent: ConsentModel): void {
    this.consents.push(consent);
  }

  showView(view: ConsentView): void {
    this.views.push(view);
    this.#onShow?.(view);
  }

  close(): void {
    this.closings += 1;
  }
}

export interface Scene {
  readonly clock: HandClock;
  readonly window: RecordingWindow;
  readonly dialog: ConsentDialog;
  readonly events: ConsentWindowEvents;
  /** The asker goes away. */
  readonly abort: () => void;
  /** The number of the question that is shown. */
  readonly question: () => number;
}

export function open(consent: ConsentModel = MODEL, onShow?: (view: ConsentView) => void): Scene {
  const clock = new HandClock();
  const windows = new RecordingWindows(onShow);
  const asker = new AbortController();
  const dialog = createWindowInteraction({ windows, clock }).open(consent, asker.signal);
  const [window] = windows.opened;
  if (!window) throw new Error('no window was opened');
  return {
    clock,
    window,
    dialog,
    events: window.events,
    abort: () => {
      asker.abort();
    },
    question: () => window.view.question,
  };
}

/** What became of a question so far. */
export interface Outcome {
  status: 'pending' | 'answered' | 'rejected';
  value?: unknown;
}

export function follow(asking: Promise<unknown>): Outcome {
  const outcome: Outcome = { status: 'pending' };
  asking.then(
    (value) => {
      outcome.status = 'answered';
      outcome.value = value;
    },
    (error: unknown) => {
      outcome.status = 'rejected';
      outcome.value = error;
    },
  );
  return outcome;
}
