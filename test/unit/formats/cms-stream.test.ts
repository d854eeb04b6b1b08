/** Attached content that is never in memory, and what a reader of it must not be made to do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, MAX_SIGNED_DATA_BYTES, parseCertificate } from '../../../sdk/formats/index.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import { element, elementHeader, oid, sequence } from '../../../sdk/formats/asn1/write.js';
import { memorySource } from '../../support/piecewise-source.js';
import { rejectedFormatError } from '../../support/expect-format-error.js';
import {
  buildCms,
  Oid,
  sorted,
  standardAttributes,
  toIndefiniteLength,
  verifyTestCms,
} from '../../support/test-cms.js';
import { issueAuthority, issueHolder } from '../../support/test-pki.js';
import { processorMilliseconds } from '../../support/processor-time.js';

const authority = issueAuthority('signing');
const trustAnchors = [parseCertificate(authority.certificate)];
const holder = issueHolder('signing', authority);
const issuer = parseCertificate(holder.certificate).issuer.der;

function attachedTo(content: Uint8Array, wrappedContent?: Uint8Array): Buffer {
  return Buffer.from(
    buildCms({ content, signers: [{ holder }], eContent: content, ...(wrappedContent && { wrappedContent }) }),
  );
}

/** With indefinite lengths, outside of what has to be DER. */
function toBer(der: Uint8Array, content: Uint8Array): Uint8Array {
  const attributes = element(0xa0, ...sorted(Object.values(standardAttributes(content, holder.certificate))));
  return toIndefiniteLength(der, [attributes, holder.certificate, issuer]);
}

/** An OCTET STRING in segments of so many octets, of definite or indefinite length. */
function segmented(content: Uint8Array, length: number, isIndefinite: boolean): Buffer {
  const segments: Uint8Array[] = [];
  for (let offset = 0; offset < content.length; offset += length) {
    const segment = content.subarray(offset, offset + length);
    segments.push(elementHeader(0x04, segment.length), segment);
  }
  const size = segments.reduce((sum, { length: octets }) => sum + octets, 0);
  return isIndefinite
    ? Buffer.concat([Buffer.of(0x24, 0x80), ...segments, Buffer.of(0, 0)])
    : Buffer.concat([elementHeader(0x24, size), ...segments]);
}

/** Counts what is read. */
function watched(source: RandomAccessSource): { source: RandomAccessSource; seen: { octets: number; closed: number } } {
  const seen = { octets: 0, closed: 0 };
  return {
    seen,
    source: {
      ...source,
      async *chunks() {
        try {
          for await (const chunk of source.chunks()) {
            seen.octets += chunk.length;
            yield chunk;
            // Valid only until the next one is asked for.
            chunk.fill(0xee);
          }
        } finally {
          seen.closed += 1;
        }
      },
    },
  };
}

describe('attached content', () => {
  it('is digested however it is cut, by its signer and by the source', async () => {
    const content = Buffer.from(Array.from({ length: 500 }, (_, index) => index % 251));
    const cut = fc.record({
      segment: fc.integer({ min: 1, max: 600 }),
      piece: fc.integer({ min: 1, max: 700 }),
      isIndefinite: fc.boolean(),
      isBer: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cut, async ({ segment, piece, isIndefinite, isBer }) => {
        const der = attachedTo(content, segmented(content, segment, isIndefinite));
        // Octets of BER are left as they are where they are no plain DER.
        const cms = isBer ? toBer(attachedTo(content), content) : der;
        const { source, seen } = watched(memorySource(cms, piece));
        expect(await verifyTestCms({ cms: source, trustAnchors })).toMatchObject({ verdict: 'total-passed' });
        expect(seen).toEqual({ octets: cms.length, closed: 1 });
      }),
      { numRuns: 100 },
    );
  });

  it('may be longer than all that is kept in memory', async () => {
    const content = Buffer.alloc(8 * MAX_SIGNED_DATA_BYTES, '𠮷');
    for (const wrappedContent of [undefined, segmented(content, 1000, true), segmented(content, 4096, false)]) {
      const cms = memorySource(attachedTo(content, wrappedContent), 100_000);
      expect(await verifyTestCms({ cms, trustAnchors })).toMatchObject({ verdict: 'total-passed' });
    }
  });

  it('may consist of nothing but empty segments', async () => {
    const empty = new Uint8Array();
    const wrappedContent = element(0x24, Buffer.alloc(200_000, '0400', 'hex'));
    const start = processorMilliseconds();
    const cms = attachedTo(empty, wrappedContent);
    expect(await verifyTestCms({ cms, trustAnchors })).toMatchObject({ verdict: 'total-passed' });
    expect(processorMilliseconds() - start).toBeLessThan(3000);
  });
});

