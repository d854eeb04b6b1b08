/** What the references of a signature leave open: the difference between a valid signature and a signed document. */
import { decodeUtf8 } from '../bytes.js';
import type { Coverage, Finding } from '../signature-report.js';
import { readXml, type XmlDocument, type XmlElement } from '../xml/index.js';
import { DSIG_NAMESPACE, MANIFEST_TYPE, SIGNED_PROPERTIES_TYPE } from './algorithms.js';
import { ElementRanges } from './element-ranges.js';
import { contains, type ResolvedTarget } from './resolve-reference.js';
import type { SignatureElement } from './signature-element.js';
import type { ResolvedReference } from './xades-properties.js';
import { isNamed } from './xml-fields.js';

/** Octets that a signature is over: what a program may rely on, and nothing else. */
export interface CoveredPart {
  /** `Reference/@URI` as written. */
  readonly unverifiedUri: string;
  /** An `element` speaks of the octets from its `start` to its `end` in the document that was read. */
  readonly target: ResolvedTarget;
  /** The signature itself, where the enveloped-signature transform took it out. */
  readonly excluded: XmlElement | undefined;
}

/**
 * What the references bind of somebody's content: without the signature's own properties and KeyInfo, and without
 * Manifests, of which the digests are not checked.
 */
export function coveredParts(
  references: readonly ResolvedReference[],
  signature: SignatureElement,
): readonly CoveredPart[] {
  return references
    .filter(({ reference: { type }, target }) => {
      const isOwnKeyInfo =
        target.kind === 'element' && signature.keyInfo !== undefined && contains(signature.keyInfo, target.element);
      return type !== SIGNED_PROPERTIES_TYPE && !isManifest({ type, target }) && !isOwnKeyInfo;
    })
    .map(({ reference, target }) => ({
      unverifiedUri: reference.uri,
      target,
      excluded: reference.transforms.isEnveloped ? signature.element : undefined,
    }));
}

export function isManifest({ type, target }: { type: string | undefined; target: ResolvedTarget }): boolean {
  return type === MANIFEST_TYPE || (target.kind === 'element' && isNamed(target.element, DSIG_NAMESPACE, 'Manifest'));
}

/** Names told of what is not covered. */
const MAX_NAMES = 100;
/** Elements looked at for what is not covered. */
const MAX_CANDIDATES = 10_000;

/** A document with what all its intact signatures together are over. What else is in it is read once, and only if asked. */
export class Surroundings {
  readonly document: XmlDocument;
  /** The elements that any signature is over. */
  readonly covered: ElementRanges;
  /** Some signature is over the whole document. */
  readonly isWhole: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #comments = new Map<number, boolean>();
  #scan: Scan | undefined;
  #hasInstructions: boolean | undefined;

  constructor(document: XmlDocument, covered: readonly CoveredPart[]) {
    const elements = elementsOf(covered);
    this.document = document;
    this.covered = new ElementRanges(elements);
    this.isWhole = isDocument(covered);
    this.#names = contentNames(elements);
  }

  /** Children of the root, and elements that bear the name of a covered one. */
  get scan(): Scan {
    this.#scan ??= scanDocument(this.document, this.#names);
    return this.#scan;
  }

  /** Processing instructions before or after the root. */
  get hasInstructions(): boolean {
    this.#hasInstructions ??= hasInstructions(this.document);
    return this.#hasInstructions;
  }

  hasComment({ start, end }: XmlElement): boolean {
    const known = this.#comments.get(start) ?? hasComment(this.document.bytes.subarray(start, end));
    this.#comments.set(start, known);
    return known;
  }
}

interface Scan {
  readonly children: readonly XmlElement[];
  readonly namesakes: readonly XmlElement[];
  /** Not all namesakes are there. */
  readonly isCut: boolean;
}

function scanDocument({ bytes }: XmlDocument, names: ReadonlySet<string>): Scan {
  let count = 0;
  let childCount = 0;
  const isWanted = (localName: string, depth: number): boolean => {
    if (depth === 2 && (childCount += 1) <= MAX_CANDIDATES) return true;
    return names.has(localName) && (count += 1) <= MAX_CANDIDATES;
  };
  const { collected, root } = readXml(bytes, { collect: ({ localName, depth }) => isWanted(localName, depth) });
  return {
    children: collected.filter(({ depth }) => depth === 2),
    // Whatever its namespace: there are readers that look at the name alone.
    namesakes: [root, ...collected].filter(({ localName }) => names.has(localName)),
    isCut: count > MAX_CANDIDATES,
  };
}

