import { endianness } from 'node:os';
import { encodeFrame } from '../../../main/node/bridge-socket/index.js';
import { NATIVE_LIMITS } from '../../../sdk/protocol/index.js';
import { askByExtension, dialogIsRead, hesitate, HostileExtension, until } from '../../support/abuse-asks.js';
import type { AbusedClient } from '../../support/abused-client.js';
import { codeOf, HostedBrowser, open, RawHost, request } from '../../unit/native-host/fixture.js';
import { EVIL, LISTED, LOGIN, SIGN, type AbuseCase } from './fixture.js';

const STATUS = { method: 'status' };
const NOBODYS_ID = 'A'.repeat(43);

const CLAIMS: readonly [string, string, string][] = [
  ['null', 'null', 'ERR_ORIGIN_MISSING'],
  ['nothing', '', 'ERR_ORIGIN_MISSING'],
  ['http', LISTED.replace('https', 'http'), 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a page on this PC', 'http://localhost:3000', 'ERR_ORIGIN_NOT_ALLOWED'],
  ['an address with a path', `${LISTED}/`, 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a user name', `${LISTED}@evil.invalid`, 'ERR_ORIGIN_NOT_ALLOWED'],
  ['a file', 'file://', 'ERR_ORIGIN_NOT_ALLOWED'],
  ['itself', 'chrome-extension://jookiaoicdnbmkpebimjhjhjcphohcki', 'ERR_ORIGIN_NOT_ALLOWED'],
];

const origins: AbuseCase[] = CLAIMS.map(([name, origin, expected]) => ({
  name: `an extension that claims ${name}`,
  act: ({ client }) => askByExtension(client, { origin, body: LOGIN }),
  expected,
}));

const asked = (name: string, body: object | string, expected: string): AbuseCase => ({
  name: `an extension that asks with ${name}`,
  act: ({ client }) => askByExtension(client, { origin: LISTED, body }),
  expected,
});

const bodies: AbuseCase[] = [
  asked('a member twice', '{"operation":"sign","operation":"authenticate"}', 'ERR_PROTOCOL_MALFORMED'),
  asked('an origin of its own', { ...LOGIN, origin: EVIL }, 'ERR_PROTOCOL_MALFORMED'),
  asked('a digest', { operation: 'sign', items: [{ name: 'a', digest: 'YQ==' }] }, 'ERR_PROTOCOL_MALFORMED'),
  asked('base64 that is not canonical', { ...SIGN, items: [{ name: 'a', content: 'YR==' }] }, 'ERR_PROTOCOL_MALFORMED'),
  asked('more bytes than a request has', `"${'窓'.repeat(400_000)}"`, 'ERR_PROTOCOL_BODY_TOO_LARGE'),
];

const frame = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  if (endianness() === 'LE') length.writeUInt32LE(Buffer.byteLength(text));
  else length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};

/** What the host of a browser ends with that sends these bytes. */
const toHost = (name: string, bytes: Buffer): AbuseCase => ({
  name: `the native messaging host, sent ${name}`,
  async act({ client: { stateDirectory } }) {
    const browser = new HostedBrowser(stateDirectory, { wakeMilliseconds: 0 });
    browser.input.write(bytes);
    return String(await browser.ended);
  },
  expected: 'ERR_PROTOCOL_MALFORMED',
});

const OPENING = JSON.stringify(request(1, open(), LISTED));

const messages: AbuseCase[] = [
  toHost('a member twice', frame(OPENING.replace('"origin":', `"origin":"${EVIL}","origin":`))),
  toHost('a member nobody knows', frame(OPENING.replace('{', '{"program":"firefox",'))),
  toHost('a call nobody offers', frame(OPENING.replace('"open"', '"sign"'))),
  toHost('an oversize frame', Buffer.from([0xff, 0xff, 0xff, 0xff])),
  toHost('a frame of nothing', Buffer.alloc(4)),
  toHost('the id of a call under way', Buffer.concat([frame(OPENING), frame(OPENING)])),
  toHost('an id that is no number of JSON', frame(OPENING.replace('"id":1', '"id":1e400'))),
];

const callers: AbuseCase[] = ['chrome-extension://abcdefghijklmnopabcdefghijklmnop/', 'evil@evil.invalid', ''].map(
  (argument) => ({
    name: `the native messaging host, started by “${argument}”`,
    async act({ client: { stateDirectory } }) {
      const browser = new HostedBrowser(stateDirectory, { callerArguments: [argument], wakeMilliseconds: 0 });
      browser.send(request(1, open(), LISTED));
      return String(await browser.ended);
    },
    expected: 'ERR_ORIGIN_NOT_ALLOWED',
  }),
);

/** A connection that is reset, with what was sent unread, is closed too. */
const ended = ({ closed }: RawHost): Promise<'closed'> =>
  closed.then(
    () => 'closed',
    () => 'closed',
  );

/** Speaks to the socket as no host does. */
const toSocket = (name: string, attack: (host: RawHost, client: AbusedClient) => void): AbuseCase => ({
  name: `the socket, sent ${name}`,
  async act({ client }) {
    const host = new RawHost(client.socketAddress);
    attack(host, client);
    return ended(host);
  },
  expected: 'closed',
});

const raw = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};

