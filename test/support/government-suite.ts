/** What holds for government sites in every browser, said once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConsentModel } from '../../main/core/consent/consent-model.js';
import { describeGovernmentAttacks } from './government-attacks.js';
import type { GovernmentBrowser, PopupPage } from './government-browser.js';
import { newGovernmentOrigin, originOf, type GovernmentFixture } from './government-fixture.js';
import { agreeing, hesitating, sessionEnds, type Person } from './government-people.js';
import { CANCELLED, digestInfo, expectSigned, logIn, sign, type PageAnswer } from './government-values.js';
import { until, type TestPage } from './browsers/browser.js';
import { Openssl } from './openssl.js';

export interface GovernmentSuite {
  readonly startFixture: () => Promise<GovernmentFixture>;
  readonly startBrowser: (fixture: GovernmentFixture) => Promise<GovernmentBrowser>;
  /** What the browser allows on sites without having asked the person: in Firefox what the relaying script needs. */
  readonly givenOrigins: readonly string[];
  /** Whether the browser asks a question of its own. */
  readonly asks: boolean;
}

/** What the tests share. */
export interface GovernmentStage {
  readonly fixture: GovernmentFixture;
  readonly browser: GovernmentBrowser;
  readonly popup: PopupPage;
}

const SIGNS = 0x2a;
/** Chromium gives pages that may speak to an extension, whatever it is for, `browser` beside `chrome`. */
const SNAPSHOT = `
  const names = Object.getOwnPropertyNames(window).filter((name) => name !== 'browser').sort();
  return { html: document.documentElement.outerHTML, names, agent: navigator.userAgent,
    own: Object.getOwnPropertyNames(navigator) };`;

const HEARS_NOTHING = `
  launch(JSON.stringify(input));
  await new Promise((done) => setTimeout(done, 300));
  return { received, marked: hasMarkers() };`;

