import type { WireError } from '../../sdk/protocol/index.js';

/** One call from a window to the app: what it takes and what it answers. Both are structured-clonable plain data. */
export interface Call<Request, Answer> {
  readonly request: Request;
  readonly answer: Answer;
}

/** What a call comes back as. Errors cross as codes, never as stack traces. */
export type CallResult<Answer> =
  { readonly ok: true; readonly result: Answer } | { readonly ok: false; readonly error: WireError };

/** The two kinds of window. Each may use its own calls and no others. */
export type WindowKind = 'consent' | 'main';
