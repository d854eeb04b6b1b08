import { constants, createPrivateKey, privateEncrypt, type KeyObject } from 'node:crypto';
import type { CardApplication, CardFile, PrivateKeyFile, TransparentFile } from './card-application.js';
import type { CardProfile } from './card-profile.js';
import type { CardMaterial } from './card-material.js';
import type { PinName } from './pins.js';
import { concatBytes } from './tlv.js';
import { encodeTokenInfo } from './token-info.js';

const AID = Uint8Array.from([0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01]);

/** Both certificates are there. */
const CERTIFICATE_AVAILABILITY = Uint8Array.from([0x8f, 0x8f, 0x00]);

/** PKCS#1 v1.5 padding takes eleven bytes of the modulus. */
const PADDING_LENGTH = 11;

/** 公的個人認証AP: both key pairs, their certificates and PINs. */
export function jpkiApplication(material: CardMaterial, profile: CardProfile): CardApplication {
  const { authorities, signing, authentication } = material;
  const certificate = (der: Uint8Array, read: TransparentFile['read'] = 'always') =>
    certificateFile(der, read, profile.certificateFiller);
  return {
    name: 'jpki',
    aid: AID,
    files: new Map<number, CardFile>([
      [0x0001, certificate(signing.certificate, { anyOf: ['signing'] })],
      [0x0002, certificate(authorities.signing.certificate)],
      [0x0006, { kind: 'transparent', content: encodeTokenInfo(profile.tokenLabel), read: 'always' }],
      [0x0008, { kind: 'transparent', content: CERTIFICATE_AVAILABILITY, read: 'always' }],
      [0x000a, certificate(authentication.certificate)],
      [0x000b, certificate(authorities.authentication.certificate)],
      [0x0017, rsaKeyFile(createPrivateKey(authentication.privateKey), 'authentication')],
      [0x0018, { kind: 'pin', pin: 'authentication' }],
      [0x001a, rsaKeyFile(createPrivateKey(signing.privateKey), 'signing')],
      [0x001b, { kind: 'pin', pin: 'signing' }],
    ]),
  };
}

function certificateFile(
  der: Uint8Array,
  read: TransparentFile['read'],
  filler: CardProfile['certificateFiller'],
): TransparentFile {
  const content = concatBytes(der, new Uint8Array(filler.length).fill(filler.byte));
  return { kind: 'transparent', content, read };
}

function rsaKeyFile(key: KeyObject, pin: PinName): PrivateKeyFile {
  const signatureLength = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  return {
    kind: 'private-key',
    use: { anyOf: [pin] },
    maxInputLength: signatureLength - PADDING_LENGTH,
    signatureLength,
    sign: (input) => privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, input),
  };
}
