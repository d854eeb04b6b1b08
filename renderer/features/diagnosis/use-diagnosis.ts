import { useCallback, useEffect, useRef, useState } from 'react';
import type { FinishedDiagnosis, LayerResult } from '../../../main/ipc/diagnosis.js';
import { answerOf, CallError, useApi } from '../../app/api.js';
import { usePush } from '../../app/use-call.js';

export type DiagnosisState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly results: readonly LayerResult[] }
  | { readonly status: 'stopped' }
  | ({ readonly status: 'done' } & FinishedDiagnosis)
  | { readonly status: 'failed'; readonly error: CallError };

export interface DiagnosisRun {
  readonly state: DiagnosisState;
  readonly start: () => void;
  readonly stop: () => void;
}

/** One diagnosis after the other, each until the page is left. */
export function useDiagnosis(): DiagnosisRun {
  const api = useApi();
  const [state, setState] = useState<DiagnosisState>({ status: 'idle' });
  /** The run that is shown; what others tell is passed over. */
  const current = useRef(0);

  usePush('diagnosis.layer', ({ run, result }) => {
    if (run !== current.current) return;
    setState((before) =>
      before.status === 'running' ? { status: 'running', results: [...before.results, result] } : before,
    );
  });

  const start = useCallback(() => {
    current.current += 1;
    const run = current.current;
    setState({ status: 'running', results: [] });
    const end = (ended: DiagnosisState): void => {
      if (run === current.current) setState(ended);
    };
    answerOf(api.diagnosis.run({ run })).then(
      (finished) => end({ status: 'done', ...finished }),
      (thrown: unknown) => {
        if (!(thrown instanceof CallError)) throw thrown;
        end({ status: 'failed', error: thrown });
      },
    );
  }, [api]);

  const stop = useCallback(() => {
    current.current += 1;
    setState({ status: 'stopped' });
    void api.diagnosis.stop();
  }, [api]);

  useEffect(
    () => () => {
      current.current += 1;
      void api.diagnosis.stop();
    },
    [api],
  );
  return { state, start, stop };
}
