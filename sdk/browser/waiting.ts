/** `bounded` gave up. */
export class TimeIsUp extends Error {}

/**
 * The outcome of `work`, or `TimeIsUp` after so many milliseconds, or the reason of `signal` as soon as it aborts, whether or
 * not `work` heeds the signal it gets. That signal aborts when the outcome is there, so that nothing goes on behind it.
 */
export function bounded<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const own = new AbortController();
    const timer = Number.isFinite(milliseconds)
      ? setTimeout(() => give(new TimeIsUp('no answer in time')), milliseconds)
      : undefined;
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      own.abort();
    };
    const give = (reason: Error): void => {
      reject(reason);
      end();
    };
    const onAbort = (): void => give(signal?.reason as Error);
    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort);
    work(own.signal).then((value) => {
      resolve(value);
      end();
    }, give);
  });
}

/** The outcome of something that has no time-out, such as the page's own hook, unless `signal` aborts before. */
export function unlessAborted<T>(signal: AbortSignal | undefined, work: () => T | Promise<T>): Promise<T> {
  return bounded(Infinity, signal, async () => work());
}

/** Resolves after `milliseconds`; rejects with the signal's reason as soon as it aborts. */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await bounded(milliseconds, signal, () => new Promise(() => undefined)).catch((thrown: unknown) => {
    if (!(thrown instanceof TimeIsUp)) throw thrown;
  });
}
