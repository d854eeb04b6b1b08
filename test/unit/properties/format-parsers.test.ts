import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { FormatError, parseCertificate } from '../../../sdk/formats/index.js';
import { parseStrictJson } from '../../../main/core/bridge/strict-json.js';
import { ClientError } from '../../../main/core/errors.js';
import { openVirtualCard } from '../../../native/virtual-card/index.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';

/** Flips, drops, repeats and replaces a few bytes of something well-formed. */
function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    at: fc.nat(original.length - 1),
    kind: fc.constantFrom('set', 'drop', 'repeat', 'cut'),
    value: fc.nat(255),
  });
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((bytes, { at, kind, value }) => {
      const index = Math.min(at, bytes.length - 1);
      const head = [...bytes.subarray(0, index)];
      const tail = [...bytes.subarray(index + 1)];
      if (kind === 'set') return Uint8Array.from([...head, value, ...tail]);
      if (kind === 'drop') return Uint8Array.from([...head, ...tail]);
      if (kind === 'repeat') return Uint8Array.from([...head, value, value, ...tail]);
      return Uint8Array.from(head);
    }, original),
  );
}

describe('property: malformed input is refused with a code', () => {
  let certificate: Uint8Array;

  beforeAll(async () => {
    certificate = (await openVirtualCard()).testAuthorities().signing;
  });

  it('certificates', { timeout: FUZZ_TIMEOUT }, () => {
    fc.assert(
      fc.property(fc.oneof(mutated(certificate), fc.uint8Array({ maxLength: 2_000 })), (input) => {
        try {
          parseCertificate(input);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('JSON: whatever passes means the same to JSON.parse', { timeout: FUZZ_TIMEOUT }, () => {
    const text = fc.oneof(fc.json({ maxDepth: 6 }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        fc.oneof(
          text.map((json) => new TextEncoder().encode(json)),
          fc.uint8Array(),
        ),
        (input) => {
          try {
            const strict = JSON.stringify(parseStrictJson(input));
            if (strict !== JSON.stringify(JSON.parse(new TextDecoder().decode(input))))
              throw new Error('read differently');
          } catch (error) {
            if (!(error instanceof ClientError)) throw error;
          }
        },
      ),
      { numRuns: FUZZ_RUNS },
    );
  });
});
