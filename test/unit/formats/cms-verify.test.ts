import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import {
  jpkiRequirements,
  parseCertificate,
  prepareDetachedSignedData,
  verifyDetachedSignedData,
  type ByteSource,
  type SignedDataReport,
  type SignerReport,
  type VerifySignedDataOptions,
} from '../../../sdk/formats/index.js';
import {
  element,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  smallInteger,
  tagged,
} from '../../../sdk/formats/asn1/write.js';
import { rejectedFormatErrorCode } from '../../support/expect-format-error.js';
import {
  attribute,
  buildCms,
  childrenOf,
  elementsOf,
  essReference,
  includes,
  issuerAndSerialNumber,
  Oid,
  sha256,
  sorted,
  standardAttributes,
  toIndefiniteLength,
  type CmsTemplate,
  type SignerTemplate,
} from '../../support/test-cms.js';
import {
  holderExtensions,
  issueAuthority,
  issueHolder,
  signWith,
  subjectKeyIdentifier,
  testKey,
  yearsFromNow,
} from '../../support/test-pki.js';

const content = Buffer.from('申請書\n');
const authority = issueAuthority('signing');
const anchor = parseCertificate(authority.certificate);
const holder = issueHolder('signing', authority);
const other = issueHolder('signing', authority, { key: testKey('other-holder'), serialNumber: 99 });
const standard = standardAttributes(content, holder.certificate);

function verify(cms: Uint8Array, options: Partial<VerifySignedDataOptions> = {}): Promise<SignedDataReport> {
  return verifyDetachedSignedData({
    cms,
    content,
    crypto: nodeCrypto,
    at: new Date(),
    trustAnchors: [anchor],
    ...options,
  });
}

/** Report on a signature by one signer, the holder unless the template says otherwise. */
async function report(
  signer: Partial<SignerTemplate> = {},
  cms: Partial<CmsTemplate> = {},
  options: Partial<VerifySignedDataOptions> = {},
): Promise<SignerReport> {
  const { signers } = await verify(buildCms({ content, signers: [{ holder, ...signer }], ...cms }), options);
  const [only, ...more] = signers;
  if (only === undefined || more.length > 0) throw new Error('not one signer');
  return only;
}

async function failureCode(...parameters: Parameters<typeof report>): Promise<string | undefined> {
  const signer = await report(...parameters);
  return signer.integrity === 'failed' ? signer.code : undefined;
}

