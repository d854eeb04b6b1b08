import type {
  EncryptedOutput,
  OpenSessionRequestInput,
  Operation,
  OperationRequestInput,
  SessionOutput,
  SignedItem,
} from '../protocol/index.js';
import type { AnsweringRoute, Channel } from './channel.js';
import { attributesDraft, readyDraft, signDraft, type AnyForm, type Draft, type PlainForm } from './draft.js';
import type { Environment } from './environment.js';
import { failure, malformedAnswer, MadoguchiError } from './errors.js';
import { findClient, isNotRunning } from './find-client.js';
import { Loopback } from './loopback.js';
import type {
  AuthenticateOptions,
  CallOptions,
  ClientOptions,
  MadoguchiClient,
  ReadAttributesOptions,
  Route,
  SignOptions,
  StatusAnswer,
} from './options.js';
import { canLeave, leavePage, redirectForm, type RedirectForm } from './redirect.js';
import { runSession } from './session.js';
import { Uploads } from './uploads.js';
import { unlessAborted } from './waiting.js';

type SignRequestInput = Extract<OperationRequestInput, { operation: 'sign' }>;

/** What an operation comes to, without its name. */
type Result<Name extends Operation> =
  | Omit<Exclude<Extract<SessionOutput, { operation: Name }>, EncryptedOutput>, 'operation'>
  | Omit<EncryptedOutput, 'operation'>;

/** Failures of the other routes behind which the client may well be there. */
const PASSED_BY_REDIRECT: readonly string[] = [
  'ERR_USER_PERMISSION_DENIED',
  'ERR_USER_PERMISSION_TIMEOUT',
  'ERR_POLICY_PERMISSIONS_POLICY',
];

/** A client with options of its own. Nothing is looked at or sent before the first call. */
export function createClientIn(environment: Environment, options: ClientOptions): MadoguchiClient {
  const calls = new Calls(environment, options);
  // `run` gives what the overloads promise: it has compared the output with what was asked.
  return {
    status: (call) => calls.status(call),
    authenticate: ((call: PlainForm<AuthenticateOptions>) =>
      calls.run('authenticate', call, () => {
        const { challengeNonce, encryptTo } = call;
        return readyDraft({ operation: 'authenticate', challengeNonce, encryptTo });
      })) as MadoguchiClient['authenticate'],
    sign: ((call: PlainForm<SignOptions>) => calls.run('sign', call, () => signDraft(call))) as MadoguchiClient['sign'],
    readAttributes: ((call: PlainForm<ReadAttributesOptions>) =>
      calls.run('readAttributes', call, () => attributesDraft(call))) as MadoguchiClient['readAttributes'],
  };
}

class Calls {
  readonly #environment: Environment;
  readonly #options: ClientOptions;
  readonly #loopback: Loopback;

  constructor(environment: Environment, options: ClientOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#loopback = new Loopback(options, environment);
  }

  async status({ signal }: CallOptions = {}): Promise<StatusAnswer> {
    const { channel, status } = await this.#find(signal, false);
    channel.close();
    return { route: channel.route, protocolVersions: status.protocolVersions };
  }

  /** One operation, from its options to its result. */
  async run<Name extends Operation>(
    operation: Name,
    call: AnyForm,
    plainDraft: () => Draft,
  ): Promise<{ readonly route: AnsweringRoute } & Result<Name>> {
    const { signedRequest } = call;
    const draft = signedRequest === undefined ? plainDraft() : readyDraft({ signedRequest });
    const channel = await this.#openChannel(operation, call, draft);
    const { output, request } = await this.#ask(channel, call, draft);
    if (!answers(output, request, operation)) throw malformedAnswer();
    const result: Partial<SessionOutput> = { ...output };
    delete result.operation;
    return { route: channel.route, ...(result as Result<Name>) };
  }

