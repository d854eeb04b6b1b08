/** The qualifying properties that a new signature gets (EN 319 132-1 §6, level B-B and, with a time stamp, B-T). */
import { encodeBase64 } from '../bytes.js';
import { parseCertificate } from '../certificate.js';
import type { Digest } from '../ports.js';
import { c14nUri, digestUri, XADES_NAMESPACE } from './algorithms.js';
import { encodeIssuerSerial } from './issuer-serial.js';
import { ElementWriter } from './signature-text.js';

export interface XadesInput {
  /** Id of the Signature. */
  readonly signatureId: string;
  /** Id that the SignedProperties get. */
  readonly propertiesId: string;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly withIssuerSerial: boolean;
  readonly signingTime: Date;
  /** What each content Reference is: its Id and media type. */
  readonly formats: readonly { readonly referenceId: string; readonly mimeType: string }[];
  /** DER. */
  readonly timeStampToken?: Uint8Array;
  readonly digest: Digest;
}

const WRITER = new ElementWriter('xades', false);

/** The `ds:Object` with the QualifyingProperties. */
export async function xadesObject(ds: ElementWriter, input: XadesInput): Promise<string> {
  const signed = WRITER.branch('SignedProperties', { Id: input.propertiesId }, [
    WRITER.branch('SignedSignatureProperties', {}, [
      WRITER.leaf('SigningTime', {}, `${input.signingTime.toISOString().slice(0, 19)}Z`),
      await signingCertificate(ds, input),
    ]),
    WRITER.branch('SignedDataObjectProperties', {}, input.formats.map(dataObjectFormat)),
  ]);
  const { timeStampToken } = input;
  const attributes = { [WRITER.declaration]: XADES_NAMESPACE, Target: `#${input.signatureId}` };
  const properties = WRITER.branch('QualifyingProperties', attributes, [
    signed,
    ...(timeStampToken === undefined ? [] : [unsignedProperties(ds, timeStampToken)]),
  ]);
  return ds.branch('Object', {}, [properties]);
}

/** §5.2.2. The digest binds the certificate; issuer and serial number only help to find it. */
async function signingCertificate(
  ds: ElementWriter,
  { certificate, withIssuerSerial, digest }: XadesInput,
): Promise<string> {
  const parsed = parseCertificate(certificate);
  const certDigest = WRITER.branch('CertDigest', {}, [
    ds.leaf('DigestMethod', { Algorithm: digestUri('SHA-256') }),
    ds.leaf('DigestValue', {}, encodeBase64(await digest.digest('SHA-256', parsed.der))),
  ]);
  const issuerSerial = withIssuerSerial
    ? [WRITER.leaf('IssuerSerialV2', {}, encodeBase64(encodeIssuerSerial(parsed)))]
    : [];
  return WRITER.branch('SigningCertificateV2', {}, [WRITER.branch('Cert', {}, [certDigest, ...issuerSerial])]);
}

/** §5.2.4. */
function dataObjectFormat({ referenceId, mimeType }: XadesInput['formats'][number]): string {
  return WRITER.branch('DataObjectFormat', { ObjectReference: `#${referenceId}` }, [
    WRITER.leaf('MimeType', {}, mimeType),
  ]);
}

/** §5.3. */
function unsignedProperties(ds: ElementWriter, timeStampToken: Uint8Array): string {
  return WRITER.branch('UnsignedProperties', {}, [
    WRITER.branch('UnsignedSignatureProperties', {}, [
      WRITER.branch('SignatureTimeStamp', {}, [
        ds.leaf('CanonicalizationMethod', { Algorithm: c14nUri('exc-c14n') }),
        WRITER.leaf('EncapsulatedTimeStamp', {}, encodeBase64(timeStampToken)),
      ]),
    ]),
  ]);
}
