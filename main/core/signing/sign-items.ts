import { encodeDigestInfo, requireJpkiKeyUsage, type Certificate } from '../../../sdk/formats/index.js';
import type { SigningContext, TimeStamper } from '../../../sdk/formats/document.js';
import type { FormatCrypto } from '../../../sdk/formats/ports.js';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { buildConsentModel } from '../consent/build-consent-model.js';
import type { ConsentModel } from '../consent/consent-model.js';
import type { PreparedItem } from '../documents/signable-item.js';
import { ClientError, toClientError, toWireError } from '../errors.js';
import type { ItemProgress, Log } from '../ports.js';
import { keyTarget } from './card-target.js';
import type { ItemOutcome, SignOperation } from './operations.js';
import {
  readAfterPin,
  signDigestWithCard,
  signWithCard,
  type CardKeyInUse,
  type RsaDigestInfoCheck,
} from './sign-with-card.js';
import { runSigningSession, type SessionEnvironment, type ShowProgress } from './signing-session.js';

export interface SignItemsEnvironment extends SessionEnvironment, RsaDigestInfoCheck {
  readonly crypto: FormatCrypto;
  readonly log: Log;
}

/** As `CardOperations.sign`. */
export async function signItems(
  environment: SignItemsEnvironment,
  request: SignOperation,
  signal: AbortSignal,
): Promise<readonly ItemOutcome[]> {
  const batch = new Batch(environment, request, signal);
  try {
    const { onDecision } = request;
    await runSigningSession(
      environment,
      {
        consent: buildConsentModel(request),
        ...(onDecision && { onDecision }),
        target: keyTarget('signing'),
        readItems: (ended, show) => batch.read(ended, show),
        onPrepared: ({ pinEntry: key }) => batch.use(key.digestAlgorithm),
        work: async (application, { pinEntry: key }, show) => {
          show('reading-certificate');
          const certificate = await readAfterPin(environment, application, key);
          requireJpkiKeyUsage(certificate, 'signing');
          await batch.sign({ application, key, certificate }, show);
        },
        finish: (show) => batch.finish(show),
      },
      signal,
    );
    return batch.results;
  } finally {
    await batch.discard();
  }
}

/** What came of an item once the card was done with it. */
type CardOutcome =
  | { readonly status: 'signed'; readonly signature: Uint8Array; readonly certificate: Certificate }
  | { readonly status: 'failed'; readonly error: ClientError };

/** The items of one consent, from reading to results. Nothing joins them once the person was shown what they are. */
class Batch {
  readonly #environment: SignItemsEnvironment;
  readonly #request: SignOperation;
  readonly #signal: AbortSignal;
  readonly #prepared: PreparedItem[] = [];
  readonly #outcomes: CardOutcome[] = [];
  readonly results: ItemOutcome[] = [];

  constructor(environment: SignItemsEnvironment, request: SignOperation, signal: AbortSignal) {
    this.#environment = environment;
    this.#request = request;
    this.#signal = signal;
  }

