/** What holds for the browser extension in every browser, said once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChallengeNonce, validateAuthenticationToken, verifySignature } from '../../sdk/verifier/index.js';
import { until, type TestPage } from './browsers/browser.js';
import { OTHER_SITE, SITE, type ExtensionFixture, type RunningClient } from './extension-fixture.js';
import { TerminalSession } from './command-line.js';

/** A browser with the extension, for the user of a fixture. */
export interface ExtensionBrowser {
  newPage(): Promise<TestPage>;
  close(): Promise<void>;
}

export interface ExtensionSuite {
  /** As the person is to be told. */
  readonly browserName: string;
  readonly startFixture: (wake: boolean) => Promise<ExtensionFixture>;
  readonly startBrowser: (fixture: ExtensionFixture) => Promise<ExtensionBrowser>;
  /**
   * Source of a function body that sends `messages` to the extension and resolves with `count` answers, or fewer where no
   * more come: then the last is `{ gone: true }`. May wait `input.patience` milliseconds to know.
   */
  readonly exchange: string;
}

export interface Answer {
  readonly id?: number;
  readonly ping?: boolean;
  readonly gone?: boolean;
  readonly envelope?: {
    readonly ok: boolean;
    readonly result?: unknown;
    readonly error?: { readonly code: string; readonly details: object };
  };
}

export const call = (id: number, body: object): object => ({ madoguchi: 1, id, call: body });

export const authenticate = (): object => ({
  method: 'open',
  request: JSON.stringify({ operation: 'authenticate', challengeNonce: createChallengeNonce() }),
});

/** Milliseconds for answers that have to come, however busy the PC and the browser are. */
const PATIENCE = 15_000;

const STATUS = { method: 'status' };
/** Of a session that does not exist. */
const POLL = { method: 'poll', sessionId: 'A'.repeat(43), waitSeconds: 25 };

const SDK_CALL = `
  const { createClient } = await import('/sdk/index.js');
  return createClient({ routes: ['extension'] })[input.method](input.options);`;

/** Runs in a frame of the page on behalf of the top document, which may read it: they have the same origin. */
const inFrame = (exchange: string): string => `
  const frame = document.querySelector('iframe').contentWindow;
  return frame.eval('(async (messages, count) => {' + ${JSON.stringify(exchange)} + '})')(input.messages, input.count);`;

