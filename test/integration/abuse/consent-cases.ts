import { openSiteMemory } from '../../../main/node/site-memory.js';
import {
  askByExtension,
  askByPage,
  askByRedirect,
  dialogIsRead,
  hesitate,
  openByPage,
  outcomeOf,
  poll,
  resultOf,
  sessionOf,
} from '../../support/abuse-asks.js';
import { exchange } from '../../unit/bridge/harness.js';
import { parameters } from '../../unit/redirect/navigation.js';
import { ATTRIBUTES, EVIL, LIBRARY, LISTED, LOGIN, SIGN, signedRequest, STRICT, type AbuseCase } from './fixture.js';

const DIGEST = { algorithm: 'SHA-256', value: Buffer.alloc(32).toString('base64') };
const RAW_DIGEST = { operation: 'sign', format: 'raw-digest', items: [{ name: 'a', digest: DIGEST }] };
const MANY = { operation: 'sign', items: Array.from({ length: 21 }, () => ({ name: 'a', content: 'YQ==' })) };

/** Refused by loopback and extension alike, before anybody is asked. */
const ruled = (
  name: string,
  ask: { origin: string; body: object },
  expected: string,
  own?: AbuseCase['own'],
): AbuseCase => ({
  name,
  act: async ({ client }) => [...new Set([await askByPage(client, ask), await askByExtension(client, ask)])].join(),
  expected,
  ...(own && { own }),
});

const rules: AbuseCase[] = [
  ruled(
    'unsigned, where the entry wants signed requests',
    { origin: STRICT, body: LOGIN },
    'ERR_POLICY_REQUEST_UNSIGNED',
  ),
  ruled(
    'unsigned to sign, where the entry wants signed requests',
    { origin: STRICT, body: SIGN },
    'ERR_POLICY_REQUEST_UNSIGNED',
  ),
  ruled('to sign, where the entry has log-ins only', { origin: LIBRARY, body: SIGN }, 'ERR_POLICY_OPERATION'),
  ruled('attributes, where the entry has log-ins only', { origin: LIBRARY, body: ATTRIBUTES }, 'ERR_POLICY_OPERATION'),
  ruled('to sign, unlisted, where policy forbids it', { origin: EVIL, body: SIGN }, 'ERR_POLICY_OPERATION', {
    policy: { unlistedSigning: 'refuse' },
  }),
  ruled('bare digests, unlisted', { origin: EVIL, body: RAW_DIGEST }, 'ERR_POLICY_OPERATION'),
  ruled(
    'bare digests, listed, where the entry says nothing of them',
    { origin: LISTED, body: RAW_DIGEST },
    'ERR_POLICY_OPERATION',
  ),
  ruled(
    'bare digests, where policy permits another origin',
    { origin: EVIL, body: RAW_DIGEST },
    'ERR_POLICY_OPERATION',
    {
      policy: { rawDigestOrigins: [LISTED] },
    },
  ),
  {
    name: 'bare digests, listed and signed by the service, where the entry says nothing of them',
    act: async ({ client, world }) =>
      askByPage(client, {
        origin: LISTED,
        body: { signedRequest: await signedRequest(world, { claims: { request: RAW_DIGEST } }) },
      }),
    expected: 'ERR_POLICY_OPERATION',
  },
  ruled('more items than a page may have signed', { origin: LISTED, body: MANY }, 'ERR_POLICY_OPERATION'),
  ruled('from an origin that is not on the administrator’s list', { origin: EVIL, body: LOGIN }, 'ERR_POLICY_ORIGIN', {
    policy: { allowedOrigins: [LISTED] },
  }),
  {
    name: 'by redirect to an origin that is not on the administrator’s list',
    act: ({ client }) => askByRedirect(client, { query: parameters({ redirect_uri: `${EVIL}/cb` }) }),
    expected: 'ERR_POLICY_ORIGIN',
    own: { policy: { allowedOrigins: [LISTED] } },
  },
];

const UNLISTED_SIGNING = {
  operation: 'sign',
  separateStep: 'unlisted-signing',
  requester: { origin: EVIL, standing: { level: 'unlisted' } },
};

const separateStep: AbuseCase[] = [askByPage, askByExtension].map((ask, index) => ({
  name: `an unlisted origin that asks to sign, by ${index === 0 ? 'page' : 'extension'}: a step of its own, refused`,
  async act({ client }) {
    client.person = { decide: () => 'agreed' };
    const outcome = await ask(client, { origin: EVIL, body: SIGN });
    return `${outcome}, asked ${client.dialogs.map(({ separateStepAsked, decided }) => [separateStepAsked, decided].join()).join()}`;
  },
  expected: 'ERR_USER_REFUSED, asked true,false',
  consents: [UNLISTED_SIGNING],
  own: {},
}));

