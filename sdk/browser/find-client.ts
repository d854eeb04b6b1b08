import { readStatus } from './answers.js';
import { ANSWER_TIMEOUT } from './channel.js';
import { PROTOCOL_VERSION } from './contract.js';
import type { Environment } from './environment.js';
import { failure, MadoguchiError, unreachable, withFacts, type ErrorDetails } from './errors.js';
import { findExtension } from './extension.js';
import type { FoundClient, Loopback } from './loopback.js';
import type { ClientOptions, Route } from './options.js';
import { sleep } from './waiting.js';
import { wakeClient } from './wake.js';

/** One call's search for a client. */
export interface ClientSearch {
  readonly options: ClientOptions;
  readonly environment: Environment;
  readonly loopback: Loopback;
  readonly signal: AbortSignal | undefined;
  /** Whether the client may be started. */
  readonly wake: boolean;
}

const DEFAULT_ROUTES: readonly Route[] = ['extension', 'loopback'];
const DEFAULT_WAKE_TIMEOUT = 20_000;
/** Milliseconds between two looks for a client that was started. */
const WAKE_RETRY_DELAY = 1_000;

/** Failures of the extension that say nothing of the client; the next route may know more. */
const ABOUT_EXTENSION: readonly string[] = ['ERR_PROTOCOL_UNREACHABLE', 'ERR_PROTOCOL_MALFORMED', 'ERR_INTERNAL'];
/** Causes that starting the client does not remove. */
const BEYOND_CLIENT: readonly unknown[] = ['content-security-policy', 'mixed-content'];

/**
 * The first client that answers, by the routes that the options permit; one that does not run is started if it may be.
 * @throws MadoguchiError what stood in the way; the reason of `signal` when it aborts
 */
export async function findClient(search: ClientSearch): Promise<FoundClient> {
  const { options, signal } = search;
  const beforePrompt = once(async () => options.onPermissionPrompt?.());
  let giveUpAt: number | undefined;
  for (;;) {
    try {
      return await tryRoutes(search, beforePrompt);
    } catch (thrown) {
      if (!(thrown instanceof MadoguchiError)) throw thrown;
      const mayHelp = thrown.code === 'ERR_PROTOCOL_UNREACHABLE' && !BEYOND_CLIENT.includes(thrown.details['hint']);
      if (!search.wake || !mayHelp || Date.now() >= (giveUpAt ?? Infinity)) {
        throw withFacts(thrown, giveUpAt === undefined ? {} : { woken: true }, guidanceFor(thrown, options));
      }
      if (giveUpAt === undefined) wakeClient(search.environment);
      giveUpAt ??= Date.now() + (options.wakeTimeoutMilliseconds ?? DEFAULT_WAKE_TIMEOUT);
    }
    await sleep(WAKE_RETRY_DELAY, signal);
  }
}

function guidanceFor({ code }: MadoguchiError, { guidance }: ClientOptions): ClientOptions['guidance'] {
  return code === 'ERR_PROTOCOL_UNREACHABLE' ? guidance : undefined;
}

/** Each route once. What the loopback met tells more than that there is no extension, and is what fails the call. */
async function tryRoutes(search: ClientSearch, beforePrompt: () => Promise<void>): Promise<FoundClient> {
  const { signal, loopback, options } = search;
  let reason: MadoguchiError | undefined;
  let details: ErrorDetails = {};
  for (const route of options.routes ?? DEFAULT_ROUTES) {
    if (route === 'redirect') continue;
    try {
      const found = await (route === 'extension' ? askExtension(search) : loopback.find({ signal, beforePrompt }));
      return speaksOurVersion(found);
    } catch (thrown) {
      if (!(thrown instanceof MadoguchiError) || isFinal(thrown, route)) throw thrown;
      // Where the extension knows that no client runs, whether the page might have reached it is of no interest.
      if (reason === undefined || (route === 'loopback' && !isNotRunning(reason))) reason = thrown;
      details = { ...details, ...thrown.details };
    }
  }
  throw withFacts(reason ?? unreachable(), details, undefined);
}

/** Whether a failure says for certain that the client does not run. */
export function isNotRunning({ details }: MadoguchiError): boolean {
  return details['extension'] === 'client-not-running';
}

/** Whether the next route would meet the same. */
function isFinal({ code }: MadoguchiError, route: Route): boolean {
  return code === 'ERR_PROTOCOL_VERSION' || (route === 'extension' && !ABOUT_EXTENSION.includes(code));
}

async function askExtension({ environment, options, signal }: ClientSearch): Promise<FoundClient> {
  const channel = await findExtension(environment, { timeout: options.extensionTimeoutMilliseconds, signal });
  if (channel === undefined) throw unreachable(undefined, { extension: 'absent' });
  try {
    const status = readStatus(await channel.call({ method: 'status' }, { timeout: ANSWER_TIMEOUT, signal }));
    return { channel, status };
  } catch (thrown) {
    channel.close();
    if (!(thrown instanceof MadoguchiError)) throw thrown;
    throw withFacts(thrown, { extension: thrown.details['reason'] ?? 'no-answer' }, undefined);
  }
}

function speaksOurVersion(found: FoundClient): FoundClient {
  if (found.status.protocolVersions.includes(PROTOCOL_VERSION)) return found;
  found.channel.close();
  throw failure('ERR_PROTOCOL_VERSION', 'the client on this PC speaks another version of the protocol');
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}
