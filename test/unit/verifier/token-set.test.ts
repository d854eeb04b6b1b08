import { constants, createHash, createSign, privateEncrypt, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createChallengeNonce,
  validateAuthenticationToken,
  VerificationError,
  type AuthenticationTokenOptions,
  type VerificationErrorCode,
} from '../../../sdk/verifier/index.js';
import {
  certificatePolicies,
  holderExtensions,
  issueAuthority,
  issueHolder,
  keyUsage,
  testKey,
  type TestHolder,
} from '../../support/test-pki.js';

/**
 * Tokens that somebody could hand to a verifier, made with `node:crypto`, each with what becomes of it. Certificates of other
 * kinds are in `authentication.test.ts`, fixed tokens in `web-eid-vector.test.ts`.
 */
const origin = 'https://service.example.jp';
const challengeNonce = createChallengeNonce();
const notBefore = new Date('2026-04-01T00:00:00Z');
const notAfter = new Date('2031-03-31T14:59:59Z');
const at = new Date('2027-01-01T00:00:00Z');

const dates = { notBefore, notAfter };
const authority = issueAuthority('authentication', undefined, dates);
const holder = issueHolder('authentication', authority, dates);
const ecHolder = issueHolder('authentication', authority, { ...dates, key: testKey('ec', 'P-384') });

type Token = Record<string, unknown>;

const hashOf = (algorithm: string, data: string | Buffer): Buffer => createHash(algorithm).update(data).digest();

function toBeSigned(boundOrigin = origin, boundNonce: string | Buffer = challengeNonce, hash = 'sha256'): Buffer {
  return Buffer.concat([hashOf(hash, boundOrigin), hashOf(hash, boundNonce)]);
}

function tokenOf(signature: Buffer, { certificate }: TestHolder = holder, algorithm = 'RS256'): Token {
  const [unverifiedCertificate, value] = [Buffer.from(certificate), signature].map((octets) =>
    octets.toString('base64'),
  );
  return { unverifiedCertificate, algorithm, signature: value, format: 'web-eid:1.0' };
}

const rsa = (data: Buffer, hash = 'sha256'): Buffer => createSign(hash).update(data).sign(holder.key.privateKey);
const ecdsa = (data: Buffer, hash = 'sha384'): Buffer =>
  sign(hash, data, { key: ecHolder.key.privateKey, dsaEncoding: 'ieee-p1363' });

const good = tokenOf(rsa(toBeSigned()));
const goodEc = tokenOf(ecdsa(toBeSigned(origin, challengeNonce, 'sha384')), ecHolder, 'ES384');
const boundTo = (...bound: Parameters<typeof toBeSigned>): Token => tokenOf(rsa(toBeSigned(...bound)));
const change = (member: string, edit: (text: string) => unknown, token = good): Token => ({
  ...token,
  [member]: edit(String(token[member])),
});
const without = (member: string): Token => Object.fromEntries(Object.entries(good).filter(([name]) => name !== member));

function ecSignature(edit: (r: Buffer, s: Buffer) => Buffer): Token {
  const signature = Buffer.from(String(goodEc['signature']), 'base64');
  return { ...goodEc, signature: edit(signature.subarray(0, 48), signature.subarray(48)).toString('base64') };
}

function issuedAs(template: Parameters<typeof issueHolder>[2]): Token {
  return tokenOf(rsa(toBeSigned()), issueHolder('authentication', authority, { ...dates, ...template }));
}

interface Case {
  readonly name: string;
  readonly token: unknown;
  /** Undefined: accepted. */
  readonly code: VerificationErrorCode | undefined;
  readonly options?: Partial<AuthenticationTokenOptions>;
}

function cases(code: VerificationErrorCode | undefined, tokens: Readonly<Record<string, unknown>>): readonly Case[] {
  return Object.entries(tokens).map(([name, token]) => ({ name, token, code }));
}

const MEMBERS = ['unverifiedCertificate', 'algorithm', 'signature', 'format'];
const BINARY = ['unverifiedCertificate', 'signature'];
const P384_ORDER = Buffer.from(
  'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  'hex',
);

