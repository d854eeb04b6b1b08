import { describe, expect, it } from 'vitest';
import { FreshReads } from '../../../native/peer-process/fresh-reads.js';

function reads(): { fresh: FreshReads<number>; finish: (() => void)[]; fail: (() => void)[] } {
  const finish: (() => void)[] = [];
  const fail: (() => void)[] = [];
  let count = 0;
  const fresh = new FreshReads(() => {
    const number = ++count;
    return new Promise<number>((resolve, reject) => {
      finish.push(() => resolve(number));
      fail.push(() => reject(new Error('unreadable')));
    });
  });
  return { fresh, finish, fail };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('fresh reads', () => {
  it('never give what was read before it was asked for, and share what comes after', async () => {
    const { fresh, finish } = reads();
    const first = fresh.get();
    const [second, third] = [fresh.get(), fresh.get()];
    expect(finish).toHaveLength(1);
    finish[0]?.();
    expect(await first).toBe(1);
    await settle();
    expect(finish).toHaveLength(2);
    const fourth = fresh.get();
    finish[1]?.();
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    await settle();
    finish[2]?.();
    expect(await fourth).toBe(3);
    const fifth = fresh.get();
    finish[3]?.();
    expect(await fifth).toBe(4);
  });

  it('go on after a failure', async () => {
    const { fresh, finish, fail } = reads();
    const first = fresh.get();
    const second = fresh.get();
    fail[0]?.();
    await expect(first).rejects.toThrow();
    await settle();
    finish[1]?.();
    expect(await second).toBe(2);
  });
});
