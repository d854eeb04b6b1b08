/** SignedInfo (XMLDSig §4.4), read from the very octets that the signature value is over. */
import { concatBytes } from '../bytes.js';
import {
  canonicalize,
  readXml,
  readXmlTree,
  type C14nMethod,
  type XmlDocument,
  type XmlElement,
  type XmlTree,
} from '../xml/index.js';
import { canonicalizationByUri, DSIG_NAMESPACE, ENVELOPED_SIGNATURE, EXC_C14N_NAMESPACE } from './algorithms.js';
import { attributeValue, decodeXmlBase64, isNamed, requireAttributes, textOf, XmlFields } from './xml-fields.js';
import type { WorkBudget } from './work-budget.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** References one signature may have. */
const MAX_REFERENCES = 1000;
/** Octets of a canonical SignedInfo. */
const MAX_SIGNED_INFO_BYTES = 1024 * 1024;
/** Elements and texts of a SignedInfo. */
const MAX_SIGNED_INFO_NODES = 20 * MAX_REFERENCES;
const MAX_INCLUSIVE_PREFIXES = 64;

const REASON = 'xml-signature-structure';

/** A canonicalization with its parameters. */
export interface C14nTransform {
  readonly method: C14nMethod;
  readonly inclusivePrefixes: readonly string[];
}

/** The transforms of one Reference: the only two there may be, in the only order. */
export interface Transforms {
  readonly isEnveloped: boolean;
  readonly isVersion11: boolean;
  /** Undefined: none is named. */
  readonly c14n: C14nTransform | undefined;
}

export interface Reference {
  readonly id: string | undefined;
  readonly type: string | undefined;
  /** As written. */
  readonly uri: string;
  readonly transforms: Transforms;
  readonly digestUri: string;
  readonly digestValue: Uint8Array;
}

export interface SignedInfo {
  /** Canonical: what the signature value is over. */
  readonly octets: Uint8Array;
  readonly signatureUri: string;
  /** At least one. */
  readonly references: readonly Reference[];
}

/**
 * Canonicalizes the SignedInfo as it asks for itself, and reads what came out.
 * @throws FormatError `xml-signature-structure`, `xml-transform`, `xml-reference-uri`, `xml-too-many-references`, `xml-reference-work`,
 * `xml-base64`, `xml-hmac-output-length`
 */
export function readSignedInfo(document: XmlDocument, element: XmlElement, budget: WorkBudget): SignedInfo {
  // Nothing is read any more once they have run out.
  budget.spendReferences(0);
  const octets = canonicalSignedInfo(document, element, budget);
  const canonical = readXml(octets);
  const tree = readXmlTree(canonical, canonical.root, { maxNodes: MAX_SIGNED_INFO_NODES });
  const fields = new XmlFields(tree, DSIG_NAMESPACE, REASON);
  fields.next('CanonicalizationMethod');
  const signatureUri = readSignatureMethod(fields.next('SignatureMethod'));
  const references = fields.all('Reference');
  fields.end();
  if (references.length === 0) throw xmlSignatureError(REASON, 'no Reference');
  budget.spendReferences(references.length);
  if (references.length > MAX_REFERENCES) {
    throw xmlSignatureError('xml-too-many-references', 'more references than are checked');
  }
  return { octets, signatureUri, references: references.map(readReference) };
}

function canonicalSignedInfo(document: XmlDocument, element: XmlElement, budget: WorkBudget): Uint8Array {
  // Its method is in itself; it is read again, with everything else, from what it produces.
  const tree = readXmlTree(document, element, { maxNodes: MAX_SIGNED_INFO_NODES });
  const { c14n, isVersion11 } = readC14n(new XmlFields(tree, DSIG_NAMESPACE, REASON).next('CanonicalizationMethod'));
  if (isVersion11) requireSameAs10(element);
  return canonicalOctets(document, element, { ...c14n, maxBytes: MAX_SIGNED_INFO_BYTES, budget });
}

/**
 * Canonical octets of one small element.
 * @throws FormatError `ERR_SIGN_FORMAT`, `xml-signature-structure`, where they are more than `maxBytes`
 */
export function canonicalOctets(
  document: XmlDocument,
  element: XmlElement,
  { maxBytes, budget, ...c14n }: C14nTransform & { readonly maxBytes: number; readonly budget?: WorkBudget },
): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  canonicalize(document, element, c14n, (chunk) => {
    length += chunk.length;
    budget?.spend(chunk.length);
    if (length > maxBytes) throw xmlSignatureError(REASON, 'a part of the signature is too long');
    chunks.push(chunk.slice());
  });
  return concatBytes(...chunks);
}

/**
 * C14N 1.1 differs from 1.0 in which `xml:*` attributes an element inherits, and only in `xml:id` and `xml:base`.
 * @throws FormatError `ERR_SIGN_ALGORITHM`, `xml-transform`
 */
export function requireSameAs10({ inheritedXmlAttributes }: XmlElement): void {
  if (inheritedXmlAttributes.some(({ localName }) => localName === 'id' || localName === 'base')) {
    throw xmlSignatureError('xml-transform', 'C14N 1.1 of an element that inherits xml:id or xml:base', {
      code: 'ERR_SIGN_ALGORITHM',
    });
  }
}

