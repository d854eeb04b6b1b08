import type {
  AttributeAnswer,
  AuthenticationToken,
  EncryptTo,
  Operation,
  RawDigestAlgorithm,
  RequestedAttribute,
  SignedItem,
} from '../protocol/index.js';
import type { AnsweringRoute } from './channel.js';
import type { SignContent } from './content.js';
import type { Guidance, MadoguchiError } from './errors.js';
import type { LoopbackOptions } from './loopback.js';
import type { RedirectTarget } from './redirect.js';
import type { UploadProgress } from './uploads.js';

/** How a request gets to the client: by the browser extension, by HTTP on this PC, or by leaving the page for it. */
export type Route = AnsweringRoute | 'redirect';

/** Who is about to be asked, and for what. */
export interface RouteEvent {
  readonly route: Route;
  readonly operation: Operation;
}

/** Why the page is about to be left. */
export interface RedirectEvent {
  /** What kept the other routes from the client; undefined where no other was to be tried. */
  readonly reason: MadoguchiError | undefined;
}

export interface ClientOptions extends LoopbackOptions {
  /**
   * Routes that may be taken, in order of preference; `redirect` is always the last, and is taken only by a call that has
   * `redirect`. Default `['extension', 'loopback', 'redirect']`.
   */
  readonly routes?: readonly Route[];
  /** Milliseconds for the extension to say that it is there. Default 500; 2000 where the browser itself says if it is not. */
  readonly extensionTimeoutMilliseconds?: number;
  /** Whether a call may start a client that does not run, through the scheme `madoguchi:`. Default false. */
  readonly wake?: boolean;
  /** Milliseconds for which a client that was started is looked for. Default 20000. */
  readonly wakeTimeoutMilliseconds?: number;
  /** Comes back in the error of a call for which no client was found. */
  readonly guidance?: Guidance;
  /** Called when a call has found its route, before anything is asked. */
  readonly onRoute?: (event: RouteEvent) => void;
  /**
   * Called, at most once in a call, before the browser asks the person whether this page may reach programs on this PC: the
   * moment to explain that question. Awaited without a limit of time; what it throws ends the call.
   */
  readonly onPermissionPrompt?: () => void | Promise<void>;
  /** Called before the page is left. Awaited without a limit of time; with false the call fails and the page stays. */
  readonly beforeRedirect?: (event: RedirectEvent) => boolean | undefined | Promise<boolean | undefined>;
}

