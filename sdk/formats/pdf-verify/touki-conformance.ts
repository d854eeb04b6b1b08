/**
 * The form that 登記・供託オンライン申請システム publishes for a signed PDF, rule by rule. It says nothing of who signed:
 * that is what `verifyPdf` is for.
 */
import { signerInfoAlgorithm } from '../algorithms.js';
import { parseCertificate } from '../certificate.js';
import { isNamedBy } from '../cms/report-signers.js';
import { parseSignedData, type SignedData, type SignerInfo } from '../cms/signed-data.js';
import { FormatError } from '../format-error.js';
import { openPdf } from '../pdf/file.js';
import { isName, PdfString, type PdfDictionary, type PdfObject } from '../pdf/objects.js';
import { decodeDate, decodeTextString } from '../pdf/text-string.js';
import type { Inflate } from '../pdf/ports.js';
import type { RandomAccessSource } from '../ports.js';
import { verdictOf, type DocumentReport } from '../signature-report.js';
import { cmsOf, readContents, readSignedOctets } from './byte-range.js';
import { findSignatures, RevisionStates, type FoundSignature } from './signature-octets.js';
import { nameOf } from './form-fields.js';
import { meteredSource } from './metered-source.js';

export type ToukiRule =
  /** There is a signature. */
  | 'signature-present'
  /** `/Type /Sig`. */
  | 'type-sig'
  /** `/SubFilter /adbe.pkcs7.detached`; ETSI's forms are not taken. */
  | 'sub-filter'
  /** `/Name` with a text in it. */
  | 'name'
  /** `/M`, a date. */
  | 'signing-date'
  /** `/ByteRange` is over the whole file but the `Contents`. */
  | 'byte-range-whole-file'
  /** `/Contents` is a PKCS #7 SignedData without content of its own. */
  | 'contents-signed-data'
  /** The signer's certificate is in it. */
  | 'signer-certificate'
  /** SHA-256 with RSASSA-PKCS1-v1_5. */
  | 'algorithm'
  /** No revision was added after the signature. */
  | 'no-later-revision'
  /** No document time stamp and no document security store. */
  | 'no-time-stamp'
  /** Every signature holds and nothing was changed after it. */
  | 'signature-holds';

export interface ConformanceLine {
  readonly rule: ToukiRule;
  readonly result: 'met' | 'not-met' | 'not-checked';
  /** Unverified: what was found, and in which signature field. Empty where there is nothing to say. */
  readonly detail: string;
}

export interface ToukiConformanceOptions {
  readonly source: RandomAccessSource;
  readonly inflate: Inflate;
  /** What `verifyPdf` said of the same source. Left out: whether the signatures hold is not checked. */
  readonly report?: DocumentReport;
}

/**
 * One line for each rule; with several signatures a rule is met where all of them meet it.
 * @throws FormatError `ERR_SIGN_FORMAT` where the document itself cannot be read
 */
export async function checkToukiConformance(options: ToukiConformanceOptions): Promise<readonly ConformanceLine[]> {
  const file = await openPdf(meteredSource(options.source), { inflate: options.inflate });
  const { signatures } = await findSignatures(new RevisionStates(file, options.inflate));
  const catalog = await file.dictionary(file.trailer.get('Root'));
  const checks = signatures.map((signature) => new SignatureCheck(signature, options.source.size));
  const hasStamp = checks.some(({ isTimeStamp }) => isTimeStamp) || catalog?.get('DSS') !== undefined;
  const isPresent = checks.length > 0;
  return [
    line('signature-present', isPresent, isPresent ? '' : 'no signature field has a value'),
    ...RULES.map(({ rule, check }) => combined(rule, checks, check)),
    line('no-time-stamp', !hasStamp, hasStamp ? 'document time stamp or DSS' : ''),
    holds(options.report),
  ];
}

function line(rule: ToukiRule, isMet: boolean, detail: string): ConformanceLine {
  return { rule, result: isMet ? 'met' : 'not-met', detail };
}

function holds(report: DocumentReport | undefined): ConformanceLine {
  if (report === undefined) return { rule: 'signature-holds', result: 'not-checked', detail: '' };
  const isBroken = verdictOf(report) === 'total-failed';
  return line('signature-holds', !isBroken, isBroken ? 'see the report' : '');
}

/** What one signature says to a rule: undefined where it is met, otherwise what was found; null where nobody can tell. */
type Check = (signature: SignatureCheck) => string | undefined | null;

