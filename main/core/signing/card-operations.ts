import {
  authenticationTokenToBeSigned,
  ecdsaSignatureFromDer,
  ecdsaSignatureToDer,
  encodeBase64,
  encodeDigestInfo,
  encodeHex,
  equalBytes,
  parseCertificate,
  prepareDetachedSignedData,
  requireJpkiKeyUsage,
  signatureAlgorithm,
  type Certificate,
} from '../../../sdk/formats/index.js';
import type { ByteSource, DigestAlgorithm } from '../../../sdk/formats/ports.js';
import type { AuthenticationToken, SignedItem } from '../../../sdk/protocol/index.js';
import type { AttributesEnvironment } from '../attributes/read-attributes.js';
import { readServiceAttributes } from '../attributes/service-attributes.js';
import type { JpkiApplication } from '../card/jpki-application.js';
import type { KeyEntry } from '../card/card-generation.js';
import { buildConsentModel } from '../consent/build-consent-model.js';
import { ClientError, toClientError, toWireError } from '../errors.js';
import type { Log, Progress } from '../ports.js';
import type { AuthenticateOperation, CardOperations, SignOperation } from './operations.js';
import { assertWithinValidity, keyTarget } from './card-target.js';
import type { PreparedCard } from './prepare-card.js';
import { digestInOnePass } from './shared-pass.js';
import { runSigningSession } from './signing-session.js';

export interface CardOperationsEnvironment extends AttributesEnvironment {
  readonly log: Log;
}

/** The product's use cases over one set of ports. */
export function createCardOperations(environment: CardOperationsEnvironment): CardOperations {
  return {
    authenticate: (request, signal) => withClientErrors(authenticate(environment, request, signal)),
    sign: (request, signal) => withClientErrors(sign(environment, request, signal)),
    readAttributes: (request, signal) => withClientErrors(readServiceAttributes(environment, request, signal)),
  };
}

function withClientErrors<Result>(running: Promise<Result>): Promise<Result> {
  return running.catch((thrown: unknown) => {
    throw toClientError(thrown);
  });
}

async function authenticate(
  environment: CardOperationsEnvironment,
  request: AuthenticateOperation,
  signal: AbortSignal,
): Promise<AuthenticationToken> {
  const consent = buildConsentModel(request, []);
  return runSigningSession(
    environment,
    {
      consent,
      ...decisionListener(request),
      target: keyTarget('authentication'),
      work: async (application, prepared, show) => {
        const { pinEntry: key } = prepared;
        const certificate =
          prepared.authenticationCertificate ?? (await readAfterPin(environment, application, prepared));
        requireJpkiKeyUsage(certificate, 'authentication');
        const toBeSigned = await authenticationTokenToBeSigned(
          { origin: request.origin, challengeNonce: request.challengeNonce },
          key.algorithm,
          environment.crypto,
        );
        const signature = await signWithCard(environment, { application, key, certificate, show }, toBeSigned);
        const algorithm = tokenAlgorithm(key);
        return {
          unverifiedCertificate: encodeBase64(certificate.der),
          algorithm,
          // The Web eID token has ECDSA signatures as r ‖ s.
          signature: encodeBase64(algorithm === 'ES384' ? ecdsaSignatureFromDer(signature, 'P-384') : signature),
          format: 'web-eid:1.0',
        };
      },
    },
    signal,
  );
}

