import { describe, expect, it } from 'vitest';
import { PIN_BYTES_MOST, PinBuffer } from '../../../renderer/features/pin/pin-buffer.js';

/** Enters `text`, one byte at a time. */
function filled(text: string, mostBytes = PIN_BYTES_MOST): PinBuffer {
  const buffer = new PinBuffer(mostBytes);
  for (const byte of Buffer.from(text)) buffer.append(byte);
  return buffer;
}

const taken = (buffer: PinBuffer): string => Buffer.from(buffer.take()).toString('latin1');

/** The memory behind it, which nothing hands out: caught while `clear` zeroes it. */
function underlying(buffer: PinBuffer): ArrayBufferLike {
  const buffers: ArrayBufferLike[] = [];
  const fill = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'fill')?.value as (
    this: Uint8Array,
    value: number,
  ) => Uint8Array;
  const spy = function (this: Uint8Array, value: number): Uint8Array {
    buffers.push(this.buffer);
    return fill.call(this, value);
  };
  Uint8Array.prototype.fill = spy;
  try {
    buffer.clear();
  } finally {
    Reflect.deleteProperty(Uint8Array.prototype, 'fill');
  }
  const [found] = buffers;
  if (!found) throw new Error('nothing was zeroed');
  return found;
}

describe('entering', () => {
  it('holds what was entered, in order', () => {
    expect(taken(filled('85a1'))).toBe('85a1');
  });

  it.each([1, 4, 14, 16])('takes %i bytes and no more', (most) => {
    const buffer = new PinBuffer(most);
    for (let count = 0; count < most; count += 1) expect(buffer.append(0x31)).toBe(true);
    expect(buffer.append(0x32)).toBe(false);
    expect(buffer.length).toBe(most);
    expect(taken(buffer)).toBe('1'.repeat(most));
  });

  it('has room for the longest PIN and never for more', () => {
    const buffer = filled('x'.repeat(40), 1_000);
    expect(buffer.length).toBe(PIN_BYTES_MOST);
  });

  it('goes on after a byte that did not fit was erased for', () => {
    const buffer = filled('12345', 4);
    buffer.eraseLast();
    expect(buffer.append(0x39)).toBe(true);
    expect(taken(buffer)).toBe('1239');
  });
});

describe('erasing', () => {
  it('erases from the end', () => {
    const buffer = filled('8531');
    buffer.eraseLast();
    buffer.eraseLast();
    expect(buffer.length).toBe(2);
    expect(taken(buffer)).toBe('85');
  });

  it('erases nothing where there is nothing', () => {
    const buffer = new PinBuffer(4);
    buffer.eraseLast();
    expect(buffer.length).toBe(0);
    expect(buffer.append(0x35)).toBe(true);
    expect(taken(buffer)).toBe('5');
  });
});

describe('forgetting', () => {
  it('zeroes what is cleared', () => {
    const buffer = filled('kq7Xw2pe');
    const bytes = new Uint8Array(underlying(buffer));
    expect(buffer.length).toBe(0);
    expect([...bytes]).toEqual(new Array(PIN_BYTES_MOST).fill(0));
  });

  it('zeroes what is erased', () => {
    const buffer = new PinBuffer(PIN_BYTES_MOST);
    const bytes = new Uint8Array(underlying(buffer));
    for (const byte of Buffer.from('kq7X')) buffer.append(byte);
    // The search finds what is there.
    expect(Buffer.from(bytes).includes('kq7X')).toBe(true);
    buffer.eraseLast();
    buffer.eraseLast();
    expect(Buffer.from(bytes.slice(0, 4))).toEqual(Buffer.from('kq\0\0'));
  });

  it('zeroes what is handed over, and keeps nothing of it', () => {
    const buffer = new PinBuffer(PIN_BYTES_MOST);
    const bytes = new Uint8Array(underlying(buffer));
    for (const byte of Buffer.from('8531')) buffer.append(byte);
    const pin = buffer.take();
    expect(Buffer.from(pin).toString()).toBe('8531');
    expect(pin.buffer).not.toBe(bytes.buffer);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(buffer.take()).toHaveLength(0);
  });

  it('hands over exactly what was entered, in memory of its own', () => {
    const pin = filled('8531').take();
    expect(pin.byteLength).toBe(4);
    expect(pin.buffer.byteLength).toBe(4);
  });

  it('can be used again', () => {
    const buffer = filled('kq7Xw2pe');
    buffer.clear();
    buffer.append(0x31);
    expect(taken(buffer)).toBe('1');
  });

  it('shows its bytes to nobody', () => {
    const buffer = filled('8531');
    expect(JSON.stringify(buffer)).toBe('{}');
    expect(Reflect.ownKeys(buffer)).toEqual([]);
  });
});
