import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallName } from '../../../main/ipc/calls.js';
import type { CallResult } from '../../../main/ipc/call.js';
import type { AnswerOf, RequestOf } from '../../../main/ipc/calls.js';
import type { AddedFiles, SigningState } from '../../../main/ipc/documents.js';
import { DEFAULT_POLICY, type Policy } from '../../../main/core/policy/policy.js';
import { documentsCalls } from '../../../main/electron/window-calls/documents-calls.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import { createDocumentEngine } from '../../../main/node/document-engine/document-engine.js';
import { TEST_CARD_PINS, type VirtualCard } from '../../../native/virtual-card/index.js';
import { coreClient, type CoreClient } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';

/** A person who agrees and knows the PIN, for as many batches as there are entries. */
export const AGREES: Person = { decide: () => 'agreed', pins: Array.from({ length: 9 }, () => TEST_CARD_PINS.signing) };

type DocumentsCall = Extract<CallName, `documents.${string}`>;

/** The page's half of the calls, over the real handlers, schemas, document engine and a virtual card. */
export interface DocumentsDesk {
  readonly directory: string;
  readonly at: (name: string) => string;
  readonly client: CoreClient;
  /** What the system's dialogs will answer, in order. */
  readonly chosen: string[][];
  /** What was shown in the file manager. */
  readonly shown: string[];
  readonly states: SigningState[];
  readonly serve: ServeCall;
  /** @throws the error as it crossed */
  readonly call: <Name extends DocumentsCall>(name: Name, request?: RequestOf<Name>) => Promise<AnswerOf<Name>>;
  /** Adds files by name, relative to the directory. */
  readonly add: (list: 'signing' | 'checking', ...names: readonly string[]) => Promise<AddedFiles>;
  /** Waits until no batch is under way. */
  readonly settled: () => Promise<SigningState>;
  readonly close: () => Promise<void>;
}

export function openDesk(card: VirtualCard, person: Person = AGREES, policy: Partial<Policy> = {}): DocumentsDesk {
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-desk-'));
  const engine = createDocumentEngine();
  const client = coreClient({ card, person });
  const chosen: string[][] = [];
  const shown: string[] = [];
  const states: SigningState[] = [];
  const ended = new AbortController();
  const choose = async (): Promise<readonly string[]> => chosen.shift() ?? [];
  const handlers = documentsCalls({
    client: { operations: client.operations, documents: engine, policy: () => ({ ...DEFAULT_POLICY, ...policy }) },
    desktop: {
      chooseFiles: choose,
      chooseFolder: async () => (await choose())[0],
      chooseSavePath: async () => undefined,
      confirm: async () => true,
      copyText: () => undefined,
      showInFolder: (path) => void shown.push(path),
      openInBrowser: () => undefined,
    },
    language: () => 'ja',
    push: (name, value) => {
      if (name === 'documents.signing') states.push(value as SigningState);
    },
    signal: ended.signal,
  });
  const serve = serveCalls('main', handlers);
  const call = async <Name extends DocumentsCall>(name: Name, request?: RequestOf<Name>): Promise<AnswerOf<Name>> => {
    const result = (await serve(name, request)) as CallResult<AnswerOf<Name>>;
    // As it would cross to the window.
    if (result.ok) return structuredClone(result.result);
    throw Object.assign(new Error(result.error.code), result.error);
  };
  const at = (name: string): string => join(directory, name);
  return {
    directory,
    at,
    client,
    chosen,
    shown,
    states,
    serve,
    call,
    add: (list, ...names) => call('documents.addDropped', { list, paths: names.map(at) }),
    async settled() {
      for (;;) {
        const { state } = await call('documents.describe');
        if (state.status !== 'running') return state;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      ended.abort();
      await engine.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