describe('an intact signature', () => {
  it('is reported with everything a caller needs', async () => {
    const result = await verify(buildCms({ content, signers: [{ holder }] }));
    expect(result).toMatchObject({
      isIntact: true,
      isTrusted: true,
      signers: [
        {
          integrity: 'intact',
          signatureAlgorithm: 'RS256',
          digestAlgorithm: 'SHA-256',
          signingTime: new Date('2026-01-02T03:04:05Z'),
          signingCertificate: 'v2',
          path: { status: 'trusted' },
          revocation: 'not-checked',
        },
      ],
    });
    const [signer] = result.signers;
    expect(signer?.integrity === 'intact' && signer.certificate.der).toEqual(holder.certificate);
  });

  it('may be over no content at all', async () => {
    const empty = new Uint8Array();
    const cms = buildCms({ content: empty, signers: [{ holder }] });
    expect((await verify(cms, { content: empty })).isTrusted).toBe(true);
    expect((await verify(cms)).signers).toMatchObject([{ code: 'ERR_SIGN_DIGEST' }]);
  });

  it('may be over content that comes in pieces', async () => {
    const source: ByteSource = {
      size: content.length,
      async *chunks() {
        for (const octet of content) yield await Promise.resolve(Uint8Array.of(octet));
      },
    };
    expect((await verify(buildCms({ content, signers: [{ holder }] }), { content: source })).isTrusted).toBe(true);
  });

  it('may name its signer by subject key identifier', async () => {
    const extensions = [...holderExtensions('signing'), subjectKeyIdentifier(testKey('signing-holder'))];
    const named = issueHolder('signing', authority, { extensions });
    const identifier = parseCertificate(named.certificate).extensions.subjectKeyIdentifier ?? new Uint8Array();
    const signer = { holder: named, version: 3, sid: element(0x80, identifier) };
    expect(await report(signer)).toMatchObject({ integrity: 'intact' });
    expect(await failureCode({ ...signer, sid: element(0x80, identifier.subarray(1)) })).toBe('ERR_CERT_MISSING');
    expect(await failureCode({ ...signer, holder, sid: element(0x80, identifier) })).toBe('ERR_CERT_MISSING');
  });

  it('may call its algorithm rsaEncryption, with NULL or nothing behind it', async () => {
    for (const parameters of [[nullValue()], []]) {
      const signatureAlgorithm = sequence(oid(Oid.rsaEncryption), ...parameters);
      expect(await report({ signatureAlgorithm })).toMatchObject({ integrity: 'intact', signatureAlgorithm: 'RS256' });
    }
  });

  it('may have no signing time and no ESS attribute, and says so', async () => {
    const attributes = sorted([standard.contentType, standard.messageDigest]);
    expect(await report({ attributes })).toMatchObject({
      integrity: 'intact',
      signingTime: undefined,
      signingCertificate: 'absent',
    });
  });

  it('may have unsigned attributes, other certificates and revocation data, which prove nothing', async () => {
    const unsignedAttributes = element(0xa1, attribute('1.2.840.113549.1.9.16.2.14', nullValue()));
    const revocation = element(0xa1, sequence(nullValue()));
    const certificates = [authority.certificate, holder.certificate];
    const cms = buildCms({ content, signers: [{ holder, unsignedAttributes }], certificates, revocation });
    expect(await verify(cms)).toMatchObject({ isTrusted: true, signers: [{ revocation: 'not-checked' }] });
  });

  it('may be in BER with indefinite lengths, its attributes alone in DER', async () => {
    const der = buildCms({ content, signers: [{ holder }] });
    const attributes = element(0xa0, ...sorted(Object.values(standard)));
    const kept = [attributes, holder.certificate, anchor.subject.der];
    const ber = toIndefiniteLength(der, kept);
    expect(ber.subarray(0, 2)).toEqual(Uint8Array.of(0x30, 0x80));
    expect((await verify(ber)).isTrusted).toBe(true);
    const unfinished = ber.subarray(0, -1);
    expect(await rejectedFormatErrorCode(verify(unfinished))).toBe('ERR_SIGN_FORMAT');
    const berAttributes = toIndefiniteLength(der, kept.slice(1));
    expect((await verify(berAttributes)).signers).toMatchObject([{ code: 'ERR_SIGN_FORMAT' }]);
    // A certificate is always DER; one in BER is none.
    expect((await verify(toIndefiniteLength(der, kept.toSpliced(1, 1)))).signers).toMatchObject([
      { code: 'ERR_CERT_MALFORMED' },
    ]);
  });

  it('is what prepareDetachedSignedData makes', async () => {
    const prepared = await prepareDetachedSignedData({
      signerCertificate: holder.certificate,
      contentDigest: sha256(content),
      digestAlgorithm: 'SHA-256',
      signatureAlgorithm: 'RS256',
      crypto: nodeCrypto,
    });
    const cms = prepared.complete(signWith(holder.key, prepared.toBeSigned));
    expect(await verify(cms)).toMatchObject({ isTrusted: true, signers: [{ signingCertificate: 'v2' }] });
  });
});

describe('tampering', () => {
  it('with the content is ERR_SIGN_DIGEST', async () => {
    expect(await failureCode({}, {}, { content: Buffer.from('申請書\r\n') })).toBe('ERR_SIGN_DIGEST');
    expect(await failureCode({}, {}, { content: new Uint8Array() })).toBe('ERR_SIGN_DIGEST');
  });

  it('with the signature value is ERR_SIGN_INVALID', async () => {
    const flipped = (signature: Uint8Array): Uint8Array => signature.with(100, (signature[100] ?? 0) ^ 1);
    for (const tamper of [
      flipped,
      () => new Uint8Array(256),
      () => new Uint8Array(),
      (s: Uint8Array) => s.subarray(1),
    ]) {
      expect(await failureCode({ tamper })).toBe('ERR_SIGN_INVALID');
    }
  });

  it('with a signed attribute is ERR_SIGN_INVALID, also when it then fits other content', async () => {
    const genuine = Buffer.from(buildCms({ content, signers: [{ holder }] }));
    const forged = Buffer.from('another content');
    const at = genuine.indexOf(sha256(content));
    genuine.set(sha256(forged), at);
    expect((await verify(genuine, { content: forged })).signers).toMatchObject([{ code: 'ERR_SIGN_INVALID' }]);
  });

  it('by signing with another key is ERR_SIGN_INVALID', async () => {
    expect(await failureCode({ holder: { ...holder, key: other.key } })).toBe('ERR_SIGN_INVALID');
  });
});

