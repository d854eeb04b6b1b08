import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cardCalls } from '../../../main/electron/window-calls/card-calls.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import { servicesCalls } from '../../../main/electron/window-calls/services-calls.js';
import type { AttributeReading } from '../../../main/ipc/card.js';
import { createClient, type Client } from '../../../main/node/compose.js';
import { recordingLog } from '../bridge/fakes.js';
import { fakeInteraction, type Person } from '../../support/fake-interaction.js';

let stateDirectory: string;
let client: Client | undefined;
let log: ReturnType<typeof recordingLog>;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-window-'));
  log = recordingLog();
});
afterEach(async () => {
  await client?.close();
  client = undefined;
  rmSync(stateDirectory, { recursive: true, force: true });
});

/** The main window over the whole program with its test card. */
async function openWindow(person: Person): Promise<ServeCall> {
  const opened = await createClient({
    interaction: fakeInteraction(person),
    reader: { kind: 'virtual' },
    developerMode: true,
    releaseBuild: false,
    stateDirectory,
    cardWaitMilliseconds: 0,
    policyFile: join(stateDirectory, 'no-policy.json'),
    log,
  });
  client = opened;
  const context = {
    client: opened,
    desktop: { chooseSavePath: () => Promise.resolve(join(stateDirectory, 'no such folder', 'certificate.cer')) },
    language: () => 'ja' as const,
    push: () => undefined,
    signal: new AbortController().signal,
  };
  return serveCalls('main', { ...cardCalls(context), ...servicesCalls(context) });
}

describe('the pages over the whole program', () => {
  it('show the test card, its owner only when asked, and write neither name nor address anywhere else', async () => {
    const call = await openWindow({ decide: () => 'agreed', pins: ['1234', 'ABC123', 'ABC123'] });
    expect(await call('card.look', {})).toMatchObject({
      ok: true,
      result: { status: 'ready', card: { testCard: true } },
    });
    const read = await call('card.readAttributes', { pinRole: 'profile' });
    if (!read.ok) throw new Error(read.error.code);
    const { name = '', address = '', birthDate = '' } = (read.result as AttributeReading).attributes;
    expect([name, address, birthDate].every((value) => value.length > 4)).toBe(true);

    const described = await call('card.describeCertificate', { kind: 'signing' });
    const exported = await call('card.exportCertificate', { kind: 'signing', encoding: 'pem' });
    const looked = await call('card.look', {});
    expect(described.ok).toBe(true);
    expect(exported).toMatchObject({ ok: false, error: { code: 'ERR_INTERNAL_FILE' } });
    const told = JSON.stringify([described, exported, looked, log.events]);
    for (const value of [name, address, birthDate]) expect(told).not.toContain(value);
    // What would be found if it were there.
    expect(JSON.stringify(read)).toContain(name);
  });

  it('share what was decided about sites with the rest of the program', async () => {
    const call = await openWindow({});
    await call('services.block', { origin: 'https://ads.example' });
    expect(client?.sites.isBlocked('https://ads.example', true)).toBe(true);
    expect(await call('services.find', { text: '', page: 0 })).toMatchObject({ ok: true });
    expect(await call('services.registries', undefined)).toMatchObject({ ok: true, result: [{ kind: 'shipped' }] });
  });
});
