import { FormatError } from '../format-error.js';
import type { Finding } from '../signature-report.js';
import { readXmlTree, type XmlDocument, type XmlElement, type XmlTree } from '../xml/index.js';
import { DSIG_NAMESPACE } from './algorithms.js';
import type { CoveredPart } from './coverage.js';
import { ElementRanges } from './element-ranges.js';
import { contains } from './resolve-reference.js';
import type { SignatureElement } from './signature-element.js';
import { hasKnownAttributes, isPlaced, textKind, vocabularyName } from './unsigned-vocabulary.js';
import type { ResolvedReference } from './xades-properties.js';
import { isNamed } from './xml-fields.js';

const MAX_NODES = 10_000;

/** `name`: nothing but a text that names a key. */
type UnsignedContent = 'none' | 'name' | 'content';

/** An intact signature with what its references are over. */
export interface IntactSignature {
  readonly signature: SignatureElement;
  readonly references: readonly ResolvedReference[];
}

/**
 * Whether a Signature carries content that nobody has signed: what the enveloped-signature transform takes out of the signed
 * document with the Signature, programs that look for elements by name find all the same. Other signatures, properties of
 * this one and key information are no content.
 * @param covered what all intact signatures of the document are over
 */
export function unsignedFindings(
  document: XmlDocument,
  { signature, references }: IntactSignature,
  covered: readonly CoveredPart[],
): readonly Finding[] {
  const ranges = signedWithin(signature, references, covered);
  const parts = [signature.keyInfo, ...signature.objects].filter((part) => part !== undefined);
  const found = new Set<UnsignedContent>();
  if (!hasKnownAttributes(signature.element)) found.add('content');
  for (const part of parts) found.add(unsignedContent(document, part, ranges));
  if (found.has('content')) {
    const isEnveloped = references.some(({ reference }) => reference.transforms.isEnveloped);
    return [{ code: 'xml-unsigned-object', severity: isEnveloped ? 'failure' : 'warning' }];
  }
  return found.has('name') ? [{ code: 'xml-unsigned-object', severity: 'warning' }] : [];
}

/** The elements that are signed even though they are within this Signature: not by what takes the Signature out. */
function signedWithin(
  { element }: SignatureElement,
  references: readonly ResolvedReference[],
  covered: readonly CoveredPart[],
): ElementRanges {
  const own = references.filter(({ reference }) => !reference.transforms.isEnveloped);
  const others = covered.filter(({ excluded }) => excluded === undefined || !contains(excluded, element));
  return new ElementRanges(
    [...own, ...others].flatMap(({ target }) => (target.kind === 'element' ? [target.element] : [])),
  );
}

function unsignedContent(document: XmlDocument, part: XmlElement, signed: ElementRanges): UnsignedContent {
  if (signed.has(part)) return 'none';
  if (hasInstruction(document.bytes, part, signed)) return 'content';
  try {
    return contentOf(readXmlTree(document, part, { maxNodes: MAX_NODES }), signed);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return 'content';
  }
}

function contentOf({ element, children }: XmlTree, signed: ElementRanges): UnsignedContent {
  const name = vocabularyName(element) ?? '';
  if (!hasKnownAttributes(element)) return 'content';
  let found: UnsignedContent = 'none';
  for (const child of children) {
    const content = typeof child === 'string' ? contentOfText(name, child) : contentOfChild(name, child, signed);
    if (content === 'content') return content;
    if (content === 'name') found = content;
  }
  return found;
}

function contentOfText(name: string, text: string): UnsignedContent {
  const kind = textKind(name, text);
  return kind === 'expected' ? 'none' : kind === 'free' ? 'name' : 'content';
}

function contentOfChild(parent: string, child: XmlTree, signed: ElementRanges): UnsignedContent {
  // Another signature is checked by itself.
  if (signed.has(child.element) || isNamed(child.element, DSIG_NAMESPACE, 'Signature')) return 'none';
  const name = vocabularyName(child.element);
  return name !== undefined && isPlaced(parent, name) ? contentOf(child, signed) : 'content';
}

const LESS_THAN = 0x3c;
const QUESTION_MARK = 0x3f;

function hasInstruction(bytes: Uint8Array, { start, end }: XmlElement, signed: ElementRanges): boolean {
  const part = bytes.subarray(start, end);
  for (let at = part.indexOf(LESS_THAN); at >= 0; at = part.indexOf(LESS_THAN, at + 1)) {
    if (part[at + 1] === QUESTION_MARK && !signed.has({ start: start + at })) return true;
  }
  return false;
}
