/** Which part of the certificates a CRL speaks for, and where revocation data is to be had. */
import { Asn1Fields, contextTag, Identifier, readAsn1, type Asn1Element, type ReadOptions } from '../asn1/read.js';
import { decodeUtf8, encodeHex } from '../bytes.js';
import { MAX_CERTIFICATE_BYTES, type Certificate } from '../certificate.js';
import { FormatError } from '../format-error.js';
import { ExtensionOid, OcspOid } from '../oids.js';

/** IssuingDistributionPoint (RFC 5280 §5.2.5). */
export interface IssuingDistributionPoint {
  /** Names of the distribution point, each as hexadecimal DER; undefined: it speaks for all of the issuer's. */
  readonly names: ReadonlySet<string> | undefined;
  readonly onlyContains: 'user-certificates' | 'ca-certificates' | 'attribute-certificates' | undefined;
  readonly onlySomeReasons: boolean;
  readonly isIndirect: boolean;
}

const CODE = 'ERR_SIGN_FORMAT';
const LIMITS: ReadOptions = {
  encoding: 'DER',
  code: CODE,
  maxBytes: MAX_CERTIFICATE_BYTES,
  maxDepth: 16,
  maxElements: 1024,
};
const MAX_ADDRESSES = 8;

/** @throws FormatError `ERR_SIGN_FORMAT` */
export function readIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const fields = new Asn1Fields(readAsn1(value, LIMITS), Identifier.SEQUENCE, CODE);
  const point = fields.optional(contextTag(0, 'constructed'));
  const isSet = (number: number): boolean => {
    const flag = fields.optional(contextTag(number, 'primitive'));
    // DER omits DEFAULT FALSE (X.690 §11.5).
    if (flag !== undefined && !(flag.contents.length === 1 && flag.contents[0] === 0xff)) {
      throw new FormatError(CODE, 'not a flag');
    }
    return flag !== undefined;
  };
  const onlyUsers = isSet(1);
  const onlyAuthorities = isSet(2);
  const onlySomeReasons = fields.optional(contextTag(3, 'primitive')) !== undefined;
  const isIndirect = isSet(4);
  const onlyAttributes = isSet(5);
  fields.end();
  if ([onlyUsers, onlyAuthorities, onlyAttributes].filter(Boolean).length > 1) {
    throw new FormatError(CODE, 'a CRL that contains only this and only that');
  }
  const kinds = [
    ...(onlyUsers ? (['user-certificates'] as const) : []),
    ...(onlyAuthorities ? (['ca-certificates'] as const) : []),
    ...(onlyAttributes ? (['attribute-certificates'] as const) : []),
  ];
  const names = point === undefined ? undefined : new Set(pointNames(point).map(({ encoded }) => encodeHex(encoded)));
  return { names, onlyContains: kinds[0], onlySomeReasons, isIndirect };
}

/** Names of the points at which the certificate says its issuer publishes for it, each as hexadecimal DER. */
export function distributionPointNames(certificate: Certificate): ReadonlySet<string> {
  return new Set(distributionPoints(certificate).map(({ encoded }) => encodeHex(encoded)));
}

/** Addresses of CRLs, `http` and `https` only. Unverified text; empty also where the extension is malformed. */
export function crlAddresses(certificate: Certificate): readonly string[] {
  return addresses(() => distributionPoints(certificate));
}

/** Addresses of OCSP responders, `http` and `https` only. Unverified text; empty also where the extension is malformed. */
export function ocspAddresses(certificate: Certificate): readonly string[] {
  return addresses(() => {
    const value = certificate.extensions.values.get(ExtensionOid.authorityInfoAccess);
    if (value === undefined) return [];
    const descriptions = new Asn1Fields(readAsn1(value, LIMITS), Identifier.SEQUENCE, CODE).rest(Identifier.SEQUENCE);
    return descriptions.flatMap((description) => {
      const fields = new Asn1Fields(description, Identifier.SEQUENCE, CODE);
      const method = fields.oid();
      const location = fields.any();
      return method === OcspOid.ocsp ? [location] : [];
    });
  });
}

function distributionPoints(certificate: Certificate): readonly Asn1Element[] {
  const value = certificate.extensions.values.get(ExtensionOid.cRLDistributionPoints);
  if (value === undefined) return [];
  const points = new Asn1Fields(readAsn1(value, LIMITS), Identifier.SEQUENCE, CODE).rest(Identifier.SEQUENCE);
  return points.flatMap((point) => {
    const fields = new Asn1Fields(point, Identifier.SEQUENCE, CODE);
    const name = fields.optional(contextTag(0, 'constructed'));
    // Reasons or another CRL issuer: such a point has no complete CRL of this issuer.
    return name === undefined || !fields.isEmpty ? [] : pointNames(name);
  });
}

/** The GeneralNames of a DistributionPointName; none where it is named relative to the issuer. */
function pointNames(wrapper: Asn1Element): readonly Asn1Element[] {
  const fields = new Asn1Fields(wrapper, contextTag(0, 'constructed'), CODE);
  const fullName = fields.optional(contextTag(0, 'constructed'));
  if (fullName === undefined) fields.next(contextTag(1, 'constructed'));
  fields.end();
  return fullName?.children ?? [];
}

function addresses(names: () => readonly Asn1Element[]): readonly string[] {
  try {
    return names()
      .filter(({ identifier }) => identifier === contextTag(6, 'primitive'))
      .map(({ contents }) => decodeUtf8(contents) ?? '')
      .filter((address) => /^https?:\/\//i.test(address))
      .slice(0, MAX_ADDRESSES);
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
