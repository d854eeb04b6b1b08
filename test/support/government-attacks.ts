/** Attacks on the government sites' mode from pages and other extensions. The card is the witness. */
import { beforeEach, expect, it } from 'vitest';
import { LIMITS } from '../../resources/extension/broker.js';
import { CHROMIUM_EXTENSION_ID } from '../../sdk/protocol/index.js';
import { until, type TestPage } from './browsers/browser.js';
import { newGovernmentOrigin, originOf } from './government-fixture.js';
import { hesitating, sessionEnds } from './government-people.js';
import type { GovernmentStage } from './government-suite.js';
import { CANCELLED, digestInfo, logIn, sign } from './government-values.js';

const INSTRUCTIONS = { verify: 0x20, sign: 0x2a };

/** Long enough for an answer that must not come. */
const LISTEN = 'await new Promise((done) => setTimeout(done, 300));';
const LAUNCH_AND_LISTEN = `launch(JSON.stringify(input)); ${LISTEN} return received;`;

/** What no page may say: nothing is asked, and nothing answered. */
const UNREADABLE: readonly [string, string][] = [
  ['a megabyte', "'\"' + 'x'.repeat(1024 * 1024) + '\"'"],
  ['an object of a megabyte', "JSON.stringify({ mode: '01', service_id: '01', digest: 'x'.repeat(1024 * 1024) })"],
  ['no JSON', "'mode=01'"],
  ['a list', '\'[{"mode":"01"}]\''],
  ['a text', '\'"01"\''],
  ['null', "'null'"],
  ['no text but a number', '7'],
  ['no text but an object', "({ mode: '01', service_id: '01', digest: 'MA==' })"],
  ['an object that pretends to be text', "({ length: 2, toString: () => '{}', [Symbol.toPrimitive]: () => '{}' })"],
  ['nothing', 'undefined'],
  ['what is too deep', '\'{"mode":\'.repeat(7_000)'],
];

const info = digestInfo();
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const otherAlgorithm = (): Buffer => {
  const changed = Buffer.from(info);
  changed[14] = 0x7f;
  return changed;
};

/** Requests that the page's own object answers, cancelled; nobody is asked. */
const REFUSED: readonly [string, string][] = [
  ['no mode', '{}'],
  ['an unknown mode', '{"mode":"03","service_id":"01"}'],
  ['a mode that is a number', '{"mode":1,"service_id":"01","digest":"MA=="}'],
  ['another service', JSON.stringify({ ...logIn(), service_id: '02' })],
  ['no digest', '{"mode":"01","service_id":"01"}'],
  ['a digest that is an object', '{"mode":"01","service_id":"01","digest":{"length":1,"0":"MA=="}}'],
  ['a log-in over a list', JSON.stringify({ ...logIn(), digest: [base64(info)] })],
  ['what is no Base64', JSON.stringify({ ...logIn(), digest: '***' })],
  ['a bare digest', JSON.stringify(logIn(info.subarray(-32)))],
  ['trailing octets', JSON.stringify(logIn(Buffer.concat([info, Buffer.of(0)])))],
  ['another algorithm', JSON.stringify(logIn(otherAlgorithm()))],
  ['SHA-1', JSON.stringify(logIn(digestInfo('sha1')))],
  ['no values to sign', JSON.stringify(sign([]))],
  ['21 values to sign', JSON.stringify(sign(Array.from({ length: 21 }, () => info)))],
  ['one bad value among good ones', JSON.stringify(sign([info, otherAlgorithm(), info]))],
  ['a member twice', `{"mode":"04","mode":"01","service_id":"01","digest":"${base64(info)}"}`],
  ['a prototype for a mode', '{"__proto__":{"mode":"01","service_id":"01"},"digest":"MA=="}'],
  ['names of prototypes', '{"mode":"constructor","constructor":{"prototype":{"polluted":1}},"hasOwnProperty":1}'],
];

