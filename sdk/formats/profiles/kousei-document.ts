/** e-Gov's 構成管理情報, `kousei.xml`: what it says an application is made of. */
import { comparablePath, isReservedFileName } from '../file-name.js';
import { FormatError } from '../format-error.js';
import { readXmlTree, type XmlElement, type XmlTree } from '../xml/index.js';
import { readXmlWithSignatures, type XmlWithSignatures } from '../xmldsig/signature-element.js';

/** Name of the file itself. */
export const KOUSEI = 'kousei.xml';
const ROOT = 'DataRoot';
/** Element name, and the value of its `ID`. */
export const CONFIGURATION = '構成情報';
export const SIGNATURE_BLOCK = '署名情報';
const FORM = '申請書属性情報';
const ATTACHMENT = '添付書類属性情報';

const MAX_FILES = 1000;
const MAX_CONFIGURATION_NODES = 50_000;

/** One 申請書: an XML file of the application. */
export interface KouseiForm {
  readonly unverifiedTitle: string;
  readonly fileName: string;
}

/** One 添付書類. Its file name is empty where it comes in another way, such as by post. */
export interface KouseiAttachment {
  readonly unverifiedTitle: string;
  readonly fileName: string;
}

export interface KouseiDocument {
  readonly xml: XmlWithSignatures;
  readonly configuration: XmlElement;
  /** 構成情報 with all it holds. */
  readonly configurationTree: XmlTree;
  /** 署名情報; undefined where nobody has signed yet. */
  readonly signatureBlock: XmlElement | undefined;
  readonly forms: readonly KouseiForm[];
  readonly attachments: readonly KouseiAttachment[];
}

export function kouseiError(reason: string, message: string): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', `kousei.xml: ${message}`, { reason });
}

/** Whether an element is the root of a `kousei.xml`, going by its name. */
export function isKouseiRoot({ namespaceUri, localName }: XmlElement): boolean {
  return namespaceUri === '' && localName === ROOT;
}

/**
 * Reads a `kousei.xml` of UTF-8. Its file names are checked to be bare ones, each used once.
 * @throws FormatError `ERR_SIGN_FORMAT`: what `readXml` refuses, `egov-kousei-structure`, `egov-signature-place`,
 * `egov-file-name`, `egov-duplicate-name`, `egov-too-many-files`
 */
export function readKousei(bytes: Uint8Array): KouseiDocument {
  let count = 0;
  const xml = readXmlWithSignatures(bytes, ({ localName }) => {
    if (
      localName !== CONFIGURATION &&
      localName !== SIGNATURE_BLOCK &&
      localName !== FORM &&
      localName !== ATTACHMENT
    ) {
      return false;
    }
    count += 1;
    if (count > MAX_FILES) throw kouseiError('egov-too-many-files', 'too many files');
    return true;
  });
  const { document } = xml;
  if (!isKouseiRoot(document.root)) throw structureError('another root');
  const configuration = onlyChild(xml, CONFIGURATION);
  if (configuration === undefined) throw structureError('there is no 構成情報');
  if (document.ids.get(CONFIGURATION)?.start !== configuration.start || !hasId(configuration)) {
    throw structureError('構成情報 is not identified by its ID');
  }
  const signatureBlock = onlyChild(xml, SIGNATURE_BLOCK);
  requireSignaturePlace(xml, configuration, signatureBlock);
  const configurationTree = readXmlTree(document, configuration, { maxNodes: MAX_CONFIGURATION_NODES });
  const forms = entriesOf(xml, { tree: configurationTree, name: FORM }).map((entry) => ({
    unverifiedTitle: childText(entry, '申請書様式名称'),
    fileName: childText(entry, '申請書ファイル名称'),
  }));
  const attachments = entriesOf(xml, { tree: configurationTree, name: ATTACHMENT }).map((entry) => ({
    unverifiedTitle: childText(entry, '添付書類名称'),
    fileName: childText(entry, '添付書類ファイル名称'),
  }));
  requireFileNames(forms, attachments);
  return { xml, configuration, configurationTree, signatureBlock, forms, attachments };
}

function structureError(message: string): FormatError {
  return kouseiError('egov-kousei-structure', message);
}

/** A child of the root; there must be no element of this name anywhere else, and not a second one. */
function onlyChild({ document }: XmlWithSignatures, name: string): XmlElement | undefined {
  const [element, second] = document.collected.filter(({ localName }) => localName === name);
  if (element === undefined) return undefined;
  const isInPlace = element.depth === 2 && element.namespaceUri === '';
  if (second !== undefined || !isInPlace) throw structureError(`${name} is not there exactly once`);
  return element;
}

/** Upper case: e-Gov's own ID attribute, and no other of the names that others take for one. */
function hasId({ attributes }: XmlElement): boolean {
  return attributes.some(({ name, value }) => name === 'ID' && value === CONFIGURATION);
}

function requireSignaturePlace(
  { document, signatures }: XmlWithSignatures,
  configuration: XmlElement,
  block: XmlElement | undefined,
): void {
  const isDirectlyAfter =
    block === undefined ||
    document.bytes
      .subarray(configuration.end, block.start)
      .every((octet) => octet === 0x20 || octet === 0x09 || octet === 0x0d || octet === 0x0a);
  const areInside = signatures.every(({ parent }) => block !== undefined && parent?.start === block.start);
  if (!isDirectlyAfter || !areInside) {
    throw kouseiError('egov-signature-place', 'signatures are not in a 署名情報 directly after 構成情報');
  }
}

/** Children of 構成情報; the name must not be hidden anywhere else. */
function entriesOf(
  { document }: XmlWithSignatures,
  { tree, name }: { tree: XmlTree; name: string },
): readonly XmlTree[] {
  const entries = childrenNamed(tree, name);
  const all = document.collected.filter(({ localName }) => localName === name);
  if (all.length !== entries.length) throw structureError(`${name} is not a child of 構成情報`);
  return entries;
}

function childrenNamed({ children }: XmlTree, name: string): readonly XmlTree[] {
  return children.filter(
    (child) => typeof child !== 'string' && child.element.localName === name && child.element.namespaceUri === '',
  ) as readonly XmlTree[];
}

/** Text of a child that is there once at most and holds nothing but text; empty where it is not there. */
function childText(tree: XmlTree, name: string): string {
  const [child, second] = childrenNamed(tree, name);
  if (second !== undefined) throw structureError(`${name} is there twice`);
  const [text = '', more] = child?.children ?? [];
  if (typeof text !== 'string' || more !== undefined) throw structureError(`${name} is more than text`);
  return text;
}

function requireFileNames(forms: readonly KouseiForm[], attachments: readonly KouseiAttachment[]): void {
  const names = [
    ...forms.map(({ fileName }) => fileName),
    ...attachments.map(({ fileName }) => fileName).filter(Boolean),
  ];
  for (const name of names) {
    const isBare = /^[^/\\:%\p{Cc}]+$/u.test(name) && !/^ |[ .]$/.test(name) && !isReservedFileName(name);
    if (!isBare || comparablePath(name) === comparablePath(KOUSEI))
      throw kouseiError('egov-file-name', 'a file name that is none');
  }
  if (new Set(names.map(comparablePath)).size < names.length) {
    throw kouseiError('egov-duplicate-name', 'a file name twice');
  }
}
