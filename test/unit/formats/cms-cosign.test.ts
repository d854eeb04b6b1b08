import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { describe, expect, it } from 'vitest';
import { parseCertificate, parseSignedData, prepareCms } from '../../../sdk/formats/index.js';
import { element, nullValue, octetString, oid, sequence } from '../../../sdk/formats/asn1/write.js';
import { memorySource } from '../../support/piecewise-source.js';
import { rejectedFormatError } from '../../support/expect-format-error.js';
import { signPrepared } from '../../support/signed-documents.js';
import {
  attribute,
  buildCms,
  includes,
  Oid,
  sorted,
  standardAttributes,
  toIndefiniteLength,
  verifyTestCms,
  type CmsTemplate,
} from '../../support/test-cms.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';

const content = Buffer.from('申請書\n');
const source = memorySource(content, 5);
const authority = issueAuthority('signing');
const trustAnchors = [parseCertificate(authority.certificate)];
const holder = issueHolder('signing', authority);
const second = issueHolder('signing', authority, { key: testKey('second-holder', 'P-256'), serialNumber: 99 });
const good: CmsTemplate = { content, signers: [{ holder }] };

async function join(coSign: Uint8Array, over = source): Promise<Buffer> {
  return signPrepared(await prepareCms(over, { coSign }, nodeCrypto), second, { algorithm: 'ES256' });
}

/** Version of SignedData, right behind the headers of definite length. */
function versionOf(cms: Uint8Array): number | undefined {
  const at = Buffer.from(cms).indexOf(Buffer.of(0x02, 0x01));
  return cms[at + 2];
}

describe('a further signature', () => {
  it('joins a detached one, of which every octet stays', async () => {
    const unsignedAttributes = element(0xa1, attribute('1.2.3', nullValue()), attribute('1.2.3', octetString(content)));
    const first = buildCms({ ...good, signers: [{ holder, unsignedAttributes }] });
    const cms = await join(first);
    expect(await verifyTestCms({ cms, content, trustAnchors })).toMatchObject({ verdict: 'total-passed' });
    const { signerInfos, unverifiedCertificates, digestAlgorithms } = parseSignedData(cms);
    expect(signerInfos).toHaveLength(2);
    expect(unverifiedCertificates).toHaveLength(2);
    expect(digestAlgorithms).toHaveLength(1);
    for (const { encoded } of parseSignedData(first).signerInfos) expect(includes(cms, encoded)).toBe(true);
  });

  it('joins an attached one, in BER too', async () => {
    const attributes = element(0xa0, ...sorted(Object.values(standardAttributes(content, holder.certificate))));
    const issuer = parseCertificate(holder.certificate).issuer.der;
    const der = buildCms({ ...good, eContent: content });
    const ber = toIndefiniteLength(der, [attributes, holder.certificate, issuer]);
    for (const first of [der, ber]) {
      const cms = await join(first);
      expect(await verifyTestCms({ cms, trustAnchors })).toMatchObject({ verdict: 'total-passed' });
      expect(parseSignedData(cms).eContent).toEqual(new Uint8Array(content));
    }
  });

  it('can itself be joined, and by the same signer again', async () => {
    const cms = await join(await join(buildCms(good)));
    const { signerInfos, unverifiedCertificates } = parseSignedData(cms);
    expect([signerInfos.length, unverifiedCertificates.length]).toEqual([3, 2]);
    expect(await verifyTestCms({ cms, content, trustAnchors })).toMatchObject({ verdict: 'total-passed' });
  });

  it('keeps revocation data and other certificates, and the version that they ask for', async () => {
    const other = (tag: number): Uint8Array => element(tag, nullValue());
    const versions: readonly (readonly [Partial<CmsTemplate>, number])[] = [
      [{}, 1],
      [{ revocation: element(0xa1, sequence(nullValue())) }, 1],
      [{ certificates: [holder.certificate, other(0xa1)] }, 3],
      [{ certificates: [holder.certificate, other(0xa1), other(0xa2)] }, 4],
      [{ certificates: [holder.certificate, other(0xa3)] }, 5],
      [{ revocation: element(0xa1, other(0xa1)) }, 5],
    ];
    for (const [changes, version] of versions) {
      const first = parseSignedData(buildCms({ ...good, ...changes }));
      const cms = await join(buildCms({ ...good, ...changes }));
      const joined = parseSignedData(cms);
      expect(joined.unverifiedCrls).toEqual(first.unverifiedCrls);
      for (const choice of first.unverifiedCertificateChoices) expect(includes(cms, choice)).toBe(true);
      expect(versionOf(cms)).toBe(version);
    }
  });

  it('adds its digest algorithm where it is another', async () => {
    const prepared = await prepareCms(source, { coSign: buildCms(good) }, nodeCrypto);
    await prepared.use('SHA-512');
    const cms = await signPrepared(prepared, holder, { algorithm: 'RS512' });
    expect(parseSignedData(cms).digestAlgorithms).toHaveLength(2);
    expect(await verifyTestCms({ cms, content, trustAnchors })).toMatchObject({ verdict: 'total-passed' });
  });

  it('adds no further algorithm where the earlier one has NULL behind it', async () => {
    const digestAlgorithms = [sequence(oid(Oid.sha256), nullValue())];
    const first = buildCms({ ...good, digestAlgorithms });
    expect(parseSignedData(await join(first)).digestAlgorithms).toEqual(digestAlgorithms);
  });
});

describe('does not join', () => {
  const legacy = sorted([
    attribute(Oid.contentType, element(0x06, Buffer.from('2a864886f70d010701', 'hex'))),
    attribute(Oid.messageDigest, octetString(new Uint8Array(20))),
  ]);

  it.each([
    [
      'one over other content',
      buildCms({ ...good, content: Buffer.from('x') }),
      'ERR_SIGN_DIGEST',
      'cms-cosign-other-content',
    ],
    [
      'one over other content by a digest of old',
      buildCms({ ...good, signers: [{ holder, digestOid: Oid.sha1, attributes: legacy }] }),
      'ERR_SIGN_DIGEST',
      'cms-cosign-other-content',
    ],
    [
      'one whose attached content is not what its signer signed',
      buildCms({ ...good, eContent: Buffer.from('x') }),
      'ERR_SIGN_DIGEST',
      'cms-cosign-other-content',
    ],
    [
      'one by an unknown digest',
      buildCms({ ...good, signers: [{ holder, digestOid: '1.2.3' }] }),
      'ERR_SIGN_ALGORITHM',
      'cms-algorithm-unknown',
    ],
    [
      'a time stamp',
      buildCms({ ...good, eContentType: '1.2.840.113549.1.9.16.1.4' }),
      'ERR_SIGN_FORMAT',
      'cms-content-type',
    ],
    [
      'certificates alone',
      buildCms({ ...good, signers: [], certificates: [holder.certificate] }),
      'ERR_SIGN_FORMAT',
      'cms-certificates-only',
    ],
    ['octets behind it', Buffer.concat([buildCms(good), Buffer.of(0)]), 'ERR_SIGN_FORMAT', 'asn1-trailing-octets'],
    ['what is none', Buffer.of(0x30), 'ERR_SIGN_FORMAT', 'asn1-truncated'],
  ] as const)('%s', async (_, coSign, code, reason) => {
    expect(await rejectedFormatError(prepareCms(source, { coSign }, nodeCrypto))).toEqual({ code, reason });
  });
});
