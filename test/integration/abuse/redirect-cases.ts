import { createHash } from 'node:crypto';
import { askByRedirect, dialogIsRead, hesitate, outcomeOf, poll, redirectResult } from '../../support/abuse-asks.js';
import type { AbusedClient } from '../../support/abused-client.js';
import { exchange } from '../../unit/bridge/harness.js';
import {
  askResult,
  navigate,
  newState,
  NAVIGATION,
  parameters,
  sessionIn,
  submit,
} from '../../unit/redirect/navigation.js';
import { ATTRIBUTES, EVIL, LISTED, LISTED_TOO, SIGN, signedRequest, STRICT, type AbuseCase } from './fixture.js';

const EVIL_CALLBACK = `${EVIL}/cb`;
const LISTED_CALLBACK = `${LISTED}/cb`;

type Headers = Readonly<Record<string, string | undefined>>;

const embedded = (name: string, headers: Headers): AbuseCase => ({
  name: `no navigation of the person’s window: ${name}`,
  async act({ client }) {
    const query = parameters({ redirect_uri: EVIL_CALLBACK });
    return [await navigate(client.port, { query, headers }), await submit(client.port, { query, headers })]
      .map(outcomeOf)
      .join();
  },
  expected: 'ERR_ORIGIN_NOT_ALLOWED,ERR_ORIGIN_NOT_ALLOWED',
});

const subresources: AbuseCase[] = [
  embedded('an image', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }),
  embedded('a script', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' }),
  embedded('an iframe', { 'Sec-Fetch-Dest': 'iframe' }),
  embedded('an object', { 'Sec-Fetch-Dest': 'object' }),
  embedded('fetch', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }),
  embedded('fetch without CORS', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'empty' }),
  embedded('a prerendering', { 'Sec-Purpose': 'prefetch;prerender' }),
];

const asks = (
  name: string,
  query: (world: Parameters<AbuseCase['act']>[0]['world']) => Promise<string> | string,
  expected: string,
): AbuseCase => ({
  name,
  async act({ client, world }) {
    const text = await query(world);
    const outcomes = [];
    for (const method of ['GET', 'POST'] as const) outcomes.push(await askByRedirect(client, { method, query: text }));
    return [...new Set(outcomes)].join();
  },
  expected,
});

