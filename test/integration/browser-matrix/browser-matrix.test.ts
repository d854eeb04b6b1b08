import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, type BrowserName, type TestPage } from '../../support/browsers/browser.js';
import { findFreePort } from '../../../tools/demo/madoguchi-process.js';
import {
  BROWSERS,
  cellHost,
  FRAMED_HOST,
  matrixAsMarkdown,
  PERMITTED,
  STATES,
  type Outcome,
  type Permitted,
  type State,
} from './cells.js';
import {
  browserMissing,
  openPage,
  startBrowser,
  startClientAndService,
  type ClientAndService,
  type MatrixBrowser,
} from './matrix-fixture.js';
import type { LoginOutcome } from './service.js';

/** Milliseconds that the SDK is given, for the person at the browser's question and for the client's answer. */
const SDK_TIMEOUTS = { permissionTimeoutMilliseconds: 3_000, answerTimeoutMilliseconds: 3_000 };
/** What every cell ends within: the SDK's limit, the extension's half second, pages on their way, the card. */
const CELL_LIMIT = 10_000;

const ROUTES: Readonly<Record<Permitted, readonly string[]>> = {
  loopback: ['loopback'],
  redirect: ['redirect'],
  every: ['extension', 'loopback', 'redirect'],
};

let fixture: ClientAndService;

beforeAll(async () => {
  const cells = STATES.flatMap((state) => PERMITTED.map((permitted) => [cellHost(state, permitted), state] as const));
  fixture = await startClientAndService({
    ...Object.fromEntries(cells.map(([host, { headers = {} }]) => [host, headers])),
    [FRAMED_HOST]: {},
  });
});
afterAll(() => fixture.close());

it('is the matrix in docs/browsers.md', () => {
  const lines = readFileSync(new URL('../../../docs/browsers.md', import.meta.url), 'utf8').split('\n');
  const rows = lines.filter((line) => line.startsWith('|') && !/^[| -]+$/.test(line));
  const plain = (row: string): string => row.replaceAll(/ +/g, ' ');
  expect(rows.map(plain)).toEqual(matrixAsMarkdown().split('\n').map(plain));
});

describe.each(BROWSERS)('%s', (name) => {
  const missing = browserMissing(name);

  describe.skipIf(missing !== undefined)('a page that asks for a log-in', () => {
    let browser: MatrixBrowser;

    beforeAll(async () => {
      const hostsWhere = (wanted: (state: State) => boolean): string[] =>
        STATES.filter(wanted).flatMap((state) => PERMITTED.map((permitted) => cellHost(state, permitted)));
      browser = await startBrowser(name, {
        site: fixture.site,
        allowedByPolicy: hostsWhere((state) => isAllowedByPolicy(state, name)),
        deniedByPolicy: hostsWhere(({ decided }) => decided === 'deniedByPolicy'),
      });
    });
    afterAll(() => browser.close());

    it('fails where no client runs, and the browser asks nobody in vain', async () => {
      const page = await browser.newPage();
      try {
        await openPage(page, `${fixture.site.origin(FRAMED_HOST)}/`);
        const options = { ...SDK_TIMEOUTS, ports: [await findFreePort()], routes: ROUTES.loopback };
        const ticket = randomUUID();
        await page.evaluate('startLogin(input);', { ticket, options });
        const { code } = await until('an outcome', () => fixture.site.outcomeOf(ticket), CELL_LIMIT);
        expect(code).toBe('ERR_PROTOCOL_UNREACHABLE');
      } finally {
        await page.close();
      }
    });

    const cells = STATES.flatMap((state) =>
      PERMITTED.map((permitted) => ({ state, permitted, expected: expectedIn(state, permitted, name) })),
    ).filter(({ expected }) => expected !== '-');

    it.each(cells.map((cell) => [cell.state.description, cell.permitted, cell.expected, cell] as const))(
      '%s; permits %s: %s',
      async (_description, permitted, expected, { state }) => {
        const page = await browser.newPage();
        try {
          const { route, code } = await logIn(page, browser, { state, permitted });
          expect(code ?? route).toBe(expected);
        } finally {
          await page.close();
        }
      },
    );
  });
});

function expectedIn({ expected }: State, permitted: Permitted, name: BrowserName): Outcome {
  return expected[permitted][BROWSERS.indexOf(name)] ?? '-';
}

/** What the DevTools protocol grants passes over Permissions-Policy, so that all but one state have it by policy. */
function isAllowedByPolicy({ decided, name: state }: State, name: BrowserName): boolean {
  return decided === 'allowedByPolicy' || (name === 'chromium' && decided === 'granted' && state !== 'granted');
}

async function logIn(
  page: TestPage,
  browser: MatrixBrowser,
  { state, permitted }: { readonly state: State; readonly permitted: Permitted },
): Promise<LoginOutcome> {
  const { site } = fixture;
  const origin = site.origin(cellHost(state, permitted));
  const { decided, answer, frame, serviceWorker = false } = state;
  if ((decided === 'granted' || decided === 'denied') && !isAllowedByPolicy(state, browser.name)) {
    await browser.setPermission?.(origin, decided);
  }
  const query = new URLSearchParams({ allow: frame ?? '', src: `${site.origin(FRAMED_HOST)}/` });
  await openPage(page, frame === undefined ? `${origin}/` : `${origin}/frame?${query.toString()}`);
  if (serviceWorker) await page.evaluate('await useServiceWorker();');

  const started = Date.now();
  const options = { ...SDK_TIMEOUTS, ports: [await fixture.clientPort()], routes: ROUTES[permitted] };
  const ticket = randomUUID();
  await page.evaluate('startLogin(input);', { ticket, options, mayLeave: permitted !== 'loopback' });
  if (answer !== undefined && permitted !== 'redirect') await browser.answerPrompt?.(page, answer);
  const outcome = await until('an outcome', () => site.outcomeOf(ticket), CELL_LIMIT);
  expect(Date.now() - started).toBeLessThan(CELL_LIMIT);
  return outcome;
}