export function describeGovernmentAttacks(stage: () => GovernmentStage): void {
  beforeEach(() => stage().fixture.behave({}));

  async function open(origin = newGovernmentOrigin(), path = '/'): Promise<TestPage> {
    const page = await stage().browser.newPage();
    await page.goto(`${origin}${path}`);
    return page;
  }

  /** Nobody was asked anything, no PIN and no signature was wanted of the card. */
  const expectNothing = (): void => {
    const { dialogs, commands } = stage().fixture;
    expect(dialogs).toEqual([]);
    expect(commands.filter(({ instruction }) => Object.values(INSTRUCTIONS).includes(instruction))).toEqual([]);
  };

  it.each(['stranger', 'lookAlike', 'encoded'] as const)(
    'the same page of %s is not heard, marked or answered',
    async (site) => {
      const page = await open(originOf(site));
      // A challenge of a government site, relayed.
      expect(await page.evaluate(LAUNCH_AND_LISTEN, logIn())).toEqual([]);
      expect(await page.evaluate('return hasMarkers()')).toBe(false);
      await page.close();
      expectNothing();
    },
  );

  it('a page cannot ask in the extension’s other way, either', async () => {
    const page = await open(originOf('stranger'));
    const calls = [
      { method: 'governmentOpen', request: JSON.stringify(logIn()) },
      { method: 'governmentSites', permission: true },
      { method: 'marker', marker: 'placed' },
    ];
    const exchange = `
      const codes = [];
      const note = (answer) => codes.push(answer.envelope?.error?.code ?? 'ok');
      const messages = input.map((call, id) => ({ madoguchi: 1, id, call }));
      if (globalThis.chrome?.runtime?.connect) {
        const port = chrome.runtime.connect('${CHROMIUM_EXTENSION_ID}', { name: 'madoguchi-government' });
        port.onMessage.addListener(note);
        for (const message of messages) port.postMessage(message);
      } else {
        addEventListener('message', ({ data }) => data.to === 'page' && note(data));
        for (const message of messages) postMessage({ ...message, to: 'extension' }, origin);
      }
      for (let wait = 0; codes.length < 3 && wait < 100; wait++) await new Promise((done) => setTimeout(done, 20));
      return codes;`;
    expect(await page.evaluate(exchange, calls)).toEqual(calls.map(() => 'ERR_PROTOCOL_MALFORMED'));
    await page.close();
    expectNothing();
  });

  it.each([
    ['the attacker’s frame in a government site', 'government', originOf('stranger')],
    ['a government site in the attacker’s page', 'stranger', 'government'],
    ['a government site in another', 'government', 'government'],
  ])('%s is not heard', async (_what, outer, inner) => {
    const origin = (name: string): string => (name === 'government' ? newGovernmentOrigin() : name);
    const frame = `${origin(inner)}/hostile`;
    const around = outer === 'government' ? newGovernmentOrigin() : originOf('stranger');
    const page = await open(around, `/framed?${encodeURIComponent(frame)}`);
    const [message] = await until('the frame', async () => {
      const all = (await page.evaluate('return messages')) as object[];
      return all.length > 0 ? all : undefined;
    });
    expect(message).toEqual({ tried: ['reached', 'SecurityError', 'SecurityError'], markers: 0 });
    expect(await page.evaluate(`${LISTEN} return received;`)).toEqual([]);
    await page.close();
    expectNothing();
  });

  it('a sandboxed page is not heard', async () => {
    const page = await open(undefined, '/sandboxed');
    expect(await page.evaluate(LAUNCH_AND_LISTEN, logIn())).toEqual([]);
    expect(await page.evaluate('return hasMarkers()')).toBe(false);
    await page.close();
    expectNothing();
  });

  it('what cannot be read is not answered, and the page is heard afterwards', async () => {
    const page = await open();
    for (const [what, source] of UNREADABLE) {
      expect(await page.evaluate(`launch(${source}); return received;`), what).toEqual([]);
    }
    expect(await page.evaluate(`${LISTEN} return received;`)).toEqual([]);
    expect(await page.evaluate('return ask(input)', { mode: '05' })).toEqual({ mode: '05', result: '0' });
    await page.close();
    expectNothing();
  });

  it('what must not be asked is cancelled, and nobody hears of it', async () => {
    let page = await open();
    for (const [index, [what, text]] of REFUSED.entries()) {
      // Whoever is refused too often is not answered by the client for a while, which is not what is looked at here.
      if (index % 4 === 3) {
        await page.close();
        page = await open();
      }
      const answer = (await page.evaluate('return ask(input)', text)) as object;
      expect(answer, what).toMatchObject(CANCELLED);
      expect(Object.hasOwn(answer, '__proto__'), what).toBe(false);
    }
    expect(await page.evaluate('return ({}).polluted ?? null')).toBe(null);
    await page.close();
    expectNothing();
  });

  it('answers that a page makes up itself, and events that it sends again, get it nothing', async () => {
    const page = await open();
    const forged = `document.dispatchEvent(new CustomEvent('recvMsg', { bubbles: true, detail: JSON.stringify(input) }));`;
    await page.evaluate(forged, { mode: '01', result: '0', signature: 'forged' });
    await page.evaluate(
      `globalThis.event1 = new CustomEvent('launchApp', { bubbles: true, detail: JSON.stringify(input) });
      document.dispatchEvent(event1);`,
      logIn(),
    );
    const { dialogs } = stage().fixture;
    const answers = (count: number): Promise<object[]> =>
      until('the answers', async () => {
        const all = (await page.evaluate('return received.map((text) => JSON.parse(text))')) as object[];
        return all.length >= count ? all : undefined;
      });
    expect(await answers(2)).toMatchObject([{ signature: 'forged' }, CANCELLED]);
    // The person, who refused once, is asked once more or not at all, and says no again.
    await page.evaluate('document.dispatchEvent(event1)');
    expect((await answers(3))[2]).toMatchObject(CANCELLED);
    expect(dialogs.length).toBeLessThanOrEqual(2);
    expect(stage().fixture.commands.filter(({ carriesPin }) => carriesPin)).toEqual([]);
    await page.close();
  });

  it('a flood opens one dialog and is answered no more than so often', async () => {
    const { person, answer } = hesitating();
    stage().fixture.behave(person);
    const page = await open();
    const flood = `for (let time = 0; time < 2_000; time++) launch(JSON.stringify(input)); ${LISTEN} return received.length;`;
    expect(await page.evaluate(flood, logIn())).toBe(LIMITS.refusalsPerPage);
    await until('the dialog', () => stage().fixture.dialogs[0]);
    expect(stage().fixture.dialogs).toHaveLength(1);
    await page.close();
    await sessionEnds(stage().fixture);
    answer('refused');
    await until('the end', () => stage().fixture.dialogs[0]?.outcome);
  });

  it('another extension cannot start the native messaging host', async () => {
    expect(await stage().browser.callHostAsOther()).toMatch(/forbidden|No such native application/i);
    expectNothing();
  });
}
