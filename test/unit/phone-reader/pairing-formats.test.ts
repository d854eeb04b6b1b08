import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHello, encodeHello, shownName } from '../../../native/phone-reader/hello.js';
import { decodePairingCode, encodePairingCode } from '../../../native/phone-reader/pairing-code.js';
import { formatReaderUri, parseReaderUri } from '../../../native/phone-reader/pairing-uri.js';

const secrets = fc.uint8Array({ minLength: 16, maxLength: 16 });
const digest = new Uint8Array(32).fill(7);
const code = encodePairingCode(new Uint8Array(16).fill(0xa5));

describe('the pairing code', () => {
  it('is seven groups of four that give the secret back', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        const typed = encodePairingCode(secret);
        expect(typed).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
        expect(decodePairingCode(typed)).toEqual(secret);
      }),
    );
  });

  it('carries all 128 bits', () => {
    const last = new Uint8Array(16);
    last[15] = 1;
    const first = new Uint8Array(16);
    first[0] = 0x80;
    const codes = [new Uint8Array(16), last, first].map(encodePairingCode);
    expect(new Set(codes).size).toBe(3);
    expect(() => encodePairingCode(new Uint8Array(15))).toThrow(RangeError);
  });

  it('forgives case, spaces, missing hyphens, and letters that look like digits', () => {
    const secret = new Uint8Array(16);
    secret[1] = 8;
    const typed = encodePairingCode(secret);
    expect(typed).toContain('0');
    const sloppy = ` ${typed.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
    expect(decodePairingCode(sloppy)).toEqual(secret);
  });

  it('notices nearly every slip', () => {
    const secret = new Uint8Array(16).fill(0x3c);
    const typed = encodePairingCode(secret).replaceAll('-', '');
    const slips = Array.from(typed).map((symbol, index) => {
      const other = symbol === '7' ? '8' : '7';
      return typed.slice(0, index) + other + typed.slice(index + 1);
    });
    const missed = slips.filter((slip) => decodePairingCode(slip) !== undefined);
    expect(missed).toEqual([]);
  });

  it.each(['', 'ABCD', `${code}0`, code.replace(/^./, 'U'), code.replace(/^./, '*'), 'A'.repeat(10_000)])(
    'is not %j',
    (text) => {
      expect(decodePairingCode(text)).toBeUndefined();
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        decodePairingCode(text);
      }),
    );
  });
});

describe('the URI of a reader', () => {
  it.each(['192.0.2.1', '2001:db8::1', '127.0.0.1'])('gives back %s, port, digest and code', (address) => {
    const uri = formatReaderUri({ address, port: 41735, certificateDigest: digest, code });
    expect(uri).toMatch(/^madoguchi-phone:\/\//);
    expect(uri.length).toBeLessThan(140);
    const parsed = parseReaderUri(uri);
    expect(parsed).toEqual({ address, port: 41735, certificateDigest: digest, code: code.replaceAll('-', '') });
  });

  it('has no code where none is needed', () => {
    const uri = formatReaderUri({ address: '192.0.2.1', port: 1, certificateDigest: digest });
    expect(parseReaderUri(uri)).toEqual({ address: '192.0.2.1', port: 1, certificateDigest: digest });
  });

  const good = formatReaderUri({ address: '192.0.2.1', port: 41735, certificateDigest: digest, code });
  it.each([
    ['another scheme', good.replace('madoguchi-phone', 'https')],
    ['another version', good.replace('v=1', 'v=2')],
    ['a name in place of an address', good.replace('192.0.2.1', 'example.test')],
    ['no port', good.replace(':41735', '')],
    ['a path', good.replace('/?', '/x?')],
    ['a short digest', good.replace('c=', 'c=&x=')],
    ['a damaged code', good.replace(/s=./, 's=U')],
    ['too long', `${good}&x=${'y'.repeat(300)}`],
    ['no URI', 'hello'],
  ])('is refused: %s', (_name, uri) => {
    expect(parseReaderUri(good)).toBeDefined();
    expect(parseReaderUri(uri)).toBeUndefined();
  });
});

describe('the first message', () => {
  const proof = new Uint8Array(32).fill(9);

  it('says that the phone is paired, or proves that it may be', () => {
    expect(decodeHello(encodeHello({ kind: 'paired' }))).toEqual({ kind: 'paired' });
    const pairing = { kind: 'pairing', proof, name: 'わたしの電話' } as const;
    expect(decodeHello(encodeHello(pairing))).toEqual(pairing);
  });

  it.each([
    ['nothing', []],
    ['another version', [2, 1]],
    ['another kind', [1, 3]],
    ['more than it should', [1, 1, 0]],
    ['half a proof', [1, 2, ...proof.subarray(0, 31)]],
    ['too long a name', [1, 2, ...proof, ...new Uint8Array(129).fill(0x41)]],
    ['HTTP', [...Buffer.from('GET / HTTP/1.1')]],
  ])('is not %s', (_name, bytes) => {
    expect(decodeHello(Uint8Array.from(bytes))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeHello(bytes);
        decodeHello(Uint8Array.from([1, 2, ...bytes]));
      }),
    );
  });

  it.each([
    ['Pixel\u202e9', 'Pixel9'],
    ['a\u0000b\nc\u001b[31md', 'abc[31md'],
    ['  two   words ', 'two words'],
    ['\u2028', ''],
    ['x'.repeat(100), 'x'.repeat(40)],
  ])('has a name that is safe to show: %j', (unverified, shown) => {
    expect(shownName(unverified)).toBe(shown);
  });
});
