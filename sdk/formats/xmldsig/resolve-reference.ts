import type { XmlDocument, XmlElement } from '../xml/index.js';
import type { SignatureElement, XmlWithSignatures } from './signature-element.js';
import type { Reference } from './signed-info.js';
import { parseReferenceUri } from './reference-uri.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** What a Reference is over, found. */
export type ResolvedTarget =
  | { readonly kind: 'document' }
  | { readonly kind: 'element'; readonly id: string; readonly element: XmlElement }
  | { readonly kind: 'file'; readonly name: string };

/** Whether `inner` is `outer` or within it. */
export function contains(outer: XmlElement, inner: XmlElement): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/**
 * Finds what a Reference points at, and refuses what a signature cannot sensibly be over: parts of its own Signature that
 * are made after the digest, what its own transform takes away, and the inside of somebody else's Signature.
 * @throws FormatError `ERR_SIGN_FORMAT`: `xml-reference-uri`, `xml-reference-target`, `xml-transform`
 */
export function resolveReference(
  { uri, transforms }: Reference,
  signature: SignatureElement,
  xml: XmlWithSignatures,
): ResolvedTarget {
  const target = parseReferenceUri(uri);
  if (target.kind === 'file' && transforms.isEnveloped) {
    throw xmlSignatureError('xml-transform', 'enveloped-signature on another file');
  }
  if (target.kind !== 'element') return target;
  const element = referencedElement(uri, target.id, xml.document);
  requireOutsideSignatures(element, signature, xml.signatures);
  if (transforms.isEnveloped && contains(signature.element, element)) {
    throw xmlSignatureError('xml-transform', 'enveloped-signature takes everything away');
  }
  return { ...target, element };
}

/**
 * The element that a fragment points at.
 * @param id the fragment decoded
 * @throws FormatError `ERR_SIGN_FORMAT`: `xml-reference-target`, `xml-reference-uri`
 */
export function referencedElement(uri: string, id: string, { ids }: XmlDocument): XmlElement {
  const element = ids.get(id);
  if (element === undefined) throw xmlSignatureError('xml-reference-target', 'no element with this ID');
  // Others resolve the fragment without decoding it; it must not mean another element to them.
  if (uri !== `#${id}` && ids.has(uri.slice(1))) {
    throw xmlSignatureError('xml-reference-uri', 'a fragment with two meanings');
  }
  return element;
}

function requireOutsideSignatures(target: XmlElement, own: SignatureElement, signatures: readonly XmlElement[]): void {
  for (const other of signatures) {
    if (!contains(other, target) || isAllowedWithin(other, target, own)) continue;
    throw xmlSignatureError('xml-reference-target', 'a part of a signature that cannot be signed');
  }
}

function isAllowedWithin(other: XmlElement, target: XmlElement, own: SignatureElement): boolean {
  if (other.start === own.element.start) {
    return [...own.objects, own.keyInfo].some((part) => part !== undefined && contains(part, target));
  }
  // A whole signature may be signed, and what lies around this one; a countersignature is over a SignatureValue.
  const isCountersigned = target.localName === 'SignatureValue' && target.parent?.start === other.start;
  return target.start === other.start || contains(other, own.element) || isCountersigned;
}
