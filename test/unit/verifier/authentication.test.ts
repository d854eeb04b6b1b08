import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import {
  authenticationTokenToBeSigned,
  ecdsaSignatureFromDer,
  encodePemCertificate,
} from '../../../sdk/formats/index.js';
import {
  createChallengeNonce,
  validateAuthenticationToken,
  VerificationError,
  type AuthenticationTokenOptions,
  type VerificationErrorCode,
} from '../../../sdk/verifier/index.js';
import {
  authorityName,
  basicConstraints,
  certificatePolicies,
  extKeyUsage,
  holderExtensions,
  issueAuthority,
  issueHolder,
  keyUsage,
  signWith,
  testKey,
  unknownExtension,
  yearsFromNow,
  type TestHolder,
} from '../../support/test-pki.js';

const origin = 'https://service.example.jp';
const challengeNonce = createChallengeNonce();
const authority = issueAuthority('authentication');
const signingAuthority = issueAuthority('signing');
const holder = issueHolder('authentication', authority);
const options: AuthenticationTokenOptions = { origin, challengeNonce, trustAnchors: [authority.certificate] };

type Token = Record<string, unknown>;

async function token(by: TestHolder = holder, bound = { origin, challengeNonce }): Promise<Token> {
  const toBeSigned = await authenticationTokenToBeSigned(bound, 'RS256', nodeCrypto);
  return {
    unverifiedCertificate: Buffer.from(by.certificate).toString('base64'),
    algorithm: 'RS256',
    signature: Buffer.from(signWith(by.key, toBeSigned)).toString('base64'),
    format: 'web-eid:1.0',
  };
}

