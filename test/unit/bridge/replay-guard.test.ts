import { describe, expect, it } from 'vitest';
import { ReplayGuard } from '../../../main/core/bridge/replay-guard.js';
import { FakeClock } from './fakes.js';

describe('a value', () => {
  it('is accepted once within its lifetime', async () => {
    const clock = new FakeClock();
    const guard = new ReplayGuard(clock, 600);
    expect(guard.useOnce('a', 'x')).toBe(true);
    await clock.advance(599_999);
    expect(guard.useOnce('a', 'x')).toBe(false);
    await clock.advance(1);
    expect(guard.useOnce('a', 'x')).toBe(true);
  });

  it('of one scope says nothing about another’s, however both are written', () => {
    const guard = new ReplayGuard(new FakeClock(), 600);
    expect(guard.useOnce('a', 'x')).toBe(true);
    expect(guard.useOnce('b', 'x')).toBe(true);
    expect(guard.useOnce('a","x', '')).toBe(true);
    expect(guard.useOnce('a', '","x')).toBe(true);
  });
});

describe('too many values', () => {
  it('of one scope leave the others alone, and none is forgotten before its time', async () => {
    const clock = new FakeClock();
    const guard = new ReplayGuard(clock, 600);
    const accepted = Array.from({ length: 5_000 }, (_, index) => guard.useOnce('a', `x${index}`));
    expect(accepted.filter(Boolean)).toHaveLength(1_000);
    expect(guard.useOnce('b', 'x')).toBe(true);
    expect(guard.useOnce('a', 'x0')).toBe(false);
    await clock.advance(600_000);
    expect(guard.useOnce('a', 'y')).toBe(true);
  });

  it('of many scopes are refused, not forgotten', () => {
    const guard = new ReplayGuard(new FakeClock(), 600);
    for (let index = 0; index < 12_000; index++) guard.useOnce(`s${index}`, 'x');
    expect(guard.useOnce('s0', 'x')).toBe(false);
    expect(guard.useOnce('new', 'x')).toBe(false);
  });
});
