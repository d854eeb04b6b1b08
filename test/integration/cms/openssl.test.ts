/** openssl as the independent party, in both directions. */
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { afterAll, describe, expect, it } from 'vitest';
import {
  encodePemCertificate,
  parseCertificate,
  parseSignedData,
  prepareCms,
  signatureAlgorithm,
  type CmsSigningOptions,
  type SignatureAlgorithm,
} from '../../../sdk/formats/index.js';
import type { SigningContext } from '../../../sdk/formats/document.js';
import { memorySource } from '../../support/piecewise-source.js';
import { Openssl, opensslMissing } from '../../support/openssl.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueTestCa, issueTimeStampAuthority, timeStampToken } from '../../support/test-authorities.js';
import {
  elementsOf,
  includes,
  sha256,
  toIndefiniteLength,
  verifyTestCms,
  type TestVerdict,
} from '../../support/test-cms.js';
import {
  holderExtensions,
  issueAuthority,
  issueHolder,
  subjectKeyIdentifier,
  testKey,
} from '../../support/test-pki.js';

const missing = opensslMissing();
if (missing !== undefined) process.emitWarning(`skipped: CMS against openssl, because ${missing}`);

const content = Buffer.from('申請書\r\nline\n\0');
const megabyte = Buffer.alloc(1024 * 1024 + 1, '𠮷野');
const authority = issueAuthority('signing');
const anchor = parseCertificate(authority.certificate);
const holders = {
  RSA: issueHolder('signing', authority),
  'P-256': issueHolder('signing', authority, { key: testKey('p256', 'P-256'), serialNumber: 2 }),
  'P-384': issueHolder('signing', authority, { key: testKey('p384', 'P-384'), serialNumber: 3 }),
};
type HolderName = keyof typeof holders;

const openssl = new Openssl();
afterAll(() => openssl.close());

const contentFile = openssl.write('content', content);
const caFile = openssl.write('ca.pem', encodePemCertificate(authority.certificate));
const ANY_PURPOSE = ['-purpose', 'any'];

interface OurSignature extends Partial<SigningContext> {
  readonly name?: SignatureAlgorithm;
  readonly over?: Uint8Array;
  readonly options?: CmsSigningOptions;
}

/** Our signature over `content`, unless said otherwise by RSA and detached. */
async function sign({ name = 'RS256', over = content, options, ...context }: OurSignature = {}): Promise<Uint8Array> {
  const { digestAlgorithm, keyKind } = signatureAlgorithm(name);
  const prepared = await prepareCms(memorySource(over), options ?? { content: 'detached' }, nodeCrypto);
  await prepared.use(digestAlgorithm);
  return signPrepared(prepared, holders[keyKind], {
    algorithm: name,
    otherCertificates: [authority.certificate],
    signingTime: new Date(),
    ...context,
  });
}

/** @param file of the detached content; undefined: attached */
function opensslVerifies(cms: Uint8Array, file: string | undefined, ...more: readonly string[]): boolean {
  const signature = openssl.write('signature.der', cms);
  const detached = file === undefined ? [] : ['-content', file];
  return openssl.run(
    ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', signature, ...detached],
    ...['-out', openssl.path('output'), '-CAfile', caFile, ...ANY_PURPOSE, ...more],
  ).ok;
}