describe('ESS', () => {
  const withReference = (reference: Uint8Array): Partial<SignerTemplate> => ({
    attributes: sorted([standard.contentType, standard.messageDigest, attribute(Oid.signingCertificateV2, reference)]),
  });
  const directoryName = (certificate: Uint8Array): Uint8Array =>
    sequence(tagged(4, parseCertificate(certificate).issuer.der));

  it('that names another certificate is ERR_SIGN_MISMATCH', async () => {
    expect(await failureCode(withReference(essReference(sha256(other.certificate))))).toBe('ERR_SIGN_MISMATCH');
  });

  it('that names another serial number or issuer is ERR_SIGN_MISMATCH', async () => {
    const digest = sha256(holder.certificate);
    const good = sequence(directoryName(holder.certificate), element(0x02, Uint8Array.of(0x12, 0x34)));
    expect(await report(withReference(essReference(digest, good)))).toMatchObject({ integrity: 'intact' });
    const serial = sequence(directoryName(holder.certificate), smallInteger(99));
    expect(await failureCode(withReference(essReference(digest, serial)))).toBe('ERR_SIGN_MISMATCH');
    const foreign = issueHolder('authentication', issueAuthority('authentication')).certificate;
    const issuer = sequence(directoryName(foreign), element(0x02, Uint8Array.of(0x12, 0x34)));
    expect(await failureCode(withReference(essReference(digest, issuer)))).toBe('ERR_SIGN_MISMATCH');
  });

  it('by a digest that is not accepted is ERR_SIGN_ALGORITHM', async () => {
    const reference = sequence(sequence(sequence(sequence(oid(Oid.sha1)), octetString(new Uint8Array(20)))));
    expect(await failureCode(withReference(reference))).toBe('ERR_SIGN_ALGORITHM');
  });

  it('of version 1 is checked and reported as such', async () => {
    const sha1 = (certificate: Uint8Array): Uint8Array => createHash('sha1').update(certificate).digest();
    const versionOne = (certificate: Uint8Array): Partial<SignerTemplate> => ({
      attributes: sorted([
        standard.contentType,
        standard.messageDigest,
        attribute(Oid.signingCertificate, essReference(sha1(certificate))),
      ]),
    });
    expect(await report(versionOne(holder.certificate))).toMatchObject({ signingCertificate: 'v1' });
    expect(await failureCode(versionOne(other.certificate))).toBe('ERR_SIGN_MISMATCH');
  });

  it('picks the certificate among several under one name, and without it that is ERR_SIGN_FORMAT', async () => {
    const twin = issueHolder('signing', authority, { notAfter: yearsFromNow(9) });
    const certificates = [twin.certificate, holder.certificate];
    expect(issuerAndSerialNumber(twin.certificate)).toEqual(issuerAndSerialNumber(holder.certificate));
    const signer = await report({}, { certificates });
    expect(signer.integrity === 'intact' && signer.certificate.der).toEqual(holder.certificate);
    const attributes = sorted([standard.contentType, standard.messageDigest]);
    expect(await failureCode({ attributes }, { certificates })).toBe('ERR_SIGN_FORMAT');
    const same = [holder.certificate, holder.certificate];
    expect(await report({ attributes }, { certificates: same })).toMatchObject({ integrity: 'intact' });
  });
});

