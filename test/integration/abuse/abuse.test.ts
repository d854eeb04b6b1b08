import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAbuseTemplate, type AbusedClient } from '../../support/abused-client.js';
import { askByPage, until } from '../../support/abuse-asks.js';
import { consentCases } from './consent-cases.js';
import { encryptionCases } from './encryption-cases.js';
import { extensionCases } from './extension-cases.js';
import { EVIL, LOGIN, makeWorld, openClient, type AbuseCase, type World } from './fixture.js';
import { limitCases } from './limit-cases.js';
import { loopbackCases } from './loopback-cases.js';
import { messageCases } from './message-cases.js';
import { localProcessCases, otherUserCases } from './process-cases.js';
import { redirectCases } from './redirect-cases.js';
import { redirectUriCases } from './redirect-uri-cases.js';
import { registryCases } from './registry-cases.js';
import { requestClaimCases, requestSignatureCases } from './signed-request-cases.js';

/** The client as the shells open it, over all three routes, with the virtual card. What counts is what card and person got. */
let template: Awaited<ReturnType<typeof makeAbuseTemplate>>;
let world: World;
let shared: AbusedClient;
let ran = 0;

beforeAll(async () => {
  template = await makeAbuseTemplate();
  world = await makeWorld(template.path);
  shared = await openClient(world);
});

afterAll(async () => {
  await shared.close();
  template.remove();
  console.log(`abuse: ${ran} cases`);
});

const PERFORM_SECURITY_OPERATION = 0x2a;
/** For whatever an attack has set off to reach dialog or card. */
const SETTLE_MILLISECONDS = 30;

const signatures = ({ commands }: AbusedClient): number =>
  commands.filter(({ instruction }) => instruction === PERFORM_SECURITY_OPERATION).length;
const verifies = ({ commands }: AbusedClient): number => commands.filter(({ carriesPin }) => carriesPin).length;

/** Nobody was asked but whom the case names, one at a time; without a dialog the card got nothing, with one nothing that counts. */
async function expectHarmless(client: AbusedClient, consents: readonly object[]): Promise<void> {
  await until('the end of every dialog', () => client.dialogs.every(({ outcome }) => outcome) || undefined);
  await delay(SETTLE_MILLISECONDS);
  expect(client.dialogs.map(({ consent }) => consent)).toMatchObject(consents);
  expect(client.dialogs.flatMap(({ prompts }) => prompts)).toEqual([]);
  expect(client.mostDialogs()).toBeLessThanOrEqual(1);
  expect({ verifies: verifies(client), signatures: signatures(client) }).toEqual({ verifies: 0, signatures: 0 });
  if (consents.length === 0) expect(client.commands).toEqual([]);
}

async function attack({ act, expected, consents = [], own }: AbuseCase): Promise<void> {
  const client = own ? await openClient(world, own) : shared;
  client.reset();
  try {
    expect(await act({ client, world })).toBe(expected);
    await expectHarmless(client, consents);
  } finally {
    if (own) await client.close();
  }
  ran++;
}

it('an honest log-in is seen by these instruments', async () => {
  const client = await openClient(world);
  client.person = { decide: () => 'agreed' };
  expect(await askByPage(client, { origin: EVIL, body: LOGIN })).toBe('done');
  expect(client.dialogs.map(({ prompts }) => prompts.length)).toEqual([1]);
  expect({ verifies: verifies(client), signatures: signatures(client) }).toEqual({ verifies: 1, signatures: 1 });
  await expect(expectHarmless(client, [{}])).rejects.toThrow();
  await client.close();
});

const SUITE: Readonly<Record<string, readonly AbuseCase[]>> = {
  'loopback: who asks': loopbackCases,
  'loopback: the message': messageCases,
  redirect: redirectCases,
  redirect_uri: redirectUriCases,
  'extension and native messaging': extensionCases,
  'signed requests: the signature': requestSignatureCases,
  'signed requests: the claims': requestClaimCases,
  'encrypted results': encryptionCases,
  'the registry': registryCases,
  'the consent': consentCases,
  limits: limitCases,
  'another user’s process': otherUserCases,
  'a process of this user': localProcessCases,
};

describe.each(Object.entries(SUITE).filter(([, cases]) => cases.length > 0))('%s', (_title, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => attack(one));
});

it('has at least sixty cases, each with a name of its own', () => {
  const names = Object.entries(SUITE).flatMap(([title, cases]) => cases.map(({ name }) => `${title}: ${name}`));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(60);
});
