/** Cases per property: few in `npm test`, many in `npm run fuzz`. */
export const FUZZ_RUNS = Number(process.env['MADOGUCHI_FUZZ_RUNS'] ?? 500);

/** For a test of one property. */
export const FUZZ_TIMEOUT = 60_000 + FUZZ_RUNS * 10;