  async #ask(channel: Channel, { signal, onUploadProgress }: AnyForm, draft: Draft) {
    const environment = this.#environment;
    const uploads = new Uploads(channel, { environment, signal, onUploadProgress });
    const { request, body } = await draft.complete(channel.upload && uploads).catch((thrown: unknown) => {
      void uploads.discard();
      channel.close();
      throw thrown;
    });
    try {
      return { request, output: await runSession(channel, body, { environment, signal }) };
    } catch (thrown) {
      void uploads.discard();
      throw thrown;
    }
  }

  #find(signal: AbortSignal | undefined, wake: boolean, options = this.#options) {
    const [environment, loopback] = [this.#environment, this.#loopback];
    return findClient({ options, environment, loopback, signal, wake });
  }

  async #openChannel(operation: Operation, call: AnyForm, { loopbackOnly }: Draft): Promise<Channel> {
    const { onRoute, wake = false, routes } = this.#options;
    // Made before it is known whether it is needed, so that a mistake in it shows in every browser.
    const form = redirectFormOf(operation, call, this.#loopback.likelyPort);
    const mayLeave = form !== undefined && routes?.includes('redirect') !== false && canLeave(this.#environment);
    const others = routes?.filter((route) => route !== 'redirect');
    if (mayLeave && others?.length === 0) return this.#leave(operation, form, { signal: call.signal });
    const options: ClientOptions = loopbackOnly ? { ...this.#options, routes: ['loopback'] } : this.#options;
    try {
      if (loopbackOnly && others?.includes('loopback') === false) {
        throw failure('ERR_PROTOCOL_ROUTE', 'so much goes by HTTP on this PC only');
      }
      const { channel } = await this.#find(call.signal, wake, options);
      onRoute?.({ route: channel.route, operation });
      return channel;
    } catch (thrown) {
      if (!mayLeave || !(thrown instanceof MadoguchiError) || !isPassedByRedirect(thrown)) throw thrown;
      return this.#leave(operation, form, { signal: call.signal, reason: thrown });
    }
  }

  async #leave(
    operation: Operation,
    form: RedirectForm,
    { signal, reason }: { readonly signal: AbortSignal | undefined; readonly reason?: MadoguchiError },
  ): Promise<never> {
    const { beforeRedirect, onRoute } = this.#options;
    const isPermitted = await unlessAborted(signal, () => beforeRedirect?.({ reason }));
    if (isPermitted === false) throw reason ?? failure('ERR_USER_CANCELLED', 'the page did not want to be left');
    onRoute?.({ route: 'redirect' satisfies Route, operation });
    return leavePage(this.#environment, form, signal);
  }
}

function redirectFormOf(operation: Operation, call: AnyForm, port: number | undefined): RedirectForm | undefined {
  const { redirect, challengeNonce = '' } = call;
  if (redirect === undefined) return undefined;
  const { redirectUri, state, signedRequest } = redirect;
  if (signedRequest !== undefined) return redirectForm({ redirectUri, state, port, signedRequest });
  if (operation !== 'authenticate' || call.encryptTo !== undefined || call.signedRequest !== undefined) {
    throw failure('ERR_POLICY_REQUEST_UNSIGNED', 'by redirect this needs a signed request of its own');
  }
  return redirectForm({ redirectUri, state, port, challengeNonce });
}

/** Whether the browser may still get to the client by leaving the page, as far as one can know. */
function isPassedByRedirect(error: MadoguchiError): boolean {
  if (isNotRunning(error)) return false;
  if (error.code !== 'ERR_PROTOCOL_UNREACHABLE') return PASSED_BY_REDIRECT.includes(error.code);
  // A plain failure of a request that the browser let through: nobody listens, and the person would get an error page.
  return 'hint' in error.details || !('permission' in error.details);
}

/** Whether an output is one of this request: a clear one in place of an encrypted one, least of all, is not. */
function answers(output: SessionOutput, request: OpenSessionRequestInput, operation: Operation): boolean {
  if (output.operation !== operation) return false;
  if ('signedRequest' in request) return true;
  if ((request.encryptTo === undefined) === 'jwe' in output) return false;
  if ('items' in output) return request.operation === 'sign' && areItemsOf(output.items, request);
  if (!('answers' in output) || request.operation !== 'readAttributes') return true;
  const asked = [...(request.required ?? []), ...(request.optional ?? [])];
  const given = output.answers.map(({ attribute }) => attribute);
  return JSON.stringify(given) === JSON.stringify(asked);
}

/** As many, and a certificate beside each bare value, for which it is nowhere else. */
function areItemsOf(items: readonly SignedItem[], { format, items: asked }: SignRequestInput): boolean {
  const isBare = format === 'raw-digest';
  const isWhole = (item: SignedItem): boolean => item.status === 'failed' || 'certificate' in item === isBare;
  return items.length === asked.length && items.every(isWhole);
}
