import { defineConfig } from 'vitest/config';

/**
 * `npm run test:packages`: builds the packages, and installs them in Wine and in an overlay of this system. Not part of
 * `npm test`: it reads `dist/` as it is installed, and takes longer than everything else of its kind.
 */
export default defineConfig({
  test: {
    name: 'packages',
    include: ['test/packages/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
