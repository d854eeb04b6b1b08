import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { EndedRequest } from '../../../main/core/history/history-entry.js';
import type { History } from '../../../main/core/history/history.js';
import { historyCalls } from '../../../main/electron/window-calls/history-calls.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import type { CallResult } from '../../../main/ipc/call.js';
import type { AnswerOf, CallName, RequestOf } from '../../../main/ipc/calls.js';
import { openHistoryFiles } from '../../../main/node/history/history-files.js';
import type { HistoryStore } from '../../../main/node/history/history-store.js';
import { openSiteMemory, type SiteStore } from '../../../main/node/site-memory.js';
import { MovedClock, openStore } from '../history/fixture.js';

type HistoryCall = Extract<CallName, `history.${string}`>;

/** The page's half of the calls, over the real handlers, schemas, store and site memory in a folder of their own. */
export interface HistoryDesk {
  readonly directory: string;
  readonly at: (name: string) => string;
  readonly clock: MovedClock;
  readonly store: HistoryStore;
  readonly sites: SiteStore;
  /** Where the system's dialog will have the file written, and what it was asked with. */
  readonly dialog: { path: string | undefined; readonly asked: { title: string; suggestedName: string }[] };
  readonly pushed: string[];
  /** Closes the window. */
  readonly closeWindow: () => void;
  readonly serve: ServeCall;
  /** @throws the error as it crossed */
  readonly call: <Name extends HistoryCall>(name: Name, request: RequestOf<Name>) => Promise<AnswerOf<Name>>;
  readonly close: () => void;
}

export interface HistoryDeskOptions {
  /** In place of the store. */
  readonly history?: Partial<History>;
  readonly keepDays?: number;
}

export function openHistoryDesk({ history, keepDays = 90 }: HistoryDeskOptions = {}): HistoryDesk {
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-history-desk-'));
  const clock = new MovedClock('2026-11-21');
  const store = openStore({ files: openHistoryFiles(join(directory, 'history')), clock, keepDays });
  const sites = openSiteMemory(directory);
  const real: History = {
    record: (request) => store.record(request),
    list: (filter) => store.list(filter),
    verify: () => store.verify(),
    erase: (erasure) => store.erase(erasure),
    expire: () => store.expire(),
  };
  const dialog: HistoryDesk['dialog'] = { path: undefined, asked: [] };
  const pushed: string[] = [];
  const ended = new AbortController();
  const serve = serveCalls(
    'main',
    historyCalls({
      client: { history: { ...real, ...history }, sites },
      desktop: {
        async chooseSavePath(asked) {
          dialog.asked.push(asked);
          return dialog.path;
        },
      },
      language: () => 'ja',
      push: (name) => void pushed.push(name),
      signal: ended.signal,
    }),
  );
  return {
    directory,
    at: (name) => join(directory, name),
    clock,
    store,
    sites,
    dialog,
    pushed,
    closeWindow: () => ended.abort(),
    serve,
    async call(name, request) {
      const result = (await serve(name, request)) as CallResult<AnswerOf<typeof name>>;
      // As it would cross to the window.
      if (result.ok) return structuredClone(result.result);
      throw Object.assign(new Error(result.error.code), result.error);
    },
    close() {
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A request that ended well, unless `ended` says otherwise. */
export function request(consent: Partial<ConsentModel>, ended: Partial<EndedRequest> = {}): EndedRequest {
  return {
    consent: {
      operation: 'authenticate',
      requester: { kind: 'self' },
      pinRole: 'authentication',
      disclosed: [],
      items: [],
      ...consent,
    },
    decision: { answer: 'agreed' },
    outcome: { status: 'done' },
    testCard: false,
    ...ended,
  };
}
