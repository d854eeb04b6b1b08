import { randomBytes } from 'node:crypto';
import { crlAddresses, ocspAddresses } from '../../sdk/formats/revocation/distribution-points.js';
import type { CertificateStatus, RevocationMoment } from '../../sdk/formats/revocation/certificate-status.js';
import type { IssuedCertificate } from '../../sdk/formats/revocation/certificate-id.js';
import { CrlChecker } from '../../sdk/formats/revocation/crl-checker.js';
import { encodeOcspRequest } from '../../sdk/formats/revocation/ocsp-request.js';
import { MAX_OCSP_RESPONSE_BYTES } from '../../sdk/formats/revocation/ocsp-response.js';
import { checkPath, type StatusSource } from '../../sdk/formats/revocation/revocation-check.js';
import { verifyOcspResponse } from '../../sdk/formats/revocation/verify-ocsp.js';
import { FormatError } from '../../sdk/formats/index.js';
import type { DigestAlgorithm, FormatCrypto } from '../../sdk/formats/ports.js';
import type { RevocationCheck } from '../../sdk/formats/signature-report.js';
import { exchange, HttpExchangeError, type HttpExchange } from './http-exchange.js';
import { nodeCrypto } from './node-crypto.js';

export interface HttpRevocationOptions extends Pick<RevocationMoment, 'skewMilliseconds' | 'maxAgeMilliseconds'> {
  /**
   * Whether to go to this address, which a CA wrote into a certificate. Left out: to those of the internet, not to this
   * computer and its network.
   */
  readonly isAllowed?: (address: URL) => boolean;
  /** For one request; default: 15 seconds. */
  readonly timeoutMilliseconds?: number;
  /** Octets of a CRL; default: 64 MiB. */
  readonly maxCrlBytes?: number;
  /** Of the CertID; default: SHA-1, the one that every responder knows. */
  readonly certificateIdDigest?: DigestAlgorithm;
  /** Refuses an OCSP response without our nonce, which responders that answer from a store do not bring back. */
  readonly requireNonce?: boolean;
  /** Default: `node:crypto`. */
  readonly crypto?: FormatCrypto;
}

const DEFAULT_TIMEOUT = 15_000;
const DEFAULT_MAX_CRL_BYTES = 64 * 1024 * 1024;
/** RFC 9654 §2.1. */
const NONCE_BYTES = 32;
/** CRLs that are kept until their nextUpdate. */
const MAX_KEPT_CRLS = 16;

/**
 * A check that asks the OCSP responders and CRL servers that the certificates of the path name. Made only where somebody
 * asks for it: each request tells a server which certificate is being looked at. Reasons of `not-checked`: those of
 * `givenRevocationCheck`, `no-address` where a certificate names no such server, as JPKI's do not, `address-refused`, and
 * `http-` with a reason of `HttpExchangeError`.
 */
export function httpRevocationCheck(options: HttpRevocationOptions = {}): RevocationCheck {
  const client = new RevocationClient(options);
  return (path, at) => checkPath(path, at, (issued) => client.sources(issued));
}

class RevocationClient {
  readonly #options: HttpRevocationOptions;
  readonly #crypto: FormatCrypto;
  readonly #crls = new Map<string, CrlChecker>();

  constructor(options: HttpRevocationOptions) {
    this.#options = options;
    this.#crypto = options.crypto ?? nodeCrypto;
  }

  sources({ certificate }: IssuedCertificate): readonly StatusSource[] {
    const responders = ocspAddresses(certificate);
    const servers = crlAddresses(certificate);
    const asked = [
      ...responders.map(
        (address): StatusSource =>
          (issued, at) =>
            this.#askResponder(address, issued, at),
      ),
      ...servers.map(
        (address): StatusSource =>
          (issued, at) =>
            this.#askServer(address, issued, at),
      ),
    ];
    return asked.length > 0 ? [untilAnswered(asked)] : [() => Promise.reject(unavailable('no-address'))];
  }

  async #askResponder(url: string, issued: IssuedCertificate, at: Date): Promise<CertificateStatus> {
    const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
    const digestAlgorithm = this.#options.certificateIdDigest ?? 'SHA-1';
    const bytes = await encodeOcspRequest({ ...issued, digestAlgorithm, nonce, crypto: this.#crypto });
    const response = await this.#fetch({
      url,
      body: { contentType: 'application/ocsp-request', bytes },
      acceptedTypes: ['application/ocsp-response'],
      maxBytes: MAX_OCSP_RESPONSE_BYTES,
    });
    const options = { ...this.#options, ...issued, at, now: new Date(), nonce, crypto: this.#crypto };
    return verifyOcspResponse(response, options);
  }

  async #askServer(url: string, issued: IssuedCertificate, at: Date): Promise<CertificateStatus> {
    const now = new Date();
    const kept = this.#crls.get(url);
    const isCurrent = kept !== undefined && now < kept.crl.nextUpdate;
    const checker = isCurrent ? kept : await this.#fetchCrl(url);
    const status = await checker.status(issued, { ...this.#options, at, now });
    // Only what its issuer signed is kept.
    this.#keep(url, checker);
    return status;
  }

  async #fetchCrl(url: string): Promise<CrlChecker> {
    // Servers label CRLs in many ways; what they are, their signature says.
    const maxBytes = this.#options.maxCrlBytes ?? DEFAULT_MAX_CRL_BYTES;
    return new CrlChecker(await this.#fetch({ url, maxBytes }), this.#crypto);
  }

  #keep(url: string, checker: CrlChecker): void {
    this.#crls.delete(url);
    this.#crls.set(url, checker);
    const [oldest] = this.#crls.keys();
    if (this.#crls.size > MAX_KEPT_CRLS && oldest !== undefined) this.#crls.delete(oldest);
  }

  async #fetch(request: Omit<HttpExchange, 'timeoutMilliseconds'>): Promise<Uint8Array> {
    const { isAllowed, timeoutMilliseconds = DEFAULT_TIMEOUT } = this.#options;
    const isRefused = URL.canParse(request.url) && isAllowed?.(new URL(request.url)) === false;
    if (isRefused) throw unavailable('address-refused');
    try {
      return await exchange({ ...request, timeoutMilliseconds, isPublicOnly: isAllowed === undefined });
    } catch (cause) {
      if (!(cause instanceof HttpExchangeError)) throw cause;
      throw unavailable(cause.reason === 'private-address' ? 'address-refused' : `http-${cause.reason}`, cause);
    }
  }
}

/** Asks one after the other until one knows the certificate: each further question would tell one more server. */
function untilAnswered(sources: readonly StatusSource[]): StatusSource {
  return async (issued, at) => {
    let unknown: CertificateStatus | undefined;
    let firstFailure: unknown;
    for (const source of sources) {
      try {
        const status = await source(issued, at);
        if (status.status !== 'unknown') return status;
        unknown ??= status;
      } catch (failure) {
        if (!(failure instanceof FormatError)) throw failure;
        firstFailure ??= failure;
      }
    }
    if (unknown !== undefined) return unknown;
    throw firstFailure;
  };
}

function unavailable(reason: string, cause?: unknown): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', 'no revocation data', { reason, ...(cause !== undefined && { cause }) });
}
