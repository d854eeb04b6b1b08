import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { element, nullValue, octetString, oid, sequence, tagged } from '../../../sdk/formats/asn1/write.js';
import {
  FormatError,
  MAX_SIGNED_DATA_BYTES,
  parseCertificate,
  verifyDetachedSignedData,
  type ByteSource,
  type SignedDataReport,
  type VerifySignedDataOptions,
} from '../../../sdk/formats/index.js';
import { rejectedFormatErrorCode } from '../../support/expect-format-error.js';
import { buildCms, childrenOf, Oid } from '../../support/test-cms.js';
import { issueAuthority, issueHolder } from '../../support/test-pki.js';

const content = Buffer.from('申請書\n');
const authority = issueAuthority('signing');
const anchor = parseCertificate(authority.certificate);
const holder = issueHolder('signing', authority);

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

describe('what is no detached SignedData', () => {
  const genuine = buildCms({ content, signers: [{ holder }] });

  it.each([
    ['nothing', new Uint8Array()],
    ['a cut one', genuine.subarray(0, -1)],
    ['trailing octets', Buffer.concat([genuine, Buffer.of(0)])],
    ['a second one behind', Buffer.concat([genuine, genuine])],
    ['attached content', buildCms({ content, signers: [{ holder }], eContent: content })],
    ['another content type', buildCms({ content, signers: [{ holder }], eContentType: '1.2.840.113549.1.9.16.1.4' })],
    ['no signer', buildCms({ content, signers: [] })],
    ['a field too many', sequence(...childrenOf(genuine), nullValue())],
    ['plain data', sequence(oid(Oid.data), tagged(0, octetString(content)))],
    ['a certificate', holder.certificate],
    ['an unknown SignerInfo version', buildCms({ content, signers: [{ holder, version: 2 }] })],
    ['a version that does not fit the signer’s name', buildCms({ content, signers: [{ holder, version: 3 }] })],
    [
      'too many certificates',
      buildCms({ content, signers: [{ holder }], certificates: Array.from({ length: 65 }, () => nullValue()) }),
    ],
  ])('is ERR_SIGN_FORMAT: %s', async (_, cms) => {
    expect(await rejectedFormatErrorCode(verify(cms))).toBe('ERR_SIGN_FORMAT');
  });

  it('is not read beyond its limits, and quickly', async () => {
    const nested = Buffer.concat([Buffer.alloc(500_000, '3080', 'hex'), Buffer.alloc(500_000)]);
    const wide = element(0x30, Buffer.alloc(200_000, '0500', 'hex'));
    const long = element(0x30, new Uint8Array(MAX_SIGNED_DATA_BYTES));
    const filled = Buffer.alloc(MAX_SIGNED_DATA_BYTES, '2480', 'hex');
    for (const cms of [nested, wide, long, filled]) {
      const start = performance.now();
      expect(await rejectedFormatErrorCode(verify(cms))).toBe('ERR_SIGN_FORMAT');
      expect(performance.now() - start).toBeLessThan(500);
    }
  });

  it('does not have its content read', async () => {
    let reads = 0;
    const source: ByteSource = {
      size: content.length,
      async *chunks() {
        reads += 1;
        yield await Promise.resolve(content);
      },
    };
    await rejectedFormatErrorCode(verify(holder.certificate, { content: source }));
    await verify(buildCms({ content, signers: [{ holder, tamper: () => new Uint8Array(256) }] }), { content: source });
    expect(reads).toBe(0);
    await verify(buildCms({ content, signers: [{ holder }, { holder }] }), { content: source });
    expect(reads).toBe(1);
  });

  it('throws what reading the content throws', async () => {
    const broken: ByteSource = {
      size: 1,
      // eslint-disable-next-line require-yield
      async *chunks() {
        await Promise.resolve();
        throw new RangeError('disk gone');
      },
    };
    await expect(verify(genuine, { content: broken })).rejects.toThrow(RangeError);
  });
});

describe('the parser under random input', () => {
  const genuine = buildCms({ content, signers: [{ holder }] });
  const survives = async (cms: Uint8Array): Promise<SignedDataReport | undefined> => {
    try {
      return await verify(cms);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      expect(error.code).toBe('ERR_SIGN_FORMAT');
      return undefined;
    }
  };

  it('reports or throws a FormatError for any octets', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (cms) => {
        await survives(cms);
      }),
      {
        numRuns: 1000,
      },
    );
  });

  it('never takes a signature with an octet changed for one by somebody else', async () => {
    const change = fc.record({ at: fc.nat(genuine.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, to }) => {
        const result = await survives(new Uint8Array(genuine).with(at, to));
        const [signer] = result?.signers ?? [];
        if (signer?.integrity === 'intact') expect(signer.certificate.der).toEqual(holder.certificate);
      }),
      { numRuns: 1500 },
    );
  });
});
