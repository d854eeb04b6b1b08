import { describe, expect, it } from 'vitest';
import { nextTick, secondsLeft } from '../../../renderer/features/consent/time-left.js';

const END = 1_800_000_000_000;

describe('the time that is left', () => {
  it('is in whole seconds, rounded up, and never less than none', () => {
    expect(secondsLeft(END, END - 300_000)).toBe(300);
    expect(secondsLeft(END, END - 1)).toBe(1);
    expect(secondsLeft(END, END)).toBe(0);
    expect(secondsLeft(END, END + 5_000)).toBe(0);
  });

  it('is looked at by the minute at first, by the second in the last, and not at all when it is over', () => {
    expect(nextTick(END, END - 300_000)).toBe(60_000);
    expect(nextTick(END, END - 275_500)).toBe(35_500);
    expect(nextTick(END, END - 60_001)).toBe(1);
    expect(nextTick(END, END - 60_000)).toBe(1_000);
    expect(nextTick(END, END - 41_250)).toBe(250);
    expect(nextTick(END, END)).toBeUndefined();
    expect(nextTick(END, END + 1)).toBeUndefined();
  });

  it('takes four looks for four minutes and sixty for the last', () => {
    let looks = 0;
    for (let now = END - 300_000; ; looks++) {
      const wait = nextTick(END, now);
      if (wait === undefined) break;
      now += wait;
    }
    expect(looks).toBe(4 + 60);
  });
});