function elementsOf(covered: readonly CoveredPart[]): readonly XmlElement[] {
  return covered.flatMap(({ target }) => (target.kind === 'element' ? [target.element] : []));
}

/** Local names of elements of somebody's content; those of XMLDSig itself are expected to be there more than once. */
function contentNames(elements: readonly XmlElement[]): ReadonlySet<string> {
  const contents = elements.filter(({ namespaceUri }) => namespaceUri !== DSIG_NAMESPACE);
  return new Set(contents.map(({ localName }) => localName));
}

export interface CoverageReport {
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
}

/** @param covered what this signature is over */
export function reportCoverage(covered: readonly CoveredPart[], surroundings: Surroundings): CoverageReport {
  const { root } = surroundings.document;
  const ranges = new ElementRanges(elementsOf(covered));
  const findings = outsideFindings(covered, ranges, surroundings);
  if (isDocument(covered) || ranges.has(root)) return { coverage: { kind: 'whole' }, findings };
  const coverage = {
    kind: 'part' as const,
    covered: covered.map(coveredName),
    uncovered: uncoveredNames(ranges, surroundings),
  };
  return { coverage, findings: [...findings, ...partFindings(covered, surroundings)] };
}

function isSignature(element: XmlElement): boolean {
  return isNamed(element, DSIG_NAMESPACE, 'Signature');
}

/** Of the children of the root. */
function uncoveredNames(ranges: ElementRanges, { document, scan }: Surroundings): readonly string[] {
  if (isSignature(document.root)) return [];
  const uncovered = scan.children.filter((child) => !isSignature(child) && !ranges.has(child));
  return [...new Set(uncovered.map(({ name }) => name))].slice(0, MAX_NAMES);
}

function partFindings(covered: readonly CoveredPart[], surroundings: Surroundings): readonly Finding[] {
  const findings: Finding[] = [];
  const names = contentNames(elementsOf(covered));
  const isTwin = (candidate: XmlElement): boolean =>
    names.has(candidate.localName) && !surroundings.covered.has(candidate);
  if (!surroundings.isWhole && names.size > 0) {
    const { namesakes, isCut } = surroundings.scan;
    const twin = namesakes.find(isTwin);
    if (twin !== undefined || isCut) findings.push(unsignedTwin(twin));
  }
  if (!isSignature(surroundings.document.root)) findings.push({ code: 'xml-root-not-covered', severity: 'warning' });
  return findings;
}

/** The signed element may have been moved away, and this one put in its place. */
function unsignedTwin(twin: XmlElement | undefined): Finding {
  return {
    code: 'xml-unsigned-twin',
    severity: 'failure',
    ...(twin !== undefined && { unverifiedDetail: twin.name }),
  };
}

function isDocument(covered: readonly CoveredPart[]): boolean {
  return covered.some(({ target }) => target.kind === 'document');
}

function coveredName({ target }: CoveredPart): string {
  return target.kind === 'element' ? `#${target.id}` : target.kind === 'file' ? target.name : '';
}

/** What canonicalization, or a reference to an element, leaves out although it is there to be seen. */
function outsideFindings(
  covered: readonly CoveredPart[],
  { outermost }: ElementRanges,
  surroundings: Surroundings,
): readonly Finding[] {
  const findings: Finding[] = [];
  const commented = isDocument(covered) ? [surroundings.document.root] : outermost;
  if (commented.some((element) => surroundings.hasComment(element))) {
    findings.push({ code: 'xml-comments-not-covered', severity: 'warning' });
  }
  if (!isDocument(covered) && outermost.length > 0 && surroundings.hasInstructions) {
    findings.push({ code: 'xml-instructions-not-covered', severity: 'warning' });
  }
  return findings;
}

/** `!` is rarer than `<`. A comment's look-alike within CDATA counts too. */
function hasComment(part: Uint8Array): boolean {
  for (let at = part.indexOf(0x21); at >= 0; at = part.indexOf(0x21, at + 1)) {
    if (part[at - 1] === 0x3c && part[at + 1] === 0x2d && part[at + 2] === 0x2d) return true;
  }
  return false;
}

const XML_DECLARATION = /^\uFEFF?<\?xml[ \t\r\n]/;

/** Processing instructions before and after the root, such as a stylesheet that decides what is seen. */
function hasInstructions({ bytes, root }: XmlDocument): boolean {
  const before = decodeUtf8(bytes.subarray(0, root.start)) ?? '';
  const after = decodeUtf8(bytes.subarray(root.end)) ?? '';
  return (before.replace(XML_DECLARATION, '') + after).includes('<?');
}
