import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The books of entered and sent PINs, closed after each file. */
const setupFiles = ['test/support/pin-ledger-setup.ts'];

/** Milliseconds in which what is polled for comes about, on however busy a PC. */
const poll = { timeout: 10_000 };

/** What signed documents are to other programs: OpenSSL, xmlsec1, Poppler and the like. */
const documents = 'test/integration/{cms,xml,xmldsig,pdf,pdf-verify,time-stamp,revocation,profiles}/**/*.test.ts';

/** Cards in virtual readers, each behind a pcscd or a relay of its own. */
const cards =
  'test/integration/{fault-matrix,opensc,opensc-sharing,pcsc,pcsc-service,phone-reader,phone-reader-{contract,namespaces},pin-pad}.test.ts';

/** Real browsers on web pages, each with a home of its own and ports that were free. */
const browsers =
  'test/integration/{abuse/abuse,bridge-browser,browser-matrix/*,extension-chromium,extension-firefox,government-sites/*,policy-*,redirect-route}.test.ts';

/** Longest first. What the summary of a run names belongs here. */
const slowFiles = [
  'windows/gallery-states',
  'cli/profiles',
  'browser-matrix/browser-matrix',
  'packages/deb',
  'integration/fault-matrix',
  'windows/main-window-over-core',
  'windows/consent-flows-over-core',
  'integration/redirect-route',
  'integration/extension-firefox',
];

/** Without times of an earlier run, as on a clean clone, a long file must not be the last, alone. */
class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = slowFiles.findIndex((name) => moduleId.includes(name));
      return index < 0 ? slowFiles.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** One project per kind of test; `npm test` runs them all, `npx vitest run --project unit` one. */
export default defineConfig({
  test: {
    globalSetup: 'test/support/run-keys.ts',
    sequence: { sequencer: SlowFilesFirst },
    projects: [
      ...(['unit', 'architecture', 'contract'] as const).map((name) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: 20_000,
          // By itself Vitest leaves one processor idle: of two, half.
          maxWorkers: '100%',
          setupFiles,
          expect: { poll },
          sequence: { groupOrder: 0 },
        },
      })),
      // These wait for programs of their own more than they compute.
      ...(
        [
          ['cli', 'test/cli/**/*.test.ts'],
          ['e2e', 'test/e2e/**/*.test.ts'],
          ['documents', documents],
          ['cards', cards],
          ['browsers', browsers],
          ['windows', 'test/windows/**/*.test.ts'],
          // Builds packages, and installs them in Wine and in an overlay of this system.
          ['packages', 'test/packages/**/*.test.ts'],
        ] as const
      ).map(([name, include]) => ({
        test: {
          name,
          include: [include],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          setupFiles,
          expect: { poll },
          sequence: { groupOrder: 1 },
        },
      })),
      // Figures and time limits that want a quiet machine: one file at a time.
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...configDefaults.exclude, documents, cards, browsers],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          setupFiles,
          expect: { poll },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