export function describeExtension({ browserName, startFixture, startBrowser, exchange }: ExtensionSuite): void {
  let fixture: ExtensionFixture;
  let browser: ExtensionBrowser;
  let page: TestPage;

  beforeAll(async () => {
    fixture = await startFixture(false);
    browser = await startBrowser(fixture);
  });
  afterAll(async () => {
    await browser.close();
    await fixture.close();
  });
  beforeEach(async () => {
    page = await openPage(SITE);
    return () => page.close();
  });

  async function openPage(site: string, path = '/'): Promise<TestPage> {
    const opened = await browser.newPage();
    await opened.goto(`${fixture.site.origin(site)}${path}`);
    return opened;
  }

  async function ask(on: TestPage, messages: readonly object[]): Promise<Answer[]> {
    const body = `const { messages, count } = input; ${exchange}`;
    return (await on.evaluate(body, { messages, count: messages.length, patience: PATIENCE })) as Answer[];
  }

  it('answers a ping', async () => {
    expect(await ask(page, [{ madoguchi: 1, id: 7, ping: true }])).toMatchObject([{ madoguchi: 1, id: 7, ping: true }]);
  });

  it('says that no client runs', async () => {
    const [answer] = await ask(page, [call(1, STATUS)]);
    const error = { code: 'ERR_PROTOCOL_UNREACHABLE', details: { reason: 'client-not-running' } };
    expect(answer?.envelope?.error).toMatchObject(error);
  });

  describe('with a running client and an agreeing person', () => {
    let client: RunningClient;
    beforeEach(async () => {
      client = await fixture.startClient();
    });
    afterEach(async () => client.stop());

    it('logs in: the token is bound to the origin that the browser names', async () => {
      const challengeNonce = createChallengeNonce();
      const { route, token } = (await page.evaluate(SDK_CALL, {
        method: 'authenticate',
        options: { challengeNonce },
      })) as { route: string; token: unknown };
      expect(route).toBe('extension');
      const options = { challengeNonce, trustAnchors: [fixture.authorities.authentication] };
      await validateAuthenticationToken(token, { ...options, origin: fixture.site.origin(SITE) });
      const foreign = validateAuthenticationToken(token, { ...options, origin: fixture.site.origin(OTHER_SITE) });
      await expect(foreign).rejects.toMatchObject({ code: 'ERR_SIGN_INVALID' });
      expect(client.screen()).toContain(fixture.site.origin(SITE));
    });

    it('signs', async () => {
      const content = 'application';
      const options = { items: [{ name: 'a.txt', content }] };
      const { items } = (await page.evaluate(SDK_CALL, { method: 'sign', options })) as {
        items: { signature: string }[];
      };
      const report = await verifySignature({
        cms: Buffer.from(items[0]?.signature ?? '', 'base64'),
        content: new TextEncoder().encode(content),
        trustAnchors: [fixture.authorities.signing],
      });
      expect(report.isTrusted).toBe(true);
    });

    it('takes the origin from the browser, whatever the page says', async () => {
      const foreign = fixture.site.origin(OTHER_SITE);
      const answers = await ask(page, [
        { ...call(1, authenticate()), origin: foreign, sender: { origin: foreign } },
        call(2, { ...authenticate(), origin: foreign }),
      ]);
      expect(answers.map(({ envelope }) => envelope?.ok)).toEqual([true, true]);
      await until('both log-ins', () => (count(client, 'bridge.session.done') === 2 ? true : undefined));
      expect(client.screen()).not.toContain(foreign);
    });

    it('does not hear a frame', async () => {
      const inner = `${fixture.site.origin(SITE)}/`;
      const outer = await openPage(SITE, `/outer?${encodeURIComponent(inner)}`);
      const messages = [{ madoguchi: 1, id: 1, ping: true }, call(2, authenticate())];
      expect(await outer.evaluate(inFrame(exchange), { messages, count: 2 })).toEqual([{ gone: true }]);
      await outer.close();
      expect(client.events()).not.toContain('bridge.session.opened');
    });

    it('bounds a flood, and other pages go on', async () => {
      const other = await openPage(OTHER_SITE);
      const messages = Array.from({ length: 5_000 }, (_, id) => call(id, POLL));
      // More than can come.
      const input = { messages, count: 10_000 };
      const flood = page.evaluate(`const { messages, count } = input; ${exchange}`, input) as Promise<Answer[]>;
      const [answer] = await ask(other, [call(1, STATUS)]);
      expect(answer?.envelope?.ok).toBe(true);
      await other.close();
      const answers = await flood;
      const served = answers.filter(({ envelope }) => envelope?.error?.code === 'ERR_PROTOCOL_SESSION_UNKNOWN');
      // A page that was turned away may connect again: it gets answers, at the pace at which it waits for them.
      expect(served.length).toBeLessThan(2_000);
      expect(answers.at(-1)).toEqual({ gone: true });
    });

    it('keeps what is too large or too deep from ending the host', async () => {
      const answers = await ask(page, [
        call(1, { method: 'open', request: '<'.repeat(1024 * 1024) }),
        call(2, { method: 'open', request: ' '.repeat(1024 * 1024 + 1) }),
        call(3, { method: 'open', request: '['.repeat(10_000) }),
        call(4, { method: 'open', request: '{"operation":"authenticate","operation":"sign"}' }),
        call(5, STATUS),
      ]);
      const outcomes = new Map(answers.map(({ id, envelope }) => [id, envelope?.error?.code ?? envelope?.ok]));
      expect([1, 2, 3, 4, 5].map((id) => outcomes.get(id))).toEqual([
        'ERR_PROTOCOL_MALFORMED',
        'ERR_PROTOCOL_BODY_TOO_LARGE',
        'ERR_PROTOCOL_MALFORMED',
        'ERR_PROTOCOL_MALFORMED',
        true,
      ]);
    });
  });

  describe('with a person who has not answered yet', () => {
    let terminal: TerminalSession;
    beforeEach(async () => {
      terminal = new TerminalSession(fixture.serveArguments, { env: fixture.env });
      await terminal.see('bridge.socket.listening');
    });
    afterEach(() => terminal.stop());

    it('ends a request whose page goes elsewhere', async () => {
      const [opened] = await ask(page, [call(1, authenticate())]);
      expect(opened?.envelope?.ok).toBe(true);
      await terminal.see(fixture.site.origin(SITE));
      await page.goto('about:blank');
      await terminal.see('bridge.session.cancelled', 10_000);
    });

    it('ends a request whose tab is closed', async () => {
      const other = await openPage(OTHER_SITE);
      const [opened] = await ask(other, [call(1, authenticate())]);
      expect(opened?.envelope?.ok).toBe(true);
      await terminal.see(fixture.site.origin(OTHER_SITE));
      await other.close();
      await terminal.see('bridge.session.cancelled', 10_000);
    });

    it('waits with the person for longer than an idle extension may live', async () => {
      const [opened] = await ask(page, [call(1, authenticate())]);
      const { sessionId } = opened?.envelope?.result as { sessionId: string };
      const body = `const { messages, count } = input; ${exchange}`;
      const messages = [call(1, { method: 'poll', sessionId, waitSeconds: 5 })];
      const answers = (await page.evaluate(body, { messages, count: 1, patience: 10_000 })) as Answer[];
      expect(answers[0]?.envelope?.result).toEqual({ status: 'pending' });
    });

    it('names the browser', async () => {
      await ask(page, [call(1, authenticate())]);
      await terminal.see(fixture.site.origin(SITE));
      await terminal.see('よろしければ');
      expect(terminal.screen).toContain(`依頼を届けたブラウザー: ${browserName}`);
    });
  });
}

function count(client: RunningClient, event: string): number {
  return client.events().filter((name) => name === event).length;
}