describe('is not read beyond its limits, and quickly', () => {
  const nested = Buffer.concat([Buffer.alloc(500_000, '3080', 'hex'), Buffer.alloc(500_000)]);
  const start = Buffer.concat([Buffer.of(0x30, 0x80), oid(Oid.signedData), Buffer.of(0xa0, 0x80, 0x30, 0x80)]);
  const head = Buffer.concat([start, Buffer.of(0x02, 0x01, 0x01)]);
  const detachedHead = Buffer.concat([head, Buffer.of(0x31, 0), sequence(oid(Oid.data))]);
  const long = new Uint8Array(3 * MAX_SIGNED_DATA_BYTES);

  it.each([
    ['nested without end', nested, 'asn1-too-deep'],
    ['nested in its first fields', Buffer.concat([head, nested]), 'asn1-too-deep'],
    [
      'segments within segments',
      attachedTo(long.subarray(0, 9), Buffer.alloc(500_000, '2480', 'hex')),
      'asn1-too-deep',
    ],
    ['a set of digests too long', Buffer.concat([head, element(0x31, long)]), 'asn1-too-long'],
    [
      'a set of digests without end',
      Buffer.concat([head, Buffer.of(0x31, 0x80), ...Array<Buffer>(4000).fill(Buffer.of(5, 0))]),
      'asn1-too-long',
    ],
    ['too much behind the content', Buffer.concat([detachedHead, element(0xa0, long)]), 'asn1-too-long'],
    [
      'too many elements behind it',
      Buffer.concat([detachedHead, element(0xa0, Buffer.alloc(60_000, '0500', 'hex'))]),
      'asn1-too-many-elements',
    ],
    ['certificates too deep', Buffer.concat([detachedHead, Buffer.of(0xa0, 0x80), nested]), 'asn1-too-deep'],
  ])('%s', async (_, cms, reason) => {
    const { source, seen } = watched(memorySource(cms, 4096));
    const from = processorMilliseconds();
    expect(await rejectedFormatError(verifyTestCms({ cms: source, content: new Uint8Array() }))).toEqual({
      code: 'ERR_SIGN_FORMAT',
      reason,
    });
    expect(processorMilliseconds() - from).toBeLessThan(500);
    expect(seen.octets).toBeLessThanOrEqual(MAX_SIGNED_DATA_BYTES + 8192);
    expect(seen.closed).toBe(1);
  });

  it('throws what reading throws', async () => {
    const broken: RandomAccessSource = {
      ...memorySource(nested),
      // eslint-disable-next-line require-yield
      async *chunks() {
        await Promise.resolve();
        throw new RangeError('disk gone');
      },
    };
    await expect(verifyTestCms({ cms: broken })).rejects.toThrow(RangeError);
    const detached = buildCms({ content: long, signers: [{ holder }] });
    await expect(verifyTestCms({ cms: detached, content: broken })).rejects.toThrow(RangeError);
  });

  it('reads detached content only for a signature that holds, and once', async () => {
    const content = Buffer.from('content');
    const bad = watched(memorySource(content));
    const tampered = buildCms({ content, signers: [{ holder, tamper: () => new Uint8Array(256) }] });
    await verifyTestCms({ cms: tampered, content: bad.source });
    expect(bad.seen.octets).toBe(0);
    const good = watched(memorySource(content));
    await verifyTestCms({ cms: buildCms({ content, signers: [{ holder }, { holder }] }), content: good.source });
    expect(good.seen).toEqual({ octets: content.length, closed: 1 });
  });

  it('says FormatError, whatever the octets', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (cms) => {
        await verifyTestCms({ cms, content: new Uint8Array() }).catch((error: unknown) => {
          if (!(error instanceof FormatError)) throw error;
        });
      }),
    );
  });
});

describe('a definite length around it', () => {
  it.each([
    ['shorter', -1],
    ['longer', 1],
  ])('that is %s than what it holds is refused at every level', async (_, difference) => {
    const content = Buffer.alloc(300, 7);
    const good = attachedTo(content);
    const headers = [...good.toString('hex').matchAll(/(?:30|a0|04)82/g)].map(({ index }) => index / 2);
    // ContentInfo, [0], SignedData, EncapsulatedContentInfo, [0], OCTET STRING.
    const levels = headers.filter(Number.isInteger).slice(0, 6);
    expect(levels).toHaveLength(6);
    for (const at of levels) {
      const cms = Buffer.from(good);
      cms.writeUInt16BE(cms.readUInt16BE(at + 2) + difference, at + 2);
      expect(await rejectedFormatError(verifyTestCms({ cms }))).toMatchObject({ code: 'ERR_SIGN_FORMAT' });
    }
  });
});
