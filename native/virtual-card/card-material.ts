import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto';

/** A private key and the certificate of its public key. */
export interface CertifiedKey {
  /** PKCS#8, PEM. */
  readonly privateKey: string;
  /** DER (RFC 5280 §4.1). */
  readonly certificate: Uint8Array;
}

/** Which keys and certificates a card holds; every kind but `valid` is made from the `valid` one beside it. */
export const MATERIAL_KINDS = [
  'valid',
  'expired',
  'expiring-soon',
  'not-yet-valid',
  'unlisted-ca',
  'next-card',
] as const;
export type MaterialKind = (typeof MATERIAL_KINDS)[number];

/** What makes one card that card, besides its PINs. Never changes after the card is made. */
export interface CardMaterial {
  readonly authorities: { readonly signing: CertifiedKey; readonly authentication: CertifiedKey };
  readonly signing: CertifiedKey;
  readonly authentication: CertifiedKey;
  /** Key that signs the card face's text; PKCS#8, PEM. */
  readonly textSigner: string;
  /** Key that certifies `textSigner`; PKCS#8, PEM. */
  readonly textRoot: string;
}

/** Every RSA key of the card and of its authorities. */
export const RSA_MODULUS_BITS = 2048;

/** P-384 by OpenSSL's name: every elliptic curve key of the card and of its authorities. */
export const EC_CURVE = 'secp384r1';

/** @returns the first thing that is wrong with the material, or undefined. */
export function findMaterialDefect(material: CardMaterial): string | undefined {
  const { authorities, signing, authentication } = material;
  return (
    findPairDefect('authorities.signing', authorities.signing, authorities.signing) ??
    findPairDefect('authorities.authentication', authorities.authentication, authorities.authentication) ??
    findPairDefect('signing', signing, authorities.signing) ??
    findPairDefect('authentication', authentication, authorities.authentication) ??
    findKeyDefect('textSigner', material.textSigner, isRsaKey) ??
    findKeyDefect('textRoot', material.textRoot, isRsaKey)
  );
}

function findPairDefect(name: string, pair: CertifiedKey, issuer: CertifiedKey): string | undefined {
  const keyDefect = findKeyDefect(`${name}.privateKey`, pair.privateKey, isCertifiableKey);
  if (keyDefect !== undefined) return keyDefect;
  try {
    const certificate = new X509Certificate(pair.certificate);
    if (certificate.raw.length !== pair.certificate.length) return `${name}.certificate: not a certificate alone`;
    if (!certificate.checkPrivateKey(createPrivateKey(pair.privateKey))) return `${name}: key and certificate differ`;
    const issued = certificate.verify(new X509Certificate(issuer.certificate).publicKey);
    return issued ? undefined : `${name}.certificate: not issued by its authority`;
  } catch {
    return `${name}.certificate: not a certificate`;
  }
}

function findKeyDefect(name: string, pem: string, isExpected: (key: KeyObject) => boolean): string | undefined {
  try {
    return isExpected(createPrivateKey(pem)) ? undefined : `${name}: not a key of the kind that belongs there`;
  } catch {
    return `${name}: not a private key`;
  }
}

function isRsaKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' && asymmetricKeyDetails?.modulusLength === RSA_MODULUS_BITS;
}

function isCertifiableKey(key: KeyObject): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  return isRsaKey(key) || (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === EC_CURVE);
}
