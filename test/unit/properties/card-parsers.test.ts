import fc from 'fast-check';
import { describe, it } from 'vitest';
import { parseBerTlv } from '../../../main/core/apdu/ber-tlv.js';
import { CardChannel } from '../../../main/core/apdu/card-channel.js';
import { encodeCommandApdu, readBinary } from '../../../main/core/apdu/command-apdu.js';
import { decodeResponseApdu } from '../../../main/core/apdu/response-apdu.js';
import { InsertionMemories } from '../../../main/core/card/insertion-memory.js';
import { JpkiApplication } from '../../../main/core/card/jpki-application.js';
import { normalizePin } from '../../../main/core/card/pin-format.js';
import { displayText } from '../../../main/core/consent/display-text.js';
import { previewText } from '../../../main/core/consent/preview.js';
import { ClientError } from '../../../main/core/errors.js';
import type { CardConnection } from '../../../main/core/ports.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });
/** Bytes that look like the real thing more often than chance would have it. */
const tlvLike = fc
  .array(fc.tuple(fc.constantFrom(0x30, 0x80, 0xdf22, 0xff20, 0x7f21), bytes(40), fc.constantFrom(0, 1, 2)), {
    maxLength: 6,
  })
  .map((objects) =>
    Uint8Array.from(
      objects.flatMap(([tag, value, padding]) => [
        ...(tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]),
        ...(padding === 0 ? [value.length] : [0x80 | padding, ...Array<number>(padding - 1).fill(0), value.length]),
        ...value,
      ]),
    ),
  );

function check<T>(arbitrary: fc.Arbitrary<T>, act: (value: T) => unknown): void {
  fc.assert(
    fc.property(arbitrary, (value) => {
      expectOnlyClientErrors(() => act(value));
    }),
    { numRuns: FUZZ_RUNS },
  );
}

function expectOnlyClientErrors(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ClientError) || error.code === 'ERR_INTERNAL') throw error;
  }
}

describe('property: what a card sends never crashes or hangs the program', () => {
  it('BER-TLV', { timeout: FUZZ_TIMEOUT }, () => {
    check(fc.oneof(bytes(300), tlvLike), (input) => {
      const objects = parseBerTlv(input);
      const covered = objects.reduce((sum, { value }) => sum + value.length, 0);
      if (covered > input.length) throw new Error('objects are longer than the file');
    });
  });

  it('response APDUs', { timeout: FUZZ_TIMEOUT }, () => {
    check(bytes(400), (input) => {
      const { data, sw } = decodeResponseApdu(input);
      if (data.length !== input.length - 2 || sw > 0xffff) throw new Error('not split at SW1 SW2');
    });
  });

  it('command APDUs keep their length fields', { timeout: FUZZ_TIMEOUT }, () => {
    const command = fc.record({
      p1: fc.nat(255),
      p2: fc.nat(255),
      data: bytes(255),
      le: fc.integer({ min: 1, max: 256 }),
    });
    check(command, (parts) => {
      const encoded = encodeCommandApdu({ cla: 0, ins: 0xa4, ...parts });
      const expected = 4 + (parts.data.length > 0 ? 1 + parts.data.length : 0) + 1;
      if (encoded.length !== expected || encoded.at(-1) !== (parts.le & 0xff)) throw new Error('wrong length fields');
    });
  });

  it('PINs and foreign text', { timeout: FUZZ_TIMEOUT }, () => {
    const format = { minLength: 6, maxLength: 16, alphabet: 'upper-case-alphanumeric' } as const;
    check(bytes(64), (input) => {
      const fault = normalizePin(input, format);
      if (fault === undefined && !/^[A-Z0-9]{6,16}$/.test(new TextDecoder().decode(input)))
        throw new Error('let through');
    });
    check(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      if (/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(displayText(text)))
        throw new Error('a control character got through');
    });
    check(bytes(2_000), (content) => {
      const lines = previewText(content)?.lines ?? [];
      if (lines.some((line) => /\p{Cc}/u.test(line))) throw new Error('a control character got through');
    });
  });

  it('a card that answers anything at all', { timeout: FUZZ_TIMEOUT }, async () => {
    const statusWord = fc.constantFrom(
      0x9000,
      0x63c3,
      0x63c0,
      0x6982,
      0x6984,
      0x6a82,
      0x6a86,
      0x6282,
      0x6100,
      0x6c10,
      0x6f00,
    );
    const response = fc
      .tuple(fc.oneof(bytes(256), tlvLike), fc.oneof(statusWord, fc.nat(0xffff)))
      .map(([data, sw]) => Uint8Array.of(...data.subarray(0, 256), sw >> 8, sw & 0xff));
    await fc.assert(
      fc.asyncProperty(fc.array(response, { minLength: 1, maxLength: 40 }), async (responses) => {
        try {
          await driveCard(responses);
        } catch (error) {
          if (!(error instanceof ClientError) || error.code === 'ERR_INTERNAL') throw error;
        }
      }),
      { numRuns: Math.ceil(FUZZ_RUNS / 5) },
    );
  });
});

async function driveCard(responses: readonly Uint8Array[]): Promise<void> {
  let sent = 0;
  const connection: CardConnection = {
    atr: new Uint8Array(0),
    transmit: () => {
      const next = responses[sent % responses.length] ?? Uint8Array.of(0x6f, 0x00);
      sent += 1;
      // A certificate of 16 KiB takes 64 commands, twice.
      if (sent > 2_000) throw new Error('the card is asked without end');
      return Promise.resolve(next);
    },
    disconnect: () => Promise.resolve(),
  };
  const reader = { name: 'r', cardPresent: true, virtual: false, insertion: 1 };
  const channel = new CardChannel(connection);
  await channel.send(readBinary(0, 256));
  const application = await JpkiApplication.select(channel, new InsertionMemories().of(reader));
  const { authentication } = application.generation.keys;
  await application.pinStatus(authentication);
  await application.readFreeCertificate(authentication.certificateFileId);
  await application.computeDigitalSignature(authentication, new Uint8Array(51));
}
