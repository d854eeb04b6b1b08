/** Which certificate a signature was made with. KeyInfo proves nothing by itself: the signature value decides. */
import { signatureAlgorithm, type SignatureAlgorithmEntry } from '../algorithms.js';
import { equalBytes } from '../bytes.js';
import { parseCertificate, type Certificate } from '../certificate.js';
import { ecdsaSignatureToDer } from '../ecdsa-signature.js';
import { FormatError, type FormatErrorCode } from '../format-error.js';
import type { SignatureAlgorithm, VerifySignature } from '../ports.js';
import { acceptedKeyKind } from '../public-key.js';
import { readXmlTree, type XmlDocument, type XmlElement, type XmlTree } from '../xml/index.js';
import { DSIG_NAMESPACE } from './algorithms.js';
import { decodeXmlBase64, isNamed, textOf } from './xml-fields.js';
import { xmlSignatureError } from './xmldsig-error.js';

const MAX_KEY_INFO_NODES = 2000;
/** Certificates in one KeyInfo. */
const MAX_CERTIFICATES = 16;

const REASON = 'xml-key-info';

/** Certificates of a KeyInfo as found; all other contents are passed over. */
export interface KeyInfoCertificates {
  readonly certificates: readonly Certificate[];
  readonly hasMalformed: boolean;
}

/** @throws FormatError `ERR_SIGN_FORMAT`: `xml-key-info`, `xml-base64` */
export function readKeyInfo(document: XmlDocument, keyInfo: XmlElement | undefined): KeyInfoCertificates {
  if (keyInfo === undefined) return { certificates: [], hasMalformed: false };
  const tree = readXmlTree(document, keyInfo, { maxNodes: MAX_KEY_INFO_NODES });
  const texts = children(tree, 'X509Data').flatMap((data) => children(data, 'X509Certificate'));
  if (texts.length > MAX_CERTIFICATES) throw xmlSignatureError(REASON, 'too many certificates');
  const parsed = texts.map((text) => parsedOrUndefined(decodeXmlBase64(textOf(text, REASON))));
  const certificates = parsed.filter((certificate) => certificate !== undefined);
  return { certificates, hasMalformed: certificates.length < parsed.length };
}

function children(tree: XmlTree, localName: string): readonly XmlTree[] {
  return tree.children.filter(
    (child): child is XmlTree => typeof child !== 'string' && isNamed(child.element, DSIG_NAMESPACE, localName),
  );
}

function parsedOrUndefined(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch {
    return undefined;
  }
}

export interface SignatureToCheck {
  readonly algorithm: SignatureAlgorithm;
  /** Canonical SignedInfo. */
  readonly data: Uint8Array;
  /** As in XML: `r ‖ s` for ECDSA (XMLDSig §6.4.3). */
  readonly value: Uint8Array;
}

/**
 * The certificates under whose key the signature holds: one, or several of the same key, which only a signed reference
 * can tell apart.
 * @returns at least one, all different
 * @throws FormatError `ERR_CERT_MISSING` (`xml-certificate-missing`), `ERR_CERT_MALFORMED` (`xml-certificate-malformed`),
 * `ERR_SIGN_ALGORITHM` (`xml-key-kind`), `ERR_SIGN_INVALID` (`xml-signature-value`)
 */
export async function matchingCertificates(
  { certificates, hasMalformed }: KeyInfoCertificates,
  signature: SignatureToCheck,
  crypto: VerifySignature,
): Promise<readonly Certificate[]> {
  const different = certificates.filter(
    ({ der }, index) => certificates.findIndex((other) => equalBytes(der, other.der)) === index,
  );
  if (different.length === 0) {
    throw hasMalformed
      ? refused('ERR_CERT_MALFORMED', 'xml-certificate-malformed', 'a certificate that cannot be read')
      : refused('ERR_CERT_MISSING', 'xml-certificate-missing', 'no certificate in KeyInfo');
  }
  const entry = signatureAlgorithm(signature.algorithm);
  const usable = different.filter((certificate) => hasKeyKind(certificate, entry));
  if (usable.length === 0) {
    throw refused('ERR_SIGN_ALGORITHM', 'xml-key-kind', 'no key that the algorithm takes and that is strong enough');
  }
  const value = signatureValueForPort(signature.value, entry);
  const matching: Certificate[] = [];
  for (const certificate of usable) {
    const { subjectPublicKeyInfo } = certificate;
    if (await crypto.verifySignature(entry.name, subjectPublicKeyInfo, signature.data, value))
      matching.push(certificate);
  }
  if (matching.length === 0) throw invalidValue();
  return matching;
}

function hasKeyKind({ subjectPublicKeyInfo }: Certificate, { keyKind }: SignatureAlgorithmEntry): boolean {
  try {
    return acceptedKeyKind(subjectPublicKeyInfo) === keyKind;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return false;
  }
}

function signatureValueForPort(value: Uint8Array, { keyKind }: SignatureAlgorithmEntry): Uint8Array {
  if (keyKind === 'RSA') return value;
  try {
    return ecdsaSignatureToDer(value, keyKind);
  } catch (cause) {
    throw invalidValue(cause);
  }
}

function invalidValue(cause?: unknown): FormatError {
  return xmlSignatureError('xml-signature-value', 'the signature does not hold', { code: 'ERR_SIGN_INVALID', cause });
}

function refused(code: FormatErrorCode, reason: string, message: string): FormatError {
  return xmlSignatureError(reason, message, { code });
}
