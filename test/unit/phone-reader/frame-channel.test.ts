import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { COMPUTER_LIMITS, FrameChannel, PHONE_LIMITS } from '../../../native/phone-reader/frame-channel.js';
import { hex, unhex } from '../../support/virtual-card.js';

/** A stream whose other side is the test. Written chunks are the very arrays, and leave when the test lets them. */
class TestStream extends Duplex {
  readonly written: Uint8Array[] = [];
  readonly leave: (() => void)[] = [];

  constructor() {
    super({
      read: () => undefined,
      write: (chunk: Uint8Array, _encoding, done) => {
        this.written.push(chunk);
        this.leave.push(done);
      },
    });
  }
}

const ticks = () => new Promise((resolve) => setImmediate(resolve));

describe('a channel', () => {
  it('zeroes its copy of a message when it has left, and leaves the message to its owner', async () => {
    const stream = new TestStream();
    const channel = new FrameChannel(stream, COMPUTER_LIMITS);
    const verify = unhex('00200080 04 31323334');
    channel.write(verify);
    await ticks();
    const [frame] = stream.written;
    expect(hex(frame ?? new Uint8Array())).toBe('0009002000800431323334');
    stream.leave[0]?.();
    await ticks();
    expect(hex(frame ?? new Uint8Array())).toBe('00'.repeat(11));
    expect(hex(verify)).toBe('002000800431323334');
  });

  it('zeroes what came in when it was taken apart', async () => {
    const stream = new TestStream();
    const channel = new FrameChannel(stream, PHONE_LIMITS);
    const chunk = Buffer.from(unhex('0009002000800431323334'));
    const reading = channel.read();
    stream.push(chunk);
    expect(hex(await reading)).toBe('002000800431323334');
    expect(hex(chunk)).toBe('00'.repeat(11));
  });

  it('keeps as many messages as it may, in order, and ends at one more', async () => {
    const stream = new TestStream();
    const channel = new FrameChannel(stream, { longestPayload: 4, mostUnread: 2 });
    stream.push(unhex('000101 000102'));
    await ticks();
    expect(channel.ended.aborted).toBe(false);
    expect([hex(await channel.read()), hex(await channel.read())]).toEqual(['01', '02']);
    stream.push(unhex('000103 000104 000105'));
    await ticks();
    expect(channel.ended.reason).toMatchObject({ end: 'unsolicited' });
    expect(stream.destroyed).toBe(true);
  });

  it('ends at a length that is too long, before anything of it came', async () => {
    const stream = new TestStream();
    const channel = new FrameChannel(stream, { longestPayload: 4, mostUnread: 2 });
    const reading = channel.read();
    stream.push(unhex('00'));
    await ticks();
    expect(channel.ended.aborted).toBe(false);
    stream.push(unhex('05'));
    await expect(reading).rejects.toMatchObject({ end: 'oversized' });
  });

  it('says nothing more and waits for nothing more when it has ended', async () => {
    const stream = new TestStream();
    const channel = new FrameChannel(stream, COMPUTER_LIMITS);
    channel.destroy('timeout');
    channel.destroy('closed');
    channel.write(unhex('04'));
    await expect(channel.read()).rejects.toMatchObject({ end: 'timeout' });
    expect(stream.written).toEqual([]);
  });

  it('is ended from the beginning on a stream that was', async () => {
    const stream = new TestStream();
    stream.destroy();
    await ticks();
    expect(new FrameChannel(stream, COMPUTER_LIMITS).ended.aborted).toBe(true);
  });
});
