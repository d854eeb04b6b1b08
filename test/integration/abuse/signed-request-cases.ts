import { createHmac, createPublicKey, sign as signBytes, type JsonWebKey } from 'node:crypto';
import {
  askByExtension,
  askByPage,
  askByRedirect,
  dialogIsRead,
  hesitate,
  openByPage,
  outcomeOf,
  resultOf,
  sessionOf,
} from '../../support/abuse-asks.js';
import { seconds, signRegistry } from '../../support/signed-registry.js';
import { newState, parameters } from '../../unit/redirect/navigation.js';
import {
  EVIL,
  LISTED,
  LISTED_ID,
  LISTED_TOO,
  LOGIN,
  requestClaims,
  signedRequest,
  SIGN,
  STRICT,
  STRICT_ID,
  type AbuseCase,
  type RequestChanges,
  type World,
} from './fixture.js';

type Forge = (world: World) => Promise<string> | string;

/** Sends what `forge` makes by each route; all three say the same. */
const forged = (name: string, forge: Forge, expected: string, origin = LISTED): AbuseCase => ({
  name,
  async act({ client, world }) {
    const signedRequest = await forge(world);
    const body = { signedRequest };
    const query = parameters({ redirect_uri: `${origin}/cb`, request: signedRequest, challenge_nonce: undefined });
    const outcomes = [
      await askByPage(client, { origin, body }),
      await askByExtension(client, { origin, body }),
      await askByRedirect(client, { method: 'POST', query }),
    ];
    return [...new Set(outcomes)].join();
  },
  expected,
});

const badSignature = (name: string, forge: Forge, origin?: string): AbuseCase =>
  forged(name, forge, 'ERR_PROTOCOL_REQUEST_SIGNATURE', origin);

const part = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const HEADER = { alg: 'ES256', typ: 'madoguchi-request+jwt', kid: 'key-1' };

/** A JWS with the right claims, any header, and a signature that `sign` makes over the signing input. */
function handmade(header: object | string, sign: (input: string) => Buffer | string): string {
  const input = `${part(header)}.${part(requestClaims())}`;
  return `${input}.${Buffer.from(sign(input)).toString('base64url')}`;
}

const withHeader =
  (header: Readonly<Record<string, unknown>>, changes: RequestChanges = {}): Forge =>
  (world) =>
    signedRequest(world, { ...changes, header });

const hmac = (secret: string | Buffer, input: string): Buffer => createHmac('sha256', secret).update(input).digest();

const publicPem = ({ key }: World): string =>
  createPublicKey({ key: key.jwk as JsonWebKey, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();

const parts = async (world: World): Promise<[string, string, string]> =>
  (await signedRequest(world)).split('.') as [string, string, string];

/** ECDSA as DER, which is not the form of JOSE. */
async function derSigned({ key }: World): Promise<string> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key.privateKey));
  const privateKey = { key: pkcs8, format: 'der', type: 'pkcs8' } as const;
  return handmade(HEADER, (input) => signBytes('sha256', Buffer.from(input), privateKey));
}

async function rs256Signed({ rsaKey }: World): Promise<string> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', rsaKey.privateKey));
  const privateKey = { key: pkcs8, format: 'der', type: 'pkcs8' } as const;
  return handmade({ ...HEADER, alg: 'RS256', kid: 'key-rsa' }, (input) =>
    signBytes('sha256', Buffer.from(input), privateKey),
  );
}