  async read(signal: AbortSignal, show: (progress: ItemProgress) => void): Promise<ConsentModel> {
    const { items } = this.#request;
    for (const item of items) {
      if (signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled while the items were read');
      show({ done: this.#prepared.length, count: items.length });
      this.#prepared.push(await item.prepare(signal));
    }
    show({ done: items.length, count: items.length });
    return buildConsentModel(this.#request, this.#prepared);
  }

  /** What this card's key digests with may not be what the person is shown. */
  async use(algorithm: CardKeyInUse['key']['digestAlgorithm']): Promise<void> {
    for (const item of this.#prepared) if (item.kind === 'document') await item.use(algorithm);
  }

  /**
   * Signs what the person agreed to, and nothing else. The first failure fails the request; a later one, or the person's
   * farewell, fails what is left.
   */
  async sign(inUse: CardKeyInUse, show: ShowProgress): Promise<void> {
    this.#outcomes.length = 0;
    const signingTime = this.#environment.clock.now();
    let failure: ClientError | undefined;
    for (const [done, item] of this.#prepared.entries()) {
      show('signing', { done, count: this.#prepared.length });
      try {
        if (this.#signal.aborted) failure ??= new ClientError('ERR_USER_CANCELLED', 'cancelled between two items');
        if (failure) throw failure;
        const signature = await this.#signItem(item, inUse, signingTime);
        this.#outcomes.push({ status: 'signed', signature, certificate: inUse.certificate });
      } catch (thrown) {
        failure = toClientError(thrown);
        if (this.#outcomes.length === 0) throw failure;
        this.#failed(failure);
        this.#outcomes.push({ status: 'failed', error: failure });
      }
    }
  }

  async #signItem(item: PreparedItem, inUse: CardKeyInUse, signingTime: Date): Promise<Uint8Array> {
    if (item.kind === 'digest') {
      return signDigestWithCard(this.#environment, inUse, encodeDigestInfo(item.algorithm, item.digest));
    }
    const { timeStamper } = this.#request;
    const context = signingContext(inUse, signingTime, timeStamper);
    return signWithCard(this.#environment.crypto, inUse, await item.begin(context));
  }

  /**
   * Puts each signature in its place; one that cannot be kept does not take the others with it.
   * @throws ClientError where none could be kept
   */
  async finish(show: ShowProgress): Promise<void> {
    let failure: ClientError | undefined;
    for (const [done, outcome] of this.#outcomes.entries()) {
      show(this.#request.timeStamper ? 'time-stamping' : 'writing', { done, count: this.#outcomes.length });
      const error = await this.#finishItem(outcome, this.#prepared[done], failure);
      this.results.push(error ? { status: 'failed', error: toWireError(error) } : { status: 'signed' });
      // Whoever does not answer once would keep the person waiting for each item.
      if (error && ENDS_BATCH.has(error.code)) failure = error;
    }
    const first = this.results[0];
    if (first?.status === 'failed' && this.results.every(({ status }) => status === 'failed')) {
      const { code, message, details } = first.error;
      throw new ClientError(code, message, { details });
    }
  }

  async #finishItem(
    outcome: CardOutcome,
    item: PreparedItem | undefined,
    failure: ClientError | undefined,
  ): Promise<ClientError | undefined> {
    if (outcome.status === 'failed') return outcome.error;
    try {
      if (failure) throw failure;
      const completing = item?.complete(outcome.signature, outcome.certificate.der);
      // What the card has signed is kept; only somebody else's answer is not waited for.
      await (this.#request.timeStamper ? unlessGone(completing, this.#signal) : completing);
      return undefined;
    } catch (thrown) {
      const error = toClientError(thrown);
      this.#failed(error);
      return error;
    }
  }

  async discard(): Promise<void> {
    for (const item of this.#prepared) await item.discard();
  }

  #failed({ code }: ClientError): void {
    this.#environment.log.event('sign-item-failed', { code });
  }
}

const ENDS_BATCH: ReadonlySet<string> = new Set<ErrorCode>(['ERR_USER_CANCELLED', 'ERR_SIGN_TIME_STAMP']);

/** Rejects with `ERR_USER_CANCELLED` as soon as `signal` aborts; what `work` still does is heard by nobody. */
async function unlessGone(work: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  const gone = new ClientError('ERR_USER_CANCELLED', 'cancelled before the result was there');
  work?.catch(() => undefined);
  if (signal.aborted) throw gone;
  let leave: () => void = () => undefined;
  const left = new Promise<void>((_, reject) => {
    leave = () => {
      reject(gone);
    };
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    await Promise.race([work, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function signingContext(
  { certificate, key }: CardKeyInUse,
  signingTime: Date,
  timeStamper: TimeStamper | undefined,
): SigningContext {
  return {
    certificate: certificate.der,
    signatureAlgorithm: key.algorithm,
    signingTime,
    ...(timeStamper && { timeStamper }),
  };
}
