import { FormatError } from '../format-error.js';
import { readXmlTree, type XmlDocument, type XmlElement, type XmlTree } from '../xml/index.js';
import { DSIG_NAMESPACE, XADES_NAMESPACE } from './algorithms.js';
import type { ElementRanges } from './element-ranges.js';
import type { SignatureElement } from './signature-element.js';
import { isNamed } from './xml-fields.js';

/** XMLDSig 1.1, and XAdES 1.3.2 and 1.4.1. */
const PROPERTY_NAMESPACES: ReadonlySet<string> = new Set([
  'http://www.w3.org/2009/xmldsig11#',
  XADES_NAMESPACE,
  'http://uri.etsi.org/01903/v1.4.1#',
]);

/** What XMLDSig has within KeyInfo and Object. Anything else under its namespace is only called so. */
const DSIG_NAMES: ReadonlySet<string> = new Set(
  [
    'KeyInfo KeyName KeyValue DSAKeyValue RSAKeyValue P Q G Y J Seed PgenCounter Modulus Exponent MgmtData',
    'X509Data X509IssuerSerial X509IssuerName X509SerialNumber X509SKI X509SubjectName X509Certificate X509CRL',
    'PGPData PGPKeyID PGPKeyPacket SPKIData SPKISexp RetrievalMethod Transforms Transform XPath',
    'Object Manifest SignatureProperties SignatureProperty Reference DigestMethod DigestValue CanonicalizationMethod',
  ].flatMap((names) => names.split(' ')),
);

const MAX_NODES = 10_000;

/**
 * Whether a Signature carries content that nobody has signed: what the enveloped-signature transform takes out of the signed
 * document with the Signature, programs that look for elements by name find all the same. Other signatures, properties of
 * this one and key information are no content.
 * @param covered elements that intact signatures are over
 */
export function hasUnsignedContent(
  document: XmlDocument,
  { keyInfo, objects }: SignatureElement,
  covered: ElementRanges,
): boolean {
  return [keyInfo, ...objects].some(
    (part) => part !== undefined && !covered.has(part) && hasForeign(document, part, covered),
  );
}

function hasForeign(document: XmlDocument, part: XmlElement, covered: ElementRanges): boolean {
  try {
    const isObject = part.localName === 'Object';
    return isForeign(readXmlTree(document, part, { maxNodes: MAX_NODES }), { mayHaveText: !isObject, covered });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return true;
  }
}

function isForeign(
  { element, children }: XmlTree,
  { mayHaveText, covered }: { mayHaveText: boolean; covered: ElementRanges },
): boolean {
  if (covered.has(element)) return false;
  // It is checked by itself.
  if (isNamed(element, DSIG_NAMESPACE, 'Signature')) return false;
  const isKnown =
    element.namespaceUri === DSIG_NAMESPACE
      ? DSIG_NAMES.has(element.localName)
      : PROPERTY_NAMESPACES.has(element.namespaceUri);
  if (!isKnown) return true;
  return children.some((child) =>
    typeof child === 'string'
      ? !mayHaveText && /[^ \t\r\n]/.test(child)
      : isForeign(child, { mayHaveText: true, covered }),
  );
}