const algorithms: AbuseCase[] = [
  badSignature('alg none', () => handmade({ ...HEADER, alg: 'none' }, () => 'x')),
  badSignature('alg nOnE', () => handmade({ ...HEADER, alg: 'nOnE' }, () => 'x')),
  forged(
    'alg none with an empty signature',
    () => handmade({ ...HEADER, alg: 'none' }, () => ''),
    'ERR_PROTOCOL_MALFORMED',
  ),
  badSignature('no alg', () => handmade({ typ: HEADER.typ, kid: HEADER.kid }, () => 'x')),
  badSignature('HS256 with the public key as PEM', (world) => {
    const pem = publicPem(world);
    return handmade({ ...HEADER, alg: 'HS256' }, (input) => hmac(pem, input));
  }),
  badSignature('HS256 with the public key as JWK', ({ key }) =>
    handmade({ ...HEADER, alg: 'HS256' }, (input) => hmac(JSON.stringify(key.jwk), input)),
  ),
  badSignature('HMAC called ES256', ({ key }) => handmade(HEADER, (input) => hmac(JSON.stringify(key.jwk), input))),
  badSignature('HS256 with an empty key', () => handmade({ ...HEADER, alg: 'HS256' }, (input) => hmac('', input))),
  badSignature('RS256 with the RSA key of the entry', rs256Signed),
  badSignature('PS256 under the name of the EC key', (world) =>
    signedRequest(world, { key: world.rsaKey, header: { kid: 'key-1' } }),
  ),
  badSignature('ES256 under the name of the RSA key', withHeader({ kid: 'key-rsa' })),
  badSignature('EdDSA under the name of the EC key', (world) =>
    signedRequest(world, { key: world.edKey, header: { kid: 'key-1' } }),
  ),
  badSignature('a signature of zeros', () => handmade(HEADER, () => Buffer.alloc(64))),
  badSignature('a signature in DER', derSigned),
  badSignature('another key of the same name', (world) => signedRequest(world, { key: world.strangerKey })),
  badSignature('the key of another service', (world) => signedRequest(world, { key: world.strictKey })),
  badSignature('the registry’s own key', (world) =>
    signedRequest(world, { key: world.registryKey, header: { kid: 'key-1' } }),
  ),
  badSignature('the key of a service, from an origin of nobody', (world) => signedRequest(world), EVIL),
  badSignature('the key of a service, from the origin of another', (world) => signedRequest(world), STRICT),
];

const headers: AbuseCase[] = [
  badSignature('typ JWT', withHeader({ typ: 'JWT' })),
  badSignature('typ in capitals', withHeader({ typ: 'MADOGUCHI-REQUEST+JWT' })),
  badSignature('typ of a result', withHeader({ typ: 'madoguchi-result+jwe' })),
  badSignature('no typ', withHeader({ typ: undefined })),
  badSignature('a registry in place of a request', (world) => signRegistry(world.registryKey, world.registry)),
  badSignature('an embedded jwk', (world) =>
    signedRequest(world, { key: world.strangerKey, header: { jwk: world.strangerKey.jwk } }),
  ),
  badSignature('jku', withHeader({ jku: `${EVIL}/keys.json` })),
  badSignature('x5u', withHeader({ x5u: `${EVIL}/chain.pem` })),
  badSignature('x5c', withHeader({ x5c: ['MIIB'] })),
  badSignature('crit b64', withHeader({ b64: true, crit: ['b64'] })),
  badSignature('crit of nobody', () => handmade({ ...HEADER, crit: ['x'], x: 1 }, () => Buffer.alloc(64))),
  badSignature('zip', withHeader({ zip: 'DEF' })),
  badSignature('kid as a path', withHeader({ kid: '../../etc/passwd' })),
  badSignature('kid __proto__', withHeader({ kid: '__proto__' })),
  badSignature('no kid', withHeader({ kid: undefined })),
  badSignature('a member of the header twice', async (world) => {
    const [, payload, signature] = await parts(world);
    return `${part('{"alg":"none","alg":"ES256","typ":"madoguchi-request+jwt","kid":"key-1"}')}.${payload}.${signature}`;
  }),
  badSignature('a header that is no JSON', async (world) => {
    const [, payload, signature] = await parts(world);
    return `${part('alg=ES256')}.${payload}.${signature}`;
  }),
];

