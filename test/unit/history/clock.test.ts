import { describe, expect, it } from 'vitest';
import { dayAfter, isCalendarDay } from '../../../main/core/history/calendar-day.js';
import { isExpired, judgeClock, type ClockMemory } from '../../../main/core/history/expiry.js';
import { localDay } from '../../../main/node/history/open-history.js';
import { logIn, MovedClock, openStore, origins } from './fixture.js';
import { MemoryFiles } from './memory-files.js';

describe('days', () => {
  it.each([
    ['2026-11-21', true],
    ['2028-02-29', true],
    ['2026-02-29', false],
    ['2026-13-01', false],
    ['2026-11-21 ', false],
    ['26-11-21', false],
    ['', false],
    ['+02026-11-21', false],
  ])('%j: %s', (text, expected) => {
    expect(isCalendarDay(text)).toBe(expected);
  });

  it('follow each other over months, leap days and changes of the hour', () => {
    expect(dayAfter('2028-02-28', 1)).toBe('2028-02-29');
    expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
    expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28');
  });

  it('are those of the zone the PC is in', () => {
    const before = process.env['TZ'];
    try {
      process.env['TZ'] = 'Asia/Tokyo';
      expect(localDay(new Date('2026-11-20T15:00:00Z'))).toBe('2026-11-21');
      process.env['TZ'] = 'America/Los_Angeles';
      expect(localDay(new Date('2026-11-21T07:59:59Z'))).toBe('2026-11-20');
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });
});

describe('the age of a day', () => {
  it.each([
    ['2026-11-21', 1, '2026-11-21', false],
    ['2026-11-20', 1, '2026-11-21', true],
    ['2026-08-24', 90, '2026-11-21', false],
    ['2026-08-23', 90, '2026-11-21', true],
    ['2026-11-21', 0, '2026-11-21', true],
    ['2000-01-01', Infinity, '2026-11-21', false],
  ])('%s with %s days kept, on %s: %s', (day, keptDays, today, expected) => {
    expect(isExpired(day, { today, keptDays })).toBe(expected);
  });
});

function believed(days: readonly string[]): boolean[] {
  let memory: ClockMemory = {};
  return days.map((day) => {
    const judgement = judgeClock(memory, day);
    ({ memory } = judgement);
    return judgement.believed;
  });
}

describe('the clock', () => {
  it.each([
    ['day by day', ['2026-11-21', '2026-11-21', '2026-11-22', '2026-12-20'], [true, true, true, true]],
    ['back', ['2026-11-21', '2020-01-01', '2020-01-02'], [true, true, true]],
    ['ahead and back', ['2026-11-21', '2036-01-01', '2036-01-01', '2026-11-21'], [true, false, false, true]],
    ['ahead and on', ['2026-11-21', '2036-01-01', '2036-01-02', '2036-01-03'], [true, false, true, true]],
    ['ahead, and further ahead', ['2026-11-21', '2036-01-01', '2046-01-01', '2046-01-02'], [true, false, false, true]],
    ['back and forth', ['2026-11-21', '2020-01-01', '2026-11-21', '2026-11-22'], [true, true, false, true]],
  ])('that goes %s', (_what, days, expected) => {
    expect(believed(days)).toEqual(expected);
  });

  it('erases nothing when it jumps ahead and comes back the same day', async () => {
    const { files, clock, store } = await withEntries('2026-11-20', '2026-11-21');
    expect(await store.expire()).toBe(0);
    clock.goTo('2036-01-01');
    expect(await store.expire()).toBe(0);
    expect((await store.list()).expiryHeldBack).toBe(true);
    // Also by another program, which starts now.
    expect(await openStore({ files, clock }).expire()).toBe(0);
    clock.goTo('2026-11-21');
    expect(await store.expire()).toBe(0);
    const listing = await store.list();
    expect([listing.entries.length, listing.expiryHeldBack, listing.losses]).toEqual([2, false, []]);
  });

  it('is believed a day later: a PC that was off for months erases then', async () => {
    const events: string[] = [];
    const { clock, store } = await withEntries('2026-11-20', '2026-11-21', events);
    await store.expire();
    clock.goTo('2027-04-01');
    expect(await store.expire()).toBe(0);
    clock.goTo('2027-04-02');
    expect(await store.expire()).toBe(2);
    expect(await origins(store)).toEqual([]);
    expect(events).toEqual(['history.expiry-held-back', 'history.expired']);
  });

  it('that was ahead leaves no entries that stay forever', async () => {
    const { clock, store } = await withEntries('2026-11-21', '2036-01-01');
    clock.goTo('2026-11-22');
    await store.expire();
    expect(await origins(store)).toEqual(['https://second.example', 'https://first.example']);
    let day = '2026-11-22';
    while (day < '2027-02-20') {
      day = dayAfter(day, 10);
      clock.goTo(day);
      await store.expire();
    }
    expect(await origins(store)).toEqual([]);
  });

  it('that goes back while entries are written changes neither their days nor what can be read', async () => {
    const { clock, store } = await withEntries('2026-11-21', '2026-11-20');
    clock.goTo('2026-11-21');
    await store.record(logIn('https://third.example'));
    const { entries, losses } = await store.list();
    expect(entries.map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-21', '2026-11-20']);
    expect(losses).toEqual([]);
    expect((await store.list({ day: '2026-11-20' })).entries).toHaveLength(1);
  });

  it('that shows no day keeps the rest whole', async () => {
    const { clock, store } = await withEntries('2026-11-21', '2026-11-21');
    clock.now = () => new Date(Number.NaN);
    await expect(store.record(logIn('https://third.example'))).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    clock.now = () => new Date('2026-11-21T05:00:00Z');
    expect(await origins(store)).toHaveLength(2);
  });
});

describe('how long entries are kept', () => {
  it('0: nothing is recorded, and what was is erased', async () => {
    const { files, clock } = await withEntries('2026-11-20', '2026-11-21');
    const store = openStore({ files, clock, keepDays: 0 });
    await store.record(logIn('https://third.example'));
    expect(await store.expire()).toBe(2);
    expect(await origins(store)).toEqual([]);
    expect((await store.list()).keptDays).toBe(0);
  });

  it('not known: nothing is erased', async () => {
    const { files, clock } = await withEntries('2026-11-20', '2026-11-21');
    clock.goTo('2026-12-15');
    expect(await openStore({ files, clock, keepDays: undefined }).expire()).toBe(0);
  });
});

/** An entry each on two days. */
async function withEntries(firstDay: string, secondDay: string, events: string[] = []) {
  const files = new MemoryFiles();
  const clock = new MovedClock(firstDay);
  const store = openStore({ files, clock, events });
  await store.record(logIn('https://first.example'));
  clock.goTo(secondDay);
  clock.tick();
  await store.record(logIn('https://second.example'));
  return { files, clock, store };
}