describe('signed attributes', () => {
  const all = Object.values(standard);

  it.each([
    ['unsorted', sorted(all).toReversed()],
    ['without content-type', sorted([standard.messageDigest])],
    ['without message-digest', sorted([standard.contentType])],
    ['that are none', []],
    ['with content-type twice', sorted([...all, standard.contentType])],
    ['with message-digest twice', sorted([...all, attribute(Oid.messageDigest, octetString(sha256(Buffer.of())))])],
    [
      'with two digests in one',
      sorted([
        standard.contentType,
        attribute(Oid.messageDigest, octetString(sha256(content)), octetString(sha256(Buffer.of()))),
      ]),
    ],
    ['with a digest attribute without value', sorted([standard.contentType, attribute(Oid.messageDigest)])],
    [
      'with an unknown attribute twice',
      sorted([...all, attribute('1.2.3', nullValue()), attribute('1.2.3', smallInteger(1))]),
    ],
    [
      'with another content type than the content',
      sorted([attribute(Oid.contentType, oid('1.2.3')), standard.messageDigest]),
    ],
    ['with a content-type that is no OID', sorted([attribute(Oid.contentType, nullValue()), standard.messageDigest])],
    [
      'with a digest that is no OCTET STRING',
      sorted([standard.contentType, attribute(Oid.messageDigest, nullValue())]),
    ],
    [
      'with a time that is none',
      sorted([
        standard.contentType,
        standard.messageDigest,
        attribute(Oid.signingTime, element(0x17, Buffer.from('2601020304Z'))),
      ]),
    ],
    ['with octets that are no attribute', sorted([...all, nullValue()])],
  ])('%s are ERR_SIGN_FORMAT', async (_, attributes) => {
    expect(await failureCode({ attributes })).toBe('ERR_SIGN_FORMAT');
  });

  it('in two pieces of an OCTET STRING are ERR_SIGN_FORMAT, because that is not DER', async () => {
    const split = element(
      0x24,
      octetString(sha256(content).subarray(0, 16)),
      octetString(sha256(content).subarray(16)),
    );
    const attributes = sorted([standard.contentType, attribute(Oid.messageDigest, split)]);
    expect(await failureCode({ attributes })).toBe('ERR_SIGN_FORMAT');
  });

  it('are not optional: their signature does not pass for one over a document made of them', async () => {
    const genuine = buildCms({ content, signers: [{ holder }] });
    const attributes = element(0xa0, ...sorted(all));
    const document = element(0x31, ...sorted(all));
    // The attack: the same SignerInfo without attributes, so that the signature would be over the content itself.
    const info = elementsOf(genuine).findLast((part) => part[0] === 0x30 && includes(part, attributes));
    expect(info).toBeDefined();
    const stripped = sequence(...childrenOf(info ?? new Uint8Array()).filter((part) => part[0] !== 0xa0));
    const cms = sequence(
      oid(Oid.signedData),
      tagged(
        0,
        sequence(
          smallInteger(1),
          setOf(sequence(oid(Oid.sha256))),
          sequence(oid(Oid.data)),
          tagged(0, holder.certificate),
          setOf(stripped),
        ),
      ),
    );
    expect(await rejectedFormatErrorCode(verify(cms, { content: document }))).toBe('ERR_SIGN_FORMAT');
  });
});