describe.skipIf(missing !== undefined)('openssl takes ours', () => {
  it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384'] as const)('by %s', async (name) => {
    const cms = await sign({ name });
    expect(opensslVerifies(cms, contentFile)).toBe(true);
    expect(opensslVerifies(cms, contentFile, '-cades')).toBe(true);
    expect(opensslVerifies(cms, openssl.write('other', 'other'))).toBe(false);
  });

  it('over no content, and over a megabyte', async () => {
    for (const over of [new Uint8Array(), megabyte]) {
      const file = openssl.write('sized', over);
      expect(opensslVerifies(await sign({ over }), file, '-cades')).toBe(true);
    }
  });

  it('with the content attached, which it gives back', async () => {
    for (const over of [new Uint8Array(), content, megabyte]) {
      const cms = await sign({ over, options: { content: 'attached' } });
      expect(opensslVerifies(cms, undefined, '-cades')).toBe(true);
      expect(Buffer.compare(openssl.read('output'), over)).toBe(0);
    }
  });

  it('and reads the same structure back', async () => {
    for (const form of ['detached', 'attached'] as const) {
      const signature = openssl.write('signature.der', await sign({ options: { content: form } }));
      const output = openssl.path('again.der');
      openssl.must('cms', '-cmsout', '-inform', 'DER', '-in', signature, '-outform', 'DER', '-out', output);
      expect(openssl.read('again.der')).toEqual(openssl.read('signature.der'));
    }
  });

  it('with a time stamp, which it takes too', async () => {
    const ca = issueTestCa('TSA root');
    const tsa = issueTimeStampAuthority(ca);
    let token = new Uint8Array();
    const cms = await sign({
      timeStamper: ({ digest }) => Promise.resolve((token = Buffer.from(timeStampToken({ authority: tsa, digest })))),
    });
    expect(opensslVerifies(cms, contentFile, '-cades')).toBe(true);
    const [signer] = parseSignedData(cms).signerInfos;
    const value = openssl.write('signature.value', signer?.signature ?? new Uint8Array());
    const tsaCa = openssl.write('tsa-ca.pem', encodePemCertificate(ca.certificate));
    openssl.must('ts', '-verify', '-data', value, '-token_in', '-in', openssl.write('token', token), '-CAfile', tsaCa);
  });
});

interface TheirSignature {
  readonly holder?: HolderName;
  readonly file?: string;
}

function signWithOpenssl(
  { holder = 'RSA', file = contentFile }: TheirSignature,
  ...more: readonly string[]
): Uint8Array {
  const signer = openssl.writeHolder(holder, holders[holder]);
  const output = openssl.path('openssl.der');
  openssl.must('cms', '-sign', '-binary', '-in', file, '-outform', 'DER', '-out', output, ...signer, ...more);
  return openssl.read('openssl.der');
}

function verify(cms: Uint8Array, over: Uint8Array | undefined = content): Promise<TestVerdict> {
  return verifyTestCms({ cms, content: over, trustAnchors: [anchor] });
}

function verifyAttached(cms: Uint8Array): Promise<TestVerdict> {
  return verifyTestCms({ cms: memorySource(cms, 1000), trustAnchors: [anchor] });
}

describe.skipIf(missing !== undefined)('ours takes openssl’s', () => {
  it.each([
    ['RSA', 'sha256', 'RS256'],
    ['RSA', 'sha512', 'RS512'],
    ['P-256', 'sha256', 'ES256'],
    ['P-384', 'sha384', 'ES384'],
  ] as const)('by %s and %s', async (holder, digest, name) => {
    expect(await verify(signWithOpenssl({ holder }, '-md', digest))).toMatchObject({
      verdict: 'total-passed',
      signers: [{ signatureAlgorithm: name, signingCertificate: 'absent' }],
    });
    expect(await verify(signWithOpenssl({ holder }, '-md', digest, '-cades'))).toMatchObject({
      verdict: 'total-passed',
      signers: [{ signingCertificate: 'v2' }],
    });
  });

  it.each([
    ['attached', ['-nodetach']],
    ['attached and streamed', ['-nodetach', '-stream']],
    ['attached, by SHA-512', ['-nodetach', '-md', 'sha512', '-cades']],
    ['attached, streamed, by two', ['-nodetach', '-stream', ...openssl.writeHolder('second', holders['P-256'])]],
  ])('%s', async (_, more) => {
    for (const over of [content, megabyte]) {
      const cms = signWithOpenssl({ file: openssl.write('attached', over) }, ...more);
      expect(cms[1] === 0x80).toBe(more.includes('-stream'));
      expect((await verifyAttached(cms)).verdict).toBe('total-passed');
    }
  });

  it('after both take it in BER', async () => {
    const der = signWithOpenssl({}, '-md', 'sha256');
    const { certificate } = holders.RSA;
    const attributes = elementsOf(der).findLast((part) => part[0] === 0xa0 && includes(part, sha256(content)));
    const kept = [attributes ?? der, certificate, parseCertificate(certificate).issuer.der];
    const ber = toIndefiniteLength(der, kept);
    expect(ber.subarray(0, 2)).toEqual(Uint8Array.of(0x30, 0x80));
    expect(opensslVerifies(ber, contentFile)).toBe(true);
    expect((await verify(ber)).verdict).toBe('total-passed');
  });

  it('by subject key identifier', async () => {
    const extensions = [...holderExtensions('signing'), subjectKeyIdentifier(testKey('signing-holder'))];
    const signer = openssl.writeHolder('ski', issueHolder('signing', authority, { extensions }));
    const output = openssl.path('ski.der');
    openssl.must('cms', '-sign', '-binary', '-in', contentFile, '-outform', 'DER', '-out', output, '-keyid', ...signer);
    expect((await verify(openssl.read('ski.der'))).verdict).toBe('total-passed');
  });

  it('over no content', async () => {
    const empty = { file: openssl.write('empty', '') };
    expect((await verify(signWithOpenssl(empty), new Uint8Array())).verdict).toBe('total-passed');
    expect((await verifyAttached(signWithOpenssl(empty, '-nodetach'))).verdict).toBe('total-passed');
  });

  it.each([
    ['SHA-1', ['-md', 'sha1'], 'cms-sha1-legacy'],
    ['RSASSA-PSS', ['-md', 'sha256', '-keyopt', 'rsa_padding_mode:pss'], 'cms-rsa-pss'],
    ['no certificate', ['-md', 'sha256', '-nocerts'], 'cms-certificate-missing'],
    ['no signed attributes', ['-md', 'sha256', '-noattr'], 'cms-no-signed-attributes'],
  ])('but not with %s', async (_, more, reason) => {
    expect((await verify(signWithOpenssl({}, ...more))).signers).toMatchObject([{ integrity: 'failed', reason }]);
  });
});

