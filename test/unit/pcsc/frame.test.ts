import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame, FrameError, FrameReader, MAX_FRAME_BYTES } from '../../../native/pcsc/frame.js';

const HEADER = { id: 1, op: 'transmit', connection: 2 };
const BODY = Uint8Array.of(0x00, 0x20, 0x00, 0x80);

describe('encodeFrame and decodeFrame', () => {
  test('carry header and body', () => {
    const { unverifiedHeader, body } = decodeFrame(encodeFrame(HEADER, BODY));
    expect(unverifiedHeader).toEqual(HEADER);
    expect(body).toEqual(BODY);
  });

  test('write lengths big-endian', () => {
    const frame = encodeFrame({}, BODY);
    expect([...frame.subarray(0, 10)]).toEqual([0, 0, 0, 10, 0, 0, 0, 2, 0x7b, 0x7d]);
  });

  test('the body is a view, so that zeroing the frame zeroes it', () => {
    const frame = encodeFrame(HEADER, BODY);
    const { body } = decodeFrame(frame);
    frame.fill(0);
    expect([...body]).toEqual([0, 0, 0, 0]);
  });

  test('the longest frame passes, one byte more does not', () => {
    const longest = new Uint8Array(MAX_FRAME_BYTES - encodeFrame({}).length);
    expect(encodeFrame({}, longest)).toHaveLength(MAX_FRAME_BYTES);
    expect(() => encodeFrame({}, new Uint8Array(longest.length + 1))).toThrow(FrameError);
  });

  test.each([
    ['nothing', []],
    ['a prefix cut short', [0, 0, 0, 4, 0, 0, 0]],
    ['a total that is too small', [0, 0, 0, 5, 0, 0, 0, 2, 0x7b, 0x7d]],
    ['a total that is too large', [0, 0, 0, 7, 0, 0, 0, 2, 0x7b, 0x7d]],
    ['a header longer than the frame', [0, 0, 0, 6, 0, 0, 0, 3, 0x7b, 0x7d]],
    ['a header of 4 GiB', [0, 0, 0, 6, 0xff, 0xff, 0xff, 0xff, 0x7b, 0x7d]],
    ['an empty header', [0, 0, 0, 4, 0, 0, 0, 0]],
    ['a header that is no JSON', [0, 0, 0, 6, 0, 0, 0, 2, 0x7b, 0x7b]],
    ['a header that is no UTF-8', [0, 0, 0, 7, 0, 0, 0, 3, 0x22, 0xff, 0x22]],
  ])('%s is no frame', (_, bytes) => {
    expect(() => decodeFrame(Uint8Array.from(bytes))).toThrow(FrameError);
  });
});

describe('FrameReader', () => {
  const frames = [encodeFrame(HEADER, BODY), encodeFrame({}), encodeFrame({ id: 2 }, new Uint8Array(300).fill(7))];
  const stream = Uint8Array.from(frames.flatMap((frame) => [...frame]));

  test.each([1, 2, 3, 5, 7, 64, stream.length])('finds the frames in pieces of %i bytes', (size) => {
    const reader = new FrameReader();
    const found: Uint8Array[] = [];
    for (let offset = 0; offset < stream.length; offset += size) {
      found.push(...reader.push(stream.subarray(offset, offset + size)));
    }
    expect(found).toEqual(frames);
  });

  test('copies: the chunk can be zeroed, and each frame by itself', () => {
    const reader = new FrameReader();
    const chunk = stream.slice();
    const [first, second] = reader.push(chunk);
    chunk.fill(0);
    expect(first).toEqual(frames[0]);
    first?.fill(0);
    expect(second).toEqual(frames[1]);
  });

  test.each([
    ['shorter than its prefix', [0, 0, 0, 3]],
    ['longer than allowed', [0, 0, 0xff, 0xfd]],
    ['of 4 GiB', [0xff, 0xff, 0xff, 0xff]],
  ])('refuses a frame %s before any of it is kept', (_, prefix) => {
    expect(() => new FrameReader().push(Uint8Array.from(prefix))).toThrow(FrameError);
  });
});
