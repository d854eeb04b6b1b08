import { askByPage, knock, until } from '../../support/abuse-asks.js';
import { canSwitchUser, KNOCK, runAsOtherUser, SEND_AND_LISTEN } from '../../support/other-user.js';
import { parseAnswers, requestBytes, type RequestParts } from '../../unit/bridge/harness.js';
import { open, RawHost, request } from '../../unit/native-host/fixture.js';
import { codeOn, NAVIGATION, parameters } from '../../unit/redirect/navigation.js';
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { EVIL, LISTED, LOGIN, type AbuseCase } from './fixture.js';

if (!canSwitchUser) process.stderr.write('another user’s process is not tried: that needs Linux and root\n');

/** What a process of another user hears, once for each request. */
const heard = (name: string, parts: RequestParts): AbuseCase => ({
  name,
  async act({ client: { port } }) {
    const said = await runAsOtherUser(SEND_AND_LISTEN, [String(port)], requestBytes(port, parts).toString('latin1'));
    const answers = parseAnswers(said);
    const readable = answers.some(({ headers }) => headers.has('access-control-allow-origin'));
    const codes = answers.map((answer) => `${answer.status} ${answer.code === 'none' ? codeOn(answer) : answer.code}`);
    return codes.join() + (readable ? ', readable' : '');
  },
  expected: '403 ERR_ORIGIN_USER',
});

const everyRequest: AbuseCase[] = [
  heard('status', { headers: { Origin: LISTED } }),
  heard('a session', {
    method: 'POST',
    target: '/v1/sessions',
    body: JSON.stringify(LOGIN),
    headers: { Origin: LISTED },
  }),
  heard('a navigation', { target: `/v1/authorize?${parameters()}`, headers: { Origin: undefined, ...NAVIGATION } }),
  heard('the interim page’s poll', { target: `/v1/authorize/${'A'.repeat(43)}`, headers: { Origin: undefined } }),
  {
    name: 'the socket for native messaging hosts',
    act: ({ client }) => runAsOtherUser(KNOCK, [client.socketAddress]),
    expected: 'EACCES',
  },
  {
    name: 'the socket, where its folder was opened to others',
    async act({ client: { socketAddress } }) {
      chmodSync(dirname(socketAddress), 0o755);
      const own = await knock(socketAddress);
      return `${await runAsOtherUser(KNOCK, [socketAddress])}, own ${own}`;
    },
    expected: 'EACCES, own connected',
    own: {},
  },
];

export const otherUserCases: readonly AbuseCase[] = canSwitchUser ? everyRequest : [];

/** A program that this user runs can claim an origin; the person is told which program it is. */
export const localProcessCases: readonly AbuseCase[] = [
  {
    name: 'that claims an origin over the loopback is shown as the program it is',
    act: ({ client }) => askByPage(client, { origin: LISTED, body: LOGIN }),
    expected: 'ERR_USER_REFUSED',
    consents: [
      {
        requester: {
          origin: LISTED,
          route: 'loopback',
          caller: { kind: 'program', name: 'node' },
          standing: { level: 'listed' },
        },
      },
    ],
    own: {},
  },
  {
    name: 'that claims an origin at the socket, and to be a browser, is shown as a program',
    async act({ client }) {
      const host = new RawHost(client.socketAddress);
      host.hello('/nowhere/firefox');
      host.send(request(1, open(), EVIL));
      const sessionId = (await until('the session', () => host.answers[0])).envelope.result?.sessionId ?? '';
      host.send(request(2, { method: 'poll', sessionId, waitSeconds: 10 }, EVIL));
      return String((await until('the result', () => host.answers[1])).envelope.error?.code);
    },
    expected: 'ERR_USER_REFUSED',
    consents: [{ requester: { origin: EVIL, route: 'extension', caller: { kind: 'program', name: 'firefox' } } }],
    own: {},
  },
];