/** Adds a signature by openssl to `cms`. */
function resign(cms: Uint8Array, holder: HolderName, ...more: readonly string[]): Uint8Array {
  const [existing, output] = [openssl.write('existing.der', cms), openssl.path('resigned.der')];
  const signer = openssl.writeHolder(holder, holders[holder]);
  openssl.must(
    ...['cms', '-resign', '-binary', '-inform', 'DER', '-in', existing, '-content', contentFile],
    ...['-outform', 'DER', '-out', output, ...signer, ...more],
  );
  return openssl.read('resigned.der');
}

describe.skipIf(missing !== undefined)('signers together', () => {
  const intact = { integrity: 'intact' };

  it('are both there when openssl joins ours', async () => {
    const cms = resign(await sign(), 'P-256', '-md', 'sha256');
    expect(await verify(cms)).toMatchObject({ verdict: 'total-passed', signers: [intact, intact] });
    expect(opensslVerifies(cms, contentFile)).toBe(true);
  });

  it.each([
    ['detached', [], contentFile],
    ['by SHA-512', ['-md', 'sha512'], contentFile],
    ['by subject key identifier', ['-keyid'], contentFile],
    ['by two', openssl.writeHolder('third', holders['P-256']), contentFile],
    ['attached', ['-nodetach'], undefined],
    ['attached and streamed', ['-nodetach', '-stream'], undefined],
  ])('are both there when ours joins openssl’s, %s', async (_, more, file) => {
    const signer = issueHolder('signing', authority, {
      extensions: [...holderExtensions('signing'), subjectKeyIdentifier(testKey('signing-holder'))],
    });
    const output = openssl.path('theirs.der');
    openssl.must(
      ...['cms', '-sign', '-binary', '-in', contentFile, '-outform', 'DER', '-out', output],
      ...openssl.writeHolder('theirs', signer),
      ...more,
    );
    const theirs = openssl.read('theirs.der');
    const cms = await sign({ name: 'ES256', options: { coSign: theirs } });
    const report = await (file === undefined ? verifyAttached(cms) : verify(cms));
    expect(report.verdict).toBe('total-passed');
    expect(report.signers).toHaveLength(parseSignedData(theirs).signerInfos.length + 1);
    expect(opensslVerifies(cms, file)).toBe(true);
    for (const { encoded } of parseSignedData(theirs).signerInfos) expect(includes(cms, encoded)).toBe(true);
  });
});
