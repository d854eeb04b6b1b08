import { ATTRIBUTE_NAMES, type AttributeName } from '../../../sdk/protocol/index.js';
import { disclosedAttribute } from '../consent/build-consent-model.js';
import type { ConsentModel } from '../consent/consent-model.js';
import type { TextApplication, TextPinRole } from '../card/text-application.js';
import { toClientError } from '../errors.js';
import type { Decision, FormatCrypto } from '../ports.js';
import { textTarget } from '../signing/card-target.js';
import { runSigningSession, type SessionEnvironment } from '../signing/signing-session.js';
import { checkAttributes, type AttributeChecks, type AttributeRootKey } from './attribute-checks.js';
import { decodeAttributes, parseAttributeFile, type CardAttributes } from './attribute-file.js';

export interface AttributesEnvironment extends SessionEnvironment {
  readonly crypto: FormatCrypto;
  /** Keys that may sign the card's EF 0004. None: who signed the attributes is not checked. */
  readonly attributeRootKeys?: readonly AttributeRootKey[];
}

/** The person's own look at the face of the card. */
export interface ReadAttributesRequest {
  /** What is read out; empty: all four. */
  readonly attributes: readonly AttributeName[];
  /** The secret the person wants to use. */
  readonly pinRole: TextPinRole;
}

export interface AttributeReading {
  /** What was asked for and nothing else. */
  readonly attributes: CardAttributes;
  readonly checks: AttributeChecks;
  readonly testCard: boolean;
}

export interface AttributeReader {
  /**
   * Reads 基本4情報 from 券面事項入力補助AP, from consent to result. The My Number is never read.
   * @throws ClientError; ERR_CARD_UNSUPPORTED where the medium has no such application, ERR_SIGN_DIGEST and
   * ERR_SIGN_INVALID where the card's own digest or signature contradicts what was read.
   */
  readAttributes(request: ReadAttributesRequest, signal: AbortSignal): Promise<AttributeReading>;
}

export function createAttributeReader(environment: AttributesEnvironment): AttributeReader {
  return {
    async readAttributes(request, signal) {
      try {
        return await readAttributes(environment, request, signal);
      } catch (thrown) {
        throw toClientError(thrown);
      }
    },
  };
}

async function readAttributes(
  environment: AttributesEnvironment,
  request: ReadAttributesRequest,
  signal: AbortSignal,
): Promise<AttributeReading> {
  const names = selectedAttributes(request);
  const consent = attributesConsent(names, request.pinRole);
  return runAttributeSession(environment, { consent, pinRole: request.pinRole, names: () => names }, signal);
}

/** One reading, by whomever it is asked for. */
export interface AttributeTask {
  readonly consent: ConsentModel;
  /** The secret that `consent` names. */
  readonly pinRole: TextPinRole;
  /** What is decoded; asked when the card has been read, so that a decision can have narrowed it. */
  readonly names: () => readonly AttributeName[];
  readonly onDecision?: (decision: Decision) => Promise<void> | void;
}

/** Rejects as `AttributeReader.readAttributes`. */
export function runAttributeSession(
  environment: AttributesEnvironment,
  { consent, pinRole, names, onDecision }: AttributeTask,
  signal: AbortSignal,
): Promise<AttributeReading> {
  const target = textTarget(pinRole);
  let signerCertificate: Uint8Array | undefined;
  return runSigningSession(
    environment,
    {
      consent,
      ...(onDecision && { onDecision }),
      target: {
        ...target,
        // Needs no PIN, so it is not read between the PIN and the result.
        async readFree(application, context, now) {
          signerCertificate = await application.readSignerCertificate();
          return target.readFree(application, context, now);
        },
      },
      work: async (application, { testCard }, show) => {
        show('reading-attributes');
        return { ...(await readChecked(environment, { application, signerCertificate }, names())), testCard };
      },
    },
    signal,
  );
}

function selectedAttributes({ attributes }: ReadAttributesRequest): readonly AttributeName[] {
  return attributes.length === 0 ? ATTRIBUTE_NAMES : ATTRIBUTE_NAMES.filter((name) => attributes.includes(name));
}

function attributesConsent(names: readonly AttributeName[], pinRole: TextPinRole): ConsentModel {
  return {
    operation: 'read-attributes',
    requester: { kind: 'self' },
    pinRole,
    disclosed: names.map(disclosedAttribute),
    items: [],
  };
}

/** The files' bytes live from here to the end of this function. */
async function readChecked(
  { crypto, attributeRootKeys = [] }: AttributesEnvironment,
  card: { readonly application: TextApplication; readonly signerCertificate: Uint8Array | undefined },
  names: readonly AttributeName[],
): Promise<Pick<AttributeReading, 'attributes' | 'checks'>> {
  const { application, signerCertificate } = card;
  const file = await application.readAttributes();
  let digests: Uint8Array | undefined;
  try {
    digests = await application.readDigests();
    const attributes = parseAttributeFile(file);
    const checks = await checkAttributes(
      { attributes, digests, signerCertificate },
      { crypto, rootKeys: attributeRootKeys },
    );
    return { attributes: decodeAttributes(attributes, names), checks };
  } finally {
    file.fill(0);
    digests?.fill(0);
  }
}
