import { useCallback, useEffect, useRef, useState } from 'react';
import type { CardView } from '../../../main/ipc/card.js';
import { useApi, type CallError } from '../../app/api.js';
import { useAction, useLast, usePush } from '../../app/use-call.js';

export interface CardLook {
  /** As it was seen last; it stays while the card is looked at again. */
  readonly view?: CardView;
  readonly error?: CallError;
  readonly isLooking: boolean;
}

export interface CardUse {
  /** Something uses the card: nothing else may be started. */
  readonly busy: boolean;
  /** Runs one use of the card; what it changed is looked at afterwards. */
  readonly perform: (work: () => Promise<unknown>) => Promise<void>;
}

export interface WatchedCard extends CardLook, CardUse {
  readonly look: (reader?: string) => void;
}

/**
 * The card on the reader, for as long as the page is shown. Cards that come and go show by themselves, but not while one is
 * being used: what that use ends with is not lost.
 */
export function useCard(): WatchedCard {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const reader = useRef<string>(undefined);
  const uses = useRef(0);
  const isShown = useRef(false);
  const { state, run } = useAction(() => api.card.look(reader.current === undefined ? {} : { reader: reader.current }));
  const view = useLast(state);
  const look = useCallback(
    async (wanted?: string): Promise<void> => {
      if (!isShown.current) return;
      reader.current = wanted ?? reader.current;
      await run();
    },
    [run],
  );

  useEffect(() => {
    isShown.current = true;
    // Watched first: what changes after the first look is told.
    void api.card.watch().then(() => look());
    return () => {
      isShown.current = false;
      void api.card.unwatch();
    };
  }, [api, look]);
  usePush('card.changed', () => {
    if (uses.current === 0) void look();
  });

  const perform = useCallback(
    async (work: () => Promise<unknown>): Promise<void> => {
      uses.current += 1;
      setBusy(true);
      try {
        await work();
      } finally {
        uses.current -= 1;
        setBusy(uses.current > 0);
      }
      await look();
    },
    [look],
  );
  return {
    ...(view && { view }),
    ...(state.status === 'failed' && { error: state.error }),
    isLooking: state.status === 'running' || state.status === 'idle',
    busy,
    perform,
    look: (wanted) => void look(wanted),
  };
}

/** Ends what was begun when the component goes away: nobody would see the result. */
export function useStopOnLeave(isRunning: boolean): void {
  const api = useApi();
  const running = useRef(isRunning);
  useEffect(() => {
    running.current = isRunning;
  });
  useEffect(
    () => () => {
      if (running.current) void api.card.stop();
    },
    [api],
  );
}
