import type { CallResult } from './call.js';
import type { AnswerOf, CallName, Pushes, PushName, RequestOf } from './calls.js';

type TopicOf<Name extends string> = Name extends `${infer Topic}.${string}` ? Topic : never;

type Method<Name extends CallName> =
  RequestOf<Name> extends undefined
    ? () => Promise<CallResult<AnswerOf<Name>>>
    : (request: RequestOf<Name>) => Promise<CallResult<AnswerOf<Name>>>;

/** One method for each call and nothing more general: `card.inspect` is `api.card.inspect(request)`. */
export type WindowMethods = {
  readonly [Topic in TopicOf<CallName>]: {
    readonly [Name in CallName as Name extends `${Topic}.${infer Rest}` ? Rest : never]: Method<Name>;
  };
};

/** What a window's page has of the app: `window.madoguchi`, made by the preload script. */
export interface WindowApi extends WindowMethods {
  /** Calls `listener` at each push; answers how to stop. */
  readonly on: <Name extends PushName>(name: Name, listener: (value: Pushes[Name]) => void) => () => void;
  /**
   * Paths of files the person dropped on the window; empty for anything a page could make up. Only the preload script can
   * tell them.
   */
  readonly droppedPaths: (files: readonly unknown[]) => readonly string[];
}

/** Sends one call on; a shell's or a test's transport. */
export type SendCall = (name: CallName, request: unknown) => Promise<CallResult<unknown>>;
/** Listens to one push. */
export type ListenToPush = (name: PushName, listener: (value: unknown) => void) => () => void;

export interface WindowTransport {
  readonly send: SendCall;
  readonly listen: ListenToPush;
  readonly droppedPaths: WindowApi['droppedPaths'];
}

/** The methods for `names`, over a transport. */
export function windowApi(names: readonly CallName[], { send, listen, droppedPaths }: WindowTransport): WindowApi {
  const topics: Record<string, Record<string, (request?: unknown) => Promise<CallResult<unknown>>>> = {};
  // What the page makes up stays out: of dropped files it can name those that were dropped.
  const dropped = new Set<string>();
  const onlyDropped = (request: unknown): unknown => {
    const { paths, ...rest } = (request ?? {}) as { readonly paths?: unknown };
    return { ...rest, paths: Array.isArray(paths) ? paths.filter((path: string) => dropped.has(path)) : paths };
  };
  for (const name of names) {
    const [topic = '', method = ''] = name.split('.');
    (topics[topic] ??= {})[method] = (request) =>
      send(name, name === 'documents.addDropped' ? onlyDropped(request) : request);
  }
  const api = {
    ...topics,
    on: (name: PushName, listener: (value: never) => void) => listen(name, listener as (value: unknown) => void),
    droppedPaths(files: readonly unknown[]) {
      const paths = droppedPaths(files);
      for (const path of paths) dropped.add(path);
      return paths;
    },
  };
  // The table gives each method its type; here they are all alike.
  return api as unknown as WindowApi;
}
