import { askByPage, openByPage, outcomeOf } from '../../support/abuse-asks.js';
import { exchange, exchangeRaw, requestBytes, type RequestParts } from '../../unit/bridge/harness.js';
import { askResult, navigate, parameters, submit } from '../../unit/redirect/navigation.js';
import { EVIL, LISTED, LOGIN, type AbuseCase, type Attack } from './fixture.js';

const NOBODYS_ID = 'A'.repeat(43);
const BODY = JSON.stringify(LOGIN);

const request = (name: string, parts: RequestParts, expected: string): AbuseCase => ({
  name,
  act: async ({ client }) => outcomeOf(await exchange(client.port, parts)),
  expected,
});

const rebound = (name: string, send: (attack: Attack, headers: { Host: string }) => Promise<unknown>): AbuseCase => ({
  name: `DNS rebinding: ${name}`,
  act: async (attack) => {
    const { port } = attack.client;
    const hosts = ['evil.invalid', `evil.invalid:${port}`, `127.0.0.1.evil.invalid:${port}`, `LOCALHOST.:${port}`];
    const outcomes = new Set<unknown>();
    for (const Host of hosts) outcomes.add(await send(attack, { Host }));
    return [...outcomes].join();
  },
  expected: 'ERR_ORIGIN_HOST',
});

const rebinding: AbuseCase[] = [
  rebound('status', async ({ client }, headers) => outcomeOf(await exchange(client.port, { headers }))),
  rebound('a session, with an origin that may ask', async ({ client }, headers) =>
    outcomeOf(await openByPage(client, { origin: LISTED, body: LOGIN, headers })),
  ),
  rebound('a session, in the same origin, so without Origin', async ({ client }, headers) =>
    outcomeOf(
      await exchange(client.port, {
        method: 'POST',
        target: '/v1/sessions',
        body: BODY,
        headers: { ...headers, Origin: undefined, 'Sec-Fetch-Site': 'same-origin' },
      }),
    ),
  ),
  rebound('a preflight', async ({ client }, headers) =>
    outcomeOf(await exchange(client.port, { method: 'OPTIONS', target: '/v1/sessions', headers })),
  ),
  rebound('a navigation', async ({ client }, headers) => outcomeOf(await navigate(client.port, { headers }))),
  rebound('a posted form', async ({ client }, headers) => outcomeOf(await submit(client.port, { headers }))),
  rebound('the interim page’s poll', async ({ client }, headers) =>
    outcomeOf(await askResult(client.port, NOBODYS_ID, { headers })),
  ),
];

