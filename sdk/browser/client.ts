import type {
  EncryptedOutput,
  EncryptTo,
  OpenSessionRequestInput,
  Operation,
  SessionOutput,
} from '../protocol/index.js';
import type { AnsweringRoute, Channel } from './channel.js';
import { encodeBody, encodeContents } from './content.js';
import type { Environment } from './environment.js';
import { failure, malformedAnswer, MadoguchiError } from './errors.js';
import { findClient, isNotRunning } from './find-client.js';
import { Loopback } from './loopback.js';
import type {
  AuthenticateOptions,
  CallOptions,
  ClientOptions,
  EncryptionOptions,
  InTheClear,
  MadoguchiClient,
  OperationOptions,
  ReadAttributesOptions,
  Route,
  SignOptions,
  StatusAnswer,
} from './options.js';
import { canLeave, leavePage, redirectForm, type RedirectForm } from './redirect.js';
import { runSession } from './session.js';
import { unlessAborted } from './waiting.js';

/** What every call may have, in whatever of its forms. */
interface AnyForm extends OperationOptions {
  readonly signedRequest?: string | undefined;
  readonly challengeNonce?: string | undefined;
  readonly encryptTo?: EncryptTo | undefined;
}
/** A call that is not signed, encrypted or not. */
type PlainForm<Options> = Omit<Options, keyof InTheClear> & AnyForm;
type PlainRequest = Exclude<OpenSessionRequestInput, { signedRequest: string }>;
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
        return { operation: 'authenticate', challengeNonce, encryptTo };
      })) as MadoguchiClient['authenticate'],
    sign: ((call: PlainForm<SignOptions>) =>
      calls.run('sign', call, () => signRequest(call))) as MadoguchiClient['sign'],
    readAttributes: ((call: PlainForm<ReadAttributesOptions>) =>
      calls.run('readAttributes', call, () => attributesRequest(call))) as MadoguchiClient['readAttributes'],
  };
}

async function signRequest({ items, ...call }: PlainForm<SignOptions>): Promise<PlainRequest> {
  const contents = await encodeContents(items.map(({ content }) => content));
  const named = items.map(({ name }, index) => ({ name, content: contents[index] ?? '' }));
  return { operation: 'sign', items: named, ...encryptionOf(call) };
}

function attributesRequest(call: PlainForm<ReadAttributesOptions>): PlainRequest {
  const { required = [], optional = [], purpose } = call;
  return {
    operation: 'readAttributes',
    required: [...required],
    optional: [...optional],
    purpose,
    ...encryptionOf(call),
  };
}

/** Without `encryptTo` the nonce would be of no use. */
function encryptionOf({ encryptTo, challengeNonce }: AnyForm): Partial<EncryptionOptions> {
  return encryptTo === undefined ? {} : { encryptTo, ...(challengeNonce === undefined ? {} : { challengeNonce }) };
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
    plainRequest: () => PlainRequest | Promise<PlainRequest>,
  ): Promise<{ readonly route: AnsweringRoute } & Result<Name>> {
    const { signedRequest, signal } = call;
    const request = signedRequest === undefined ? await plainRequest() : { signedRequest };
    const body = encodeBody(request);
    const channel = await this.#openChannel(operation, call);
    const output = await runSession(channel, body, { environment: this.#environment, signal });
    if (!answers(output, request, operation)) throw malformedAnswer();
    const result: Partial<SessionOutput> = { ...output };
    delete result.operation;
    return { route: channel.route, ...(result as Result<Name>) };
  }

  #find(signal: AbortSignal | undefined, wake: boolean) {
    const [options, environment, loopback] = [this.#options, this.#environment, this.#loopback];
    return findClient({ options, environment, loopback, signal, wake });
  }

  async #openChannel(operation: Operation, call: AnyForm): Promise<Channel> {
    const { onRoute, wake = false, routes } = this.#options;
    // Made before it is known whether it is needed, so that a mistake in it shows in every browser.
    const form = redirectFormOf(operation, call, this.#loopback.likelyPort);
    const mayLeave = form !== undefined && routes?.includes('redirect') !== false && canLeave(this.#environment);
    const others = routes?.filter((route) => route !== 'redirect');
    if (mayLeave && others?.length === 0) return this.#leave(operation, form, { signal: call.signal });
    try {
      const { channel } = await this.#find(call.signal, wake);
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
  if ('items' in output) return request.operation === 'sign' && output.items.length === request.items.length;
  if (!('answers' in output) || request.operation !== 'readAttributes') return true;
  const asked = [...(request.required ?? []), ...(request.optional ?? [])];
  const given = output.answers.map(({ attribute }) => attribute);
  return JSON.stringify(given) === JSON.stringify(asked);
}
