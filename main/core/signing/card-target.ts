import { isJpkiTestCertificate, parseCertificate, type Certificate } from '../../../sdk/formats/index.js';
import { errorArea } from '../../../sdk/protocol/index.js';
import type { CardChannel } from '../apdu/card-channel.js';
import type { CardApplication } from '../card/card-application.js';
import type { KeyEntry, PinEntry } from '../card/card-generation.js';
import type { InsertionMemory } from '../card/insertion-memory.js';
import { JpkiApplication } from '../card/jpki-application.js';
import { TEXT_PINS, TextApplication, type TextPinRole } from '../card/text-application.js';
import { ClientError, toClientError } from '../errors.js';
import type { IssuerStanding, KeyRole } from '../ports.js';
import { knownIssuerStanding, readIssuerStanding } from '../trust/card-authority.js';
import type { TrustAnchors } from '../trust/trust-anchors.js';

/** How a card is recognised while it is used, from free reads. */
export interface CardIdentity {
  /** In memory only; without name or address. Undefined where the card has none, or wants a PIN for it. */
  readonly authenticationCertificate: Certificate | undefined;
  /** Issued by an authority of test cards. */
  readonly testCard: boolean;
  /** Of the certificate that will be used. Undefined where none takes part, or nothing is known against its issuer. */
  readonly issuer: IssuerStanding | undefined;
}

/** One connection to a card, as an application is selected on it. */
export interface SelectionContext {
  readonly channel: CardChannel;
  readonly memory: InsertionMemory;
  /** What the certificates on the card are judged by. */
  readonly trust: TrustAnchors;
}

/** What a request wants of the card: one application, and the secret that opens it. */
export interface CardTarget<Application extends CardApplication, Entry extends PinEntry> {
  /** Selects the application. Called on each connection of the request; the one with the secret is exclusive. */
  select(context: SelectionContext): Promise<Application>;
  /** The secret, on this generation of cards. */
  pinEntry(application: Application): Entry;
  /**
   * Free reads before the person is asked, on the connection that told the tries left. May select another application.
   * @throws ClientError where the card cannot do what is asked.
   */
  readFree(application: Application, context: SelectionContext, now: Date): Promise<CardIdentity>;
}

/** One of the card's two key pairs. */
export function keyTarget(role: KeyRole): CardTarget<JpkiApplication, KeyEntry> {
  return {
    select: ({ channel, memory }) => JpkiApplication.select(channel, memory),
    pinEntry: ({ generation }) => generation.keys[role],
    async readFree(application, { trust }, now) {
      const identity = await readIdentity(application, role);
      const key = application.generation.keys[role];
      if (role === 'signing') return { ...identity, issuer: await readIssuerStanding(trust, application, key) };
      const certificate = identity.authenticationCertificate;
      if (!certificate) return identity;
      assertWithinValidity(certificate, now);
      return { ...identity, issuer: await knownIssuerStanding(trust, application, { key, certificate }) };
    },
  };
}

/** One of the secrets of 券面事項入力補助AP, which has no certificate of the holder: JPKI's recognises the card there too. */
export function textTarget(role: TextPinRole): CardTarget<TextApplication, PinEntry> {
  return {
    select: ({ channel, memory }) => TextApplication.select(channel, memory),
    pinEntry: () => TEXT_PINS[role],
    readFree: (_application, context) => readIdentityIfAny(context),
  };
}

async function readIdentity(application: JpkiApplication, role: KeyRole): Promise<CardIdentity> {
  const certificate = await readAuthenticationCertificate(application, role);
  const testCard = await isTestCard(application, certificate);
  return { authenticationCertificate: certificate, testCard, issuer: undefined };
}

/** Without certificates a card still has its face: what is wrong with them concerns nobody who reads that. */
export async function readIdentityIfAny({ channel, memory }: SelectionContext): Promise<CardIdentity> {
  try {
    return await readIdentity(await JpkiApplication.select(channel, memory), 'signing');
  } catch (thrown) {
    const { code } = toClientError(thrown);
    if (code !== 'ERR_CARD_UNSUPPORTED' && errorArea(code) !== 'CERT') throw thrown;
    return { authenticationCertificate: undefined, testCard: false, issuer: undefined };
  }
}

async function readAuthenticationCertificate(
  application: JpkiApplication,
  role: KeyRole,
): Promise<Certificate | undefined> {
  try {
    const der = await application.readFreeCertificate(application.generation.keys.authentication.certificateFileId);
    return der && parseCertificate(der);
  } catch (error) {
    // Whoever signs needs no authentication certificate.
    if (role === 'signing' && error instanceof ClientError && error.code === 'ERR_CERT_MISSING') return undefined;
    throw error;
  }
}

/** By the issuer's name: of the certificate at hand, else of the authority's own, which every medium lets read. */
export async function isTestCard(application: JpkiApplication, certificate: Certificate | undefined): Promise<boolean> {
  if (certificate) return isJpkiTestCertificate(certificate);
  const { issuerCertificateFileId } = application.generation.keys.authentication;
  const issuer = await application.readFreeCertificate(issuerCertificateFileId);
  return issuer !== undefined && isJpkiTestCertificate(parseCertificate(issuer));
}

/** @throws ClientError ERR_CERT_EXPIRED or ERR_CERT_NOT_YET_VALID. */
export function assertWithinValidity(certificate: Certificate, at: Date): void {
  if (at > certificate.notAfter) throw new ClientError('ERR_CERT_EXPIRED', 'the certificate has expired');
  if (at < certificate.notBefore) throw new ClientError('ERR_CERT_NOT_YET_VALID', 'the certificate is not valid yet');
}
