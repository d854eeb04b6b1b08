/** Where the signatures of a document are and how they are built, before anything is believed of them. */
import { readXml, type XmlDocument, type XmlElement } from '../xml/index.js';
import { DSIG_NAMESPACE, XADES_NAMESPACE } from './algorithms.js';
import { isNamed } from './xml-fields.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** Signatures one document may have. */
export const MAX_SIGNATURES = 256;
const MAX_PARTS = 16 * MAX_SIGNATURES;

const REASON = 'xml-signature-structure';

/** What is collected of every document, by namespace. */
const PART_NAMES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [DSIG_NAMESPACE, new Set(['Signature', 'SignedInfo', 'SignatureValue', 'KeyInfo', 'Object'])],
  [XADES_NAMESPACE, new Set(['QualifyingProperties', 'SignedProperties', 'UnsignedSignatureProperties'])],
]);

/** The children of a `Signature` (XMLDSig §4.2). */
export interface SignatureElement {
  readonly element: XmlElement;
  readonly signedInfo: XmlElement;
  readonly signatureValue: XmlElement;
  readonly keyInfo: XmlElement | undefined;
  readonly objects: readonly XmlElement[];
}

/** A document of which every `Signature` is known. */
export interface XmlWithSignatures {
  readonly document: XmlDocument;
  /** In document order, nested ones included. */
  readonly signatures: readonly XmlElement[];
}

export type CollectXml = (element: Pick<XmlElement, 'name' | 'namespaceUri' | 'localName' | 'depth'>) => boolean;

/**
 * Reads a document for signing or verifying.
 * @param collect further elements that the caller wants to find in `document.collected`
 * @throws FormatError as `readXml`; `xml-too-many-signatures`
 */
export function readXmlWithSignatures(bytes: Uint8Array, collect: CollectXml = () => false): XmlWithSignatures {
  let parts = 0;
  const document = readXml(bytes, {
    collect: (element) => {
      if (PART_NAMES.get(element.namespaceUri)?.has(element.localName) !== true) return collect(element);
      parts += 1;
      if (parts > MAX_PARTS) throw tooMany();
      return true;
    },
  });
  const signatures = document.collected.filter((element) => isNamed(element, DSIG_NAMESPACE, 'Signature'));
  if (signatures.length > MAX_SIGNATURES) throw tooMany();
  return { document, signatures };
}

function tooMany(): Error {
  return xmlSignatureError('xml-too-many-signatures', 'more signatures than are checked');
}

/**
 * The parts of one signature: in their order, with nothing but white space between them, and without comments,
 * processing instructions and CDATA sections, on which readers disagree, in the parts that carry values.
 * @throws FormatError `ERR_SIGN_FORMAT`: `xml-signature-structure`, `xml-signature-markup`
 */
export function readSignatureElement(document: XmlDocument, element: XmlElement): SignatureElement {
  const parts = document.collected.filter(({ parent }) => parent?.start === element.start);
  requireWhiteSpaceBetween(document.bytes, element, parts);
  const [signedInfo, signatureValue, ...others] = parts;
  const keyInfo = others[0]?.localName === 'KeyInfo' ? others.shift() : undefined;
  const isComplete =
    signedInfo?.localName === 'SignedInfo' &&
    signatureValue?.localName === 'SignatureValue' &&
    others.every(({ localName }) => localName === 'Object');
  if (!isComplete) throw xmlSignatureError(REASON, 'not the children of a Signature');
  for (const part of [signedInfo, signatureValue, keyInfo]) {
    if (part !== undefined && hasMarkup(document.bytes, part)) {
      throw xmlSignatureError('xml-signature-markup', 'comment, processing instruction or CDATA within a signature');
    }
  }
  return { element, signedInfo, signatureValue, keyInfo, objects: others };
}

/** What is not among `parts`, such as an element of another namespace, is in a gap. */
function requireWhiteSpaceBetween(bytes: Uint8Array, element: XmlElement, parts: readonly XmlElement[]): void {
  let position = element.contentStart;
  for (const { start, end } of [...parts, { start: element.contentEnd, end: element.end }]) {
    const isBlank = bytes.subarray(position, start).every((octet) => ' \t\r\n'.includes(String.fromCharCode(octet)));
    if (!isBlank) throw xmlSignatureError(REASON, 'something else within a Signature');
    position = end;
  }
}

const LESS_THAN = 0x3c;
const EXCLAMATION_MARK = 0x21;
const QUESTION_MARK = 0x3f;

function hasMarkup(bytes: Uint8Array, { start, end }: XmlElement): boolean {
  const part = bytes.subarray(start, end);
  for (let at = part.indexOf(LESS_THAN); at >= 0; at = part.indexOf(LESS_THAN, at + 1)) {
    if (part[at + 1] === EXCLAMATION_MARK || part[at + 1] === QUESTION_MARK) return true;
  }
  return false;
}
