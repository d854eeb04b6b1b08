import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keypadOrder, type FillRandom } from '../../../renderer/features/pin/keypad-order.js';

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const atRandom: FillRandom = (bytes) => void randomFillSync(bytes);

describe('the order of the keypad', () => {
  it('is that of a telephone unless it is shuffled', () => {
    expect(keypadOrder()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
  });

  it('has each digit once', () => {
    for (let times = 0; times < 200; times += 1) {
      expect([...keypadOrder(atRandom)].sort((a, b) => a - b)).toEqual(DIGITS);
    }
  });

  it('puts each digit in each place about equally often', () => {
    const rounds = 20_000;
    const counts = DIGITS.map(() => DIGITS.map(() => 0));
    for (let round = 0; round < rounds; round += 1) {
      keypadOrder(atRandom).forEach((digit, place) => {
        const row = counts[digit];
        if (row) row[place] = (row[place] ?? 0) + 1;
      });
    }
    // 2,000 expected with a standard deviation of 42: eight of them are never seen by chance.
    for (const count of counts.flat()) expect(Math.abs(count - rounds / 10)).toBeLessThan(340);
  });

  it('draws bytes again that would favour some results', () => {
    const drawn: number[] = [];
    // 255 and 250 are above the last multiple of ten; 7 is not.
    const script = [255, 250, 7];
    const order = keypadOrder((bytes) => {
      const byte = script.shift() ?? 0;
      drawn.push(byte);
      bytes[0] = byte;
    });
    expect(drawn.slice(0, 3)).toEqual([255, 250, 7]);
    expect(drawn).toHaveLength(2 + 9);
    expect([...order].sort((a, b) => a - b)).toEqual(DIGITS);
  });
});
