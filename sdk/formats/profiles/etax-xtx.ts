/** e-Tax: the signature over the procedure in an `.xtx` file. */
import type { PreparedDocument } from '../document.js';
import { FormatError } from '../format-error.js';
import type { DocumentCrypto, RandomAccessSource } from '../ports.js';
import type { Finding } from '../signature-report.js';
import type { XmlElement } from '../xml/index.js';
import { DSIG_NAMESPACE } from '../xmldsig/algorithms.js';
import { prepareXmlSignature } from '../xmldsig/prepare-xml-signature.js';
import { readSource } from '../xmldsig/read-source.js';
import { readXmlWithSignatures, type XmlWithSignatures } from '../xmldsig/signature-element.js';

const NAMESPACE_START = 'http://xml.e-tax.nta.go.jp/XSD/';
const ROOT = 'DATA';

/**
 * Goes along with everything about a signature for e-Tax: its form is that of a signature by the tax agency's own test CA of
 * 2013, but whether today's gateway takes it with SHA-256 in every procedure is not known until somebody has filed so.
 */
export const ETAX_ACCEPTANCE_UNCONFIRMED: Finding = { code: 'etax-acceptance-unconfirmed', severity: 'information' };

/** A filing for e-Tax, signed inside of its `.xtx`. */
export const etaxXtxProfile = {
  id: 'etax-xtx',
  prepare: prepareXtx,
  /** To be told with every signature that was made. */
  findings: [ETAX_ACCEPTANCE_UNCONFIRMED],
} as const;

export interface XtxDocument {
  readonly xml: XmlWithSignatures;
  /** The 手続 element, such as `RKO0010`: the only child of `DATA` besides signatures. */
  readonly procedure: XmlElement;
  /** Its `id`. */
  readonly procedureId: string;
}

/** Whether an element is the root of an `.xtx`, going by its name. */
export function isXtxRoot({ namespaceUri, localName }: XmlElement): boolean {
  return namespaceUri.startsWith(NAMESPACE_START) && localName === ROOT;
}

/**
 * Reads an `.xtx`.
 * @throws FormatError `ERR_SIGN_FORMAT`: what `readXml` refuses, `etax-structure`, `etax-procedure-id`
 */
export function readXtx(bytes: Uint8Array): XtxDocument {
  const xml = readXmlWithSignatures(bytes, ({ depth }) => depth === 2);
  const { root, collected } = xml.document;
  if (!isXtxRoot(root)) throw xtxError('etax-structure', 'not DATA of e-Tax');
  const children = collected.filter(({ depth }) => depth === 2);
  const [procedure, second] = children.filter(({ namespaceUri }) => namespaceUri !== DSIG_NAMESPACE);
  if (procedure === undefined || second !== undefined || procedure !== children[0]) {
    throw xtxError('etax-structure', 'not one procedure with its signatures behind it');
  }
  const procedureId = procedure.attributes.find(({ name }) => name === 'id')?.value ?? '';
  if (!/^[A-Za-z_][\w.-]*$/.test(procedureId) || xml.document.ids.get(procedureId)?.start !== procedure.start) {
    throw xtxError('etax-procedure-id', 'the procedure has no id');
  }
  return { xml, procedure, procedureId };
}

/**
 * Prepares a signature at the end of `DATA`, over the procedure. Several people sign beside each other, each over the same.
 * @throws FormatError as `readXtx` and `prepareXmlSignature`
 */
async function prepareXtx(source: RandomAccessSource, crypto: DocumentCrypto): Promise<PreparedDocument> {
  const { xml, procedureId } = readXtx(await readSource(source));
  return prepareXmlSignature(
    { xml, placement: { kind: 'last-child', element: xml.document.root } },
    { references: [{ uri: `#${procedureId}` }], prefix: 'dsig', lineFeeds: true, id: freeId(xml) },
    crypto,
  );
}

/** The schema demands an Id. */
function freeId({ document, signatures }: XmlWithSignatures): string {
  for (let number = signatures.length + 1; ; number += 1) {
    const id = `Signature${number}`;
    if (!document.ids.has(id)) return id;
  }
}

function xtxError(reason: string, message: string): FormatError {
  return new FormatError('ERR_SIGN_FORMAT', `xtx: ${message}`, { reason });
}
