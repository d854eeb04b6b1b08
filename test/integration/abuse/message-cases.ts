import { parseAnswers, requestBytes, sendRaw } from '../../unit/bridge/harness.js';
import { askByPage } from '../../support/abuse-asks.js';
import { connect } from 'node:net';
import { EVIL, LISTED, LOGIN, SIGN, type AbuseCase } from './fixture.js';
import { NAVIGATION, parameters } from '../../unit/redirect/navigation.js';

const BODY = JSON.stringify(LOGIN);

/** A whole request that would open a consent, behind the one that is looked at. */
const hidden = (port: number): string =>
  requestBytes(port, { method: 'POST', target: '/v1/sessions', body: BODY, headers: { Origin: EVIL } }).toString(
    'latin1',
  );

/** The same as a navigation. */
const hiddenNavigation = (port: number): string =>
  requestBytes(port, {
    target: `/v1/authorize?${parameters()}`,
    headers: { Origin: undefined, ...NAVIGATION },
  }).toString('latin1');

const head = (port: number, target = '/v1/sessions'): string =>
  `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${LISTED}\r\nMadoguchi-Protocol: 1\r\nContent-Type: application/json\r\n`;

/** What came back: a code for each answer, `closed` for none. */
async function answersTo(port: number, bytes: string): Promise<string> {
  const answers = parseAnswers(await sendRaw(port, Buffer.from(bytes, 'latin1'), { milliseconds: 1_000 }));
  return answers.map(({ code, status }) => (code === 'none' ? String(status) : code)).join() || 'closed';
}

const smuggling = (name: string, bytes: (port: number) => string, expected = 'ERR_PROTOCOL_MALFORMED'): AbuseCase => ({
  name: `smuggling: ${name}`,
  act: ({ client }) => answersTo(client.port, bytes(client.port)),
  expected,
});

const FORM_HEAD = (port: number): string =>
  head(port, '/v1/authorize').replace('application/json', 'application/x-www-form-urlencoded');

/** What is hidden below is heard where it comes alone. */
const alone: AbuseCase = {
  name: 'smuggling: what is hidden, sent openly',
  async act({ client: { port } }) {
    return `${await answersTo(port, hidden(port))},${await answersTo(port, hiddenNavigation(port))}`;
  },
  expected: '200,200',
  consents: [{ requester: { origin: EVIL, route: 'loopback' } }, { requester: { route: 'redirect' } }],
  own: {},
};