const BLOCK = { decide: () => ({ answer: 'refused', block: true }) as const };

const blocking: AbuseCase[] = [
  {
    name: 'a blocked site, by every route',
    async act({ client }) {
      client.person = BLOCK;
      const first = await askByPage(client, { origin: EVIL, body: LOGIN });
      const again = [
        await askByPage(client, { origin: EVIL, body: LOGIN }),
        await askByPage(client, { origin: EVIL, body: SIGN }),
        await askByExtension(client, { origin: EVIL, body: LOGIN }),
        await askByRedirect(client, { query: parameters({ redirect_uri: `${EVIL}/cb` }) }),
      ];
      return [first, ...new Set(again)].join();
    },
    expected: 'ERR_USER_REFUSED,ERR_USER_BLOCKED',
    consents: [{ requester: { origin: EVIL, route: 'loopback' } }],
    own: {},
  },
  {
    name: 'a site that waits while it is blocked',
    async act({ client }) {
      const { refuse } = hesitate(client, { block: true });
      const ids = [
        sessionOf(await openByPage(client, { origin: EVIL, body: LOGIN })),
        sessionOf(await openByPage(client, { origin: EVIL, body: SIGN })),
      ];
      await dialogIsRead(client);
      refuse();
      const outcomes = await Promise.all(ids.map(async (id) => outcomeOf(await resultOf(client, EVIL, id))));
      return outcomes.join();
    },
    expected: 'ERR_USER_REFUSED,ERR_USER_BLOCKED',
    consents: [{ operation: 'authenticate', requester: { origin: EVIL } }],
    own: {},
  },
  {
    name: 'a redirect in another’s name that the person blocks takes nothing from that site itself',
    async act({ client }) {
      client.person = BLOCK;
      const query = (): string => parameters({ redirect_uri: `${LISTED}/cb` });
      const redirects = [
        await askByRedirect(client, { query: query() }),
        await askByRedirect(client, { query: query() }),
      ];
      client.person = {};
      return [...redirects, await askByPage(client, { origin: LISTED, body: LOGIN })].join();
    },
    expected: 'ERR_USER_REFUSED,ERR_USER_BLOCKED,ERR_USER_REFUSED',
    consents: [
      { requester: { origin: LISTED, route: 'redirect', confirmed: false } },
      { requester: { origin: LISTED, route: 'loopback', confirmed: true } },
    ],
    own: {},
  },
];

const sessions: AbuseCase[] = [
  {
    name: 'another origin’s session: neither read nor cancelled nor known',
    async act({ client }) {
      const { refuse } = hesitate(client);
      const id = sessionOf(await openByPage(client, { origin: LISTED, body: LOGIN }));
      await dialogIsRead(client);
      const target = `/v1/sessions/${id}`;
      const tried = [
        await poll(client, EVIL, id, 0),
        await exchange(client.port, { method: 'DELETE', target, headers: { Origin: EVIL } }),
        await exchange(client.port, { target: `/v1/authorize/${id}`, headers: { Origin: undefined } }),
      ];
      refuse();
      return [...new Set(tried.map(outcomeOf)), outcomeOf(await resultOf(client, LISTED, id))].join();
    },
    expected: 'ERR_PROTOCOL_SESSION_UNKNOWN,ERR_USER_REFUSED',
    consents: [{ requester: { origin: LISTED } }],
    own: {},
  },
  {
    name: 'a result a second time',
    async act({ client }) {
      const id = sessionOf(await openByPage(client, { origin: LISTED, body: LOGIN }));
      return [await resultOf(client, LISTED, id), await poll(client, LISTED, id, 0)].map(outcomeOf).join();
    },
    expected: 'ERR_USER_REFUSED,ERR_PROTOCOL_SESSION_UNKNOWN',
    consents: [{ requester: { origin: LISTED } }],
    own: {},
  },
  {
    name: 'a consent that is remembered for the extension, claimed over the loopback: the whole question',
    async act({ client }) {
      await openSiteMemory(client.stateDirectory).remember(EVIL, 'authenticate');
      const outcome = await askByPage(client, { origin: EVIL, body: LOGIN });
      return `${outcome}, ${client.dialogs.map(({ consent, decided }) => `${String(consent.remembered)} ${decided}`).join()}`;
    },
    expected: 'ERR_USER_REFUSED, undefined true',
    consents: [{ requester: { origin: EVIL, route: 'loopback' } }],
    own: {},
  },
];

export const consentCases: readonly AbuseCase[] = [...rules, ...separateStep, ...blocking, ...sessions];
