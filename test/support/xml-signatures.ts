/** XML signatures put together by hand, so that nothing of `sdk/formats/xmldsig` takes part, and anything can be wrong. */
import { nodeCrypto } from '../../main/node/node-crypto.js';
import { createHash, type KeyObject, sign } from 'node:crypto';
import { FormatError } from '../../sdk/formats/format-error.js';
import {
  verdictOf,
  type DocumentReport,
  type Verdict,
  type VerifyDocumentOptions,
} from '../../sdk/formats/signature-report.js';
import { verifyXml } from '../../sdk/formats/xmldsig/verify-xml.js';
import { memorySource } from './piecewise-source.js';
import type { TestHolder } from './test-pki.js';

export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const XADES = 'http://uri.etsi.org/01903/v1.3.2#';
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
export const ENVELOPED = `${DS}enveloped-signature`;
export const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const SIGNED_PROPERTIES = 'http://uri.etsi.org/01903#SignedProperties';

export function transform(algorithm: string, content = ''): string {
  return `<Transform Algorithm="${algorithm}">${content}</Transform>`;
}

export function digestOf(content: string | Uint8Array, hash = 'sha256'): string {
  return createHash(hash).update(content).digest('base64');
}

export interface ReferenceTemplate {
  /** Attributes; the URI among them. */
  readonly attributes?: string;
  /** Text between the tags of `Transforms`; undefined: no `Transforms`. */
  readonly transforms?: string | undefined;
  readonly digestMethod?: string;
  readonly digestValue: string;
}

export function reference(template: ReferenceTemplate): string {
  const { attributes = 'URI=""', digestMethod = `<DigestMethod Algorithm="${SHA256}"></DigestMethod>` } = template;
  const transforms = 'transforms' in template ? template.transforms : transform(ENVELOPED) + transform(EXC_C14N);
  return [
    `<Reference ${attributes}>`,
    transforms === undefined ? '' : `<Transforms>${transforms}</Transforms>`,
    `${digestMethod}<DigestValue>${template.digestValue}</DigestValue></Reference>`,
  ].join('');
}

export interface SignatureTemplate {
  readonly references: readonly string[];
  readonly signatureMethod?: string;
  /** Children of SignedInfo before the references, in place of both methods. */
  readonly methods?: string;
  /** Makes the value of the canonical SignedInfo, in place of RSA with SHA-256. */
  readonly sign?: (signedInfo: string) => string;
  readonly keyInfo?: string;
  readonly objects?: string;
  readonly attributes?: string;
}

/** Canonical children of a `SignedInfo`, exclusively canonicalized. */
export function signedInfoContent({ references, signatureMethod, methods }: SignatureTemplate): string {
  const algorithms =
    methods ??
    `<CanonicalizationMethod Algorithm="${EXC_C14N}"></CanonicalizationMethod>` +
      (signatureMethod ?? `<SignatureMethod Algorithm="${RSA_SHA256}"></SignatureMethod>`);
  return algorithms + references.join('');
}

/** A `Signature` in the default namespace. `SignedInfo` is given in its canonical form, so that it can be signed as text. */
export function signature(holder: TestHolder, template: SignatureTemplate): string {
  const content = signedInfoContent(template);
  const makeValue = template.sign ?? ((text: string) => rsaValue(holder.key.privateKey, text));
  const value = makeValue(`<SignedInfo xmlns="${DS}">${content}</SignedInfo>`);
  return [
    `<Signature xmlns="${DS}"${template.attributes ?? ''}>`,
    `<SignedInfo>${content}</SignedInfo><SignatureValue>${value}</SignatureValue>`,
    template.keyInfo ?? keyInfo(holder.certificate),
    `${template.objects ?? ''}</Signature>`,
  ].join('');
}

export function rsaValue(key: KeyObject, text: string, hash = 'sha256'): string {
  return sign(hash, Buffer.from(text), key).toString('base64');
}

export function keyInfo(...certificates: readonly Uint8Array[]): string {
  const texts = certificates.map((der) => `<X509Certificate>${Buffer.from(der).toString('base64')}</X509Certificate>`);
  return `<KeyInfo><X509Data>${texts.join('')}</X509Data></KeyInfo>`;
}

/** What a verifier said, in words that can be compared. */
export interface Outcome {
  /** `ERR_… reason` of what was thrown, and of failed signers; `severity code` of findings; `intact` per intact signer. */
  readonly said: readonly string[];
  readonly verdict: Verdict | 'thrown';
}

export async function outcomeOf(
  bytes: string | Uint8Array,
  options: Partial<VerifyDocumentOptions> = {},
): Promise<Outcome> {
  try {
    const report = await verifyXmlBytes(bytes, options);
    const signers = report.signatures.map(({ signer }) =>
      signer.integrity === 'intact' ? 'intact' : `${signer.code} ${signer.reason}`,
    );
    const findings = [...report.findings, ...report.signatures.flatMap((signature) => signature.findings)];
    return {
      said: [...signers, ...findings.map(({ severity, code }) => `${severity} ${code}`)],
      verdict: verdictOf(report),
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { said: [`${error.code} ${error.reason ?? ''}`], verdict: 'thrown' };
  }
}

export function verifyXmlBytes(
  bytes: string | Uint8Array,
  options: Partial<VerifyDocumentOptions> = {},
): Promise<DocumentReport> {
  return verifyXml({ source: memorySource(Buffer.from(bytes)), crypto: nodeCrypto, at: new Date(), ...options });
}
