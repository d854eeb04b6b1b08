/** A day that was past when this version was made; a clock before it is wrong. Moved on with releases. */
export const KNOWN_PAST = new Date('2026-06-01T00:00:00Z');

/** Years after `KNOWN_PAST` at which a clock is doubted: two lives of a My Number Card. */
const DOUBTFUL_YEARS = 20;

export const DOUBTFUL_FUTURE = new Date(
  Date.UTC(KNOWN_PAST.getUTCFullYear() + DOUBTFUL_YEARS, KNOWN_PAST.getUTCMonth(), KNOWN_PAST.getUTCDate()),
);
