import { useEffect, useMemo, useState } from 'react';
import type { PlannedFile, SigningChoice } from '../../../main/ipc/documents.js';
import type { CallError } from '../../app/api.js';
import { useApi } from '../../app/api.js';
import { useAction } from '../../app/use-call.js';

export interface Planning {
  /** By id; of the choice as it is now, else empty. */
  readonly plans: ReadonlyMap<string, PlannedFile>;
  /** Whether each file has its plan and none a problem. */
  readonly isReady: boolean;
  readonly isRunning: boolean;
  readonly error: CallError | undefined;
  /** Asks again. */
  readonly renew: () => void;
}

const NONE: ReadonlyMap<string, PlannedFile> = new Map();

/** Asks the app what would come of a choice, whenever it changes. */
export function usePlan(choice: SigningChoice | undefined): Planning {
  const api = useApi();
  const [round, setRound] = useState(0);
  // Addresses are nobody's business before the person starts.
  const asked = useMemo(() => {
    if (!choice) return undefined;
    const { files, format, attached, visible, folder } = choice;
    return JSON.stringify({ files, format, attached, visible, folder });
  }, [choice]);
  const { state, run, reset } = useAction((request: SigningChoice) => api.documents.plan(request));
  useEffect(() => {
    if (asked === undefined) reset();
    else void run(JSON.parse(asked) as SigningChoice);
  }, [asked, round, run, reset]);
  const answer = state.status === 'done' ? state.answer : undefined;
  const plans = useMemo(() => (answer ? new Map(answer.map((plan) => [plan.id, plan])) : NONE), [answer]);
  const isReady =
    choice !== undefined &&
    choice.files.every((id) => plans.has(id)) &&
    [...plans.values()].every(({ problem }) => problem === undefined);
  return {
    plans,
    isReady,
    isRunning: state.status === 'running',
    error: state.status === 'failed' ? state.error : undefined,
    renew: () => setRound(round + 1),
  };
}
