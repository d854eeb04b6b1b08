import { afterEach, describe, expect, it } from 'vitest';
import { ERROR_CODES, publicErrorCode, type ErrorCode } from '../../../sdk/protocol/index.js';
import { httpStatus } from '../../../main/node/bridge-listener/http-status.js';
import { OpenRedirects } from '../../../main/node/bridge-listener/open-redirects.js';
import { languageOf, loadPageTexts } from '../../../main/node/bridge-listener/page-texts.js';
import { createRedirectPages } from '../../../main/node/bridge-listener/redirect-pages.js';
import { AUTHENTICATE, FakeClock, ORIGIN } from '../bridge/fakes.js';
import { exchange, startHarness, type Harness } from '../bridge/harness.js';
import { codeOn, navigate } from '../redirect/navigation.js';

let harness: Harness | undefined;

afterEach(async () => {
  await harness?.listener.close();
  harness = undefined;
});

function statusOf(code: ErrorCode): number {
  return httpStatus({ ok: false, error: { code, message: '', retriable: false, details: {} } });
}

describe('the HTTP status', () => {
  it('says what is the endpoint’s refusal, and 200 for what person, card or reader decided', () => {
    const statuses = Object.fromEntries(ERROR_CODES.map((code) => [code, statusOf(code)]));
    const with403 = ERROR_CODES.filter((code) => statuses[code] === 403);
    expect(with403.sort()).toEqual(
      [
        ...ERROR_CODES.filter((code) => code.startsWith('ERR_ORIGIN_')),
        'ERR_POLICY_ENCRYPTION_KEY',
        'ERR_POLICY_OPERATION',
        'ERR_POLICY_ORIGIN',
        'ERR_POLICY_REQUEST_UNSIGNED',
        'ERR_USER_BLOCKED',
      ].sort(),
    );
    for (const code of ['BUSY', 'QUEUE_FULL', 'RATE_LIMITED'] as const)
      expect(statusOf(`ERR_PROTOCOL_${code}`)).toBe(429);
    for (const code of ['REQUEST_SIGNATURE', 'REQUEST_CLAIMS', 'REPLAYED', 'VERIFIER_UNKNOWN'] as const) {
      expect(statusOf(`ERR_PROTOCOL_${code}`)).toBe(400);
    }
    for (const code of ['REFUSED', 'CANCELLED', 'TIMEOUT'] as const) expect(statusOf(`ERR_USER_${code}`)).toBe(200);
    expect(statusOf('ERR_CARD_UNAVAILABLE')).toBe(200);
  });

  it('comes with Retry-After where the answer says when to come again', async () => {
    const askLimits = { sessionsPerMinute: 1, backOffSeconds: 0, backOffMaxSeconds: 0 };
    harness = await startHarness({ clock: new FakeClock(), askLimits });
    const open = { method: 'POST', target: '/v1/sessions', body: JSON.stringify(AUTHENTICATE) };
    expect((await exchange(harness.port, open)).status).toBe(200);
    const answer = await exchange(harness.port, open);
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 429, code: 'ERR_PROTOCOL_RATE_LIMITED' });
    const { error } = JSON.parse(answer.body) as { error: { details: { retryAfterSeconds: number } } };
    expect(answer.headers.get('retry-after')).toBe(String(error.details.retryAfterSeconds));
    expect(error.details.retryAfterSeconds).toBeGreaterThan(0);
  });

  it('comes with Retry-After on a page too', async () => {
    const askLimits = { sessionsPerMinute: 1, backOffSeconds: 0, backOffMaxSeconds: 0 };
    harness = await startHarness({ clock: new FakeClock(), askLimits });
    expect((await navigate(harness.port)).status).toBe(200);
    const answer = await navigate(harness.port);
    expect({ status: answer.status, code: codeOn(answer) }).toEqual({ status: 429, code: 'ERR_PROTOCOL_RATE_LIMITED' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the language of pages', () => {
  it.each([
    [undefined, 'ja'],
    ['', 'ja'],
    ['ja', 'ja'],
    ['ja,en-US;q=0.9,en;q=0.8', 'ja'],
    ['en-US,en;q=0.9,ja;q=0.8', 'en'],
    ['en', 'en'],
    ['EN-gb', 'en'],
    ['fr-FR, en;q=0.3', 'en'],
    ['zh-CN,zh;q=0.9', 'ja'],
    ['en;q=0', 'ja'],
    ['en;q=0.5,ja;q=0.5', 'ja'],
    ['en;q=2', 'ja'],
    ['english', 'ja'],
    ['*', 'ja'],
    [`${'fr,'.repeat(400)}en`, 'ja'],
  ] as const)('%s: %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });

  it('has a text for every failure a page can be told of', () => {
    const texts = loadPageTexts();
    for (const code of new Set(ERROR_CODES.map(publicErrorCode))) {
      for (const language of ['ja', 'en'] as const) {
        const sentences = texts[language].failure(code);
        expect(sentences.length, code).toBeGreaterThan(1);
        expect(sentences.join(''), code).not.toMatch(/[{}]|undefined/);
      }
    }
  });
});

describe('the interim page', () => {
  const session = {
    sessionId: 'A'.repeat(43),
    redirectUri: `${ORIGIN}/callback`,
    state: 's'.repeat(22),
    origin: ORIGIN,
  };

  it('names the asker as the consent does, and speaks the browser’s language', () => {
    const pages = createRedirectPages();
    const origin = 'https://xn--r8jz45g.jp';
    const { html } = pages.waiting({ ...session, origin, redirectUri: `${origin}/` }, 'ja');
    expect(html).toContain('<html lang="ja">');
    expect(html).toContain(
      '<bdi class="origin">https://xn--r8jz45g.jp</bdi>\n<bdi class="origin">https://例え.jp</bdi>',
    );
    expect(pages.waiting(session, 'en').html).toContain('<html lang="en">');
    expect(pages.refused('ERR_INTERNAL', 'en').html).toContain('<html lang="en">');
  });

  it('says what it needs where scripts are off, and then posts nothing', () => {
    const { html } = createRedirectPages().waiting(session, 'ja');
    expect(html).toMatch(/<noscript>.*JavaScript.*<\/noscript>/);
    expect(html).not.toMatch(/http-equiv|type="submit"/);
  });

  it('may post to the whole scheme only for an address no policy can name', () => {
    const policy = (origin: string): string =>
      createRedirectPages().waiting({ ...session, origin, redirectUri: `${origin}/` }, 'ja').headers[
        'Content-Security-Policy'
      ] ?? '';
    expect(policy('https://service.example:8443')).toContain('form-action https://service.example:8443;');
    expect(policy('http://[::1]:3000')).toContain('form-action http:;');
  });
});

describe('open redirects', () => {
  it('are known until they end, the latest 64 of them', () => {
    const redirects = new OpenRedirects();
    for (let number = 0; number < 64; number++) redirects.add(`id${number}`, `https://${number}.example`);
    expect(redirects.originOf('id0')).toBe('https://0.example');
    redirects.add('id64', 'https://64.example');
    expect(redirects.originOf('id1')).toBeUndefined();
    expect(redirects.originOf('id0')).toBe('https://0.example');
    redirects.delete('id0');
    expect(redirects.originOf('id0')).toBeUndefined();
    expect(redirects.originOf('__proto__')).toBeUndefined();
  });
});
