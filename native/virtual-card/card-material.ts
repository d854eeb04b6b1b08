import { X509Certificate, createPrivateKey } from 'node:crypto';

/** A private key and the certificate of its public key. */
export interface CertifiedKey {
  /** PKCS#8, PEM. */
  readonly privateKey: string;
  /** DER (RFC 5280 §4.1). */
  readonly certificate: Uint8Array;
}

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

/** @returns the first thing that is wrong with the material, or undefined. */
export function findMaterialDefect(material: CardMaterial): string | undefined {
  const { authorities, signing, authentication } = material;
  return (
    findPairDefect('authorities.signing', authorities.signing, authorities.signing) ??
    findPairDefect('authorities.authentication', authorities.authentication, authorities.authentication) ??
    findPairDefect('signing', signing, authorities.signing) ??
    findPairDefect('authentication', authentication, authorities.authentication) ??
    findKeyDefect('textSigner', material.textSigner) ??
    findKeyDefect('textRoot', material.textRoot)
  );
}

function findPairDefect(name: string, pair: CertifiedKey, issuer: CertifiedKey): string | undefined {
  const keyDefect = findKeyDefect(`${name}.privateKey`, pair.privateKey);
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

function findKeyDefect(name: string, pem: string): string | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    const expected = asymmetricKeyType === 'rsa' && asymmetricKeyDetails?.modulusLength === RSA_MODULUS_BITS;
    return expected ? undefined : `${name}: not an RSA key of ${RSA_MODULUS_BITS} bits`;
  } catch {
    return `${name}: not a private key`;
  }
}