async function sign(
  environment: CardOperationsEnvironment,
  request: SignOperation,
  signal: AbortSignal,
): Promise<readonly SignedItem[]> {
  const consented: ConsentedItem[] = [];
  for (const { content, unverifiedName: name } of request.items) {
    if (signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled while the content was read');
    const digest = await environment.crypto.digest('SHA-256', content);
    consented.push({ name, size: contentSize(content), digests: { 'SHA-256': digest } });
  }
  const itemDigests = consented.map(({ size, digests }) => ({ size, sha256: encodeHex(digests['SHA-256']) }));
  const consent = buildConsentModel(request, itemDigests);
  return runSigningSession(
    environment,
    {
      consent,
      ...decisionListener(request),
      target: keyTarget('signing'),
      onPrepared: ({ pinEntry: key }) =>
        digestContents(environment, request, { consented, algorithm: key.digestAlgorithm }),
      work: async (application, prepared, show) => {
        show('reading-certificate');
        const certificate = await readAfterPin(environment, application, prepared);
        requireJpkiKeyUsage(certificate, 'signing');
        return signItems(environment, { application, key: prepared.pinEntry, certificate, show }, consented);
      },
    },
    signal,
  );
}

function decisionListener({ onDecision }: AuthenticateOperation | SignOperation) {
  return onDecision ? { onDecision } : {};
}

/** The bytes a person agreed to, by their digests; the name goes back to the requester as it came. */
interface ConsentedItem {
  readonly name: string;
  readonly size: number;
  /** SHA-256 is what the person is shown; the card's key may want another one, computed before the person is asked. */
  readonly digests: { readonly 'SHA-256': Uint8Array } & Partial<Record<DigestAlgorithm, Uint8Array>>;
}

/**
 * Adds the digest that this card's key signs with, where it is not the one shown, before the person is asked. The content is
 * read again for it, so that reading has to yield the digest shown too.
 * @throws ClientError ERR_SIGN_DIGEST where the content is no longer what was digested first.
 */
async function digestContents(
  { crypto }: CardOperationsEnvironment,
  request: SignOperation,
  { consented, algorithm }: { readonly consented: ConsentedItem[]; readonly algorithm: DigestAlgorithm },
): Promise<void> {
  for (const [index, { content }] of request.items.entries()) {
    const item = consented[index];
    if (!item || item.digests[algorithm]) continue;
    const [shown, digest] = await digestInOnePass(crypto, content, ['SHA-256', algorithm]);
    if (!equalBytes(shown, item.digests['SHA-256'])) {
      throw new ClientError('ERR_SIGN_DIGEST', 'the content has changed since it was digested');
    }
    consented[index] = { ...item, digests: { ...item.digests, [algorithm]: digest } };
  }
}

interface CardKeyInUse {
  readonly application: JpkiApplication;
  readonly key: KeyEntry;
  readonly certificate: Certificate;
  readonly show: (progress: Progress) => void;
}

/** Signs the consented digests, and nothing else. The first failure fails the request; a later one fails what is left. */
async function signItems(
  environment: CardOperationsEnvironment,
  inUse: CardKeyInUse,
  consented: readonly ConsentedItem[],
): Promise<readonly SignedItem[]> {
  const results: SignedItem[] = [];
  let failure: ClientError | undefined;
  for (const { name, digests } of consented) {
    try {
      if (failure) throw failure;
      const signature = await signCms(environment, inUse, digests);
      results.push({ status: 'signed', name, signature: encodeBase64(signature) });
    } catch (thrown) {
      failure = toClientError(thrown);
      if (results.length === 0) throw failure;
      environment.log.event('sign-item-failed', { code: failure.code });
      results.push({ status: 'failed', name, error: toWireError(failure) });
    }
  }
  return results;
}

async function signCms(
  environment: CardOperationsEnvironment,
  inUse: CardKeyInUse,
  digests: ConsentedItem['digests'],
): Promise<Uint8Array> {
  const { algorithm, digestAlgorithm } = inUse.key;
  const contentDigest = digests[digestAlgorithm];
  if (!contentDigest) throw new ClientError('ERR_SIGN_ALGORITHM', 'the content was not digested for this key');
  const prepared = await prepareDetachedSignedData({
    signerCertificate: inUse.certificate.der,
    contentDigest,
    digestAlgorithm,
    signatureAlgorithm: algorithm,
    signingTime: environment.clock.now(),
    crypto: environment.crypto,
  });
  return prepared.complete(await signWithCard(environment, inUse, prepared.toBeSigned));
}

/** Digest, card, and the check without which no signature leaves the core. ECDSA signatures come out in DER. */
async function signWithCard(
  { crypto }: CardOperationsEnvironment,
  { application, key, certificate, show }: CardKeyInUse,
  toBeSigned: Uint8Array,
): Promise<Uint8Array> {
  show('signing');
  const digest = await crypto.digest(key.digestAlgorithm, toBeSigned);
  const isRsa = signatureAlgorithm(key.algorithm).keyKind === 'RSA';
  const input = isRsa ? encodeDigestInfo(key.digestAlgorithm, digest) : digest;
  const computed = await application.computeDigitalSignature(key, input);
  const signature = isRsa ? computed : ecdsaSignatureToDer(computed, 'P-384');
  show('checking-signature');
  const { subjectPublicKeyInfo } = certificate;
  if (!(await crypto.verifySignature(key.algorithm, subjectPublicKeyInfo, toBeSigned, signature))) {
    throw new ClientError('ERR_SIGN_MISMATCH', "the card's signature does not match its certificate");
  }
  return signature;
}

async function readAfterPin(
  environment: CardOperationsEnvironment,
  application: JpkiApplication,
  { pinEntry: key }: PreparedCard<KeyEntry>,
): Promise<Certificate> {
  const certificate = parseCertificate(await application.readProtectedCertificate(key.certificateFileId));
  assertWithinValidity(certificate, environment.clock.now());
  return certificate;
}

function tokenAlgorithm(key: KeyEntry): AuthenticationToken['algorithm'] {
  if (key.algorithm === 'RS256' || key.algorithm === 'ES384') return key.algorithm;
  throw new ClientError('ERR_SIGN_ALGORITHM', 'this key cannot sign an authentication token');
}

function contentSize(content: Uint8Array | ByteSource): number {
  return content instanceof Uint8Array ? content.length : content.size;
}
