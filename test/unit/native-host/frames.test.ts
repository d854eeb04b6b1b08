import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, FrameError } from '../../../main/node/bridge-socket/index.js';

const MAXIMUM = 64;
const texts = (frames: readonly Buffer[]): string[] => frames.map((frame) => frame.toString('utf8'));

describe.each(['LE', 'BE'] as const)('frames of byte order %s', (order) => {
  const length = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (order === 'LE') bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  const decoder = (): FrameDecoder => new FrameDecoder(order, MAXIMUM);

  it('carry JSON in UTF-8, counted in bytes', () => {
    const frame = encodeFrame({ text: '窓口' }, order);
    expect(frame.subarray(0, 4)).toEqual(length(Buffer.byteLength('{"text":"窓口"}')));
    expect(texts(decoder().push(frame))).toEqual(['{"text":"窓口"}']);
  });

  it('are put together from any pieces', () => {
    const messages = [{ a: 1 }, { b: '二' }, { c: [3] }];
    const stream = Buffer.concat(messages.map((message) => encodeFrame(message, order)));
    for (let size = 1; size <= stream.length; size++) {
      const cut = decoder();
      const frames: Buffer[] = [];
      for (let start = 0; start < stream.length; start += size)
        frames.push(...cut.push(stream.subarray(start, start + size)));
      expect(texts(frames)).toEqual(messages.map((message) => JSON.stringify(message)));
      expect(cut.isBetweenFrames).toBe(true);
    }
  });

  it('say whether the stream ends inside one', () => {
    const cut = decoder();
    cut.push(length(5).subarray(0, 3));
    expect(cut.isBetweenFrames).toBe(false);
    cut.push(length(5).subarray(3));
    cut.push(Buffer.from('1234'));
    expect(cut.isBetweenFrames).toBe(false);
    expect(texts(cut.push(Buffer.from('5')))).toEqual(['12345']);
    expect(cut.isBetweenFrames).toBe(true);
  });

  it('are refused by their length alone, before anything of them arrives', () => {
    for (const value of [0, MAXIMUM + 1, 0x7fff_ffff, 0xffff_ffff]) {
      expect(() => decoder().push(length(value))).toThrow(FrameError);
    }
    expect(decoder().push(length(MAXIMUM))).toEqual([]);
  });
});