/** Origins that are not their own serialisation, or no `https:`. */
const REFUSED_ORIGINS: readonly [string, string | undefined, string][] = [
  ['no origin', undefined, 'ERR_ORIGIN_MISSING'],
  ['null, of a sandboxed frame or data:', 'null', 'ERR_ORIGIN_MISSING'],
  ['a listed origin as a user name', `${LISTED}@evil.invalid`, 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a listed origin with a path', `${LISTED}/.evil.invalid`, 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a listed origin without TLS', LISTED.replace('https', 'http'), 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a listed origin with its default port', `${LISTED}:443`, 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a listed origin in capitals', LISTED.toUpperCase(), 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a listed origin and another', `${LISTED}, ${EVIL}`, 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a listed origin with a full-width letter', LISTED.replace('k', 'ｋ'), 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a page on this PC', 'http://localhost:3000', 'ERR_ORIGIN_NOT_ALLOWED'],
  ['this very endpoint', 'http://127.0.0.1:41731', 'ERR_ORIGIN_NOT_ALLOWED'],
  ['another extension', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop', 'ERR_ORIGIN_NOT_ALLOWED'],
];

const origins: AbuseCase[] = REFUSED_ORIGINS.map(([name, origin, expected]) => ({
  name: `Origin: ${name}`,
  act: ({ client }) => askByPage(client, { origin: EVIL, body: LOGIN, headers: { Origin: origin } }),
  expected,
}));

/** May ask, as anybody; but the person is told whom they look like. */
const LOOK_ALIKES: readonly [string, string][] = [
  ['one letter for another', 'https://kurashi-madoguchl.example'],
  ['Cyrillic letters', new URL('https://kur\u0430shi-m\u0430doguchi.example').origin],
  ['the name under another suffix', 'https://kurashi-madoguchi.invalid'],
  ['the name in front of another', 'https://kurashi-madoguchi.example.evil.invalid'],
  ['the name without its hyphen', 'https://kurashimadoguchi.example'],
];

const lookAlikes: AbuseCase[] = LOOK_ALIKES.map(([name, origin]) => ({
  name: `look-alike: ${name}, called out in the consent`,
  act: ({ client }) => askByPage(client, { origin, body: LOGIN }),
  expected: 'ERR_USER_REFUSED',
  consents: [{ requester: { origin, standing: { level: 'unlisted', lookAlike: { origin: LISTED } } } }],
}));

const NAVIGATED = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const EMBEDDED = { Origin: undefined, 'Madoguchi-Protocol': undefined, 'Sec-Fetch-Mode': 'no-cors' };
const FORM = { Origin: EVIL, 'Madoguchi-Protocol': undefined };
const OPEN = { method: 'POST', target: '/v1/sessions', body: BODY } as const;
const URLENCODED = 'application/x-www-form-urlencoded';

const forgery: AbuseCase[] = [
  request(
    'CSRF: a form',
    { ...OPEN, headers: { ...FORM, ...NAVIGATED, 'Content-Type': URLENCODED } },
    'ERR_ORIGIN_NOT_ALLOWED',
  ),
  request(
    'CSRF: a form of a browser without Fetch Metadata',
    { ...OPEN, headers: { ...FORM, 'Content-Type': URLENCODED } },
    'ERR_PROTOCOL_VERSION',
  ),
  request('CSRF: text/plain', { ...OPEN, headers: { ...FORM, 'Content-Type': 'text/plain' } }, 'ERR_PROTOCOL_VERSION'),
  request(
    'CSRF: text/plain with the header that asks for a preflight',
    { ...OPEN, headers: { Origin: EVIL, 'Content-Type': 'text/plain' } },
    'ERR_PROTOCOL_CONTENT_TYPE',
  ),
  request(
    'CSRF: multipart',
    { ...OPEN, headers: { ...FORM, 'Content-Type': 'multipart/form-data; boundary=x' } },
    'ERR_PROTOCOL_VERSION',
  ),
  request(
    'CSRF: a body without a type',
    { ...OPEN, headers: { ...FORM, 'Content-Type': undefined } },
    'ERR_PROTOCOL_VERSION',
  ),
  request('CSRF: sendBeacon', { ...OPEN, headers: { ...FORM, 'Sec-Fetch-Mode': 'no-cors' } }, 'ERR_ORIGIN_NOT_ALLOWED'),
  request(
    'CSRF: an image',
    { target: '/v1/sessions', headers: { ...EMBEDDED, 'Sec-Fetch-Dest': 'image' } },
    'ERR_ORIGIN_MISSING',
  ),
  request('CSRF: a script', { headers: { ...EMBEDDED, 'Sec-Fetch-Dest': 'script' } }, 'ERR_ORIGIN_MISSING'),
  request(
    'CSRF: an iframe',
    { headers: { ...EMBEDDED, ...NAVIGATED, 'Sec-Fetch-Dest': 'iframe' } },
    'ERR_ORIGIN_MISSING',
  ),
  request(
    'CSRF: a script with crossorigin',
    { headers: { Origin: EVIL, 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'script' } },
    'ERR_ORIGIN_NOT_ALLOWED',
  ),
  request('CSRF: fetch without CORS', { ...OPEN, headers: { ...FORM, ...EMBEDDED } }, 'ERR_ORIGIN_MISSING'),
  request(
    'CSRF: a simple GET',
    { target: '/v1/sessions', headers: { Origin: EVIL, 'Madoguchi-Protocol': undefined } },
    'ERR_PROTOCOL_METHOD',
  ),
  request(
    'CSRF: a simple GET of a session',
    { target: `/v1/sessions/${NOBODYS_ID}`, headers: { Origin: EVIL, 'Madoguchi-Protocol': undefined } },
    'ERR_PROTOCOL_VERSION',
  ),
  request(
    'CSRF: a GET with the request in its query',
    { target: '/v1/sessions?operation=authenticate' },
    'ERR_PROTOCOL_METHOD',
  ),
];

const WEB_SOCKET = {
  Origin: LISTED,
  'Madoguchi-Protocol': undefined,
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const PATHS = [
  '/v1/status',
  '/v1/sessions',
  `/v1/sessions/${NOBODYS_ID}`,
  '/v1/authorize',
  `/v1/authorize/${NOBODYS_ID}`,
];

/** By a browser, by one that says nothing of itself, and by HTTP/2 without TLS. */
const upgrades: AbuseCase[] = PATHS.flatMap((target) => {
  const query = target === '/v1/authorize' ? `?${parameters()}` : '';
  const isPageOnly = target.startsWith('/v1/authorize');
  return [
    request(
      `WebSocket to ${target}`,
      { target: target + query, headers: { ...WEB_SOCKET, 'Sec-Fetch-Mode': 'websocket', 'Sec-Fetch-Dest': 'empty' } },
      'ERR_ORIGIN_NOT_ALLOWED',
    ),
    request(
      `WebSocket to ${target} without Fetch Metadata`,
      { target: target + query, headers: { ...WEB_SOCKET, ...(isPageOnly && { Origin: undefined }) } },
      'ERR_PROTOCOL_MALFORMED',
    ),
  ];
});

const cors: AbuseCase[] = [
  {
    name: 'a refused origin can read nothing, not even its refusal',
    async act({ client }) {
      const refused = [
        await exchange(client.port, { headers: { Origin: 'null' } }),
        await exchange(client.port, { headers: { Origin: LISTED, Host: 'evil.invalid' } }),
        await exchange(client.port, {
          method: 'OPTIONS',
          target: '/v1/sessions',
          headers: { Origin: 'http://evil.invalid' },
        }),
        await navigate(client.port, { query: '' }),
      ];
      return refused
        .flatMap(({ headers }) => [...headers.keys()].filter((name) => name.startsWith('access-control')))
        .join();
    },
    expected: '',
  },
  {
    name: 'two Origin headers, the right one first',
    async act({ client }) {
      const bytes = requestBytes(client.port, { ...OPEN, headers: { Origin: LISTED } }).toString('latin1');
      const twice = bytes.replace('\r\nOrigin:', `\r\nOrigin: ${LISTED}\r\nOrigin:`).replace(LISTED, EVIL);
      return outcomeOf(await exchangeRaw(client.port, twice));
    },
    expected: 'ERR_ORIGIN_NOT_ALLOWED',
  },
  {
    name: 'an origin in the body, in place of one’s own',
    act: ({ client }) => askByPage(client, { origin: EVIL, body: { ...LOGIN, origin: LISTED } }),
    expected: 'ERR_PROTOCOL_MALFORMED',
  },
];

export const loopbackCases: readonly AbuseCase[] = [
  ...rebinding,
  ...origins,
  ...lookAlikes,
  ...forgery,
  ...upgrades,
  ...cors,
];