export interface CallOptions {
  /** Ends the call; a dialog that is open for it on the PC closes. The call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Permits to leave the page where no other route is open. The result then goes to the service, not to the page. */
export interface RedirectOptions extends RedirectTarget {
  /**
   * A request signed for this redirect, whose claims have its `redirect_uri` and `state`. Only a log-in that is neither
   * encrypted nor signed elsewhere goes without.
   */
  readonly signedRequest?: string | undefined;
}

export interface OperationOptions extends CallOptions {
  readonly redirect?: RedirectOptions | undefined;
}

/** The service's server has made and signed the whole request. */
export interface SignedRequestOptions extends OperationOptions {
  /** Compact JWS (`docs/protocol.md`, signed requests). It has no `redirect_uri`; `redirect.signedRequest` has. */
  readonly signedRequest: string;
}

/** Nobody but a verifier reads the result. */
export interface EncryptionOptions {
  /** A verifier of the service registry, or a key of the site's own where policy permits it. */
  readonly encryptTo: EncryptTo;
  /** At least 256 random bits in base64 or base64url, 44 to 128 characters, made by the service for this one request. */
  readonly challengeNonce: string;
}

/** The page asks for a result that it can read itself. */
export interface InTheClear {
  readonly encryptTo?: undefined;
  readonly signedRequest?: undefined;
}

export interface AuthenticateOptions extends OperationOptions, InTheClear {
  /** At least 256 random bits in base64 or base64url, 44 to 128 characters, made by the web service for this one login. */
  readonly challengeNonce: string;
}

/** One thing to sign. */
export interface SignInput {
  /** Shown to the person, as a quotation of this site. At most 255 UTF-16 code units. */
  readonly name: string;
  /** At most 64 MiB, all contents of a call together 256 MiB. */
  readonly content: SignContent;
}

/** A digest of something that the person cannot be shown. */
export interface DigestInput {
  readonly name: string;
  readonly digest: {
    readonly algorithm: RawDigestAlgorithm;
    /** Of the algorithm's length; as text, padded base64. */
    readonly value: string | Uint8Array | ArrayBuffer;
  };
}

export interface SignDocumentsOptions extends OperationOptions, InTheClear {
  /** `cms`, which is the default, or `cades`: what each signature is. */
  readonly format?: 'cms' | 'cades' | undefined;
  /**
   * 1 to 20 items, as many as 1,000 where an administrator permits it; the person agrees once and enters one PIN. Contents of
   * more than 256 KiB together are sent ahead of the request, by HTTP on this PC.
   */
  readonly items: readonly SignInput[];
  /** Called while contents are sent ahead: at first, and after each of them. */
  readonly onUploadProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface SignDigestsOptions extends OperationOptions, InTheClear {
  /** Only for an origin whose registry entry, or the administrator's policy, permits it. */
  readonly format: 'raw-digest';
  readonly items: readonly DigestInput[];
}

export type SignOptions = SignDocumentsOptions | SignDigestsOptions;

export interface ReadAttributesOptions extends OperationOptions, InTheClear {
  /** All of these or nothing. */
  readonly required?: readonly RequestedAttribute[];
  /** The person may leave out each of these. Both lists together: one to eight, each once. */
  readonly optional?: readonly RequestedAttribute[];
  /** What for, in the service's words; shown to the person as a quotation. At most 200 UTF-16 code units. */
  readonly purpose: string;
}

export interface StatusAnswer {
  readonly route: AnsweringRoute;
  readonly protocolVersions: readonly number[];
}

export interface AuthenticateResult {
  readonly route: AnsweringRoute;
  readonly token: AuthenticationToken;
}

export interface SignResult {
  readonly route: AnsweringRoute;
  /** In the order of the request. */
  readonly items: readonly SignedItem[];
}

export interface ReadAttributesResult {
  readonly route: AnsweringRoute;
  /** Anybody could have sent these values: they save typing and prove nothing. */
  readonly assurance: 'client-asserted';
  /** In the order of the request, required ones first. */
  readonly answers: readonly AttributeAnswer[];
}

/** What the page passes on to its service, and the service to the verifier. */
export interface EncryptedResult {
  readonly route: AnsweringRoute;
  /** Compact JWE (RFC 7516). */
  readonly jwe: string;
  /** 128 random bits, base64url; the same inside. */
  readonly reference: string;
}

/** The same options with a recipient, each form of them by itself. */
type Encrypted<Options> = Options extends unknown
  ? Omit<Options, keyof InTheClear | keyof EncryptionOptions> & EncryptionOptions
  : never;

/** A call that answers in the clear, or encrypted if it is asked to, or as the signed request says. */
export interface OperationCall<Options, Result> {
  (options: Options): Promise<Result>;
  (options: Encrypted<Options>): Promise<EncryptedResult>;
  (options: SignedRequestOptions): Promise<Result | EncryptedResult>;
}

/** What a page can ask of the person's card. All calls reject with `MadoguchiError`. */
export interface MadoguchiClient {
  /**
   * Whether a client is there, and by which route. Neither starts it nor leaves the page; the browser may ask the person for
   * permission. `ERR_PROTOCOL_UNREACHABLE` where there is none, or it may not be asked.
   */
  readonly status: (options?: CallOptions) => Promise<StatusAnswer>;
  /**
   * Asks the person to log in. The token is bound to this page's origin and the nonce, and is good for nothing until the
   * web service has validated it (`madoguchi/verifier`).
   */
  readonly authenticate: OperationCall<AuthenticateOptions, AuthenticateResult>;
  /**
   * Asks the person to sign. Answers in the order of `items`, each with its own error or a `signature`: a detached CMS
   * SignedData (RFC 5652), DER in padded base64, to be stored or verified beside the content. With `raw-digest` it is the bare
   * value, RSASSA-PKCS1-v1_5 or a DER ECDSA one, and `certificate` stands beside it.
   */
  readonly sign: OperationCall<SignOptions, SignResult>;
  /** Asks the person for name, address, birth date, gender, or whether they are of some age. */
  readonly readAttributes: OperationCall<ReadAttributesOptions, ReadAttributesResult>;
}
