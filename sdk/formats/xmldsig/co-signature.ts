/** A signature beside others: what is signed already must stay as it is. */
import { concatBytes } from '../bytes.js';
import { FormatError } from '../format-error.js';
import type { XmlElement } from '../xml/index.js';
import { DSIG_NAMESPACE } from './algorithms.js';
import { InsertionPoint, type XmlPlacement } from './placement.js';
import { resolveReference } from './resolve-reference.js';
import { readSignatureElement, readXmlWithSignatures, type XmlWithSignatures } from './signature-element.js';
import { readSignedInfo } from './signed-info.js';
import { WorkBudget } from './work-budget.js';
import { xmlSignatureError } from './xmldsig-error.js';

/** What one Reference of an earlier signature is over, in this document. */
interface SignedTarget {
  readonly signature: XmlElement;
  readonly target: 'document' | XmlElement;
  readonly isEnveloped: boolean;
}

/** @throws FormatError `ERR_SIGN_FORMAT`: `xml-breaks-signature`, `xml-existing-signature` for one that cannot be read */
export function requireKeepsSignatures(xml: XmlWithSignatures, point: InsertionPoint): void {
  if (isAnyChanged(readSignedTargets(xml), point)) {
    throw xmlSignatureError('xml-breaks-signature', 'an earlier signature covers the place of the new one');
  }
}

function readSignedTargets(xml: XmlWithSignatures): readonly SignedTarget[] {
  const budget = new WorkBudget(xml.document.bytes.length);
  try {
    return xml.signatures.flatMap((element) => signedTargets(xml, element, budget));
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw xmlSignatureError('xml-existing-signature', 'an earlier signature that cannot be read', { cause });
  }
}

function signedTargets(xml: XmlWithSignatures, element: XmlElement, budget: WorkBudget): readonly SignedTarget[] {
  const signature = readSignatureElement(xml.document, element);
  const { references } = readSignedInfo(xml.document, signature.signedInfo, budget);
  return references.flatMap((reference) => {
    const target = resolveReference(reference, signature, xml);
    if (target.kind === 'file') return [];
    const { isEnveloped } = reference.transforms;
    return [{ signature: element, target: target.kind === 'document' ? target.kind : target.element, isEnveloped }];
  });
}

/** Whether something put at `point` is in what an earlier signature is over. */
function isAnyChanged(targets: readonly SignedTarget[], point: InsertionPoint): boolean {
  return targets.some(({ signature, target, isEnveloped }) => {
    const isTakenOut = isEnveloped && point.isWithin(signature);
    return (target === 'document' || point.isWithin(target)) && !isTakenOut;
  });
}

/** A document and a place for a signature in it. */
export interface PlaceInXml {
  readonly xml: XmlWithSignatures;
  readonly placement: XmlPlacement;
  /** The file, where `xml` is not it but has been made ready for a signature. */
  readonly file?: Uint8Array;
}

/**
 * A place for an enveloped signature over the whole document: at the end of the root, unless an earlier signature covers that
 * place. Such a one takes nothing but itself out of what it signs, and so a later signature can only stand within it: in a
 * new `Object` at its end, where the later one signs the earlier one too.
 * @throws FormatError `ERR_SIGN_FORMAT`: `xml-breaks-signature`, `xml-existing-signature`
 */
export function placeForEnveloped(xml: XmlWithSignatures): PlaceInXml {
  const { document, signatures } = xml;
  const targets = readSignedTargets(xml);
  const isFree = (element: XmlElement): boolean =>
    !isAnyChanged(targets, new InsertionPoint(document, { kind: 'last-child', element }));
  if (isFree(document.root)) return { xml, placement: { kind: 'last-child', element: document.root } };
  // The last one is the innermost: whatever covers the others takes it out together with them.
  const around = signatures.findLast(isFree);
  if (around === undefined) {
    throw xmlSignatureError('xml-breaks-signature', 'no place that the earlier signatures leave free');
  }
  return withNewObject({ xml, placement: { kind: 'last-child', element: around } });
}

/** The empty `Object` belongs to what the later signature signs, so it has to be there before. */
function withNewObject({ xml, placement }: PlaceInXml): PlaceInXml {
  const point = new InsertionPoint(xml.document, placement);
  const opened = readXmlWithSignatures(concatBytes(...point.insert(`<Object xmlns="${DSIG_NAMESPACE}"></Object>`)));
  const object = opened.document.collected.find(({ start }) => start === placement.element.contentEnd);
  if (object === undefined) throw xmlSignatureError('xml-placement', 'no place in the earlier signature');
  return { xml: opened, placement: { kind: 'last-child', element: object }, file: xml.document.bytes };
}
