import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redirectUrl } from '../../../sdk/browser/index.js';
import { until, type BrowserName, type TestPage } from '../../support/browsers/browser.js';
import {
  browserMissing,
  openPage,
  resultIn,
  startBrowser,
  startClientAndService,
  type ClientAndService,
  type MatrixBrowser,
} from './matrix-fixture.js';

const HOST = 'service.example.test';

/** Who attacks from which browser, and whom. */
const PAIRS: readonly (readonly [BrowserName, BrowserName])[] = [
  ['chromium', 'firefox'],
  ['firefox', 'webkit'],
  ['webkit', 'chromium'],
];

interface Challenge {
  readonly challengeNonce: string;
  readonly state: string;
}

const browsers = new Map<BrowserName, MatrixBrowser>();
const missing = PAIRS.map(([name]) => name).filter((name) => browserMissing(name) !== undefined);
let fixture: ClientAndService;
let origin: string;

beforeAll(async () => {
  fixture = await startClientAndService({ [HOST]: {} });
  origin = fixture.site.origin(HOST);
  for (const [name] of PAIRS) {
    if (!missing.includes(name)) browsers.set(name, await startBrowser(name, { site: fixture.site }));
  }
});
afterAll(async () => {
  await Promise.all([...browsers.values()].map((browser) => browser.close()));
  await fixture.close();
});

describe.each(PAIRS)('a log-in that an attacker begins in %s, with a victim in %s', (attackerName, victimName) => {
  describe.skipIf(missing.includes(attackerName) || missing.includes(victimName))('both visiting the service', () => {
    let attacker: TestPage;
    let victim: TestPage;
    let challenge: Challenge;

    beforeAll(async () => {
      [attacker, victim] = await Promise.all([visit(attackerName), visit(victimName)]);
    });
    afterAll(() => Promise.all([attacker.close(), victim.close()]));

    it('is not finished by the victim’s card, neither for the one nor for the other', async () => {
      challenge = await begin(attacker);
      await begin(victim);
      // The victim follows the attacker's link, and agrees.
      await victim.goto(await authorizeUrl(challenge));
      expect(await resultIn(victim)).toEqual({ code: 'ERR_PROTOCOL_STATE' });
      expect(await isLoggedIn(victim)).toBe(false);
      expect(await isLoggedIn(attacker)).toBe(false);
    });

    it('cannot be fetched by the attacker, not even with the address that the victim’s browser saw', async () => {
      const { searchParams } = new URL(await victim.url());
      expect(searchParams.get('state')).toBe(challenge.state);
      for (const address of [await victim.url(), `${origin}/callback?state=${challenge.state}`]) {
        await attacker.goto(address);
        expect(await resultIn(attacker)).toEqual({ code: 'ERR_PROTOCOL_STATE' });
      }
      expect(await isLoggedIn(attacker)).toBe(false);
    });

    it('and finishes with a card of the attacker’s own does not log the victim in as the attacker', async () => {
      challenge = await begin(attacker);
      await begin(victim);
      const address = await continuationOf(challenge, await signedIn(challenge));
      await victim.goto(address);
      expect(await resultIn(victim)).toEqual({ code: 'ERR_PROTOCOL_STATE' });
      expect(await isLoggedIn(victim)).toBe(false);
    });

    it('works in the attacker’s own browser, so that all of this failed for the right reason', async () => {
      challenge = await begin(attacker);
      await attacker.goto(await continuationOf(challenge, await signedIn(challenge)));
      expect(await resultIn(attacker)).toEqual({ route: 'redirect' });
      expect(await isLoggedIn(attacker)).toBe(true);
    });
  });
});

async function visit(name: BrowserName): Promise<TestPage> {
  const browser = browsers.get(name);
  if (browser === undefined) throw new Error(`${name} was not started`);
  const page = await browser.newPage();
  await openPage(page, `${origin}/`);
  return page;
}

/** A session of its own in this browser, with a log-in begun. */
async function begin(page: TestPage): Promise<Challenge> {
  const answer = await page.evaluate(`return (await fetch('/challenge', { method: 'POST' })).json();`);
  return answer as Challenge;
}

async function isLoggedIn(page: TestPage): Promise<boolean> {
  const answer = await page.evaluate(`return (await fetch('/visitor')).json();`);
  return (answer as { isLoggedIn: boolean }).isLoggedIn;
}

async function authorizeUrl(challenge: Challenge): Promise<string> {
  const port = await fixture.clientPort();
  return redirectUrl({ redirectUri: `${origin}/callback`, ...challenge, port });
}

/** What the attacker's own card says to this challenge: any program may talk to a client that runs for it. */
async function signedIn({ challengeNonce }: Challenge): Promise<unknown> {
  const base = `http://127.0.0.1:${await fixture.clientPort()}/v1/sessions`;
  const headers = { Origin: origin, 'Content-Type': 'application/json', 'Madoguchi-Protocol': '1' };
  const body = JSON.stringify({ operation: 'authenticate', challengeNonce });
  const opened = (await (await fetch(base, { method: 'POST', headers, body })).json()) as {
    result: { sessionId: string };
  };
  return until('the attacker’s token', async () => {
    const polled = await fetch(`${base}/${opened.result.sessionId}?wait=5`, { headers });
    const { result } = (await polled.json()) as { result: { status: string; output?: unknown } };
    return result.output;
  });
}

/** Posts the form as the attacker's program, and keeps the address that a browser would be sent on to. */
function continuationOf({ state }: Challenge, output: unknown): Promise<string> {
  const form = new URLSearchParams({ state, response: JSON.stringify({ ok: true, result: output }) }).toString();
  return new Promise((resolve, reject) => {
    const posted = request(
      {
        host: '127.0.0.1',
        port: fixture.site.port,
        servername: HOST,
        ca: fixture.site.authority.pem,
        path: '/callback',
        method: 'POST',
        headers: {
          Host: new URL(origin).host,
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(form),
        },
      },
      (response) => {
        response.resume();
        const { location } = response.headers;
        if (response.statusCode === 303 && location !== undefined) resolve(location);
        else reject(new Error(`HTTP ${String(response.statusCode)}`));
      },
    );
    posted.on('error', reject).end(form);
  });
}
