import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConsentItem, ConsentModel } from '../../main/core/consent/consent-model.js';
import { packageRoot } from '../../main/node/package-root.js';
import { originRequester } from '../support/origin-requester.js';
import { closeSharedParts, WindowSession } from '../support/window-session.js';
import { milliseconds, percentile } from './statistics.js';

const ROUNDS = 21;
const IDLE_SECONDS = 10;
const BUNDLE_BUDGET = 120 * 1024;
const INTERACTIVE_BUDGET = 150;

const sections: string[] = [];
let session: WindowSession;

beforeAll(async () => {
  session = await WindowSession.start();
});
afterAll(async () => {
  await session.close();
  await closeSharedParts();
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const head = `# Performance of the windows

Written by \`npm run bench\`; not edited by hand. Measured in Debian's Chromium on ${cpus().length} cores (${processor}), over
the pages as they are built; HTTP stands in for Electron's channels.
`;
  writeFileSync(join(packageRoot(), 'docs', 'performance-windows.md'), [head, ...sections].join('\n'));
});

function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  sections.push(`## ${title}\n\n${[line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')}\n`);
}

const LOG_IN: ConsentModel = {
  operation: 'authenticate',
  requester: originRequester(),
  pinRole: 'authentication',
  disclosed: ['serial-number'],
  items: [],
};

function signing(count: number): ConsentModel {
  const items = Array.from({ length: count }, (_, index): ConsentItem => ({
    kind: 'document',
    format: 'cms',
    name: `document-${index}.pdf`,
    size: 1_000 * index,
    sha256: index.toString(16).padStart(64, '0'),
    parts: [],
    unbound: [],
  }));
  return { ...LOG_IN, operation: 'sign', pinRole: 'signing', items };
}

interface Interactive {
  /** Milliseconds from the page's first request, and from the message that says what is asked, to buttons that take keys. */
  readonly fromRequest: number;
  readonly fromMessage: number;
}

async function timeToInteractive(page: Page): Promise<Interactive> {
  await page.waitForFunction(() => Reflect.get(globalThis, 'interactiveAt') !== undefined);
  return page.evaluate(() => {
    const at = Reflect.get(globalThis, 'interactiveAt') as number;
    const calls = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const message = calls.find(({ name }) => name.includes('consent.start'))?.responseEnd ?? Number.NaN;
    return { fromRequest: at, fromMessage: at - message };
  });
}

function noteInteractive(): void {
  const look = (): void => {
    if (!document.querySelector('main button, footer button')) {
      requestAnimationFrame(look);
      return;
    }
    requestAnimationFrame(() => Reflect.set(globalThis, 'interactiveAt', performance.now()));
  };
  look();
}

it('opens the consent window', async () => {
  await session.context.addInitScript(noteInteractive);
  const rows: string[][] = [];
  for (const [name, model] of [
    ['log-in', LOG_IN],
    ['20 files to sign', signing(20)],
    ['200 files to sign', signing(200)],
  ] as const) {
    const times: Interactive[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const dialog = session.host.interaction.open(model, new AbortController().signal);
      const page = await session.host.open(session.context, 'consent');
      times.push(await timeToInteractive(page));
      await page.close();
      dialog.close({ status: 'failed', code: 'ERR_USER_CANCELLED', details: {} });
    }
    const messages = times.map(({ fromMessage }) => fromMessage);
    const requests = times.map(({ fromRequest }) => fromRequest);
    const figures = [percentile(messages, 0.5), percentile(messages, 0.95), percentile(requests, 0.5)];
    rows.push([name, ...figures.map(milliseconds)]);
    expect(percentile(messages, 0.5), name).toBeLessThan(INTERACTIVE_BUDGET);
  }
  section(
    `Consent window: to buttons that take keys (${ROUNDS} times each)`,
    ['What is asked', 'from the message, median', '95th percentile', "from the page's first request, median"],
    rows,
  );
});

it('loads what is needed and no more', async () => {
  const rows: string[][] = [];
  for (const window of ['consent', 'main'] as const) {
    const dialog = session.host.interaction.open(LOG_IN, new AbortController().signal);
    const page = await session.context.newPage();
    const sizes: Promise<number>[] = [];
    page.on('response', (response) => {
      if (!/\.(js|css)$/.test(new URL(response.url()).pathname)) return;
      sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
    });
    await session.host.load(page, window);
    await page.locator('main h1').first().waitFor();
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    rows.push([window, String(sizes.length), `${(total / 1024).toFixed(1)} KiB`]);
    if (window === 'consent') expect(total).toBeLessThan(BUNDLE_BUDGET);
    await page.close();
    dialog.close({ status: 'failed', code: 'ERR_USER_CANCELLED', details: {} });
  }
  section('What a window loads, scripts, styles and texts of one language, gzip -9', ['Window', 'files', 'size'], rows);
});

it('does nothing while nothing happens', async () => {
  const rows: string[][] = [];
  for (const window of ['consent', 'main'] as const) {
    const dialog = session.host.interaction.open(LOG_IN, new AbortController().signal);
    const page = await session.host.open(session.context, window);
    await page.locator('main h1').first().waitFor();
    await page.waitForTimeout(2_000);
    const devtools = await session.context.newCDPSession(page);
    await devtools.send('Performance.enable');
    const busy = async (): Promise<number> => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
    };
    const before = await busy();
    await page.waitForTimeout(IDLE_SECONDS * 1_000);
    const share = ((await busy()) - before) / IDLE_SECONDS;
    rows.push([window, `${(share * 100).toFixed(2)} %`]);
    expect(share).toBeLessThan(0.01);
    await page.close();
    dialog.close({ status: 'failed', code: 'ERR_USER_CANCELLED', details: {} });
  }
  section(`Idle for ${IDLE_SECONDS} s: work of the page, of one core`, ['Window', 'busy'], rows);
});