const tampering: AbuseCase[] = [
  badSignature('another payload under the signature', async (world) => {
    const [header, , signature] = await parts(world);
    return `${header}.${part(requestClaims({ request: SIGN }))}.${signature}`;
  }),
  badSignature('half a signature', async (world) => {
    const [header, payload, signature] = await parts(world);
    return `${header}.${payload}.${signature.slice(0, 43)}`;
  }),
  forged('no signature', async (world) => (await parts(world)).slice(0, 2).join('.') + '.', 'ERR_PROTOCOL_MALFORMED'),
  forged('four parts', async (world) => `${await signedRequest(world)}.AAAA`, 'ERR_PROTOCOL_MALFORMED'),
  forged('five parts, as a JWE', async (world) => `${await signedRequest(world)}.AAAA.AAAA`, 'ERR_PROTOCOL_MALFORMED'),
  {
    name: 'the JSON serialisation',
    async act({ client, world }) {
      const [header, payload, signature] = await parts(world);
      const json = { payload, protected: header, signature, header: { kid: 'key-1' } };
      const outcomes = [
        await askByPage(client, { origin: LISTED, body: { signedRequest: json } }),
        await askByPage(client, { origin: LISTED, body: { signedRequest: JSON.stringify(json) } }),
        await askByPage(client, {
          origin: LISTED,
          body: { signedRequest: `${header}.${payload}.${signature}`, ...LOGIN },
        }),
      ];
      return [...new Set(outcomes)].join();
    },
    expected: 'ERR_PROTOCOL_MALFORMED',
  },
];

export const requestSignatureCases: readonly AbuseCase[] = [...algorithms, ...headers, ...tampering];

const claims = (
  name: string,
  changes: () => Readonly<Record<string, unknown>>,
  expected = 'ERR_PROTOCOL_REQUEST_CLAIMS',
) => forged(name, (world) => signedRequest(world, { claims: changes() }), expected);

const now = (): number => seconds(new Date());
const payload = (name: string, make: () => string): AbuseCase =>
  forged(name, (world) => signedRequest(world, { payload: make() }), 'ERR_PROTOCOL_REQUEST_CLAIMS');

const refusedClaims: AbuseCase[] = [
  claims('expired', () => ({ iat: now() - 400, exp: now() - 61 })),
  claims('of the future', () => ({ iat: now() + 90, exp: now() + 300 })),
  claims('good for too long', () => ({ exp: now() + 700 })),
  claims('that ends before it begins', () => ({ exp: now() - 1 })),
  claims('without an end', () => ({ exp: undefined })),
  claims('with an end that is text', () => ({ exp: String(now() + 300) })),
  claims('with an end beyond all numbers', () => ({ exp: 1e300 })),
  claims('for another audience', () => ({ aud: 'urn:madoguchi:v2' })),
  claims('for several audiences', () => ({ aud: ['urn:madoguchi:v1', EVIL] })),
  claims('for nobody', () => ({ aud: undefined })),
  claims('by another service', () => ({ iss: STRICT_ID })),
  claims('by a service nobody lists', () => ({ iss: 'evil' })),
  claims('for another origin of the service', () => ({ origin: LISTED_TOO[0] })),
  claims('for an origin of nobody', () => ({ origin: EVIL })),
  claims('for no origin', () => ({ origin: undefined })),
  claims('with a short jti', () => ({ jti: '1' })),
  claims('without a jti', () => ({ jti: undefined })),
  claims('with a claim nobody knows', () => ({ scope: 'openid' })),
  claims('of a redirect, by a page', () => ({ redirect_uri: `${LISTED}/cb`, state: newState() })),
  claims('of a redirect without state, by a page', () => ({ redirect_uri: `${LISTED}/cb` })),
  claims('with a signed request inside', () => ({ request: { signedRequest: 'a.b.c' } })),
  claims('with an operation nobody offers', () => ({ request: { operation: 'signDigest', digest: 'YQ==' } })),
  payload('a member of the payload twice', () => JSON.stringify(requestClaims()).replace('{', `{"origin":"${EVIL}",`)),
  payload('a member of the request twice', () =>
    JSON.stringify(requestClaims()).replace('"request":{', '"request":{"operation":"sign",'),
  ),
  payload('a payload that is no JSON', () => 'origin=x'),
  payload('a payload with a byte order mark', () => `\uFEFF${JSON.stringify(requestClaims())}`),
  {
    name: 'of a page, by redirect',
    async act({ client, world }) {
      const query = { redirect_uri: `${LISTED}/cb`, challenge_nonce: undefined };
      const outcomes = [];
      for (const method of ['GET', 'POST'] as const) {
        const request = await signedRequest(world);
        outcomes.push(await askByRedirect(client, { method, query: parameters({ ...query, request }) }));
      }
      return [...new Set(outcomes)].join();
    },
    expected: 'ERR_PROTOCOL_REQUEST_CLAIMS',
  },
];