const unsigned = (request: object): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'madoguchi-request+jwt', kid: 'key-1' })}.${part(request)}.AA`;
};

/** Unsigned, nothing but a log-in can be asked for; the parameters of the others do not exist. */
const operations: AbuseCase[] = [
  asks('an operation in the parameters', () => `${parameters()}&operation=sign`, 'ERR_PROTOCOL_MALFORMED'),
  asks(
    'a plain request to sign',
    () => parameters({ challenge_nonce: undefined, request: JSON.stringify(SIGN) }),
    'ERR_PROTOCOL_MALFORMED',
  ),
  asks(
    'an unsigned request to sign',
    () => parameters({ redirect_uri: LISTED_CALLBACK, challenge_nonce: undefined, request: unsigned(SIGN) }),
    'ERR_PROTOCOL_REQUEST_SIGNATURE',
  ),
  asks(
    'an unsigned request for attributes',
    () => parameters({ redirect_uri: LISTED_CALLBACK, challenge_nonce: undefined, request: unsigned(ATTRIBUTES) }),
    'ERR_PROTOCOL_REQUEST_SIGNATURE',
  ),
  asks(
    'unsigned, to a service whose requests have to be signed',
    () => parameters({ redirect_uri: `${STRICT}/cb` }),
    'ERR_POLICY_REQUEST_UNSIGNED',
  ),
  asks(
    'a parameter twice',
    () => `${parameters()}&redirect_uri=${encodeURIComponent(EVIL_CALLBACK)}`,
    'ERR_PROTOCOL_MALFORMED',
  ),
  asks('a guessable state', () => parameters({ state: '1' }), 'ERR_PROTOCOL_MALFORMED'),
];

const REDIRECT_CLAIMS = async (
  world: Parameters<typeof signedRequest>[0],
  claims: Headers,
  outside: Headers = {},
): Promise<string> => {
  const redirect_uri = LISTED_CALLBACK;
  const state = newState();
  const request = await signedRequest(world, { claims: { redirect_uri, state, ...claims } });
  return parameters({ redirect_uri, state, challenge_nonce: undefined, request, ...outside });
};

const signed: AbuseCase[] = [
  asks(
    'signed for another redirect_uri of the service',
    (world) => REDIRECT_CLAIMS(world, {}, { redirect_uri: `${LISTED}/out?next=${EVIL}` }),
    'ERR_PROTOCOL_REQUEST_CLAIMS',
  ),
  asks(
    'signed, taken to the attacker',
    (world) => REDIRECT_CLAIMS(world, {}, { redirect_uri: EVIL_CALLBACK }),
    'ERR_PROTOCOL_REQUEST_SIGNATURE',
  ),
  asks(
    'signed with another state',
    (world) => REDIRECT_CLAIMS(world, { state: newState() }),
    'ERR_PROTOCOL_REQUEST_CLAIMS',
  ),
  asks(
    'signed without a way back',
    (world) => REDIRECT_CLAIMS(world, { redirect_uri: undefined, state: undefined }),
    'ERR_PROTOCOL_REQUEST_CLAIMS',
  ),
  asks(
    'signed for another origin of the service',
    (world) => REDIRECT_CLAIMS(world, { origin: LISTED_TOO[0] }),
    'ERR_PROTOCOL_REQUEST_CLAIMS',
  ),
  asks(
    'signed, with a nonce beside it',
    (world) => REDIRECT_CLAIMS(world, {}, { challenge_nonce: 'n'.repeat(44) }),
    'ERR_PROTOCOL_MALFORMED',
  ),
];

const SHOWN = (origin: string): object => ({ requester: { origin, route: 'redirect', confirmed: false } });

/** Opens a redirect whose person hesitates, has `act` done to it, and lets it end. */
const whileShown = (
  name: string,
  act: (
    client: AbusedClient,
    opened: { id: string; query: string; page: string; headers: ReadonlyMap<string, string> },
  ) => Promise<string>,
  expected: string,
): AbuseCase => ({
  name,
  async act({ client }) {
    const { refuse } = hesitate(client);
    const query = parameters({ redirect_uri: LISTED_CALLBACK });
    const { body: page, headers, ...rest } = await navigate(client.port, { query });
    const id = sessionIn({ body: page, headers, ...rest });
    await dialogIsRead(client);
    const outcome = await act(client, { id, query, page, headers });
    refuse();
    return `${outcome}; then ${outcomeOf(await redirectResult(client, id))}`;
  },
  expected: `${expected}; then ERR_USER_REFUSED`,
  consents: [SHOWN(LISTED)],
  own: {},
});

const strangers: [string, Headers][] = [
  ['another site, with CORS', { Origin: EVIL, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' }],
  ['the asker itself', { Origin: LISTED, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' }],
  [
    'another port of this PC',
    { Origin: 'http://127.0.0.1:3000', 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' },
  ],
  ['a site without Fetch Metadata', { Origin: EVIL, 'Sec-Fetch-Site': undefined, 'Sec-Fetch-Mode': undefined }],
  ['a navigation', { ...NAVIGATION }],
  ['a script element', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' }],
  ['a sandboxed frame', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ['a rebound name', { Host: 'evil.invalid' }],
];

const polls: AbuseCase[] = strangers.map(([name, headers]) =>
  whileShown(
    `poll and cancel of the interim page by ${name}`,
    async ({ port }, { id }) => {
      const answers = [
        await askResult(port, id, { headers }),
        await askResult(port, id, { method: 'DELETE', headers }),
      ];
      const readable = answers.some((answer) => answer.headers.has('access-control-allow-origin'));
      return [...new Set(answers.map(outcomeOf))].join() + (readable ? ', readable' : '');
    },
    name === 'a rebound name' ? 'ERR_ORIGIN_HOST' : 'ERR_ORIGIN_NOT_ALLOWED',
  ),
);

const pages: AbuseCase[] = [
  whileShown(
    'the interim page can neither be framed nor run a script from elsewhere',
    (_client, { page, headers }) => {
      const policy = headers.get('content-security-policy') ?? '';
      const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
      const hash = createHash('sha256').update(script).digest('base64');
      const found = {
        framed: headers.get('x-frame-options') !== 'DENY' || !policy.includes("frame-ancestors 'none'"),
        foreign: /\b(?:src|href|srcset|ping)=/i.test(page),
        scripts: page.match(/<script/gi)?.length,
        bound: policy.includes(`script-src 'sha256-${hash}'`) && policy.startsWith("default-src 'none'"),
      };
      return Promise.resolve(JSON.stringify(found));
    },
    JSON.stringify({ framed: false, foreign: false, scripts: 1, bound: true }),
  ),
  whileShown(
    'a state a second time, by either method',
    async (client, { query }) =>
      [await navigate(client.port, { query }), await submit(client.port, { query })].map(outcomeOf).join(),
    'ERR_PROTOCOL_REPLAYED,ERR_PROTOCOL_REPLAYED',
  ),
  whileShown(
    'the session by the route of pages, from another origin and by its preflight',
    async (client, { id }) => {
      const preflight = await askResult(client.port, id, {
        method: 'OPTIONS',
        headers: {
          Origin: EVIL,
          'Access-Control-Request-Method': 'DELETE',
          'Sec-Fetch-Mode': 'cors',
          'Sec-Fetch-Site': 'cross-site',
        },
      });
      const deleted = await exchange(client.port, {
        method: 'DELETE',
        target: `/v1/sessions/${id}`,
        headers: { Origin: EVIL },
      });
      return [await poll(client, EVIL, id, 0), deleted, preflight].map(outcomeOf).join();
    },
    'ERR_PROTOCOL_SESSION_UNKNOWN,ERR_PROTOCOL_SESSION_UNKNOWN,ERR_ORIGIN_NOT_ALLOWED',
  ),
  {
    name: 'a state of another origin: a consent of its own, for its own origin, and nothing of the other',
    async act({ client }) {
      const { refuse } = hesitate(client);
      const state = newState();
      const first = sessionIn(
        await navigate(client.port, { query: parameters({ redirect_uri: LISTED_CALLBACK, state }) }),
      );
      await dialogIsRead(client);
      const stolen = await navigate(client.port, { query: parameters({ redirect_uri: EVIL_CALLBACK, state }) });
      const target = /form-action ([^;]+)/.exec(stolen.headers.get('content-security-policy') ?? '')?.[1];
      refuse();
      const outcomes = [await redirectResult(client, first), await redirectResult(client, sessionIn(stolen))];
      return `${outcomes.map(outcomeOf).join()}, posts to ${String(target)}`;
    },
    expected: `ERR_USER_REFUSED,ERR_USER_REFUSED, posts to ${EVIL}`,
    consents: [SHOWN(LISTED), SHOWN(EVIL)],
    own: {},
  },
];

export const redirectCases: readonly AbuseCase[] = [...subresources, ...operations, ...signed, ...polls, ...pages];
