/** A small corpus, mutated: never taken for what was signed unless it is, and never anything but a FormatError. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, parseCertificate, parseSignedData } from '../../../sdk/formats/index.js';
import { readAsn1 } from '../../../sdk/formats/asn1/read.js';
import { element, octetString } from '../../../sdk/formats/asn1/write.js';
import { memorySource } from '../../support/piecewise-source.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import {
  attribute,
  buildCms,
  sorted,
  standardAttributes,
  toIndefiniteLength,
  verifyTestCms,
  type TestVerdict,
} from '../../support/test-cms.js';
import { issueAuthority, issueHolder } from '../../support/test-pki.js';

const content = Buffer.from('申請書\n');
const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
const trustAnchors = [parseCertificate(authority.certificate)];

const unsignedAttributes = element(0xa1, attribute('1.2.840.113549.1.9.16.2.14', octetString(content)));
const detached = buildCms({ content, signers: [{ holder }, { holder, unsignedAttributes }] });
const attached = buildCms({ content, signers: [{ holder }], eContent: content });
const kept = [
  element(0xa0, ...sorted(Object.values(standardAttributes(content, holder.certificate)))),
  holder.certificate,
  parseCertificate(holder.certificate).issuer.der,
];
const CORPUS = [detached, attached, toIndefiniteLength(detached, kept), toIndefiniteLength(attached, kept)];

interface Edit {
  readonly at: number;
  readonly kind: 'set' | 'flip' | 'drop' | 'repeat' | 'cut' | 'move';
  readonly value: number;
}

const edits = fc.array(
  fc.record<Edit>({
    at: fc.nat(),
    kind: fc.constantFrom('set', 'flip', 'drop', 'repeat', 'cut', 'move'),
    value: fc.nat(255),
  }),
  { minLength: 1, maxLength: 6 },
);

function edited(bytes: Buffer, { at, kind, value }: Edit): Buffer {
  if (bytes.length === 0) return bytes;
  const index = at % bytes.length;
  const [head, tail] = [bytes.subarray(0, index), bytes.subarray(index)];
  switch (kind) {
    case 'set':
      return Buffer.concat([head, Buffer.of(value), tail.subarray(1)]);
    case 'flip':
      return Buffer.concat([head, Buffer.of((tail[0] ?? 0) ^ (1 << (value % 8))), tail.subarray(1)]);
    case 'drop':
      return Buffer.concat([head, tail.subarray(value)]);
    case 'repeat':
      return Buffer.concat([head, tail.subarray(0, value), tail]);
    case 'cut':
      return value % 16 === 0 ? head : bytes;
    case 'move':
      return Buffer.concat([head, tail.subarray(value), tail.subarray(0, value)]);
  }
}

const mutant = fc
  .record({ original: fc.constantFrom(...CORPUS), changes: edits })
  .map(({ original, changes }) => changes.reduce(edited, Buffer.from(original)));
const input = fc.oneof({ arbitrary: mutant, weight: 9 }, { arbitrary: fc.uint8Array({ maxLength: 600 }), weight: 1 });

/** What is said of it with and without content, however it is cut; undefined where it is refused. */
async function verdictOn(
  cms: Uint8Array,
  over: Uint8Array | undefined,
  piece: number,
): Promise<TestVerdict | undefined> {
  try {
    return await verifyTestCms({ cms: memorySource(cms, piece), content: over, trustAnchors });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    expect(error.reason).toBeDefined();
    return undefined;
  }
}

describe('property: whatever is made of a signature', () => {
  it('a signer found intact is the one who signed', { timeout: FUZZ_TIMEOUT * 4 }, async () => {
    await fc.assert(
      fc.asyncProperty(input, fc.integer({ min: 1, max: 4096 }), async (cms, piece) => {
        const verdicts = [await verdictOn(cms, content, piece), await verdictOn(cms, undefined, piece)];
        for (const signer of verdicts.flatMap((verdict) => verdict?.signers ?? [])) {
          if (signer.integrity === 'intact') expect(signer.certificate.der).toEqual(holder.certificate);
        }
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('no signer is found intact over other content', { timeout: FUZZ_TIMEOUT * 4 }, async () => {
    const forged = Buffer.from('other');
    await fc.assert(
      fc.asyncProperty(mutant, async (cms) => {
        const verdict = await verdictOn(cms, forged, 512);
        expect(verdict?.signers.some(({ integrity }) => integrity === 'intact') ?? false).toBe(false);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('is read the same from memory and from a stream', { timeout: FUZZ_TIMEOUT * 4 }, async () => {
    await fc.assert(
      fc.asyncProperty(input, async (cms) => {
        const streamed = (await verdictOn(cms, content, 64)) ?? (await verdictOn(cms, undefined, 64));
        const parsed = parsedSigners(cms);
        if (streamed !== undefined) expect(parsed).toBe(streamed.signers.length);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('DER and BER are read or refused', { timeout: FUZZ_TIMEOUT }, () => {
    fc.assert(
      fc.property(input, fc.constantFrom('DER', 'BER'), (octets, encoding) => {
        try {
          readAsn1(octets, { encoding, code: 'ERR_SIGN_FORMAT', maxBytes: 65_536, maxDepth: 32, maxElements: 4096 });
        } catch (error) {
          if (!(error instanceof FormatError) || error.reason?.startsWith('asn1-') !== true) throw error;
        }
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

function parsedSigners(cms: Uint8Array): number | undefined {
  try {
    return parseSignedData(cms).signerInfos.length;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  }
}
