import { createContext, use, type ReactNode } from 'react';
import type { CallResult } from '../../main/ipc/call.js';
import type { WindowApi } from '../../main/ipc/window-api.js';
import type { WireError } from '../../sdk/protocol/index.js';

const ApiContext = createContext<WindowApi | undefined>(undefined);

interface ApiProviderProps {
  readonly api: WindowApi;
  readonly children: ReactNode;
}

export function ApiProvider({ api, children }: ApiProviderProps) {
  return <ApiContext value={api}>{children}</ApiContext>;
}

/** The app, as this window may call it. */
export function useApi(): WindowApi {
  const api = use(ApiContext);
  if (!api) throw new Error('no ApiProvider above');
  return api;
}

/** A call that failed, with the code it crossed with. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: WireError['code'];
  readonly details: WireError['details'];

  constructor({ code, message, details }: WireError) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** What the call answered. @throws CallError */
export async function answerOf<Answer>(calling: Promise<CallResult<Answer>>): Promise<Answer> {
  const result = await calling;
  if (result.ok) return result.result;
  throw new CallError(result.error);
}
