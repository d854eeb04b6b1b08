import { defineConfig } from 'vitest/config';

/** One project per kind of test; `npm test` runs them all, `npx vitest run --project unit` one. */
const parallel = ['unit', 'architecture', 'contract'] as const;
/** These start real services and browsers, or bind fixed ports: one file at a time. */
const serial = ['integration', 'cli', 'e2e'] as const;

/** The books of entered and sent PINs, closed after each file. */
const setupFiles = ['test/support/pin-ledger-setup.ts'];

export default defineConfig({
  test: {
    projects: [
      ...parallel.map((name) => ({
        test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 20_000, setupFiles },
      })),
      ...serial.map((name) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          setupFiles,
        },
      })),
    ],
  },
});
