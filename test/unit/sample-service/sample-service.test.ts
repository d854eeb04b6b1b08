import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSampleService } from '../../../examples/sample-service/server.js';
import { encodePemCertificate } from '../../../sdk/formats/index.js';
import { TEST_CARD_PINS, type VirtualCard } from '../../../native/virtual-card/index.js';
import { coreClient, freshCard, type CoreClient } from '../../support/core-client.js';
import { send, Visitor } from './visitor.js';
import { itemOf } from '../../support/signable-items.js';

const noSignal = new AbortController().signal;
const requester = { kind: 'self' } as const;
const MINUTE = 60_000;

let card: VirtualCard;
let service: Awaited<ReturnType<typeof startSampleService>>;
/** Added to the service's clock, in milliseconds. */
let later = 0;

/** A person who agrees and knows both PINs. */
function willingClient(role: 'authentication' | 'signing'): CoreClient {
  return coreClient({ card, person: { decide: () => 'agreed', pins: [TEST_CARD_PINS[role]] } });
}

function makeToken(challengeNonce: string, origin = service.url): Promise<unknown> {
  const request = { operation: 'authenticate', requester, origin, challengeNonce } as const;
  return willingClient('authentication').operations.authenticate(request, noSignal);
}

async function signText(text: string): Promise<{ content: string; signature: string }> {
  const content = new TextEncoder().encode(text);
  const item = itemOf('application.txt', content);
  const request = { operation: 'sign', requester, items: [item] } as const;
  await willingClient('signing').operations.sign(request, noSignal);
  if (!item.result) throw new Error('not signed');
  return { content: Buffer.from(content).toString('base64'), signature: Buffer.from(item.result).toString('base64') };
}

beforeAll(async () => {
  card = await freshCard();
  const { inspection } = willingClient('authentication');
  const readPem = async (kind: 'authentication-ca' | 'signing-ca'): Promise<string[]> => [
    encodePemCertificate(await inspection.readCertificate(kind, () => Promise.resolve(''), noSignal)),
  ];
  service = await startSampleService({
    trustAnchors: { authentication: await readPem('authentication-ca'), signing: await readPem('signing-ca') },
    now: () => Date.now() + later,
  });
});

afterAll(() => service.close());

describe('the page', () => {
  it('runs its own scripts only, and talks to itself and the bridge only', async () => {
    const { status, headers, text } = await send(service.url, { method: 'GET', path: '/' });
    expect(status).toBe(200);
    const policy = headers['content-security-policy'];
    expect(policy).toMatch(/default-src 'none'; script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='; /);
    expect(policy).toContain(
      "connect-src 'self' http://127.0.0.1:41731 http://127.0.0.1:41732 http://127.0.0.1:41733;",
    );
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/<[^>]+ on\w+=/);
  });

  it('loads the SDK as the package publishes it', async () => {
    const { status, headers, text } = await send(service.url, { method: 'GET', path: '/madoguchi/index.js' });
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/javascript/);
    expect(text).toContain('authenticate');
  });

  it.each([
    '/../package.json',
    '/madoguchi/../formats/index.js',
    '/server.js',
    '/%2e%2e/server.js',
    '//x/',
    '/toString',
  ])('is not found at %s', async (path) => {
    expect((await send(service.url, { method: 'GET', path })).status).toBe(404);
  });
});

