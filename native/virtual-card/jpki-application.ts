import { constants, createPrivateKey, privateEncrypt, type KeyObject } from 'node:crypto';
import type { AccessCondition, CardApplication, CardFile, PrivateKeyFile } from './card-application.js';
import type { CardProfile } from './card-profile.js';
import type { CardMaterial, CertifiedKey } from './card-material.js';
import { P384_LENGTH, signP384Digest } from './ecdsa.js';
import type { PinName } from './pins.js';
import { concatBytes } from './tlv.js';
import { encodeTokenInfo } from './token-info.js';

/** Values of the first two bytes of EF 0008; only the first has been seen on a card. */
const CERTIFICATE_PRESENT = 0x8f;
const CERTIFICATE_ABSENT = 0x00;

/** PKCS#1 v1.5 padding takes eleven bytes of the modulus. */
const PADDING_LENGTH = 11;

/** Bytes of EF 0001 where no certificate was ever written. */
const EMPTY_FILE_LENGTH = 2048;

/** 公的個人認証AP: both key pairs, their certificates and PINs. */
export function jpkiApplication(material: CardMaterial, profile: CardProfile): CardApplication {
  const { authorities, authentication } = material;
  const certificate = ({ certificate: der }: CertifiedKey, read: AccessCondition = 'always') =>
    transparent(concatBytes(der, filler(profile, profile.fillerLength)), read);
  return {
    name: 'jpki',
    aid: profile.applicationIdentifier,
    files: new Map<number, CardFile>([
      [0x0002, certificate(authorities.signing)],
      [0x0006, transparent(encodeTokenInfo(profile.tokenLabel))],
      [0x0008, transparent(certificateAvailability(profile))],
      [0x000a, certificate(authentication, authenticationCertificateAccess(profile))],
      [0x000b, certificate(authorities.authentication)],
      [0x0017, privateKeyFile(authentication, 'authentication')],
      [0x0018, { kind: 'pin', pin: 'authentication' }],
      ...signingFiles(material.signing, profile),
    ]),
  };
}

function signingFiles(signing: CertifiedKey, profile: CardProfile): readonly (readonly [number, CardFile])[] {
  const access: AccessCondition = { anyOf: ['signing'] };
  const pin: CardFile = { kind: 'pin', pin: 'signing' };
  switch (profile.signingFiles) {
    case 'present': {
      const content = concatBytes(signing.certificate, filler(profile, profile.fillerLength));
      return [
        [0x0001, transparent(content, access)],
        [0x001a, privateKeyFile(signing, 'signing')],
        [0x001b, pin],
      ];
    }
    case 'empty':
      return [
        [0x0001, transparent(filler(profile, EMPTY_FILE_LENGTH), access)],
        [0x001b, pin],
      ];
    case 'absent':
      return [];
  }
}

function authenticationCertificateAccess({ authenticationCertificate }: CardProfile): AccessCondition {
  return authenticationCertificate === 'free' ? 'always' : { anyOf: ['authentication'] };
}

/** EF 0008: which of the two certificates is there, the signing one first, then a byte of unknown meaning. */
function certificateAvailability({ signingFiles }: CardProfile): Uint8Array {
  return Uint8Array.of(signingFiles === 'present' ? CERTIFICATE_PRESENT : CERTIFICATE_ABSENT, CERTIFICATE_PRESENT, 0);
}

function transparent(content: Uint8Array, read: AccessCondition = 'always'): CardFile {
  return { kind: 'transparent', content, read };
}

function filler({ fillerByte }: CardProfile, length: number): Uint8Array {
  return new Uint8Array(length).fill(fillerByte);
}

function privateKeyFile({ privateKey }: CertifiedKey, pin: PinName): PrivateKeyFile {
  const key = createPrivateKey(privateKey);
  const signer = key.asymmetricKeyType === 'ec' ? ecdsaSigner(key) : rsaSigner(key);
  return { kind: 'private-key', use: { anyOf: [pin] }, ...signer };
}

type Signer = Omit<PrivateKeyFile, 'kind' | 'use'>;

function rsaSigner(key: KeyObject): Signer {
  const signatureLength = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  return {
    inputLength: { shortest: 1, longest: signatureLength - PADDING_LENGTH },
    signatureLength,
    sign: (input) => privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, input),
  };
}

function ecdsaSigner(key: KeyObject): Signer {
  return {
    inputLength: { shortest: P384_LENGTH, longest: P384_LENGTH },
    signatureLength: 2 * P384_LENGTH,
    sign: (input) => signP384Digest(key, input),
  };
}
