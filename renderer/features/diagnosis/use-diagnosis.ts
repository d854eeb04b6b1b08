import { useCallback, useEffect, useRef, useState } from 'react';
import type { FinishedDiagnosis, LayerResult } from '../../../main/ipc/diagnosis.js';
import { answerOf, CallError, useApi } from '../../app/api.js';
import { usePush } from '../../app/use-call.js';

/** Whether today's government sites are asked about, too. */
interface Kind {
  readonly governmentSites: boolean;
}

export type DiagnosisState =
  | { readonly status: 'idle' }
  | ({ readonly status: 'running'; readonly results: readonly LayerResult[] } & Kind)
  | { readonly status: 'stopped' }
  | ({ readonly status: 'done' } & FinishedDiagnosis & Kind)
  | { readonly status: 'failed'; readonly error: CallError };

export interface DiagnosisRun {
  readonly state: DiagnosisState;
  readonly start: (governmentSites: boolean) => void;
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
    setState((before) => (before.status === 'running' ? { ...before, results: [...before.results, result] } : before));
  });

  const start = useCallback(
    (governmentSites: boolean) => {
      current.current += 1;
      const run = current.current;
      setState({ status: 'running', results: [], governmentSites });
      const end = (ended: DiagnosisState): void => {
        if (run === current.current) setState(ended);
      };
      answerOf(api.diagnosis.run(governmentSites ? { run, governmentSites } : { run })).then(
        (finished) => end({ status: 'done', ...finished, governmentSites }),
        (thrown: unknown) => {
          if (!(thrown instanceof CallError)) throw thrown;
          end({ status: 'failed', error: thrown });
        },
      );
    },
    [api],
  );

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