const TOKENS: readonly Case[] = [
  ...cases(undefined, {
    RS256: good,
    'ES384, r ‖ s': goodEc,
    'members in another order': Object.fromEntries(Object.entries(good).reverse()),
  }),
  { name: 'in the first second', token: good, code: undefined, options: { at: notBefore } },
  { name: 'in the last second', token: good, code: undefined, options: { at: new Date(notAfter.getTime() + 999) } },

  // For another origin or nonce.
  ...cases('ERR_SIGN_INVALID', {
    'origin with a slash': boundTo(`${origin}/`),
    'origin with its default port': boundTo(`${origin}:443`),
    'origin with another port': boundTo(`${origin}:444`),
    'origin in capitals': boundTo('https://Service.example.jp'),
    'scheme in capitals': boundTo('HTTPS://service.example.jp'),
    'origin over http': boundTo('http://service.example.jp'),
    'origin with a final dot': boundTo(`${origin}.`),
    'origin with a path': boundTo(`${origin}/login`),
    'origin with a space': boundTo(`${origin} `),
    'host alone': boundTo('service.example.jp'),
    'parent domain': boundTo('https://example.jp'),
    'no origin': boundTo(''),
    'origin null': boundTo('null'),
    'octets of the nonce': boundTo(origin, Buffer.from(challengeNonce, 'base64')),
    'nonce in base64url': boundTo(origin, `${challengeNonce.slice(0, -1)}-`),
    'nonce without padding': boundTo(origin, challengeNonce.replace(/=+$/, '')),
    'nonce with a line feed': boundTo(origin, `${challengeNonce}\n`),
    'no nonce': boundTo(origin, ''),
    'another nonce': boundTo(origin, createChallengeNonce()),
  }),

  // Signed otherwise.
  ...cases('ERR_SIGN_INVALID', {
    'nonce before origin': tokenOf(rsa(Buffer.concat([hashOf('sha256', challengeNonce), hashOf('sha256', origin)]))),
    'text of both': tokenOf(rsa(Buffer.from(origin + challengeNonce))),
    'origin alone': tokenOf(rsa(hashOf('sha256', origin))),
    'nonce alone': tokenOf(rsa(hashOf('sha256', challengeNonce))),
    'hashed once too often': tokenOf(rsa(hashOf('sha256', toBeSigned()))),
    'hashes without DigestInfo': tokenOf(
      privateEncrypt(
        { key: holder.key.privateKey, padding: constants.RSA_PKCS1_PADDING },
        hashOf('sha256', toBeSigned()),
      ),
    ),
    'RSASSA-PSS': tokenOf(
      sign('sha256', toBeSigned(), { key: holder.key.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }),
    ),
    'SHA-1 under RS256': tokenOf(rsa(toBeSigned(), 'sha1')),
    'SHA-384 under RS256': tokenOf(rsa(toBeSigned(origin, challengeNonce, 'sha384'), 'sha384')),
    'SHA-384 inside RS256': boundTo(origin, challengeNonce, 'sha384'),
    'SHA-256 inside ES384': tokenOf(ecdsa(toBeSigned()), ecHolder, 'ES384'),
    'SHA-256 under ES384': tokenOf(ecdsa(toBeSigned(origin, challengeNonce, 'sha384'), 'sha256'), ecHolder, 'ES384'),
    'signature one octet short': tokenOf(rsa(toBeSigned()).subarray(1)),
    'signature one octet long': tokenOf(Buffer.concat([rsa(toBeSigned()), Buffer.alloc(1)])),
    'signature of noughts': tokenOf(Buffer.alloc(256)),
    'r and s nought': ecSignature(() => Buffer.alloc(96)),
    's ‖ r': ecSignature((r, s) => Buffer.concat([s, r])),
    's beyond the order': ecSignature((r) => Buffer.concat([r, P384_ORDER])),
  }),
  ...cases('ERR_SIGN_FORMAT', {
    'r ‖ s one octet short': ecSignature((r, s) => Buffer.concat([r, s.subarray(1)])),
    'r ‖ s one octet long': ecSignature((r, s) => Buffer.concat([r, s, Buffer.alloc(1)])),
    'r ‖ s of another curve': ecSignature((r) => Buffer.concat([r.subarray(16), r.subarray(16)])),
    'no r ‖ s': ecSignature(() => Buffer.alloc(0)),
  }),

  // Written otherwise.
  ...MEMBERS.flatMap((member) =>
    cases('ERR_SIGN_FORMAT', {
      [`without ${member}`]: without(member),
      [`${member} null`]: change(member, () => null),
      [`${member} in a list`]: change(member, (text) => [text]),
      [`${member} with a space after it`]: change(member, (text) => `${text} `),
      [`${member} with a line feed after it`]: change(member, (text) => `${text}\n`),
      [`${member} with a NUL after it`]: change(member, (text) => `${text}\0`),
    }),
  ),
  ...BINARY.flatMap((member) =>
    cases('ERR_SIGN_FORMAT', {
      [`${member} in base64url`]: change(member, (text) =>
        text.replaceAll('+', '-').replaceAll('/', '_').replace(/^./, '_'),
      ),
      [`${member} one character short`]: change(member, (text) => text.slice(0, -1)),
      [`${member} with padding inside`]: change(member, (text) => `${text.slice(0, 4)}====${text.slice(4)}`),
      [`${member} in lines`]: change(member, (text) => text.replaceAll(/.{64}/g, '$&\n')),
      [`${member} in PEM`]: change(member, (text) => `-----BEGIN X-----\n${text}\n-----END X-----\n`),
      [`${member} in hexadecimal with a colon`]: change(member, () => '30:82'),
      [`${member} too long`]: change(member, () => 'A'.repeat(16_388)),
    }),
  ),
  ...cases('ERR_SIGN_FORMAT', {
    'signature without padding': change('signature', (text) => text.replace(/=+$/, '')),
    'format web-eid:1': { ...good, format: 'web-eid:1' },
    'format web-eid:1.0.0': { ...good, format: 'web-eid:1.0.0' },
    'format WEB-EID:1.0': { ...good, format: 'WEB-EID:1.0' },
    'format web-eid:2.0': { ...good, format: 'web-eid:2.0' },
    'algorithm rs256': { ...good, algorithm: 'rs256' },
    'algorithm PS256': { ...good, algorithm: 'PS256' },
    'algorithm RS1': { ...good, algorithm: 'RS1' },
    'algorithm None': { ...good, algorithm: 'None' },
    'algorithm ES256': { ...goodEc, algorithm: 'ES256' },
    'algorithm ES512': { ...goodEc, algorithm: 'ES512' },
    'members of web-eid:1.1': { ...good, supportedSignatureAlgorithms: [] },
    'origin and nonce of its own': { ...good, origin, challengeNonce },
    'in a list': [good],
    'in a member': { token: good },
    'as JSON text': JSON.stringify(good),
    'a number': 1,
    true: true,
    null: null,
    'nothing in it': {},
  }),

  // With another certificate.
  ...cases('ERR_CERT_MALFORMED', {
    'two certificates': change('unverifiedCertificate', (text) =>
      Buffer.concat([Buffer.from(text, 'base64'), Buffer.from(text, 'base64')]).toString('base64'),
    ),
    'the public key alone': tokenOf(rsa(toBeSigned()), { ...holder, certificate: holder.key.spki }),
    'PEM within base64': change('unverifiedCertificate', (text) =>
      Buffer.from(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`).toString('base64'),
    ),
  }),
  ...cases('ERR_CERT_UNTRUSTED', {
    'a certificate that signs itself': tokenOf(
      rsa(toBeSigned()),
      issueHolder('authentication', { ...authority, key: holder.key, subject: [['CN', 'self']] }, dates),
    ),
    'a certificate in the CA’s name, by another key': tokenOf(
      rsa(toBeSigned()),
      issueHolder('authentication', { ...authority, key: testKey('impostor') }, dates),
    ),
    'a certificate with one bit changed': change('unverifiedCertificate', (text) => {
      const der = Buffer.from(text, 'base64');
      der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
      return der.toString('base64');
    }),
  }),
  ...cases('ERR_CERT_USAGE', {
    'the signing certificate’s key usage': issuedAs({ extensions: holderExtensions('signing') }),
    'nonRepudiation alone': issuedAs({
      extensions: [keyUsage('nonRepudiation'), certificatePolicies('1.2.392.200149.8.5.1.0.30')],
    }),
    'the signing policy': issuedAs({
      extensions: [keyUsage('digitalSignature'), certificatePolicies('1.2.392.200149.8.5.1.0.20')],
    }),
  }),
  {
    name: 'the second after the last',
    token: good,
    code: 'ERR_CERT_EXPIRED',
    options: { at: new Date(notAfter.getTime() + 1000) },
  },
  {
    name: 'the moment before the first',
    token: good,
    code: 'ERR_CERT_NOT_YET_VALID',
    options: { at: new Date(notBefore.getTime() - 1) },
  },
  { name: 'at no time', token: good, code: 'ERR_CERT_NOT_YET_VALID', options: { at: new Date(Number.NaN) } },
  ...cases('ERR_SIGN_ALGORITHM', {
    'RS256 with the key of ES384': { ...goodEc, algorithm: 'RS256' },
    'ES384 with the key of RS256': { ...good, algorithm: 'ES384' },
    'a P-256 key': issuedAs({ key: testKey('small-curve', 'P-256') }),
    'an RSA key of 1024 bits': issuedAs({ key: testKey('small-rsa', 'rsa1024') }),
  }),
];

async function outcome({ token, options }: Case): Promise<VerificationErrorCode | undefined> {
  const trusted = { origin, challengeNonce, trustAnchors: [authority.certificate], at };
  try {
    await validateAuthenticationToken(token, { ...trusted, ...options });
    return undefined;
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}

describe('the token set', () => {
  it.each(TOKENS)('$code: $name', async (each) => {
    expect(await outcome(each)).toBe(each.code);
  });

  it('has every failure that is documented', () => {
    const documented = [
      'ERR_SIGN_FORMAT',
      'ERR_CERT_MALFORMED',
      'ERR_CERT_UNTRUSTED',
      'ERR_CERT_EXPIRED',
      'ERR_CERT_NOT_YET_VALID',
      'ERR_CERT_USAGE',
      'ERR_SIGN_ALGORITHM',
      'ERR_SIGN_INVALID',
    ];
    const codes = new Set(TOKENS.flatMap(({ code }) => code ?? []));
    expect([...codes].sort()).toEqual(documented.sort());
  });
});