describe('logging in', () => {
  it('accepts the token for this origin and challenge, and remembers the person', async () => {
    const visitor = new Visitor(service.url);
    const { status, json } = await visitor.post('/login', { token: await makeToken(await visitor.challenge()) });
    expect(status).toBe(200);
    expect(json['person']).toMatchObject({
      isTestCertificate: true,
      serialNumber: expect.stringMatching(/^[0-9a-f]+$/) as string,
    });
    expect((await visitor.post('/person', {})).json).toEqual(json);

    await visitor.post('/logout', {});
    expect((await visitor.post('/person', {})).json).toEqual({ person: null });
  });

  it('gives the session a new identifier', async () => {
    const visitor = new Visitor(service.url);
    const token = await makeToken(await visitor.challenge());
    const planted = visitor.cookie;
    await visitor.post('/login', { token });
    expect(visitor.cookie).not.toBe(planted);

    const attacker = new Visitor(service.url);
    attacker.cookie = planted;
    expect((await attacker.post('/person', {})).json).toEqual({ person: null });
  });

  it('keeps the cookie from scripts and from other sites', async () => {
    const { headers } = await new Visitor(service.url).post('/challenge', {});
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/; Path=\/; HttpOnly; SameSite=Lax$/)]);
  });

  it.each([
    [
      'another visitor’s token',
      async (visitor: Visitor) => {
        const token = await makeToken(await new Visitor(service.url).challenge());
        await visitor.challenge();
        return { token };
      },
      'ERR_SIGN_INVALID',
    ],
    [
      'a token for another origin',
      async (visitor: Visitor) => {
        return { token: await makeToken(await visitor.challenge(), 'https://other.example') };
      },
      'ERR_SIGN_INVALID',
    ],
    [
      'a token without a challenge',
      async () => ({ token: await makeToken('A'.repeat(43) + '=') }),
      'challenge-missing',
    ],
    [
      'no token',
      async (visitor: Visitor) => {
        await visitor.challenge();
        return {};
      },
      'ERR_SIGN_FORMAT',
    ],
  ])('refuses %s', async (_name, prepare, code) => {
    const visitor = new Visitor(service.url);
    const { status, json } = await visitor.post('/login', await prepare(visitor));
    expect([status, json]).toEqual([401, { error: { code } }]);
    expect((await visitor.post('/person', {})).json).toEqual({ person: null });
  });

  it('accepts a token once', async () => {
    const visitor = new Visitor(service.url);
    const token = await makeToken(await visitor.challenge());
    expect((await visitor.post('/login', { token })).status).toBe(200);
    expect((await visitor.post('/login', { token })).json).toEqual({ error: { code: 'challenge-missing' } });
  });

  it('spends the challenge on a failed try', async () => {
    const visitor = new Visitor(service.url);
    const token = await makeToken(await visitor.challenge());
    await visitor.post('/login', { token: 'x' });
    expect((await visitor.post('/login', { token })).json).toEqual({ error: { code: 'challenge-missing' } });
  });

  it('refuses a challenge after five minutes', async () => {
    const visitor = new Visitor(service.url);
    const token = await makeToken(await visitor.challenge());
    try {
      later = 5 * MINUTE + 1;
      expect((await visitor.post('/login', { token })).json).toEqual({ error: { code: 'challenge-missing' } });
    } finally {
      later = 0;
    }
  });
});

describe('a signed application', () => {
  it('is accepted with the signer’s attributes', async () => {
    const { status, json } = await new Visitor(service.url).post('/sign/verify', await signText('application'));
    expect(status).toBe(200);
    expect(json['signer']).toMatchObject({ signatureAlgorithm: 'RS256', attributes: { name: '試験　花子' } });
  });

  it('is refused when its content was changed', async () => {
    const signed = await signText('application');
    const content = Buffer.from('another').toString('base64');
    const { status, json } = await new Visitor(service.url).post('/sign/verify', { ...signed, content });
    expect([status, json]).toEqual([422, { error: { code: 'ERR_SIGN_DIGEST' } }]);
  });

  it.each([{}, { content: 1, signature: 2 }, { content: 'YQ==' }])('is refused as %j', async (body) => {
    expect((await new Visitor(service.url).post('/sign/verify', body)).status).toBe(400);
  });

  it('is refused where the signature is none', async () => {
    const body = { content: 'YQ==', signature: 'YQ==' };
    const { status, json } = await new Visitor(service.url).post('/sign/verify', body);
    expect([status, json]).toEqual([422, { error: { code: 'ERR_SIGN_FORMAT' } }]);
  });
});

describe('requests of others', () => {
  it.each([undefined, 'null', 'https://evil.example', 'http://localhost:1'])(
    'are refused from origin %s',
    async (origin) => {
      const headers = { 'Content-Type': 'application/json', ...(origin === undefined ? {} : { Origin: origin }) };
      const answer = await send(service.url, { method: 'POST', path: '/challenge', headers, body: '{}' });
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
    },
  );

  it('are refused under another host name', async () => {
    const answer = await send(service.url, { method: 'GET', path: '/', headers: { Host: 'evil.example' } });
    expect(answer.status).toBe(421);
  });

  it('are refused as a form', async () => {
    const answer = await new Visitor(service.url).post('/challenge', {}, { 'Content-Type': 'text/plain' });
    expect(answer.status).toBe(415);
  });

  it('are refused when too large', async () => {
    const answer = await new Visitor(service.url).post('/login', { token: 'x'.repeat(300 * 1024) });
    expect(answer.status).toBe(413);
  });

  it.each(['', '{', '[]', 'null', '"x"'])('are refused with the body %j', async (body) => {
    const headers = { 'Content-Type': 'application/json', Origin: service.url };
    expect((await send(service.url, { method: 'POST', path: '/login', headers, body })).status).toBe(400);
  });

  it('cannot fill the memory with sessions', async () => {
    const first = new Visitor(service.url);
    await first.challenge();
    const others = Array.from({ length: 1000 }, () => new Visitor(service.url));
    for (const visitor of others) await visitor.challenge();
    expect((await first.post('/login', {})).json).toEqual({ error: { code: 'challenge-missing' } });
  });
});