async function failure(
  unverifiedToken: unknown,
  changes: Partial<AuthenticationTokenOptions> = {},
): Promise<VerificationErrorCode> {
  const thrown: unknown = await validateAuthenticationToken(unverifiedToken, { ...options, ...changes }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(VerificationError);
  return (thrown as VerificationError).code;
}

describe('a token', () => {
  it('is what Web eID defines: a signature over H(origin) ‖ H(nonce)', async () => {
    const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
    const expected = Buffer.concat([hash('https://x'), hash('nonce')]);
    const bound = { origin: 'https://x', challengeNonce: 'nonce' };
    expect(Buffer.from(await authenticationTokenToBeSigned(bound, 'RS256', nodeCrypto))).toEqual(expected);
    expect(await authenticationTokenToBeSigned(bound, 'ES384', nodeCrypto)).toHaveLength(96);
    const shifted = { origin: 'https://xn', challengeNonce: 'once' };
    expect(await authenticationTokenToBeSigned(shifted, 'RS256', nodeCrypto)).not.toEqual(new Uint8Array(expected));
  });

  it('that is good yields certificate, issuer and serial number, and no word on revocation', async () => {
    const result = await validateAuthenticationToken(await token(), options);
    expect(result.certificate.der).toEqual(holder.certificate);
    expect(result.issuerCertificate.der).toEqual(authority.certificate);
    expect(result).toMatchObject({ serialNumber: '1234', isTestCertificate: true, revocation: 'not-checked' });
  });

  it('is validated with node:crypto as with WebCrypto, against DER as against PEM', async () => {
    const bundle =
      encodePemCertificate(issueAuthority('authentication', 'older').certificate) +
      encodePemCertificate(authority.certificate);
    await expect(
      validateAuthenticationToken(await token(), { ...options, trustAnchors: [bundle], crypto: nodeCrypto }),
    ).resolves.toBeDefined();
  });

  it('of the next card’s kind, ES384 in fixed length, is taken', async () => {
    const key = testKey('p384', 'P-384');
    const by = issueHolder('authentication', authority, { key });
    const toBeSigned = await authenticationTokenToBeSigned({ origin, challengeNonce }, 'ES384', nodeCrypto);
    const der = signWith(key, toBeSigned, 'sha384');
    const good = { ...(await token(by)), algorithm: 'ES384' };
    const signature = Buffer.from(ecdsaSignatureFromDer(der, 'P-384')).toString('base64');
    await expect(validateAuthenticationToken({ ...good, signature }, options)).resolves.toBeDefined();
    expect(await failure({ ...good, signature: Buffer.from(der).toString('base64') })).toBe('ERR_SIGN_FORMAT');
  });

  it.each(['https://service.example.jp:8443', 'http://localhost:3000', 'https://xn--eckwd4c7c.example'])(
    'may be bound to %s',
    async (bound) => {
      const good = await token(holder, { origin: bound, challengeNonce });
      await expect(validateAuthenticationToken(good, { ...options, origin: bound })).resolves.toBeDefined();
    },
  );
});

describe('a token for somebody else is ERR_SIGN_INVALID', () => {
  it.each([
    'http://service.example.jp',
    'https://service.example.jp:8443',
    'https://evil.example.jp',
    'https://service.example.jp.evil.example',
  ])('bound to %s', async (other) => {
    expect(await failure(await token(holder, { origin: other, challengeNonce }))).toBe('ERR_SIGN_INVALID');
  });

  it('bound to another nonce, or replayed in another session', async () => {
    const other = createChallengeNonce();
    expect(await failure(await token(holder, { origin, challengeNonce: other }))).toBe('ERR_SIGN_INVALID');
    expect(await failure(await token(), { challengeNonce: other })).toBe('ERR_SIGN_INVALID');
  });

  it('with the end of the origin moved into the nonce', async () => {
    const shifted = { origin: 'https://service.example.j', challengeNonce: `p${challengeNonce}` };
    expect(await failure(await token(holder, shifted))).toBe('ERR_SIGN_INVALID');
  });

  it('with the signature of another key, a changed one, or none', async () => {
    const good = await token();
    const forged = await token({ ...holder, key: testKey('impostor') });
    expect(await failure(forged)).toBe('ERR_SIGN_INVALID');
    const signature = Buffer.from(String(good['signature']), 'base64');
    signature[9] = (signature[9] ?? 0) ^ 1;
    expect(await failure({ ...good, signature: signature.toString('base64') })).toBe('ERR_SIGN_INVALID');
    expect(await failure({ ...good, signature: '' })).toBe('ERR_SIGN_INVALID');
  });
});

describe('a certificate that does not do', () => {
  const by = (template: Parameters<typeof issueHolder>[2], issuer = authority): Promise<Token> =>
    token(issueHolder('authentication', issuer, template));

  it('is that of the signing key: under its own CA, and even under the authentication CA', async () => {
    expect(await failure(await token(issueHolder('signing', signingAuthority)))).toBe('ERR_CERT_UNTRUSTED');
    expect(await failure(await token(issueHolder('signing', authority)))).toBe('ERR_CERT_USAGE');
    const almost = [keyUsage('digitalSignature', 'nonRepudiation'), ...holderExtensions('authentication').slice(1)];
    expect(await failure(await by({ extensions: almost }))).toBe('ERR_CERT_USAGE');
  });

  it('is under another CA of the same name', async () => {
    expect(await failure(await by({}, issueAuthority('authentication', 'impostor')))).toBe('ERR_CERT_UNTRUSTED');
  });

  it('is the CA’s own', async () => {
    expect(await failure(await token(authority))).toBe('ERR_CERT_UNTRUSTED');
    const extensions = [...holderExtensions('authentication'), basicConstraints(true)];
    expect(await failure(await by({ extensions }))).toBe('ERR_CERT_USAGE');
  });

  it('is out of date or not yet in force', async () => {
    expect(await failure(await by({ notAfter: yearsFromNow(-0.5) }))).toBe('ERR_CERT_EXPIRED');
    expect(await failure(await by({ notBefore: yearsFromNow(0.5) }))).toBe('ERR_CERT_NOT_YET_VALID');
    expect(await failure(await token(), { at: yearsFromNow(11) })).toBe('ERR_CERT_EXPIRED');
  });

  it('has no KeyUsage, or not digitalSignature', async () => {
    const [, policy] = holderExtensions('authentication');
    if (policy === undefined) throw new Error('no policy extension');
    expect(await failure(await by({ extensions: [policy] }))).toBe('ERR_CERT_USAGE');
    expect(await failure(await by({ extensions: [keyUsage('cRLSign'), policy] }))).toBe('ERR_CERT_USAGE');
  });

  it('is under another policy, none, or the real policy in a test hierarchy', async () => {
    for (const policy of ['1.2.392.200149.8.5.1.0.20', '1.2.392.200149.8.5.1.3.30', '2.5.29.32.0']) {
      const extensions = [keyUsage('digitalSignature'), certificatePolicies(policy)];
      expect(await failure(await by({ extensions }))).toBe('ERR_CERT_USAGE');
    }
    expect(await failure(await by({ extensions: [keyUsage('digitalSignature')] }))).toBe('ERR_CERT_USAGE');
  });

  it('is under the test policy in the real hierarchy', async () => {
    const real = issueAuthority('authentication', 'real-ca', { subject: authorityName('authentication', 'JPKI') });
    const issuer = { ...real, subject: authorityName('authentication', 'JPKI') };
    const trust = { trustAnchors: [real.certificate] };
    expect(await failure(await by({}, issuer), trust)).toBe('ERR_CERT_USAGE');
    const extensions = holderExtensions('authentication', '1.2.392.200149.8.5.1.3.30');
    const result = await validateAuthenticationToken(await by({ extensions }, issuer), { ...options, ...trust });
    expect(result.isTestCertificate).toBe(false);
  });

  it('unless its policy is accepted by name', async () => {
    const extensions = holderExtensions('authentication', '1.2.3.4');
    const good = await by({ extensions });
    await expect(
      validateAuthenticationToken(good, { ...options, certificatePolicies: ['1.2.3.4'] }),
    ).resolves.toBeDefined();
    expect(await failure(good, { certificatePolicies: [] })).toBe('ERR_CERT_USAGE');
  });

  it('is for another purpose, or has a critical extension nobody knows', async () => {
    const standard = holderExtensions('authentication');
    expect(await failure(await by({ extensions: [...standard, extKeyUsage(true, '1.3.6.1.5.5.7.3.1')] }))).toBe(
      'ERR_CERT_USAGE',
    );
    expect(await failure(await by({ extensions: [...standard, unknownExtension(true)] }))).toBe('ERR_CERT_UNTRUSTED');
  });

  it('is signed with SHA-1, or has a short key', async () => {
    expect(await failure(await by({ digest: 'sha1' }))).toBe('ERR_SIGN_ALGORITHM');
    expect(await failure(await by({ key: testKey('weak', 'rsa1024') }))).toBe('ERR_SIGN_ALGORITHM');
  });

  it('is of another kind than the algorithm', async () => {
    expect(await failure({ ...(await token()), algorithm: 'ES384' })).toBe('ERR_SIGN_ALGORITHM');
    const ec = await by({ key: testKey('p384', 'P-384') });
    expect(await failure(ec)).toBe('ERR_SIGN_ALGORITHM');
    const p256 = await by({ key: testKey('p256', 'P-256') });
    expect(await failure({ ...p256, algorithm: 'ES384' })).toBe('ERR_SIGN_ALGORITHM');
  });
});

describe('what is no token', () => {
  it.each([
    ['nothing', () => undefined],
    ['a string', () => 'token'],
    ['an array', () => []],
    ['another format', (good: Token) => ({ ...good, format: 'web-eid:1.1' })],
    ['no format', ({ format, ...rest }: Token) => (format === undefined ? {} : rest)],
    ['a field too many', (good: Token) => ({ ...good, publicKey: 'AAAA' })],
    ['algorithm none', (good: Token) => ({ ...good, algorithm: 'none' })],
    ['algorithm HS256', (good: Token) => ({ ...good, algorithm: 'HS256' })],
    ['algorithm RS512', (good: Token) => ({ ...good, algorithm: 'RS512' })],
    ['an empty algorithm', (good: Token) => ({ ...good, algorithm: '' })],
    ['an algorithm with a control character', (good: Token) => ({ ...good, algorithm: 'RS256\0' })],
    ['a number for a signature', (good: Token) => ({ ...good, signature: 1 })],
    ['a signature in base64url', (good: Token) => ({ ...good, signature: '-_-_' })],
    ['a signature of two kilobytes', (good: Token) => ({ ...good, signature: 'A'.repeat(2048) })],
    ['a certificate of a megabyte', (good: Token) => ({ ...good, unverifiedCertificate: 'A'.repeat(2 ** 20) })],
    ['a certificate in base64 that is not canonical', (good: Token) => ({ ...good, unverifiedCertificate: 'AB==' })],
  ])('is ERR_SIGN_FORMAT: %s', async (_, change) => {
    expect(await failure((change as (good: Token) => unknown)(await token()))).toBe('ERR_SIGN_FORMAT');
  });

  it('is ERR_CERT_MALFORMED where only the certificate is none', async () => {
    for (const unverifiedCertificate of ['', 'AAAA', Buffer.from(holder.certificate.subarray(1)).toString('base64')]) {
      expect(await failure({ ...(await token()), unverifiedCertificate })).toBe('ERR_CERT_MALFORMED');
    }
  });

  it('says nothing but its code in the message', async () => {
    const thrown: unknown = await validateAuthenticationToken({ secret: 'value' }, options).catch(
      (error: unknown) => error,
    );
    expect(String(thrown)).toBe('VerificationError: the signed object is malformed');
  });
});

describe('misuse is a TypeError', () => {
  it.each([
    ['https://service.example.jp/'],
    ['https://service.example.jp:443'],
    ['HTTPS://service.example.jp'],
    ['https://Service.example.jp'],
    ['https://user@service.example.jp'],
    ['https://service.example.jp/path'],
    ['https://例え.example'],
    ['service.example.jp'],
    ['wss://service.example.jp'],
    ['file:///x'],
    ['null'],
    [''],
    [`https://${'a'.repeat(250)}.jp`],
    [undefined as unknown as string],
  ])('origin %j', async (wrong) => {
    await expect(validateAuthenticationToken(await token(), { ...options, origin: wrong })).rejects.toThrow(TypeError);
  });

  it.each([[''], ['short'], ['A'.repeat(129)], [`${'A'.repeat(43)} `], [undefined as unknown as string]])(
    'nonce %j',
    async (wrong) => {
      await expect(validateAuthenticationToken(await token(), { ...options, challengeNonce: wrong })).rejects.toThrow(
        TypeError,
      );
    },
  );

  it.each([
    ['none', []],
    ['octets that are no certificate', [new Uint8Array(10)]],
    ['text that is no PEM', ['certificate']],
    ['the signing CA', [signingAuthority.certificate]],
    ['both CAs', [authority.certificate, signingAuthority.certificate]],
  ])('trust anchors: %s', async (_, trustAnchors) => {
    await expect(validateAuthenticationToken(await token(), { ...options, trustAnchors })).rejects.toThrow(TypeError);
  });
});

describe('createChallengeNonce', () => {
  it('gives 256 bits, other ones each time', () => {
    const nonces = new Set(Array.from({ length: 100 }, createChallengeNonce));
    expect(nonces.size).toBe(100);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64')).toHaveLength(32);
  });
});