const VERIFIED = (origin: string, route: string): object => ({
  requester: { origin, route, confirmed: true, standing: { level: 'verified', serviceId: LISTED_ID } },
});

/** Opens a signed request, and while the person reads it, sends it again by every route. */
const replays: AbuseCase[] = [
  {
    name: 'a jti a second time, by page and by extension',
    async act({ client, world }) {
      const { refuse } = hesitate(client);
      const [origin = ''] = LISTED_TOO;
      const body = { signedRequest: await signedRequest(world, { claims: { origin } }) };
      const id = sessionOf(await openByPage(client, { origin, body }));
      await dialogIsRead(client);
      const again = [await askByPage(client, { origin, body }), await askByExtension(client, { origin, body })];
      refuse();
      return [...again, outcomeOf(await resultOf(client, origin, id))].join();
    },
    expected: 'ERR_PROTOCOL_REPLAYED,ERR_PROTOCOL_REPLAYED,ERR_USER_REFUSED',
    consents: [VERIFIED(LISTED_TOO[0] ?? '', 'loopback')],
    own: {},
  },
  {
    name: 'a jti a second time in another request, signed anew',
    async act({ client, world }) {
      const { refuse } = hesitate(client);
      const [origin = ''] = LISTED_TOO;
      const jti = crypto.randomUUID();
      const make = async (request: object): Promise<object> => ({
        signedRequest: await signedRequest(world, { claims: { origin, jti, request } }),
      });
      const id = sessionOf(await openByPage(client, { origin, body: await make(LOGIN) }));
      await dialogIsRead(client);
      const again = await askByPage(client, { origin, body: await make(SIGN) });
      refuse();
      return [again, outcomeOf(await resultOf(client, origin, id))].join();
    },
    expected: 'ERR_PROTOCOL_REPLAYED,ERR_USER_REFUSED',
    consents: [VERIFIED(LISTED_TOO[0] ?? '', 'loopback')],
    own: {},
  },
  {
    name: 'a signed redirect a second time, refused by the person before',
    async act({ client, world }) {
      const { refuse } = hesitate(client);
      const [redirect_uri, state] = [`${LISTED}/cb`, newState()];
      const request = await signedRequest(world, { claims: { redirect_uri, state } });
      const query = parameters({ redirect_uri, state, request, challenge_nonce: undefined });
      const first = askByRedirect(client, { query });
      await dialogIsRead(client);
      const again = await askByRedirect(client, { method: 'POST', query });
      refuse();
      return [again, await first, await askByRedirect(client, { query })].join();
    },
    expected: 'ERR_PROTOCOL_REPLAYED,ERR_USER_REFUSED,ERR_PROTOCOL_RATE_LIMITED',
    consents: [VERIFIED(LISTED, 'redirect')],
    own: {},
  },
];

export const requestClaimCases: readonly AbuseCase[] = [...refusedClaims, ...replays];
