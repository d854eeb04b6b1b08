import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TerminalSession } from '../support/command-line.js';
import { findFreePort } from '../../tools/demo/madoguchi-process.js';
import { putLoad, type LoadReport } from '../support/load.js';

const PROGRAM = join(import.meta.dirname, '../../bin/madoguchi.js');
const MONITOR = join(import.meta.dirname, '../support/event-loop-monitor.mjs');
const LOAD = { clients: 200, origins: 50, seconds: 60 } as const;
/** Milliseconds by which the 99th percentile of the event loop may be late. */
const MAX_DELAY_P99 = 20;
/** How much more memory the last quarter may hold than the second: room for the collector, not for a leak. */
const MAX_GROWTH = 1.25;

interface Second {
  readonly max: number;
  readonly p99: number;
  readonly rss: number;
  readonly heapUsed: number;
}

/** A client's own directory, port and books of its event loop. */
async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'madoguchi-load-'));
  const eventLoopFile = join(directory, 'event-loop.jsonl');
  const environment = {
    MADOGUCHI_STATE_DIRECTORY: join(directory, 'state'),
    EVENT_LOOP_FILE: eventLoopFile,
    NODE_OPTIONS: `--import=${MONITOR}`,
  };
  try {
    await use({ port: await findFreePort(), environment });
    await expectCalm(eventLoopFile);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Place {
  readonly port: number;
  readonly environment: Record<string, string>;
}

// Both minutes pass at the same time, each with a client of its own.
describe.concurrent('200 clients of 50 sites for a minute', () => {
  it('agreed to at once', { timeout: 120_000 }, () =>
    withPlace(async ({ port, environment }) => {
      const serving = new ApprovingServer(port, environment);
      try {
        await serving.ready();
        const report = await putLoad({ port, ...LOAD });
        expectAnswers(report);
        expect(report.outcomes['done']).toBeGreaterThan(LOAD.origins);
        // Consents and outcomes alternate: no consent is shown before the last one is through.
        expect(serving.dialogs.replaceAll('()', '').length).toBeLessThanOrEqual(1);
      } finally {
        await serving.stop();
      }
    }),
  );

  it('before a person who never answers', { timeout: 120_000 }, () =>
    withPlace(async ({ port, environment }) => {
      const terminal = new TerminalSession(
        ['--reader', 'virtual', '--language', 'en', 'serve', '--port', String(port)],
        {
          env: environment,
        },
      );
      try {
        await terminal.see(`http://127.0.0.1:${port}`);
        const report = await putLoad({ port, ...LOAD });
        expectAnswers(report);
        expect(report.outcomes['done']).toBeUndefined();
        expect(terminal.screen.split(/\r?\n/).filter((line) => line === CONSENT_TITLE)).toHaveLength(1);
      } finally {
        await terminal.stop();
      }
    }),
  );
});

/** A line of its own at the top of each consent to log in. */
const CONSENT_TITLE = 'Confirm log-in';

function expectAnswers({ answers, lost, outcomes }: LoadReport): void {
  console.log(`answers: ${answers.reduce((sum, count) => sum + count, 0)}, outcomes: ${JSON.stringify(outcomes)}`);
  expect(lost).toEqual([]);
  expect(Math.min(...answers)).toBeGreaterThan(0);
}

async function expectCalm(file: string): Promise<void> {
  const seconds = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Second);
  const quarter = Math.floor(seconds.length / 4);
  const early = median(seconds.slice(quarter, 2 * quarter).map(({ rss }) => rss));
  const late = median(seconds.slice(-quarter).map(({ rss }) => rss));
  const p99 = seconds.at(-1)?.p99 ?? Infinity;
  console.log(`event loop p99 ${p99.toFixed(1)} ms, memory ${mebibytes(early)} → ${mebibytes(late)} MiB`);
  expect(p99).toBeLessThan(MAX_DELAY_P99);
  expect(late / early).toBeLessThan(MAX_GROWTH);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

/** `serve --approve-all`, whose terminal output is reduced to the order of its dialogs: `(` opened, `)` done. */
class ApprovingServer {
  readonly #child: ChildProcess;
  readonly #port: number;
  #output = '';

  constructor(port: number, environment: Readonly<Record<string, string>>) {
    this.#port = port;
    const args = [PROGRAM, '--reader', 'virtual', '--language', 'en', 'serve', '--approve-all', '--port', String(port)];
    this.#child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!this.#output.includes(`http://127.0.0.1:${this.#port}`)) {
      if (Date.now() > deadline) throw new Error(`serve did not start: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  get dialogs(): string {
    return this.#output
      .split('\n')
      .map((line) => (line === CONSENT_TITLE ? '(' : line === DONE ? ')' : ''))
      .join('');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
  }
}

/** Said once at the end of each dialog. */
const DONE = 'Done.';
