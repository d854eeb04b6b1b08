import { dayAfter } from './calendar-day.js';

/** A clock that goes on by more days than these between two looks may be wrong. */
const LONGEST_PAUSE_DAYS = 31;

/** What is remembered between two looks at the clock. All days are `YYYY-MM-DD`. */
export interface ClockMemory {
  /** The last day the clock was believed. */
  readonly seenDay?: string | undefined;
  /** The first day after a jump that is not believed yet. */
  readonly jumpedTo?: string | undefined;
}

export interface ClockJudgement {
  readonly memory: ClockMemory;
  /** Whether something may be erased for its age. */
  readonly believed: boolean;
}

/**
 * Whether the clock can be believed enough to erase by it. One that went back can: nothing is too old by it that was not
 * before. One that went ahead by more than a month, which is also what a PC does that was off as long, is believed once it
 * has gone on to a later day from there; one that comes back first has erased nothing.
 */
export function judgeClock({ seenDay, jumpedTo }: ClockMemory, today: string): ClockJudgement {
  if (seenDay === undefined || isSoonAfter(seenDay, today)) return { memory: { seenDay: today }, believed: true };
  if (jumpedTo !== undefined && today > jumpedTo && isSoonAfter(jumpedTo, today)) {
    return { memory: { seenDay: today }, believed: true };
  }
  return { memory: { seenDay, jumpedTo: today }, believed: false };
}

function isSoonAfter(day: string, today: string): boolean {
  return today <= dayAfter(day, LONGEST_PAUSE_DAYS);
}

/**
 * Whether entries of `day` are too old: on the day on which the newest of them could be `keptDays` days old.
 * @param aheadSince for a day that lies in the future: the first day on which that was noticed
 */
export function isExpired(day: string, options: { today: string; keptDays: number; aheadSince?: string }): boolean {
  const { today, keptDays, aheadSince } = options;
  const since = aheadSince === undefined || day <= today ? day : aheadSince;
  return Number.isFinite(keptDays) && dayAfter(since, keptDays) <= today;
}

/** Whether `day` was written by a clock that was ahead; a day's difference is only travel. */
export function isAhead(day: string, today: string): boolean {
  return day > dayAfter(today, 1);
}
