import { defineConfig } from 'vitest/config';

/** `npm run bench`: measures, and writes `docs/performance.md`. Not part of `npm test`: figures want a quiet machine. */
export default defineConfig({
  test: { name: 'bench', include: ['test/bench/**/*.bench.ts'], testTimeout: 300_000, fileParallelism: false },
});