function combined(rule: ToukiRule, signatures: readonly SignatureCheck[], check: Check): ConformanceLine {
  const results = signatures.map((signature) => ({ name: signature.name, found: check(signature) }));
  const details = results.flatMap(({ name, found }) => (typeof found === 'string' ? [`${name}: ${found}`] : []));
  const detail = details.join('; ');
  if (details.length > 0) return { rule, result: 'not-met', detail };
  const isChecked = results.length > 0 && results.every(({ found }) => found !== null);
  return { rule, result: isChecked ? 'met' : 'not-checked', detail };
}

const RULES: readonly { readonly rule: ToukiRule; readonly check: Check }[] = [
  {
    rule: 'type-sig',
    check: ({ dictionary }) => (isName(dictionary.get('Type'), 'Sig') ? undefined : nameText(dictionary, 'Type')),
  },
  {
    rule: 'sub-filter',
    check: ({ dictionary }) =>
      isName(dictionary.get('SubFilter'), 'adbe.pkcs7.detached') ? undefined : nameText(dictionary, 'SubFilter'),
  },
  { rule: 'name', check: ({ dictionary }) => (isText(dictionary.get('Name')) ? undefined : 'no Name') },
  { rule: 'signing-date', check: ({ dictionary }) => (isDate(dictionary.get('M')) ? undefined : 'no date in M') },
  { rule: 'byte-range-whole-file', check: (signature) => signature.byteRange() },
  { rule: 'contents-signed-data', check: (signature) => signature.contents() },
  { rule: 'signer-certificate', check: (signature) => signature.certificate() },
  { rule: 'algorithm', check: (signature) => signature.algorithm() },
  { rule: 'no-later-revision', check: (signature) => signature.laterRevision() },
];

function nameText(dictionary: PdfDictionary, key: string): string {
  return nameOf(dictionary.get(key)) ?? `no ${key}`;
}

function isText(value: PdfObject | undefined): boolean {
  return value instanceof PdfString && decodeTextString(value).trim() !== '';
}

function isDate(value: PdfObject | undefined): boolean {
  return value instanceof PdfString && decodeDate(value) !== undefined;
}

class SignatureCheck {
  readonly name: string;
  readonly dictionary: PdfDictionary;
  readonly #size: number;
  readonly #end: number | FormatError;
  readonly #signedData: SignedData | FormatError;

  constructor({ field, dictionary }: FoundSignature, size: number) {
    this.name = field.name;
    this.dictionary = dictionary;
    this.#size = size;
    this.#end = attempt(() => readSignedOctets(dictionary, readContents(dictionary), size).end);
    this.#signedData = attempt(() => parseSignedData(cmsOf(readContents(dictionary))));
  }

  get isTimeStamp(): boolean {
    const { dictionary } = this;
    return isName(dictionary.get('Type'), 'DocTimeStamp') || isName(dictionary.get('SubFilter'), 'ETSI.RFC3161');
  }

  byteRange(): string | undefined {
    if (this.#end instanceof FormatError) return this.#end.reason;
    return this.#end === this.#size ? undefined : `ends at ${this.#end} of ${this.#size}`;
  }

  laterRevision(): string | undefined | null {
    if (this.#end instanceof FormatError) return null;
    return this.#end === this.#size ? undefined : `${this.#size - this.#end} octets after the signature`;
  }

  contents(): string | undefined {
    if (this.#signedData instanceof FormatError) return this.#signedData.reason;
    return this.#signedData.eContent === undefined ? undefined : 'content attached';
  }

  certificate(): string | undefined | null {
    if (this.#signedData instanceof FormatError) return null;
    const { signerInfos, unverifiedCertificates } = this.#signedData;
    const isThere = signerInfos.every((signer) => unverifiedCertificates.some((der) => isCertificateOf(der, signer)));
    return isThere ? undefined : 'not embedded';
  }

  algorithm(): string | undefined | null {
    if (this.#signedData instanceof FormatError) return null;
    const names = this.#signedData.signerInfos.map(
      ({ signatureAlgorithm, digestAlgorithm }) =>
        signerInfoAlgorithm(signatureAlgorithm.oid, digestAlgorithm.oid)?.name,
    );
    return names.every((name) => name === 'RS256') ? undefined : names.map((name) => name ?? 'another').join(', ');
  }
}

function attempt<Result>(action: () => Result): Result | FormatError {
  try {
    return action();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

function isCertificateOf(der: Uint8Array, signer: SignerInfo): boolean {
  const certificate = attempt(() => parseCertificate(der));
  return !(certificate instanceof FormatError) && isNamedBy(certificate, signer);
}
