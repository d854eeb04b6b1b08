import type { AppDescription } from '../../main/ipc/app.js';
import type { CallResult, WindowKind } from '../../main/ipc/call.js';
import { WINDOW_CALLS, type AnswerOf, type CallName, type Pushes, type RequestOf } from '../../main/ipc/calls.js';
import { windowApi, type WindowApi } from '../../main/ipc/window-api.js';
import type { WireError } from '../../sdk/protocol/index.js';

/** What the app answers in one state. A call that is left out never answers, as if the app were busy with it. */
export type GalleryAnswers = {
  readonly [Name in CallName]?: (request: RequestOf<Name>) => AnswerOf<Name> | WireFailure;
};

/** An answer that is an error. */
export class WireFailure {
  readonly error: WireError;

  constructor(code: WireError['code'], details: WireError['details'] = {}) {
    this.error = { code, message: code, retriable: false, details };
  }
}

/** What a person did to get there. */
export interface GalleryHands {
  /** Presses the first element that fits a CSS selector, once it is there. */
  readonly press: (selector: string) => Promise<void>;
  /** Enters text as the keyboard does, character by character. */
  readonly type: (selector: string, text: string) => Promise<void>;
  /** What the app says by itself. */
  readonly push: <Name extends keyof Pushes>(name: Name, value: Pushes[Name]) => void;
}

/** One state of one window, with everything it shows made up. */
export interface GalleryState {
  /** `consent/log-in-verified`: the topic, then the state. Stable: file names of screenshots are made of it. */
  readonly id: string;
  readonly window: WindowKind;
  /** Where the main window opens. */
  readonly page?: AppDescription['page'];
  readonly app?: Partial<AppDescription>;
  readonly answers: GalleryAnswers;
  readonly play?: (hands: GalleryHands) => Promise<void>;
}

/** What the page says of each call, as the event `gallery:call`. */
export interface GalleryCall {
  readonly name: string;
  readonly request: unknown;
}

type Listener = (value: unknown) => void;

export interface GalleryApi {
  readonly api: WindowApi;
  readonly push: (name: string, value: unknown) => void;
}

/** The app of a state. */
export function galleryApi(state: GalleryState, app: AppDescription): GalleryApi {
  const listeners = new Map<string, Set<Listener>>();
  const answers = { 'app.describe': () => app, ...state.answers } as Readonly<
    Record<string, ((request: unknown) => unknown) | undefined>
  >;
  const api = windowApi(WINDOW_CALLS[state.window], {
    send(name, request): Promise<CallResult<unknown>> {
      dispatchEvent(new CustomEvent<GalleryCall>('gallery:call', { detail: { name, request } }));
      const answer = answers[name];
      if (!answer) return new Promise(() => undefined);
      const result = answer(request);
      return Promise.resolve(result instanceof WireFailure ? { ok: false, error: result.error } : { ok: true, result });
    },
    listen(name, listener) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => void heard.delete(listener);
    },
    droppedPaths: () => [],
  });
  return {
    api,
    push: (name, value) => {
      for (const listener of listeners.get(name) ?? []) listener(value);
    },
  };
}
