const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Whole seconds that are left, rounded up; never less than 0. Both in milliseconds of the epoch. */
export function secondsLeft(endsAt: number, now: number): number {
  return Math.max(0, Math.ceil((endsAt - now) / SECOND));
}

/**
 * Milliseconds until what is shown changes: by the minute at first, by the second in the last minute. Undefined once the
 * time is up.
 */
export function nextTick(endsAt: number, now: number): number | undefined {
  const left = endsAt - now;
  if (left <= 0) return undefined;
  const step = left > MINUTE ? MINUTE : SECOND;
  return left % step || step;
}
