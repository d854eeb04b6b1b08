import { requireJpkiKeyUsage, signatureAlgorithm } from '../../../sdk/formats/index.js';
import { ATTRIBUTE_NAMES } from '../../../sdk/protocol/index.js';
import type { CardAttributes } from '../attributes/attribute-file.js';
import { runAttributeSession, type AttributesEnvironment } from '../attributes/read-attributes.js';
import { readManufactureNumber } from '../card/common-application.js';
import type { KeyEntry } from '../card/card-generation.js';
import type { JpkiApplication } from '../card/jpki-application.js';
import type { OriginRequester } from '../consent/consent-model.js';
import { ClientError, toClientError } from '../errors.js';
import type { Decision, KeyRole } from '../ports.js';
import { keyTarget, type CardTarget } from '../signing/card-target.js';
import type { SignItemsEnvironment } from '../signing/sign-items.js';
import { readAfterPin, signDigestWithCard, type CardKeyInUse } from '../signing/sign-with-card.js';
import { runSigningSession, type ShowProgress } from '../signing/signing-session.js';
import type { DigestInfo } from './digest-info.js';
import { siteIdentifiers, type IdentifierEnvironment, type SiteIdentifiers } from './identifiers.js';
import { attributesAnswer, logInAnswer, signAnswer, type PageSignatures } from './page-answer.js';
import { pageConsent } from './page-consent.js';
import type { PageRequest } from './page-request.js';

export interface PageOperationsEnvironment extends AttributesEnvironment, SignItemsEnvironment, IdentifierEnvironment {}

/** A page's request, after its transport has established who asks and its form was found to hold. */
export interface PageOperation {
  readonly requester: OriginRequester;
  readonly request: PageRequest;
  /** Learns what the person decided, before anything follows from it. */
  readonly onDecision: (decision: Decision) => Promise<void> | void;
}

/** From consent to the `detail` of the page's `recvMsg`, all of it or nothing. Rejects with `ClientError`. */
export type RunPageOperation = (operation: PageOperation, signal: AbortSignal) => Promise<string>;

/**
 * The government sites' own page protocol over the same sessions as everything else. The one place where the authentication
 * key signs bytes that a site chose.
 */
export function createPageOperations(environment: PageOperationsEnvironment): RunPageOperation {
  return async (operation, signal) => {
    try {
      return await run(environment, operation, signal);
    } catch (thrown) {
      throw toClientError(thrown);
    }
  };
}

async function run(
  environment: PageOperationsEnvironment,
  operation: PageOperation,
  signal: AbortSignal,
): Promise<string> {
  const { request } = operation;
  switch (request.kind) {
    case 'log-in':
      return logIn(environment, { ...operation, digestInfo: request.digestInfo }, signal);
    case 'sign': {
      const { digestInfos, single } = request;
      const target = rsaTarget('signing');
      return signAnswer(await signDigests(environment, { ...operation, digestInfos, target }, signal), single);
    }
    case 'read-attributes':
      return attributesAnswer(await readAttributes(environment, operation, signal));
  }
}

async function logIn(
  environment: PageOperationsEnvironment,
  { digestInfo, ...operation }: PageOperation & { readonly digestInfo: DigestInfo },
  signal: AbortSignal,
): Promise<string> {
  let identifiers: SiteIdentifiers | undefined;
  const target = rsaTarget('authentication');
  const identifying: CardTarget<JpkiApplication, KeyEntry> = {
    ...target,
    // Of each card that is looked at, so that one that was changed meanwhile is not taken for the other.
    async readFree(application, context, now) {
      const identity = await target.readFree(application, context, now);
      const number = await readManufactureNumber(context.channel);
      try {
        identifiers = await siteIdentifiers(environment, operation.requester.origin, number);
      } finally {
        number.fill(0);
      }
      return identity;
    },
  };
  const task = { ...operation, digestInfos: [digestInfo], target: identifying };
  const signed = await signDigests(environment, task, signal);
  if (!identifiers) throw new ClientError('ERR_INTERNAL', 'a card that was not looked at');
  return logInAnswer(signed, identifiers);
}

/** A key that signs a `DigestInfo`. With one that does not the person is asked for nothing. */
function rsaTarget(role: KeyRole): CardTarget<JpkiApplication, KeyEntry> {
  const target = keyTarget(role);
  return {
    ...target,
    readFree(application, context, now) {
      if (signatureAlgorithm(target.pinEntry(application).algorithm).keyKind !== 'RSA') {
        throw new ClientError('ERR_SIGN_ALGORITHM', 'this protocol knows RSA keys only');
      }
      return target.readFree(application, context, now);
    },
  };
}

interface DigestsTask extends PageOperation {
  readonly digestInfos: readonly DigestInfo[];
  readonly target: CardTarget<JpkiApplication, KeyEntry>;
}

function signDigests(
  environment: PageOperationsEnvironment,
  { request, requester, onDecision, digestInfos, target }: DigestsTask,
  signal: AbortSignal,
): Promise<PageSignatures> {
  return runSigningSession(
    environment,
    {
      consent: pageConsent(request, requester),
      onDecision,
      target,
      async work(application, { pinEntry: key, authenticationCertificate }, show) {
        show('reading-certificate');
        const known = key.role === 'authentication' ? authenticationCertificate : undefined;
        const certificate = known ?? (await readAfterPin(environment, application, key));
        requireJpkiKeyUsage(certificate, key.role);
        const inUse = { application, key, certificate };
        const signatures = await signEach(environment, { inUse, digestInfos, show }, signal);
        return { signatures, certificate: certificate.der };
      },
    },
    signal,
  );
}

interface EachDigest {
  readonly inUse: CardKeyInUse;
  readonly digestInfos: readonly DigestInfo[];
  readonly show: ShowProgress;
}

/** The page's protocol has no word for a part of what was asked for: the first failure is all of it. */
async function signEach(
  environment: PageOperationsEnvironment,
  { inUse, digestInfos, show }: EachDigest,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const signatures: Uint8Array[] = [];
  for (const [done, { der }] of digestInfos.entries()) {
    show('signing', { done, count: digestInfos.length });
    if (signal.aborted) throw new ClientError('ERR_USER_CANCELLED', 'cancelled between two signatures');
    signatures.push(await signDigestWithCard(environment, inUse, der));
  }
  return signatures;
}

async function readAttributes(
  environment: PageOperationsEnvironment,
  { request, requester, onDecision }: PageOperation,
  signal: AbortSignal,
): Promise<CardAttributes> {
  const consent = pageConsent(request, requester);
  const task = { consent, pinRole: 'profile', names: () => ATTRIBUTE_NAMES, onDecision } as const;
  return (await runAttributeSession(environment, task, signal)).attributes;
}
