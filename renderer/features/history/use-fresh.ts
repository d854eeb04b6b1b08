import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallResult } from '../../../main/ipc/call.js';
import { answerOf, CallError } from '../../app/api.js';

export interface Fresh<Answer> {
  /** The last there was; it stays while it is asked for again. */
  readonly answer?: Answer;
  readonly error?: CallError;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** A call that is made when the component appears, and again whenever `key` changes. */
export function useFresh<Answer>(call: () => Promise<CallResult<Answer>>, key: string): Fresh<Answer> {
  const [seen, setSeen] = useState<Omit<Fresh<Answer>, 'reload'>>({ isLoading: true });
  const latest = useRef(0);
  const callRef = useRef(call);
  useEffect(() => {
    callRef.current = call;
  });
  const load = useCallback(async (): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    setSeen((before) => ({ ...before, isLoading: true }));
    try {
      const answer = await answerOf(callRef.current());
      if (mine === latest.current) setSeen({ answer, isLoading: false });
    } catch (thrown) {
      if (!(thrown instanceof CallError)) throw thrown;
      if (mine === latest.current) setSeen({ error: thrown, isLoading: false });
    }
  }, []);
  useEffect(() => {
    void load();
    return () => {
      latest.current += 1;
    };
  }, [load, key]);
  return { ...seen, reload: () => void load() };
}