/**
 * How same-document references are canonicalized: by C14N 1.0 where nothing is said (XMLDSig §4.4.3.2), and without
 * comments whatever is said (§4.4.3.3).
 */
export function withoutComments(c14n: C14nTransform | undefined): C14nTransform {
  if (c14n === undefined) return { method: 'c14n', inclusivePrefixes: [] };
  return { ...c14n, method: c14n.method.startsWith('exc-') ? 'exc-c14n' : 'c14n' };
}

/** `CanonicalizationMethod`, or a `Transform` that is a canonicalization. @throws FormatError `xml-transform` */
export function readC14n(method: XmlTree): { c14n: C14nTransform; isVersion11: boolean } {
  requireAttributes(method.element, ['Algorithm'], REASON);
  const canonicalization = canonicalizationByUri(attributeValue(method.element, 'Algorithm') ?? '');
  if (canonicalization === undefined) throw unknownTransform();
  const { method: name, isVersion11 } = canonicalization;
  const fields = new XmlFields(method, EXC_C14N_NAMESPACE, 'xml-transform');
  const inclusive = name.startsWith('exc-') ? fields.optional('InclusiveNamespaces') : undefined;
  fields.end();
  return {
    c14n: { method: name, inclusivePrefixes: inclusive === undefined ? [] : readPrefixList(inclusive) },
    isVersion11,
  };
}

/** Exc-C14N §3: `#default` stands for the default namespace. */
function readPrefixList(inclusive: XmlTree): readonly string[] {
  const list = attributeValue(inclusive.element, 'PrefixList') ?? '';
  const prefixes = list.split(/[ \t\r\n]+/).filter((prefix) => prefix !== '');
  if (inclusive.children.length > 0 || prefixes.length > MAX_INCLUSIVE_PREFIXES) {
    throw xmlSignatureError('xml-transform', 'InclusiveNamespaces that is none');
  }
  return prefixes;
}

function unknownTransform(): Error {
  return xmlSignatureError('xml-transform', 'a transform that is not accepted', { code: 'ERR_SIGN_ALGORITHM' });
}

function readSignatureMethod(method: XmlTree): string {
  requireAttributes(method.element, ['Algorithm'], REASON);
  const hasOutputLength = method.children.some(
    (child) => typeof child !== 'string' && isNamed(child.element, DSIG_NAMESPACE, 'HMACOutputLength'),
  );
  // A truncated HMAC of no bits fits everything (CVE-2009-0217).
  if (hasOutputLength) {
    throw xmlSignatureError('xml-hmac-output-length', 'HMACOutputLength', { code: 'ERR_SIGN_ALGORITHM' });
  }
  const uri = attributeValue(method.element, 'Algorithm') ?? '';
  if (!/rsa-(?:pss|MGF1)/.test(uri)) new XmlFields(method, DSIG_NAMESPACE, REASON).end();
  return uri;
}

function readReference(tree: XmlTree): Reference {
  requireAttributes(tree.element, ['Id', 'Type', 'URI'], REASON);
  const uri = attributeValue(tree.element, 'URI');
  if (uri === undefined) throw xmlSignatureError('xml-reference-uri', 'a Reference without a URI');
  const fields = new XmlFields(tree, DSIG_NAMESPACE, REASON);
  const transforms = fields.optional('Transforms');
  const digestMethod = fields.next('DigestMethod');
  const digestValue = fields.next('DigestValue');
  fields.end();
  requireAttributes(digestMethod.element, ['Algorithm'], REASON);
  new XmlFields(digestMethod, DSIG_NAMESPACE, REASON).end();
  requireAttributes(digestValue.element, [], REASON);
  return {
    id: attributeValue(tree.element, 'Id'),
    type: attributeValue(tree.element, 'Type'),
    uri,
    transforms: readTransforms(transforms),
    digestUri: attributeValue(digestMethod.element, 'Algorithm') ?? '',
    digestValue: decodeXmlBase64(textOf(digestValue, REASON)),
  };
}

function readTransforms(tree: XmlTree | undefined): Transforms {
  if (tree === undefined) return { isEnveloped: false, isVersion11: false, c14n: undefined };
  const fields = new XmlFields(tree, DSIG_NAMESPACE, 'xml-transform');
  const transforms = fields.all('Transform');
  fields.end();
  const isEnveloped = transforms[0] !== undefined && isEnvelopedSignature(transforms[0]);
  const [last, ...more] = transforms.slice(isEnveloped ? 1 : 0);
  const read = last === undefined ? { c14n: undefined, isVersion11: false } : readC14n(last);
  // Known one by one, but not in this order or number.
  if (transforms.length === 0 || more.length > 0)
    throw xmlSignatureError('xml-transform', 'transforms in another order');
  return { isEnveloped, ...read };
}

function isEnvelopedSignature({ element, children }: XmlTree): boolean {
  if (attributeValue(element, 'Algorithm') !== ENVELOPED_SIGNATURE) return false;
  if (children.length > 0) throw xmlSignatureError('xml-transform', 'enveloped-signature with parameters');
  return true;
}