const trailers: AbuseCase = {
  name: 'smuggling: another origin in the trailers is not the asker',
  act: ({ client: { port } }) => {
    const chunk = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nOrigin: ${LISTED}\r\n\r\n`;
    const own = head(port).replace(LISTED, EVIL);
    return answersTo(port, `${own}Trailer: Origin\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`);
  },
  expected: '200',
  consents: [{ requester: { origin: EVIL, standing: { level: 'unlisted' } } }],
  own: {},
};

const smuggled: AbuseCase[] = [
  smuggling(
    'CL.TE',
    (port) => `${head(port)}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden(port)}`,
  ),
  smuggling(
    'TE.CL',
    (port) => `${head(port)}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden(port)}`,
  ),
  smuggling(
    'TE.TE',
    (port) => `${head(port)}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden(port)}`,
  ),
  smuggling(
    'a list of codings',
    (port) => `${head(port)}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n${hidden(port)}`,
  ),
  smuggling(
    'an obfuscated coding',
    (port) => `${head(port)}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${hidden(port)}`,
  ),
  smuggling(
    'obs-fold',
    (port) => `${head(port)}X: a\r\n Content-Length: 9\r\nContent-Length: 0\r\n\r\n${hidden(port)}`,
  ),
  smuggling('a folded coding', (port) => `${head(port)}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${hidden(port)}`),
  smuggling('LF only', (port) => `${head(port)}Content-Length: 0\r\n\r\n`.replaceAll('\r\n', '\n') + hidden(port)),
  smuggling('two lengths', (port) => `${head(port)}Content-Length: 0\r\nContent-Length: 9\r\n\r\n${hidden(port)}`),
  smuggling('one length twice', (port) => `${head(port)}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${hidden(port)}`),
  smuggling('a space before the colon', (port) => `${head(port)}Content-Length : 0\r\n\r\n${hidden(port)}`),
  smuggling('a length with a sign', (port) => `${head(port)}Content-Length: +0\r\n\r\n${hidden(port)}`),
  smuggling(
    'a chunk size with a sign',
    (port) => `${head(port)}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${hidden(port)}`,
  ),
  smuggling(
    'a chunk size too large to count',
    (port) => `${head(port)}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n${hidden(port)}`,
  ),
  smuggling(
    'a body of GET',
    (port) =>
      `GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${LISTED}\r\nContent-Length: 3\r\n\r\nabc${hidden(port)}`,
  ),
  smuggling(
    'pipelined behind a refusal',
    (port) => `${head(port)}Content-Length: 2\r\n\r\n{}${hidden(port)}`,
    'closed',
  ),
  smuggling(
    'a navigation pipelined behind a call',
    (port) => `${head(port)}Content-Length: 2\r\n\r\n{}${hiddenNavigation(port)}`,
    'closed',
  ),
  smuggling('a NUL in a header', (port) => `${head(port)}X: \0\r\nContent-Length: 0\r\n\r\n${hidden(port)}`),
  smuggling('HTTP/2 with prior knowledge', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  smuggling(
    'CL.TE to the redirect route',
    (port) =>
      `${FORM_HEAD(port)}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hiddenNavigation(port)}`,
  ),
  smuggling(
    'pipelined behind a status',
    (port) => {
      const status = requestBytes(port, { headers: { Origin: LISTED } }).toString('latin1');
      return `${status}${hidden(port)}${hiddenNavigation(port)}`;
    },
    'closed',
  ),
];

const SHORT = { headersTimeout: 300, requestTimeout: 400, keepAliveTimeout: 200, checkInterval: 50, connections: 8 };

/** Sends `first`, then one byte in each 20 ms, and says how that ended. */
function drip(port: number, first: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(first));
    const dripping = setInterval(() => socket.write('a'), 20);
    const tooLong = setTimeout(() => socket.destroy(), 4_000);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(dripping);
      clearTimeout(tooLong);
      const code = /ERR_[A-Z_]+/.exec(heard)?.[0] ?? 'nothing';
      resolve(`${code}, closed`);
    });
  });
}

const slow = (name: string, first: (port: number) => string): AbuseCase => ({
  name: `slow-loris: ${name}`,
  act: ({ client }) => drip(client.port, first(client.port)),
  expected: 'ERR_PROTOCOL_MALFORMED, closed',
  own: { limits: SHORT },
});

const slowOnes: AbuseCase[] = [
  slow('a head without end', (port) => `${head(port)}X: `),
  slow('a body without end', (port) => `${head(port)}Content-Length: ${BODY.length}\r\n\r\n{`),
  slow('chunks without end', (port) => `${head(port)}Transfer-Encoding: chunked\r\n\r\nffff\r\n{`),
  slow('a posted form without end', (port) => `${FORM_HEAD(port)}Content-Length: 500\r\n\r\nstate=`),
  {
    name: 'slow-loris: many that say nothing leave room for who does',
    async act({ client }) {
      const idle = Array.from({ length: 40 }, () => connect(client.port, '127.0.0.1'));
      for (const socket of idle) socket.on('error', () => undefined).resume();
      await Promise.all(idle.map((socket) => new Promise((resolve) => socket.on('close', resolve))));
      return askByPage(client, { origin: 'null', body: LOGIN });
    },
    expected: 'ERR_ORIGIN_MISSING',
    own: { limits: SHORT },
  },
];

const body = (name: string, text: string, expected = 'ERR_PROTOCOL_MALFORMED'): AbuseCase => ({
  name: `body: ${name}`,
  act: ({ client }) => askByPage(client, { origin: LISTED, body: text }),
  expected,
});

const bodies: AbuseCase[] = [
  body('a member twice', BODY.replace('{', '{"operation":"sign",')),
  body('a member twice, once escaped', BODY.replace('{', '{"\\u006fperation":"sign",')),
  body('a member twice in an item', JSON.stringify(SIGN).replace('"name":"a.txt"', '"name":"a.txt","name":"b.txt"')),
  body('__proto__', BODY.replace('{', '{"__proto__":{"operation":"sign"},')),
  body('a digest in place of content', '{"operation":"sign","items":[{"name":"a","digest":"YQ=="}]}'),
  body('an operation nobody offers', '{"operation":"signDigest","digest":"YQ=="}'),
  body('a PIN', BODY.replace('{', '{"pin":"1234",')),
  body('more than 1 MiB', BODY + ' '.repeat(1024 * 1024), 'ERR_PROTOCOL_BODY_TOO_LARGE'),
  body('nesting without end', '['.repeat(200_000)),
];

export const messageCases: readonly AbuseCase[] = [alone, ...smuggled, trailers, ...slowOnes, ...bodies];