describe('algorithms', () => {
  it('SHA-1 is refused, and named as the legacy it is', async () => {
    const attributes = sorted([standard.contentType, attribute(Oid.messageDigest, octetString(new Uint8Array(20)))]);
    for (const signatureOid of [Oid.sha1WithRsa, Oid.rsaEncryption]) {
      const signatureAlgorithm = sequence(oid(signatureOid), nullValue());
      expect(await report({ digestOid: Oid.sha1, digestName: 'sha1', signatureAlgorithm, attributes })).toEqual({
        integrity: 'failed',
        code: 'ERR_SIGN_ALGORITHM',
        digestAlgorithm: 'SHA-1',
        revocation: 'not-checked',
      });
    }
  });

  it.each([
    ['digests that disagree', { digestOid: Oid.sha384 }],
    ['an unknown digest', { digestOid: '1.2.3' }],
    ['a digest with parameters', { digestAlgorithm: sequence(oid(Oid.sha256), sequence()) }],
    ['an unknown signature', { signatureAlgorithm: sequence(oid('1.2.3')) }],
    ['RSASSA-PSS', { signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.10'), sequence()) }],
    ['RSA with parameters', { signatureAlgorithm: sequence(oid(Oid.sha256WithRsa), sequence()) }],
    ['ECDSA by an RSA key', { signatureAlgorithm: sequence(oid('1.2.840.10045.4.3.2')) }],
  ])('%s is ERR_SIGN_ALGORITHM', async (_, signer) => {
    expect(await failureCode(signer)).toBe('ERR_SIGN_ALGORITHM');
  });

  it('RSA by an EC key is ERR_SIGN_ALGORITHM', async () => {
    const key = testKey('p256', 'P-256');
    expect(await failureCode({ holder: issueHolder('signing', authority, { key }) })).toBe('ERR_SIGN_ALGORITHM');
  });

  it('RSA of 1024 bits is ERR_SIGN_ALGORITHM', async () => {
    const key = testKey('weak', 'rsa1024');
    expect(await failureCode({ holder: issueHolder('signing', authority, { key }) })).toBe('ERR_SIGN_ALGORITHM');
  });
});

describe('the certificate', () => {
  it('that is not there is ERR_CERT_MISSING, one that cannot be read ERR_CERT_MALFORMED', async () => {
    expect(await failureCode({}, { certificates: [] })).toBe('ERR_CERT_MISSING');
    expect(await failureCode({}, { certificates: [other.certificate] })).toBe('ERR_CERT_MISSING');
    expect(await failureCode({}, { certificates: [sequence(nullValue())] })).toBe('ERR_CERT_MALFORMED');
  });

  it('is found beside others that cannot be read', async () => {
    const certificates = [sequence(nullValue()), element(0xa1, nullValue()), holder.certificate];
    expect(await report({}, { certificates })).toMatchObject({ integrity: 'intact' });
  });

  it.each([
    ['under a foreign CA', () => issueHolder('signing', issueAuthority('signing', 'impostor')), 'ERR_CERT_UNTRUSTED'],
    ['out of date', () => issueHolder('signing', authority, { notAfter: yearsFromNow(-0.5) }), 'ERR_CERT_EXPIRED'],
    [
      'not yet in force',
      () => issueHolder('signing', authority, { notBefore: yearsFromNow(1) }),
      'ERR_CERT_NOT_YET_VALID',
    ],
    [
      'for another use',
      () => issueHolder('signing', authority, { extensions: holderExtensions('authentication') }),
      'ERR_CERT_USAGE',
    ],
    [
      'under another policy',
      () => issueHolder('signing', authority, { extensions: holderExtensions('signing', '1.2.3') }),
      'ERR_CERT_USAGE',
    ],
  ])('%s leaves the signature intact and its path untrusted', async (_, issue, code) => {
    const requirements = (certificate: Parameters<typeof jpkiRequirements>[0]): ReturnType<typeof jpkiRequirements> =>
      jpkiRequirements(certificate, 'signing');
    const cms = buildCms({ content, signers: [{ holder: issue() }] });
    const result = await verify(cms, { requirements });
    expect(result).toMatchObject({
      isIntact: true,
      isTrusted: false,
      signers: [{ integrity: 'intact', path: { status: 'untrusted', code }, revocation: 'not-checked' }],
    });
  });

  it('is not checked without anchors, and then not trusted', async () => {
    const cms = buildCms({ content, signers: [{ holder }] });
    const result = await verifyDetachedSignedData({ cms, content, crypto: nodeCrypto, at: new Date() });
    expect(result).toMatchObject({ isIntact: true, isTrusted: false, signers: [{ path: { status: 'not-checked' } }] });
  });

  it('is not trusted because it comes along', async () => {
    const impostor = issueAuthority('signing', 'impostor');
    const certificates = [impostor.certificate, issueHolder('signing', impostor).certificate];
    const signer = await report({ holder: issueHolder('signing', impostor) }, { certificates });
    expect(signer).toMatchObject({ integrity: 'intact', path: { status: 'untrusted', code: 'ERR_CERT_UNTRUSTED' } });
  });
});

describe('several signers', () => {
  it('are all reported, and one bad one spoils the whole', async () => {
    const good = { holder };
    const bad = { holder: other, tamper: () => new Uint8Array(256) };
    for (const signers of [
      [good, bad],
      [bad, good],
    ]) {
      const result = await verify(buildCms({ content, signers }));
      expect(result.signers.map(({ integrity }) => integrity)).toEqual(
        signers.map((signer) => (signer === good ? 'intact' : 'failed')),
      );
      expect(result).toMatchObject({ isIntact: false, isTrusted: false });
    }
    expect(await verify(buildCms({ content, signers: [good, { holder: other }] }))).toMatchObject({ isTrusted: true });
  });

  it('may be sixteen', async () => {
    const signers = (count: number): CmsTemplate['signers'] => Array.from({ length: count }, () => ({ holder }));
    expect((await verify(buildCms({ content, signers: signers(16) }))).signers).toHaveLength(16);
    expect(await rejectedFormatErrorCode(verify(buildCms({ content, signers: signers(17) })))).toBe('ERR_SIGN_FORMAT');
  });
});
