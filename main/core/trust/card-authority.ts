import { parseCertificate, type Certificate } from '../../../sdk/formats/index.js';
import type { KeyEntry } from '../card/card-generation.js';
import type { JpkiApplication } from '../card/jpki-application.js';
import { toClientError } from '../errors.js';
import type { IssuerStanding } from '../ports.js';
import { issuerStanding, type TrustAnchors } from './trust-anchors.js';

/**
 * The certificate, as it lies on the card, of the authority behind a key. Undefined where this medium wants a PIN for it.
 * @throws ClientError ERR_CERT_MISSING, ERR_CERT_MALFORMED, ERR_CARD_RESPONSE, and whatever the reader reports.
 */
export async function readAuthority(application: JpkiApplication, key: KeyEntry): Promise<Certificate | undefined> {
  const der = await application.readFreeCertificate(key.issuerCertificateFileId);
  return der && parseCertificate(der);
}

/**
 * How far the authority behind a key is known, by its certificate on the card. What is wrong with that file is a doubt, never
 * a failure: it stops no signature.
 * @throws ClientError what the reader reports: the card removed, the reader gone.
 */
export async function readIssuerStanding(
  trust: TrustAnchors,
  application: JpkiApplication,
  key: KeyEntry,
): Promise<IssuerStanding> {
  const authority = await readAuthorityIfAny(application, key);
  return issuerStanding(authority && (await trust.standingOf(authority, key.role)), true);
}

/**
 * The same for the holder's certificate at hand, at no command: by the authority's certificate where it was read before in
 * this insertion, else by what the holder's claims. A claim can give an authority away as none of ours; it cannot make it one
 * of them. Undefined: nothing speaks against it, and nothing was proven.
 */
export async function knownIssuerStanding(
  trust: TrustAnchors,
  application: JpkiApplication,
  { key, certificate }: { readonly key: KeyEntry; readonly certificate: Certificate },
): Promise<IssuerStanding | undefined> {
  const der = application.keptCertificate(key.issuerCertificateFileId);
  if (!der) return trust.claimedStanding(certificate, key.role);
  const authority = parseCertificate(der);
  return issuerStanding(await trust.standingOf(authority, key.role), await trust.issued(authority, certificate));
}

/** The same, and undefined also where the file is absent, malformed, or refused with a status word of its own. */
export async function readAuthorityIfAny(
  application: JpkiApplication,
  key: KeyEntry,
): Promise<Certificate | undefined> {
  try {
    return await readAuthority(application, key);
  } catch (thrown) {
    const error = toClientError(thrown);
    switch (error.code) {
      case 'ERR_CERT_MISSING':
      case 'ERR_CERT_MALFORMED':
      case 'ERR_CARD_RESPONSE':
        return undefined;
      default:
        throw error;
    }
  }
}
