import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { EC_CURVE, RSA_MODULUS_BITS, type CardMaterial, type MaterialKind } from './card-material.js';
import { certifyKeys, type MaterialDates, type MaterialKeys, type Validity } from './test-hierarchy.js';

const AUTHORITY_YEARS = 10;
const HOLDER_YEARS = 5;
/** Reported of the next card. */
const NEXT_HOLDER_YEARS = 10;

const EXPIRED_DAYS = 30;
/** Within the 90 days in which a warning is due. */
const EXPIRING_DAYS = 60;
const NOT_YET_VALID_DAYS = 365;

/** Makes keys and certificates of a new card of kind `valid`: six RSA keys, about a second. */
export async function createMaterial(now: Date): Promise<CardMaterial> {
  const [signingAuthority, authenticationAuthority, signing, authentication, textSigner, textRoot] = await Promise.all([
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
    generateRsaKey(),
  ]);
  const authorities = { signing: signingAuthority, authentication: authenticationAuthority };
  return certifyKeys({ authorities, signing, authentication, textSigner, textRoot }, datesOf('valid', now));
}

/** Makes another kind of material from the card's keys; new are only the keys that have to be others. */
export async function deriveMaterial(valid: CardMaterial, kind: MaterialKind, now: Date): Promise<CardMaterial> {
  return certifyKeys(await keysOf(valid, kind), datesOf(kind, now));
}

async function keysOf(valid: CardMaterial, kind: MaterialKind): Promise<MaterialKeys> {
  const { authorities, signing, authentication, textSigner, textRoot } = valid;
  const keys = { signing: signing.privateKey, authentication: authentication.privateKey, textSigner, textRoot };
  if (kind === 'unlisted-ca') {
    const [signingAuthority, authenticationAuthority] = await Promise.all([generateRsaKey(), generateRsaKey()]);
    return { ...keys, authorities: { signing: signingAuthority, authentication: authenticationAuthority } };
  }
  if (kind === 'next-card') return { ...keys, ...(await generateNextCardKeys()) };
  return {
    ...keys,
    authorities: { signing: authorities.signing.privateKey, authentication: authorities.authentication.privateKey },
  };
}

async function generateNextCardKeys(): Promise<Omit<MaterialKeys, 'textSigner' | 'textRoot'>> {
  const [signingAuthority, authenticationAuthority, signing, authentication] = await Promise.all([
    generateEcKey(),
    generateEcKey(),
    generateEcKey(),
    generateEcKey(),
  ]);
  return {
    authorities: { signing: signingAuthority, authentication: authenticationAuthority },
    signing,
    authentication,
  };
}

/** Authorities are there from when the earlier of card and holder's certificates begins. */
function datesOf(kind: MaterialKind, now: Date): MaterialDates {
  const holder = holderDates(kind, now);
  const founded = holder.notBefore < now ? holder.notBefore : now;
  return { holder, authorities: validFrom(founded, AUTHORITY_YEARS) };
}

function holderDates(kind: MaterialKind, now: Date): Validity {
  switch (kind) {
    case 'valid':
    case 'unlisted-ca':
      return validFrom(now, HOLDER_YEARS);
    case 'next-card':
      return validFrom(now, NEXT_HOLDER_YEARS);
    case 'expired':
      return validUntil(addDays(now, -EXPIRED_DAYS), HOLDER_YEARS);
    case 'expiring-soon':
      return validUntil(addDays(now, EXPIRING_DAYS), HOLDER_YEARS);
    case 'not-yet-valid':
      return validFrom(addDays(now, NOT_YET_VALID_DAYS), HOLDER_YEARS);
  }
}

function validFrom(notBefore: Date, years: number): Validity {
  return { notBefore, notAfter: addYears(notBefore, years) };
}

function validUntil(notAfter: Date, years: number): Validity {
  return { notBefore: addYears(notAfter, -years), notAfter };
}

function addYears(date: Date, years: number): Date {
  const shifted = new Date(date);
  shifted.setUTCFullYear(shifted.getUTCFullYear() + years);
  return shifted;
}

function addDays(date: Date, days: number): Date {
  const shifted = new Date(date);
  shifted.setUTCDate(shifted.getUTCDate() + days);
  return shifted;
}

/** @returns PKCS#8, PEM; the exponent is 65537. */
async function generateRsaKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_MODULUS_BITS });
  return exportKey(privateKey);
}

/** @returns PKCS#8, PEM. */
async function generateEcKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: EC_CURVE });
  return exportKey(privateKey);
}

function exportKey(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}
