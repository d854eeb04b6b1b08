import { setTimeout as delay } from 'node:timers/promises';
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
  until,
} from '../../support/abuse-asks.js';
import type { AbusedClient } from '../../support/abused-client.js';
import { exchange } from '../../unit/bridge/harness.js';
import { navigate, parameters, sessionIn } from '../../unit/redirect/navigation.js';
import { EVIL, LOGIN, type AbuseCase } from './fixture.js';

/** Opens a session and cancels it at once, as a page does that wants a dialog to flicker. */
async function flicker(client: AbusedClient, origin = EVIL): Promise<string> {
  const opened = await openByPage(client, { origin, body: LOGIN });
  if (opened.status !== 200) return outcomeOf(opened);
  const target = `/v1/sessions/${sessionOf(opened)}`;
  return outcomeOf(await exchange(client.port, { method: 'DELETE', target, headers: { Origin: origin } }));
}

const openDialogs = ({ dialogs }: AbusedClient): number => dialogs.filter(({ outcome }) => !outcome).length;

/** What the outcomes are, each once, with how often it was. */
function counted(outcomes: readonly string[]): string {
  const names = [...new Set(outcomes)].sort();
  return names.map((name) => `${outcomes.filter((outcome) => outcome === name).length} ${name}`).join(', ');
}

export const limitCases: readonly AbuseCase[] = [
  {
    name: 'a loop of asking and cancelling: one dialog, then a pause that two routes share',
    async act({ client }) {
      const outcomes = [];
      for (let count = 0; count < 20; count++) outcomes.push(await flicker(client));
      outcomes.push(await askByExtension(client, { origin: EVIL, body: LOGIN }));
      const { body } = await openByPage(client, { origin: EVIL, body: LOGIN });
      const { error } = JSON.parse(body) as { error: { details: { retryAfterSeconds: number } } };
      return `${counted(outcomes)}, again in ${error.details.retryAfterSeconds} s`;
    },
    expected: '1 200, 20 ERR_PROTOCOL_RATE_LIMITED, again in 2 s',
    consents: [{ requester: { origin: EVIL } }],
    own: {},
  },
  {
    name: 'the pause doubles with each refusal',
    async act({ client }) {
      const first = await askByPage(client, { origin: EVIL, body: LOGIN });
      await delay(2_050);
      const second = await askByPage(client, { origin: EVIL, body: LOGIN });
      const { body } = await openByPage(client, { origin: EVIL, body: LOGIN });
      const { error } = JSON.parse(body) as { error: { code: string; details: { retryAfterSeconds: number } } };
      return `${first}, ${second}, ${error.code} ${error.details.retryAfterSeconds} s`;
    },
    expected: 'ERR_USER_REFUSED, ERR_USER_REFUSED, ERR_PROTOCOL_RATE_LIMITED 4 s',
    consents: [{ requester: { origin: EVIL } }, { requester: { origin: EVIL } }],
    own: {},
  },
  {
    name: 'forty pages at once: one dialog at a time, a bounded queue, and an answer for each',
    async act({ client }) {
      const { refuse } = hesitate(client);
      const origins = Array.from({ length: 40 }, (_, index) => `https://site-${index}.invalid`);
      const opened = await Promise.all(
        origins.map(async (origin) => ({ origin, answer: await openByPage(client, { origin, body: LOGIN }) })),
      );
      await dialogIsRead(client);
      const waiting = opened.filter(({ answer }) => answer.status === 200);
      const shown = openDialogs(client);
      refuse();
      const results = await Promise.all(
        waiting.map(async ({ origin, answer }) => outcomeOf(await resultOf(client, origin, sessionOf(answer)))),
      );
      const refused = opened.filter(({ answer }) => answer.status !== 200).map(({ answer }) => outcomeOf(answer));
      return `${shown} shown; ${counted(refused)}; ${counted(results)}`;
    },
    expected: '1 shown; 31 ERR_PROTOCOL_QUEUE_FULL; 9 ERR_USER_REFUSED',
    consents: Array.from({ length: 9 }, () => ({ requester: { route: 'loopback' } })),
    own: {},
  },
  {
    name: 'redirects in the names of many: two wait, whoever they name, and pages still come through',
    async act({ client }) {
      const { refuse } = hesitate(client);
      const answers = [];
      for (let index = 0; index < 20; index++) {
        const query = parameters({ redirect_uri: `https://site-${index}.invalid/cb` });
        answers.push(await navigate(client.port, { query }));
      }
      const page = sessionOf(await openByPage(client, { origin: EVIL, body: LOGIN }));
      await dialogIsRead(client);
      const shown = openDialogs(client);
      refuse();
      const outcomes = counted(answers.map(outcomeOf));
      await until('the others’ dialogs', () => client.dialogs[2]);
      const ids = answers.filter(({ status }) => status === 200).map(sessionIn);
      return `${shown} shown; ${outcomes}, ${ids.length} pages; page: ${outcomeOf(await resultOf(client, EVIL, page))}`;
    },
    expected: '1 shown; 2 200, 18 ERR_PROTOCOL_BUSY, 2 pages; page: ERR_USER_REFUSED',
    consents: [
      { requester: { route: 'redirect' } },
      { requester: { route: 'redirect' } },
      { requester: { route: 'loopback', origin: EVIL } },
    ],
    own: {},
  },
  {
    name: 'a redirect again at once after it was refused, in another’s name',
    async act({ client }) {
      const first = await askByRedirect(client, { query: parameters({ redirect_uri: 'https://a.invalid/cb' }) });
      return `${first},${await askByRedirect(client, { query: parameters({ redirect_uri: 'https://b.invalid/cb' }) })}`;
    },
    expected: 'ERR_USER_REFUSED,ERR_PROTOCOL_RATE_LIMITED',
    consents: [{ requester: { origin: 'https://a.invalid', confirmed: false } }],
    own: {},
  },
  {
    name: 'the same origin three times at once, by page and extension',
    async act({ client }) {
      const { refuse } = hesitate(client);
      const ids = [
        sessionOf(await openByPage(client, { origin: EVIL, body: LOGIN })),
        sessionOf(await openByPage(client, { origin: EVIL, body: LOGIN })),
      ];
      const more = [
        await askByPage(client, { origin: EVIL, body: LOGIN }),
        await askByExtension(client, { origin: EVIL, body: LOGIN }),
      ];
      refuse();
      const outcomes = await Promise.all(ids.map(async (id) => outcomeOf(await resultOf(client, EVIL, id))));
      return counted([...more, ...outcomes]);
    },
    expected: '2 ERR_PROTOCOL_BUSY, 2 ERR_USER_REFUSED',
    consents: [{ requester: { origin: EVIL } }, { requester: { origin: EVIL } }],
    own: {},
  },
];