const socketAttacks: AbuseCase[] = [
  toSocket('a call without a hello', (host) => host.send(request(1, open(), LISTED))),
  toSocket('a second hello', (host) => {
    host.hello();
    host.hello();
  }),
  toSocket('a hello with the program twice', (host) =>
    host.socket.write(raw('{"madoguchi":1,"program":"/usr/bin/firefox","program":"/bin/sh"}')),
  ),
  toSocket('an oversize frame', (host) => {
    host.hello();
    host.socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
  }),
  toSocket('a frame one byte too long', (host) => {
    host.hello();
    const length = Buffer.alloc(4);
    length.writeUInt32BE(NATIVE_LIMITS.requestFrameBytes + 1);
    host.socket.write(length);
  }),
  toSocket('HTTP', (host) => host.socket.write(`POST /v1/sessions HTTP/1.1\r\nOrigin: ${LISTED}\r\n\r\n`)),
  toSocket('a member twice', (host) => {
    host.hello();
    host.socket.write(raw(OPENING.replace('"origin":', `"origin":"${EVIL}","origin":`)));
  }),
  toSocket('a wait without end', (host) => {
    host.hello();
    host.send(request(1, { method: 'poll', sessionId: NOBODYS_ID, waitSeconds: 3_600 }));
  }),
  {
    name: 'the socket, flooded with calls, keeps answering others',
    async act({ client }) {
      const [flood, honest] = [new RawHost(client.socketAddress), new RawHost(client.socketAddress)];
      flood.hello();
      const calls = Array.from({ length: 20_000 }, (_, id) => encodeFrame(request(id, STATUS, LISTED), 'BE'));
      flood.socket.write(Buffer.concat(calls));
      honest.hello();
      honest.send(
        request(1, STATUS, EVIL),
        request(2, { method: 'poll', sessionId: NOBODYS_ID, waitSeconds: 0 }, EVIL),
      );
      const outcome = await ended(flood);
      await until('an answer', () => honest.answers[1]);
      return `${outcome}, others: ${String(honest.answers[0]?.envelope.ok)} ${String(codeOf(honest.answers, 2))}`;
    },
    expected: 'closed, others: true ERR_PROTOCOL_SESSION_UNKNOWN',
  },
  {
    name: 'the socket, taken by as many as fit, drops the rest',
    async act({ client }) {
      const hosts = Array.from({ length: 24 }, () => new RawHost(client.socketAddress));
      const ends = hosts.map(ended);
      for (const host of hosts) {
        host.hello();
        host.send(request(1, STATUS, LISTED));
      }
      await until('sixteen answers', () => hosts.filter(({ answers }) => answers.length > 0).length >= 16 || undefined);
      const dropped = await Promise.all(ends.filter((_, index) => hosts[index]?.answers.length === 0));
      for (const { socket } of hosts) socket.destroy();
      await Promise.all(ends);
      return `${dropped.length} dropped`;
    },
    expected: '8 dropped',
    own: {},
  },
];

const sessions: AbuseCase[] = [
  {
    name: 'an extension that polls and cancels another origin’s session',
    async act({ client }) {
      const { refuse } = hesitate(client);
      const [honest, hostile] = [new HostileExtension(client), new HostileExtension(client)];
      const opened = await honest.call(LISTED, open());
      const sessionId = opened.envelope.result?.sessionId ?? '';
      await dialogIsRead(client);
      const tried = [
        await hostile.call(EVIL, { method: 'poll', sessionId, waitSeconds: 0 }),
        await hostile.call(EVIL, { method: 'cancel', sessionId }),
      ];
      refuse();
      const own = await honest.call(LISTED, { method: 'poll', sessionId, waitSeconds: 5 });
      return [...tried, own].map(({ envelope }) => String(envelope.error?.code)).join();
    },
    expected: 'ERR_PROTOCOL_SESSION_UNKNOWN,ERR_PROTOCOL_SESSION_UNKNOWN,ERR_USER_REFUSED',
    consents: [{ requester: { origin: LISTED, route: 'extension' } }],
    own: {},
  },
  {
    name: 'a browser that is gone takes its consent along',
    async act({ client }) {
      const { refuse } = hesitate(client);
      const host = new RawHost(client.socketAddress);
      host.hello();
      host.send(request(1, open(), LISTED));
      await dialogIsRead(client);
      host.socket.destroy();
      await until('the end of the session', () =>
        client.events.find(({ name }) => name === 'bridge.session.cancelled'),
      );
      refuse();
      const outcome = await until('the end of the dialog', () => client.dialogs[0]?.outcome);
      return outcome.status === 'failed' ? outcome.code : outcome.status;
    },
    expected: 'ERR_USER_CANCELLED',
    consents: [{ requester: { origin: LISTED, route: 'extension' } }],
    own: {},
  },
];

export const extensionCases: readonly AbuseCase[] = [
  ...origins,
  ...bodies,
  ...messages,
  ...callers,
  ...socketAttacks,
  ...sessions,
];