export function describeGovernmentSites({ startFixture, startBrowser, givenOrigins, asks }: GovernmentSuite): void {
  const openssl = new Openssl();
  let stage: GovernmentStage;
  let fixture: GovernmentFixture;
  let popup: PopupPage;
  let plain: unknown;

  beforeAll(async () => {
    fixture = await startFixture();
    const browser = await startBrowser(fixture);
    const without = await browser.plainPage();
    await without.page.goto(`${originOf('picky')}/plain`);
    plain = await without.page.evaluate(SNAPSHOT);
    await without.close();
    popup = await browser.openPopup();
    stage = { fixture, browser, popup };
  });
  afterAll(async () => {
    await stage.browser.close();
    await fixture.close();
    openssl.close();
  });
  beforeEach(() => fixture.behave({}));

  const turn = async (on: boolean): Promise<void> => {
    await fixture.client.settings.change('governmentSites', on);
  };
  const reopenPopup = async (): Promise<PopupPage> => {
    await popup.close();
    popup = await stage.browser.openPopup();
    return popup;
  };
  const signatures = (): number => fixture.commands.filter(({ instruction }) => instruction === SIGNS).length;

  async function open(origin = newGovernmentOrigin(), path = '/'): Promise<TestPage> {
    const page = await stage.browser.newPage();
    await page.goto(`${origin}${path}`);
    return page;
  }

  const ask = async (page: TestPage, request: object): Promise<PageAnswer> =>
    (await page.evaluate('return ask(input)', request)) as PageAnswer;

  const consents = (): readonly ConsentModel[] => fixture.dialogs.map(({ consent }) => consent);

  describe('while the person has not turned it on', () => {
    it('is off, without a script or a permission, and says where to turn it on', async () => {
      expect(await popup.state()).toBe('off');
      expect(await popup.scripts()).toEqual([]);
      expect([...(await popup.origins())].sort()).toEqual(givenOrigins);
      expect(await popup.text()).toMatch(/settings of the app|アプリの設定/);
      expect(await popup.violations()).toEqual([]);
    });

    it('leaves every page as it is, to the byte', async () => {
      const page = await open(originOf('picky'), '/plain');
      expect(await page.evaluate(SNAPSHOT)).toEqual(plain);
      await page.close();
    });

    it('hears no page', async () => {
      const page = await open();
      expect(await page.evaluate(HEARS_NOTHING, logIn())).toEqual({ received: [], marked: false });
      expect(fixture.dialogs).toEqual([]);
      await page.close();
    });
  });

  describe('turned on in the app', () => {
    it('is nowhere before the person agrees in this browser', async () => {
      await turn(true);
      await reopenPopup();
      expect(await popup.state()).toBe('ask');
      expect(await popup.violations()).toEqual([]);
      expect(await popup.scripts()).toEqual([]);
      expect([...(await popup.origins())].sort()).toEqual(givenOrigins);
    });

    if (asks) {
      it('stays so where the person says no to the browser', async () => {
        await popup.press('block');
        expect(await popup.state()).toBe('refused');
        expect(await popup.scripts()).toEqual([]);
        expect(await popup.origins()).toEqual([]);
        await reopenPopup();
        expect(await popup.state()).toBe('ask');
      });
    }

    it('is on once the person agrees, for sites of government bodies and those that an administrator added', async () => {
      await popup.press('allow');
      expect(await popup.state()).toBe('on');
      const patterns = ['https://*.go.jp/*', 'https://kikan.example/*'];
      if (asks) expect([...(await popup.origins())].sort()).toEqual(patterns);
      expect(await popup.scripts()).toEqual([`government-page ${patterns.join(' ')}`]);
      expect(fixture.client.governmentSites.status().browsers).toMatchObject([{ permission: true }]);
    });

    it('places the markers that sites look for, and tells the app', async () => {
      const origin = newGovernmentOrigin();
      const page = await open(origin);
      const values = `return [...document.querySelectorAll('input')].map(({ type, id, value, hidden, parentNode }) =>
        [type, id, value, parentNode === document.body]);`;
      expect(await page.evaluate(values)).toEqual([
        ['hidden', 'extension-is-installed', '24', true],
        ['hidden', 'app-is-installed', '29', true],
      ]);
      const lastPage = await until('the report', () =>
        fixture.client.governmentSites.status().browsers.find((browser) => browser.lastPage?.origin === origin),
      );
      expect(lastPage.lastPage).toMatchObject({ origin, marker: 'placed' });
      await page.close();
    });

    it('steps aside where the official extension is, before or after', async () => {
      const before = await open(undefined, '/official');
      const ids = `return [...document.querySelectorAll('input')].map(({ value }) => value);`;
      expect(await before.evaluate(ids)).toEqual(['31', '40']);
      await before.evaluate('launch(JSON.stringify(input))', logIn());
      await before.close();

      const after = await open();
      await after.evaluate(`document.body.insertAdjacentHTML('beforeend',
        '<input type="hidden" id="extension-is-installed" value="31">');`);
      expect(await after.evaluate(ids)).toEqual(['31']);
      await after.evaluate(
        `launch(JSON.stringify(input)); await new Promise((done) => setTimeout(done, 300));`,
        logIn(),
      );
      expect(await after.evaluate('return received')).toEqual([]);
      expect(fixture.dialogs).toEqual([]);
      await after.close();
    });
  });

  describe('used', () => {
    it('logs in: openssl verifies the signature over the bytes that the site sent', async () => {
      fixture.behave(agreeing('1234'));
      const origin = newGovernmentOrigin();
      const page = await open(origin);
      const bytes = digestInfo();
      const answer = await ask(page, logIn(bytes));
      expect(answer).toMatchObject({ mode: '01', result: '0' });
      expectSigned(openssl, { bytes, ...answer });
      expect(consents()).toMatchObject([{ requester: { origin, route: 'extension' }, governmentPage: 'go-jp' }]);
      expect(signatures()).toBe(1);
      await page.close();
    });

    it.each([1, 20])('signs %i values with one PIN', async (count) => {
      fixture.behave(agreeing('ABC123'));
      const page = await open();
      const all = Array.from({ length: count }, () => digestInfo());
      const { signature, ...answer } = await ask(page, sign(all));
      expect(signature).toHaveLength(count);
      all.forEach((bytes, index) => expectSigned(openssl, { bytes, signature: signature?.[index], ...answer }));
      expect(consents()[0]?.items).toHaveLength(count);
      expect(fixture.commands.filter(({ carriesPin }) => carriesPin)).toHaveLength(1);
      await page.close();
    });

    it('hands over the four attributes', async () => {
      fixture.behave(agreeing('1234'));
      const page = await open();
      const answer = await ask(page, { mode: '04', service_id: '01' });
      const text = (hex?: string): string => Buffer.from(hex ?? '', 'hex').toString('utf8');
      expect([answer.name, answer.sex, answer.address, answer.birthday].map(text)).toEqual([
        '試験　花子',
        '2',
        '東京都千代田区架空町一丁目２番３号　窓口マンション１０１',
        '19900401',
      ]);
      await page.close();
    });

    it('works on a site that an administrator added, and on no other port of any', async () => {
      fixture.behave(agreeing('1234'));
      const page = await open(originOf('added'));
      await until('the markers', async () => ((await page.evaluate('return hasMarkers()')) ? true : undefined));
      expect(await ask(page, logIn())).toMatchObject({ result: '0' });
      expect(fixture.dialogs).toHaveLength(1);
      for (const origin of [originOf('added'), newGovernmentOrigin()]) {
        await page.goto(`${origin}:8443/`);
        expect(await page.evaluate(HEARS_NOTHING, logIn())).toEqual({ received: [], marked: false });
      }
      expect(fixture.dialogs).toHaveLength(1);
      await page.close();
    });

    it('answers a refusal, a wrong PIN given up, and a reader without a card as the protocol’s cancel', async () => {
      const request = logIn();
      const mistaken: Person = { decide: () => 'agreed', pins: ['9999'] };
      for (const person of [{}, mistaken]) {
        fixture.behave(person);
        const page = await open();
        expect(await ask(page, request)).toEqual({ ...request, ...CANCELLED });
        expect(signatures()).toBe(0);
        await page.close();
      }
      fixture.holdCard(false);
      const page = await open();
      expect(await ask(page, request)).toEqual({ ...request, ...CANCELLED });
      fixture.holdCard(true);
      // Of the mistaken person and of the one without a card.
      expect(fixture.dialogs).toHaveLength(2);
      // A right PIN sets the tries back.
      fixture.behave(agreeing('1234'));
      const again = await open();
      expect(await ask(again, request)).toMatchObject({ result: '0' });
      await again.close();
      await page.close();
    });

    it('closes on request: what is under way is cancelled, and the person is not asked', async () => {
      const { person, answer } = hesitating();
      fixture.behave(person);
      const page = await open();
      const request = logIn();
      await page.evaluate('launch(JSON.stringify(input))', request);
      await until('the dialog', () => fixture.dialogs[0]?.decided);
      await page.evaluate(`launch('{"mode":"05"}')`);
      const received = await until('both answers', async () => {
        const all = (await page.evaluate('return received.map((text) => JSON.parse(text))')) as object[];
        return all.length === 2 ? all : undefined;
      });
      expect(received).toEqual([
        { ...request, ...CANCELLED },
        { mode: '05', result: '0' },
      ]);
      await sessionEnds(fixture);
      answer('agreed');
      expect(await until('the outcome', () => fixture.dialogs[0]?.outcome)).toMatchObject({ status: 'failed' });
      expect(signatures()).toBe(0);
      await page.close();
    });

    it('waits with the person for longer than an idle extension may live', async () => {
      const { person, answer } = hesitating();
      fixture.behave({ ...person, pins: ['1234'] });
      const page = await open();
      await page.evaluate('launch(JSON.stringify(input))', logIn());
      await until('the dialog', () => fixture.dialogs[0]?.decided);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      answer('agreed');
      const text = await until('the answer', async () => {
        const [first] = (await page.evaluate('return received')) as string[];
        return first;
      });
      expect(JSON.parse(text)).toMatchObject({ mode: '01', result: '0' });
      await page.close();
    });

    it.each(['is closed', 'goes elsewhere'])('ends with its page, when that %s: nothing is signed', async (end) => {
      const { person, answer } = hesitating();
      fixture.behave({ ...person, pins: ['1234'] });
      const page = await open();
      await page.evaluate('launch(JSON.stringify(input))', logIn());
      await until('the dialog', () => fixture.dialogs[0]?.decided);
      if (end === 'is closed') await page.close();
      else await page.goto('about:blank');
      await sessionEnds(fixture);
      answer('agreed');
      expect(await until('the outcome', () => fixture.dialogs[0]?.outcome)).toMatchObject({ status: 'failed' });
      expect(signatures()).toBe(0);
      expect(fixture.commands.filter(({ carriesPin }) => carriesPin)).toEqual([]);
      if (end !== 'is closed') await page.close();
    });

    it('serves two tabs at once, each under its own name, with identifiers that nobody can join', async () => {
      fixture.behave({ ...agreeing('1234'), pins: ['1234', '1234'] });
      const origins = [newGovernmentOrigin(), newGovernmentOrigin()];
      const pages = await Promise.all(origins.map((origin) => open(origin)));
      const answers = await Promise.all(pages.map((page) => ask(page, logIn())));
      expect(answers).toMatchObject([{ result: '0' }, { result: '0' }]);
      expect(consents().map(({ requester }) => requester)).toMatchObject(
        expect.arrayContaining(origins.map((origin) => expect.objectContaining({ origin }) as unknown)) as object[],
      );
      const [one, two] = answers.map(({ uuid, combination_code }) => [uuid, combination_code]);
      expect(one?.filter((value) => two?.includes(value))).toEqual([]);
      for (const page of pages) await page.close();
    });
  });

  describe('attacked', () => describeGovernmentAttacks(() => stage));

  describe('with the other name of the system', () => {
    const seen = 'return { ...window.seen, data: navigator.userAgentData?.platform ?? null };';

    it('says Windows on the site that the person chose, and nowhere else', async () => {
      const page = await open(originOf('picky'), '/agent');
      expect(await page.evaluate(seen)).toMatchObject({ agent: expect.stringContaining('Linux') as string });
      await fixture.client.governmentSites.setWindowsUserAgent(originOf('picky'), true);
      await reopenPopup();
      expect(await popup.scripts()).toContain('government-user-agent https://picky.imitation.go.jp/*');
      await page.goto(`${originOf('picky')}/agent`);
      const told = (await page.evaluate(seen)) as { agent: string; data: string | null };
      expect(told).toMatchObject({ platform: 'Win32' });
      expect(JSON.stringify(told)).not.toMatch(/Linux|X11/);
      expect([null, 'Windows']).toContain(told.data);
      for (const other of [newGovernmentOrigin(), `${originOf('picky')}:8443`]) {
        await page.goto(`${other}/agent`);
        expect(await page.evaluate(seen)).toMatchObject({ agent: expect.stringContaining('Linux') as string });
      }
      await page.close();
    });
  });

  describe('turned off in the app', () => {
    it('loses markers, scripts and permission at the next contact, and can be turned on again', async () => {
      const page = await open();
      expect(await page.evaluate('return hasMarkers()')).toBe(true);
      await turn(false);
      const refused = logIn();
      expect(await ask(page, refused)).toEqual({ ...refused, ...CANCELLED });
      await until('the markers to go', async () => ((await page.evaluate('return hasMarkers()')) ? undefined : true));
      await reopenPopup();
      expect(await popup.state()).toBe('off');
      expect(await popup.scripts()).toEqual([]);
      expect([...(await popup.origins())].sort()).toEqual(givenOrigins);
      const after = await open(originOf('picky'), '/plain');
      expect(await after.evaluate(SNAPSHOT)).toEqual(plain);
      await after.close();
      await page.close();
      await turn(true);
      await reopenPopup();
      expect(await popup.state()).toBe('ask');
    });
  });
}
