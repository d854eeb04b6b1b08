import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { createHash, createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { compactVerify, flattenedVerify, type FlattenedJWSInput } from 'jose';
import { describe, expect, it } from 'vitest';
import { FormatError, parseCertificate } from '../../../sdk/formats/index.js';
import { MAX_DETACHED_CONTENT_BYTES, MAX_JWS_PAYLOAD_BYTES } from '../../../sdk/formats/jose/read-jws.js';
import { verifyJws } from '../../../sdk/formats/jose/verify-jws.js';
import type { SignatureAlgorithm } from '../../../sdk/formats/ports.js';
import { prepareJws } from '../../../sdk/formats/profiles/jws.js';
import type { DocumentReport, SignerReport, VerifyDocumentOptions } from '../../../sdk/formats/signature-report.js';
import { memorySource } from '../../support/piecewise-source.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueHolder, testKey, type TestHolder } from '../../support/test-pki.js';
import { authority, b64u, content, forge, holder, sha256, type Forgery } from './forged-jws.js';

const anchor = parseCertificate(authority.certificate);
const other = issueHolder('signing', authority, { key: testKey('other-holder'), serialNumber: 99 });
const holders: Partial<Record<SignatureAlgorithm, TestHolder>> = {
  RS256: holder,
  RS384: holder,
  RS512: holder,
  ES256: issueHolder('signing', authority, { key: testKey('p256', 'P-256') }),
  ES384: issueHolder('signing', authority, { key: testKey('p384', 'P-384') }),
};

const headerOf = (jws: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;

async function sign(detached: boolean, algorithm: SignatureAlgorithm = 'RS256', data: Uint8Array = content) {
  const prepared = await prepareJws(memorySource(data), { detached }, nodeCrypto);
  await prepared.use(algorithm === 'RS256' ? 'SHA-256' : 'SHA-384');
  return (await signPrepared(prepared, holders[algorithm] ?? holder, { algorithm })).toString();
}

function verify(jws: string | Uint8Array, options: Partial<VerifyDocumentOptions> = {}): Promise<DocumentReport> {
  const source = memorySource(Buffer.from(jws));
  return verifyJws({ source, crypto: nodeCrypto, at: new Date(), trustAnchors: [anchor], ...options });
}

async function signerOf(jws: string, options: Partial<VerifyDocumentOptions> = {}): Promise<SignerReport> {
  const [signature] = (await verify(jws, options)).signatures;
  if (signature === undefined) throw new Error('no signature');
  return signature.signer;
}

/** What the library makes of it, told the key that the certificate holds. */
async function joseAccepts(jws: string, signer: TestHolder, detached?: Uint8Array): Promise<boolean> {
  const key = createPublicKey({ key: Buffer.from(signer.key.spki), format: 'der', type: 'spki' });
  const [header, payload, signature] = jws.split('.');
  const input = { protected: header, payload: detached ?? payload, signature } as FlattenedJWSInput;
  try {
    if (detached === undefined) await compactVerify(jws, key, { crit: { sigT: true } });
    else await flattenedVerify(input, key, { crit: { sigT: true } });
    return true;
  } catch {
    return false;
  }
}

describe('a JWS', () => {
  for (const algorithm of ['RS256', 'RS384', 'RS512', 'ES256', 'ES384'] as const) {
    for (const detached of [false, true]) {
      it(`by ${algorithm}, ${detached ? 'detached' : 'attached'}, is intact here and for the library`, async () => {
        const jws = await sign(detached, algorithm);
        const signer = await signerOf(jws, detached ? { content: memorySource(content) } : {});
        expect(signer).toMatchObject({
          integrity: 'intact',
          signatureAlgorithm: algorithm,
          signingCertificate: 'v2',
          signingTime: new Date('2026-11-21T01:02:03Z'),
          path: { status: 'trusted' },
          revocation: { status: 'not-checked' },
        });
        expect(await joseAccepts(jws, holders[algorithm] ?? holder, detached ? content : undefined)).toBe(true);
      });
    }
  }

  it('carries what JAdES B-B asks for', async () => {
    const header = headerOf(await sign(true));
    expect(Object.keys(header)).toEqual(['alg', 'iat', 'x5t#S256', 'x5c', 'b64', 'crit']);
    expect(header).toMatchObject({ alg: 'RS256', iat: 1_795_222_923, b64: false, crit: ['b64'] });
    expect(header['x5c']).toEqual([Buffer.from(holder.certificate).toString('base64')]);
  });

  it('tells what it binds before anybody signs', async () => {
    const prepared = await prepareJws(memorySource(content), { detached: true }, nodeCrypto);
    const sha256 = await nodeCrypto.digest('SHA-256', content);
    expect(prepared).toMatchObject({ bound: [{ unverifiedName: '', size: content.length, sha256 }], unboundNames: [] });
  });

  it('binds empty content only from beside it', async () => {
    const nothing = new Uint8Array();
    const jws = await sign(true, 'RS256', nothing);
    expect(await signerOf(jws, { content: memorySource(nothing) })).toMatchObject({ integrity: 'intact' });
    await expect(sign(false, 'RS256', nothing)).rejects.toMatchObject({ reason: 'jws-content-empty' });
  });

  it('is not made of more than fits into memory', async () => {
    const large = (size: number) => ({ ...memorySource(content), size });
    for (const [size, detached] of [
      [MAX_JWS_PAYLOAD_BYTES + 1, false],
      [MAX_DETACHED_CONTENT_BYTES + 1, true],
    ] as const) {
      await expect(prepareJws(large(size), { detached }, nodeCrypto)).rejects.toMatchObject({
        code: 'ERR_SIGN_FORMAT',
        reason: 'jws-too-large',
      });
    }
  });

  it('holds no time stamp', async () => {
    const prepared = await prepareJws(memorySource(content), {}, nodeCrypto);
    const timeStamper = () => Promise.resolve(new Uint8Array());
    await expect(signPrepared(prepared, holder, { timeStamper })).rejects.toMatchObject({ reason: 'jws-time-stamp' });
  });

  it('reads the signing time of older signatures', async () => {
    const jws = forge({
      header: (header) => ({ ...header, iat: undefined, sigT: '2025-01-02T03:04:05Z', crit: ['sigT'] }),
    });
    expect(await signerOf(jws)).toMatchObject({ integrity: 'intact', signingTime: new Date('2025-01-02T03:04:05Z') });
    expect(await joseAccepts(jws, holder)).toBe(true);
  });

  it('may hold both digests of its certificate', async () => {
    const x5t = createHash('sha1').update(holder.certificate).digest('base64url');
    expect(await signerOf(forge({ header: (h) => ({ ...h, x5t }) }))).toMatchObject({ signingCertificate: 'v2' });
    const old = forge({ header: (h) => ({ ...h, 'x5t#S256': undefined, x5t }) });
    expect(await signerOf(old)).toMatchObject({ integrity: 'intact', signingCertificate: 'v1' });
  });

  it('with empty content beside it does not pass for one over objects that its header names', async () => {
    const jws = forge({ header: (h) => ({ ...h, sigD: SIG_D }), payload: '' });
    expect(await signerOf(jws, { content: memorySource(new Uint8Array()) })).toMatchObject({
      integrity: 'failed',
      reason: 'jws-crit-unknown',
    });
  });

  it('is trusted through a chain in x5c only', async () => {
    const prepared = await prepareJws(memorySource(content), {}, nodeCrypto);
    const jws = (await signPrepared(prepared, holder, { otherCertificates: [authority.certificate] })).toString();
    expect(headerOf(jws)['x5c']).toHaveLength(2);
    expect(await signerOf(jws)).toMatchObject({ path: { status: 'trusted' } });
    expect(await signerOf(jws, { trustAnchors: [] })).toMatchObject({ path: { status: 'untrusted' } });
  });
});

/** Content elsewhere, of which the header holds the digest (ETSI TS 119 182-1 §5.2.8.3). */
const SIG_D = { mId: 'http://uri.etsi.org/19182/ObjectIdByURIHash', pars: ['contract.pdf'], hashV: ['AAAA'] };

/** Name, how it is forged, code and reason, and whether the library, which was told the key, minds as well. */
const ATTACKS: readonly (readonly [string, Forgery, string, string, 'both refuse' | 'the library does not mind'])[] = [
  [
    'no signature',
    { header: (h) => ({ ...h, alg: 'none' }), parts: ([h, p]) => `${h}.${p}.` },
    'ERR_SIGN_ALGORITHM',
    'jws-alg-none',
    'both refuse',
  ],
  [
    'the public key as a shared secret',
    {
      header: (h) => ({ ...h, alg: 'HS256' }),
      sign: (data) => createHmac('sha256', holder.key.spki).update(data).digest(),
    },
    'ERR_SIGN_ALGORITHM',
    'jws-alg-symmetric',
    'both refuse',
  ],
  [
    'an algorithm in other letters',
    { header: (h) => ({ ...h, alg: 'rs256' }) },
    'ERR_SIGN_ALGORITHM',
    'jws-alg-unknown',
    'both refuse',
  ],
  [
    'no algorithm',
    { header: (h) => ({ ...h, alg: undefined }) },
    'ERR_SIGN_ALGORITHM',
    'jws-alg-unknown',
    'both refuse',
  ],
  [
    'an elliptic curve for an RSA key',
    { header: (h) => ({ ...h, alg: 'ES256' }), sign: () => new Uint8Array(64).fill(1) },
    'ERR_SIGN_ALGORITHM',
    'jws-key-mismatch',
    'both refuse',
  ],
  [
    'an unknown extension',
    { header: (h) => ({ ...h, crit: ['exp'], exp: 1 }) },
    'ERR_SIGN_FORMAT',
    'jws-crit-unknown',
    'both refuse',
  ],
  [
    'an extension that is not there',
    { header: (h) => ({ ...h, crit: ['sigT'] }) },
    'ERR_SIGN_FORMAT',
    'jws-crit-malformed',
    'both refuse',
  ],
  ['no extension', { header: (h) => ({ ...h, crit: [] }) }, 'ERR_SIGN_FORMAT', 'jws-crit-malformed', 'both refuse'],
  [
    'an extension named twice',
    { header: (h) => ({ ...h, sigT: '2026-11-21T01:02:03Z', crit: ['sigT', 'sigT'] }) },
    'ERR_SIGN_FORMAT',
    'jws-crit-malformed',
    'the library does not mind',
  ],
  [
    'b64 that is not critical',
    { header: (h) => ({ ...h, b64: false }) },
    'ERR_SIGN_FORMAT',
    'jws-b64-not-critical',
    'the library does not mind',
  ],
  [
    'b64 with attached content',
    { header: (h) => ({ ...h, b64: false, crit: ['b64'] }) },
    'ERR_SIGN_FORMAT',
    'jws-b64-attached',
    'the library does not mind',
  ],
  [
    'b64 that is a text',
    { header: (h) => ({ ...h, b64: 'false', crit: ['b64'] }) },
    'ERR_SIGN_FORMAT',
    'jws-header-value',
    'both refuse',
  ],
  [
    'a member twice',
    { rawHeader: (json) => json.replace('{', '{"alg":"none",') },
    'ERR_SIGN_FORMAT',
    'jws-header-duplicate',
    'the library does not mind',
  ],
  [
    'a member twice, once escaped',
    { rawHeader: (json) => json.replace('{', String.raw`{"\u0061lg":"none",`) },
    'ERR_SIGN_FORMAT',
    'jws-header-duplicate',
    'the library does not mind',
  ],
  [
    'something behind the header',
    { rawHeader: (json) => `${json} {}` },
    'ERR_SIGN_FORMAT',
    'jws-header-json',
    'both refuse',
  ],
  [
    'a byte order mark',
    { rawHeader: (json) => `\ufeff${json}` },
    'ERR_SIGN_FORMAT',
    'jws-header-json',
    'the library does not mind',
  ],
  [
    'deep nesting',
    { rawHeader: (json) => json.replace('{', `{"x":${'['.repeat(5000)}${']'.repeat(5000)},`) },
    'ERR_SIGN_FORMAT',
    'jws-header-json',
    'the library does not mind',
  ],
  [
    'no certificate',
    { header: (h) => ({ ...h, x5c: undefined }) },
    'ERR_CERT_MISSING',
    'jws-certificate-missing',
    'the library does not mind',
  ],
  [
    'a key in place of the certificate',
    { header: (h) => ({ ...h, x5c: undefined, jwk: { kty: 'RSA' } }) },
    'ERR_CERT_MISSING',
    'jws-certificate-missing',
    'the library does not mind',
  ],
  [
    'half a certificate',
    { header: (h) => ({ ...h, x5c: [Buffer.from(holder.certificate.subarray(0, 300)).toString('base64')] }) },
    'ERR_CERT_MALFORMED',
    'jws-certificate-malformed',
    'the library does not mind',
  ],
  [
    'another’s certificate',
    { header: (h) => ({ ...h, x5c: [Buffer.from(other.certificate).toString('base64')] }) },
    'ERR_SIGN_MISMATCH',
    'jws-certificate-digest',
    'the library does not mind',
  ],
  [
    'another’s certificate and its digest',
    {
      header: (h) => ({
        ...h,
        x5c: [Buffer.from(other.certificate).toString('base64')],
        'x5t#S256': b64u(sha256(other.certificate)),
      }),
    },
    'ERR_SIGN_INVALID',
    'jws-signature',
    'the library does not mind',
  ],
  [
    'a wrong digest of the certificate beside the right one',
    { header: (h) => ({ ...h, x5t: 'AAAA' }) },
    'ERR_SIGN_MISMATCH',
    'jws-certificate-digest',
    'the library does not mind',
  ],
  [
    'a digest of the certificate by SHA-1 beside a wrong one',
    {
      header: (h) => ({
        ...h,
        'x5t#S256': b64u(sha256(other.certificate)),
        x5t: createHash('sha1').update(holder.certificate).digest('base64url'),
      }),
    },
    'ERR_SIGN_MISMATCH',
    'jws-certificate-digest',
    'the library does not mind',
  ],
  [
    'a certificate in a list within the list',
    { header: (h) => ({ ...h, x5c: [h['x5c']] }) },
    'ERR_CERT_MALFORMED',
    'jws-certificate-malformed',
    'the library does not mind',
  ],
  [
    'other signed objects',
    { header: (h) => ({ ...h, sigD: SIG_D }) },
    'ERR_SIGN_FORMAT',
    'jws-crit-unknown',
    'the library does not mind',
  ],
  [
    'other signed objects, critical',
    { header: (h) => ({ ...h, sigD: SIG_D, crit: ['sigD'] }) },
    'ERR_SIGN_FORMAT',
    'jws-crit-unknown',
    'both refuse',
  ],
  [
    'rules of its own',
    { header: (h) => ({ ...h, sigPId: { id: 'urn:oid:1.2.3' } }) },
    'ERR_SIGN_FORMAT',
    'jws-crit-unknown',
    'the library does not mind',
  ],
  [
    'two signing times',
    { header: (h) => ({ ...h, sigT: '2020-01-01T00:00:00Z', crit: ['sigT'] }) },
    'ERR_SIGN_FORMAT',
    'jws-signing-time',
    'the library does not mind',
  ],
  [
    'a signing time of another form',
    { header: (h) => ({ ...h, iat: '1795222923' }) },
    'ERR_SIGN_FORMAT',
    'jws-signing-time',
    'the library does not mind',
  ],
  [
    'other content',
    { parts: ([h, , s]) => `${h}.${b64u('other')}.${s}` },
    'ERR_SIGN_INVALID',
    'jws-signature',
    'both refuse',
  ],
  [
    'another header',
    {
      parts: ([h, p, s]) =>
        `${b64u(Buffer.from(h, 'base64url').toString().replace('1795222923', '1795222924'))}.${p}.${s}`,
    },
    'ERR_SIGN_INVALID',
    'jws-signature',
    'both refuse',
  ],
  [
    'a padded signature',
    { parts: (all) => `${all.join('.')}==` },
    'ERR_SIGN_INVALID',
    'jws-signature-malformed',
    'the library does not mind',
  ],
  ['padded content', { parts: ([h, p, s]) => `${h}.${p}=.${s}` }, 'ERR_SIGN_FORMAT', 'jws-base64url', 'both refuse'],
  ['no content at all', { payload: '' }, 'ERR_SIGN_FORMAT', 'jws-content-missing', 'the library does not mind'],
];

describe('a forged JWS', () => {
  it('starts from a good one', async () => {
    expect(await signerOf(forge({}))).toMatchObject({ integrity: 'intact', path: { status: 'trusted' } });
    expect(await joseAccepts(forge({}), holder)).toBe(true);
  });

  for (const [name, forgery, code, reason, library] of ATTACKS) {
    it(`with ${name} fails: ${reason}`, async () => {
      const jws = forge(forgery);
      expect(await signerOf(jws)).toMatchObject({ integrity: 'failed', code, reason });
      expect(await joseAccepts(jws, holder)).toBe(library === 'the library does not mind');
    });
  }

  it.each([
    ['two parts', 'a.b', 'jws-compact'],
    ['four parts', `${forge({})}.x`, 'jws-compact'],
    ['the JSON form', JSON.stringify({ payload: '', signatures: [] }), 'jws-compact'],
    ['nothing', '', 'jws-compact'],
    ['a huge header', `${'a'.repeat(300_000)}.b.c`, 'jws-too-large'],
  ])('that is %s is none', async (_name, jws, reason) => {
    await expect(verify(jws)).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason });
  });

  it('for other content from beside it fails', async () => {
    const jws = await sign(true);
    const changed = Buffer.from(content);
    changed[3] = 0x40;
    expect(await signerOf(jws, { content: memorySource(changed) })).toMatchObject({ code: 'ERR_SIGN_INVALID' });
    expect(await joseAccepts(jws, holder, changed)).toBe(false);
    expect(await signerOf(jws)).toMatchObject({ reason: 'jws-content-missing' });
    expect(await signerOf(forge({}), { content: memorySource(content) })).toMatchObject({
      reason: 'jws-content-attached',
    });
  });

  it('over encoded content does not pass for one over the same characters', async () => {
    const encoded = Buffer.from(b64u(content));
    const header = b64u(JSON.stringify({ ...headerOf(forge({})), b64: false, crit: ['b64'] }));
    const [, , signature] = forge({}).split('.');
    const jws = `${header}..${signature ?? ''}`;
    expect(await signerOf(jws, { content: memorySource(encoded) })).toMatchObject({ code: 'ERR_SIGN_INVALID' });
  });
});

describe('reading a JWS', () => {
  const good = Buffer.from(forge({}));

  it('never accepts a changed one, whatever was changed', { timeout: FUZZ_TIMEOUT }, async () => {
    const change = fc.record({
      at: fc.nat(good.length - 1),
      octet: fc.integer({ min: 0, max: 255 }),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let bytes = Buffer.from(good);
        for (const { at, octet, cut } of changes) {
          if (cut) bytes = bytes.subarray(0, at);
          else if (at < bytes.length) bytes[at] = octet;
        }
        fc.pre(!bytes.equals(good));
        const report = await verify(bytes).catch((error: unknown) => error);
        if (report instanceof FormatError) expect(report.reason).toMatch(/^jws-/);
        else expect((report as DocumentReport).signatures[0]?.signer.integrity).toBe('failed');
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('reads a header as the language does, or refuses it', { timeout: FUZZ_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (json) => {
        const report = await verify(`${b64u(json)}.AAAA.AAAA`);
        expect(report.signatures[0]?.signer).toMatchObject({ integrity: 'failed' });
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
