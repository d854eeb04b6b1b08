import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallResult } from '../../main/ipc/call.js';
import type { PushName, Pushes } from '../../main/ipc/calls.js';
import { answerOf, CallError, useApi } from './api.js';

export type CallState<Answer> =
  | { readonly status: 'idle' }
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly answer: Answer }
  | { readonly status: 'failed'; readonly error: CallError };

export interface RunnableCall<Request extends readonly unknown[], Answer> {
  readonly state: CallState<Answer>;
  /** Calls; what an earlier call answers later is dropped. Resolves with the answer, or undefined where it failed. */
  readonly run: (...request: Request) => Promise<Answer | undefined>;
  readonly reset: () => void;
}

/** A call that something the person does starts. */
export function useAction<Request extends readonly unknown[], Answer>(
  call: (...request: Request) => Promise<CallResult<Answer>>,
): RunnableCall<Request, Answer> {
  const [state, setState] = useState<CallState<Answer>>({ status: 'idle' });
  const latest = useRef(0);
  const callRef = useRef(call);
  useEffect(() => {
    callRef.current = call;
  });
  const run = useCallback(async (...request: Request): Promise<Answer | undefined> => {
    latest.current += 1;
    const mine = latest.current;
    setState({ status: 'running' });
    try {
      const answer = await answerOf(callRef.current(...request));
      if (mine === latest.current) setState({ status: 'done', answer });
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof CallError)) throw thrown;
      if (mine === latest.current) setState({ status: 'failed', error: thrown });
      return undefined;
    }
  }, []);
  const reset = useCallback(() => {
    latest.current += 1;
    setState({ status: 'idle' });
  }, []);
  return { state, run, reset };
}

export interface LoadedCall<Answer> extends RunnableCall<readonly [], Answer> {
  /** As `useLast` has it. */
  readonly last: Answer | undefined;
}

/** What was answered last; it stays while it is asked for again, until that fails. */
export function useLast<Answer>(state: CallState<Answer>): Answer | undefined {
  const [kept, setKept] = useState<Answer>();
  const last = state.status === 'done' ? state.answer : state.status === 'failed' ? undefined : kept;
  if (last !== kept) setKept(() => last);
  return last;
}

/** A call that is made when the component appears, and again whenever `key` changes; `run` makes it again. */
export function useLoad<Answer>(call: () => Promise<CallResult<Answer>>, key = ''): LoadedCall<Answer> {
  const action = useAction(call);
  const { run, state } = action;
  const last = useLast(state);
  useEffect(() => {
    void run();
  }, [run, key]);
  return { ...action, state: state.status === 'idle' ? { status: 'running' } : state, last };
}

/** Hears a push for as long as the component is there. */
export function usePush<Name extends PushName>(name: Name, listener: (value: Pushes[Name]) => void): void {
  const api = useApi();
  const listenerRef = useRef(listener);
  useEffect(() => {
    listenerRef.current = listener;
  });
  useEffect(() => api.on(name, (value) => listenerRef.current(value)), [api, name]);
}

/** A view that is loaded when the component appears, and after that is whatever `push`, or an answer that is shown, says. */
export function useView<Name extends PushName>(
  load: () => Promise<CallResult<Pushes[Name]>>,
  push: Name,
): RunnableCall<readonly [], Pushes[Name]> & {
  /** The newest; undefined until there is one. */
  readonly view: Pushes[Name] | undefined;
  readonly show: (view: Pushes[Name]) => void;
} {
  const action = useLoad(load);
  const [shown, setShown] = useState<{ readonly view: Pushes[Name] }>();
  const show = useCallback((view: Pushes[Name]) => setShown({ view }), []);
  usePush(push, show);
  const loaded = action.state.status === 'done' ? action.state.answer : undefined;
  return { ...action, view: shown ? shown.view : loaded, show };
}
