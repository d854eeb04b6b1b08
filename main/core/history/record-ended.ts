import type { Clock } from '../ports.js';
import type { EndedRequest } from './history-entry.js';
import type { HistoryRecorder } from './history.js';

/** A result waits no longer for its entry than this, in milliseconds; usually it takes a few. */
const LONGEST_WAIT_MILLISECONDS = 2_000;

/**
 * Has a request recorded before its result leaves, so that no crash of the asker's making comes between. Whatever becomes
 * of that, the request ends as it did; the recorder tells its failures itself.
 */
export async function recordEnded(
  { recorder, clock }: { readonly recorder?: HistoryRecorder; readonly clock: Clock },
  request: EndedRequest,
): Promise<void> {
  if (!recorder) return;
  const recorded = new AbortController();
  const recording = Promise.resolve()
    .then(() => recorder.record(request))
    .catch(() => undefined);
  await Promise.race([recording, clock.sleep(LONGEST_WAIT_MILLISECONDS, recorded.signal)]);
  recorded.abort();
}
