import { askByRedirect, outcomeOf, redirectResult } from '../../support/abuse-asks.js';
import { navigate, parameters, sessionIn } from '../../unit/redirect/navigation.js';
import { EVIL, LISTED, type AbuseCase } from './fixture.js';

/** Refused by GET and by POST, on a page of the client's own that leads nowhere. */
const refused = (name: string, redirectUri: string, expected = 'ERR_ORIGIN_REDIRECT_URI'): AbuseCase => ({
  name,
  async act({ client }) {
    const outcomes = new Set<string>();
    for (const method of ['GET', 'POST'] as const) {
      outcomes.add(await askByRedirect(client, { method, query: parameters({ redirect_uri: redirectUri }) }));
    }
    const page = await navigate(client.port, { query: parameters({ redirect_uri: redirectUri }) });
    const leads = page.headers.has('location') || /<form|<script|<a |http-equiv="?refresh/i.test(page.body);
    return [...outcomes].join() + (leads ? ', leads on' : '');
  },
  expected,
});

const tricks: AbuseCase[] = [
  refused('a user name', `https://kurashi-madoguchi.example@evil.invalid/cb`),
  refused('a user name and password', `https://a:b@kurashi-madoguchi.example/cb`),
  refused('an empty user name', 'https://@kurashi-madoguchi.example/cb'),
  refused('a fragment', `${LISTED}/cb#x`),
  refused('an empty fragment', `${LISTED}/cb#`),
  refused('a backslash before the host', 'https:\\\\evil.invalid/cb'),
  refused('a backslash behind the host', `https://evil.invalid\\@kurashi-madoguchi.example/cb`),
  refused('one slash', 'https:/evil.invalid/cb'),
  refused('three slashes', 'https:///evil.invalid/cb'),
  refused('no scheme', '//evil.invalid/cb'),
  refused('no host', '/cb'),
  refused('dot segments', `${LISTED}/a/../cb`),
  refused('no path', LISTED),
  refused('a tabulator', `https://evil\t.invalid/cb`),
  refused('a line break', `${LISTED}/cb\nLocation: https://evil.invalid/`),
  refused('spaces around', ` ${LISTED}/cb `),
  refused('the default port', `${LISTED}:443/cb`),
  refused('capitals in the host', 'https://Kurashi-Madoguchi.example/cb'),
  refused('capitals in the scheme', 'HTTPS://kurashi-madoguchi.example/cb'),
  refused('an address in hexadecimal', 'https://0x7f000001/cb'),
  refused('a host in full-width letters', 'https://ｋurashi-madoguchi.example/cb'),
  refused('a host in Cyrillic letters', 'https://kur\u0430shi-madoguchi.example/cb'),
  refused('a percent-encoded host', 'https://%6Burashi-madoguchi.example/cb'),
  refused('javascript:', 'javascript:alert(1)'),
  refused('data:', 'data:text/html,x'),
  refused('file:', 'file:///etc/passwd'),
  refused('blob:', `blob:${LISTED}/0`),
  refused('madoguchi:', 'madoguchi://x/'),
  refused('wss:', 'wss://kurashi-madoguchi.example/cb'),
  refused('http', `${LISTED.replace('https', 'http')}/cb`, 'ERR_ORIGIN_NOT_ALLOWED'),
  refused('http on this PC', 'http://localhost:3000/cb', 'ERR_ORIGIN_NOT_ALLOWED'),
  refused('this very endpoint', 'http://127.0.0.1:41731/v1/authorize', 'ERR_ORIGIN_NOT_ALLOWED'),
  refused('too long', `${LISTED}/${'a'.repeat(1_024)}`, 'ERR_PROTOCOL_MALFORMED'),
  refused('none', '', 'ERR_ORIGIN_REDIRECT_URI'),
];

/** Where the interim page may post to, and what came of it. */
async function targetOf(client: Parameters<typeof askByRedirect>[0], redirectUri: string): Promise<string> {
  const page = await navigate(client.port, { query: parameters({ redirect_uri: redirectUri }) });
  const policy = page.headers.get('content-security-policy') ?? '';
  const target = /form-action ([^;]+)/.exec(policy)?.[1] ?? 'anywhere';
  return `${outcomeOf(await redirectResult(client, sessionIn(page)))}, posts to ${target}`;
}

const IDN = new URL('https://kur\u0430shi-m\u0430doguchi.example').origin;

/** What is a right address is put before the person, who is told that nothing confirms it. */
const shown: AbuseCase[] = [
  {
    name: 'an open redirect inside goes to its own origin only',
    act: ({ client }) => targetOf(client, `${LISTED}/out?next=https%3A%2F%2Fevil.invalid%2F&u=//evil.invalid`),
    expected: `ERR_USER_REFUSED, posts to ${LISTED}`,
    consents: [{ requester: { origin: LISTED, route: 'redirect', confirmed: false, standing: { level: 'listed' } } }],
    own: {},
  },
  {
    name: 'a listed name in the path is not the asker',
    act: ({ client }) => targetOf(client, `${EVIL}/${LISTED}/cb?redirect_uri=${LISTED}`),
    expected: `ERR_USER_REFUSED, posts to ${EVIL}`,
    consents: [{ requester: { origin: EVIL, confirmed: false, standing: { level: 'unlisted' } } }],
    own: {},
  },
  {
    name: 'an IDN look-alike is called out',
    act: ({ client }) => targetOf(client, `${IDN}/cb`),
    expected: `ERR_USER_REFUSED, posts to ${IDN}`,
    consents: [
      {
        requester: {
          origin: IDN,
          standing: { lookAlike: { origin: LISTED } },
        },
      },
    ],
    own: {},
  },
];

export const redirectUriCases: readonly AbuseCase[] = [...tricks, ...shown];
