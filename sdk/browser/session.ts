import type { SessionOutput } from '../protocol/index.js';
import { readSessionId, readSessionResult } from './answers.js';
import { ANSWER_TIMEOUT, type Channel } from './channel.js';
import { POLL_WAIT_SECONDS } from './contract.js';
import { listen, type Environment } from './environment.js';
import { MadoguchiError } from './errors.js';
import { sleep, unlessAborted } from './waiting.js';

const POLL_TIMEOUT = POLL_WAIT_SECONDS * 1000 + 5_000;
/** A poll that fails on its way over the loopback is repeated this often, this many milliseconds apart. */
const POLL_RETRIES = 3;
const POLL_RETRY_DELAY = 1_000;

/** What the call waits for, and what ends it. */
interface Call {
  readonly environment: Environment;
  readonly signal: AbortSignal | undefined;
}

/**
 * From opening the session to its result. Whatever ends the call early ends the session too: the caller's signal, and the
 * page's going away.
 * @param request JSON text of the request
 */
export async function runSession(channel: Channel, request: string, call: Call): Promise<SessionOutput> {
  // Without the caller's signal: an abort half-way would leave a session behind whose id nobody knows.
  const opening = channel.call({ method: 'open', request }, { timeout: ANSWER_TIMEOUT }).then(readSessionId);
  let end = (): Promise<unknown> => opening.then((sessionId) => cancel(channel, sessionId)).catch(() => undefined);
  // On its way out a page does what its listeners do, and may do nothing later.
  const stopListening = listen(call.environment, 'pagehide', () => void end());
  try {
    const sessionId = await unlessAborted(call.signal, () => opening);
    end = () => cancel(channel, sessionId);
    const output = await pollUntilDone(channel, sessionId, call.signal);
    channel.close();
    return output;
  } catch (thrown) {
    void (call.signal?.aborted === true ? end() : opening.catch(() => undefined)).then(() => channel.close());
    throw thrown;
  } finally {
    stopListening();
  }
}

/** A session nobody asks for ends by itself; that it could not be ended sooner helps no caller. */
async function cancel(channel: Channel, sessionId: string): Promise<void> {
  await channel.call({ method: 'cancel', sessionId }, { timeout: ANSWER_TIMEOUT }).catch(() => undefined);
}

async function pollUntilDone(
  channel: Channel,
  sessionId: string,
  signal: AbortSignal | undefined,
): Promise<SessionOutput> {
  // The first one does not wait. Over HTTP it has the URL that ends the session, so that the browser keeps a preflight for
  // it: a page on its way out does not live until one is answered.
  let waitSeconds = 0;
  for (let failures = 0; ;) {
    try {
      const poll = { method: 'poll', sessionId, waitSeconds } as const;
      const result = readSessionResult(await channel.call(poll, { timeout: POLL_TIMEOUT, signal }));
      if (result.status === 'done') return result.output;
      failures = 0;
      waitSeconds = POLL_WAIT_SECONDS;
    } catch (thrown) {
      // The extension tells what it knows; only a request over HTTP can be lost on its way.
      const lost = thrown instanceof MadoguchiError && thrown.code === 'ERR_PROTOCOL_UNREACHABLE';
      if (!lost || channel.route !== 'loopback' || ++failures > POLL_RETRIES) throw thrown;
      await sleep(POLL_RETRY_DELAY, signal);
    }
  }
}
