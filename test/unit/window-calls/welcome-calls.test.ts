import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { SettingsStore } from '../../../main/core/settings/settings.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import { welcomeCalls, type WelcomeCallContext } from '../../../main/electron/window-calls/welcome-calls.js';
import type { CallResult } from '../../../main/ipc/call.js';
import { createDocumentEngine, type NodeDocumentEngine } from '../../../main/node/document-engine/document-engine.js';
import { openSettings } from '../../../main/node/settings/index.js';
import { coreClient, type CoreClient } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { CardFactory } from '../../support/virtual-card.js';

let factory: CardFactory;
let documents: NodeDocumentEngine;
let folder: string;
let end: AbortController;
let settings: SettingsStore;

beforeAll(async () => {
  factory = await CardFactory.create();
  documents = createDocumentEngine();
});
afterAll(async () => {
  factory.remove();
  await documents.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-window-welcome-'));
  end = new AbortController();
  const administrator = { from: '/policy.json', locks: {} };
  settings = openSettings({ stateDirectory: folder, administrator, log: { event: () => undefined } });
});
afterEach(() => {
  end.abort();
  settings.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Window {
  readonly core: CoreClient;
  readonly call: ServeCall;
}

async function openWindow(person: Person, parts: Partial<WelcomeCallContext['client']> = {}): Promise<Window> {
  const core = coreClient({ card: await factory.newCard(), person });
  const client = { operations: core.operations, documents, settings, ...parts };
  return { core, call: serveCalls('main', welcomeCalls({ client, signal: end.signal })) };
}

async function refusal(calling: Promise<CallResult<unknown>>): Promise<string> {
  const result = await calling;
  if (result.ok) throw new Error('it was answered');
  return result.error.code;
}

const japanese = { language: 'ja' };

describe('the signature that is tried', () => {
  it('goes through the person’s consent and PIN like every other, and leaves nothing behind', async () => {
    const { core, call } = await openWindow({ decide: () => 'agreed', pins: ['ABC123'] });
    expect(await call('welcome.trySigning', japanese)).toEqual({ ok: true, result: undefined });
    const [dialog] = core.interaction.dialogs;
    const shown = JSON.stringify(dialog?.complete ?? dialog?.consent);
    expect(dialog?.consent.requester).toEqual({ kind: 'self' });
    expect(shown).toContain('練習用の文書.txt');
    expect(shown).toContain('どこにも送られません');
    expect(dialog?.prompts.map(({ role }) => role)).toEqual(['signing']);
    expect(dialog?.givenPins.every((pin) => pin.every((byte) => byte === 0))).toBe(true);
    expect(dialog?.outcome?.status).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is over a text in the language of the window', async () => {
    const { core, call } = await openWindow({});
    await call('welcome.trySigning', { language: 'en' });
    expect(core.interaction.dialogs[0]?.consent).toMatchObject({ requester: { kind: 'self' } });
    expect(JSON.stringify(core.interaction.dialogs[0])).toContain('practice-document.txt');
  });

  it.each([
    ['a text of the page', { ...japanese, text: '一千万円を支払います' }],
    ['a name of the page', { ...japanese, name: '契約書.pdf' }],
    ['a requester', { ...japanese, requester: { kind: 'origin', origin: 'https://example.com' } }],
    ['another language', { language: 'xx' }],
    ['nothing', undefined],
  ])('is never over %s', async (_what, request) => {
    const { core, call } = await openWindow({ decide: () => 'agreed', pins: ['ABC123'] });
    expect(await refusal(call('welcome.trySigning', request))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(core.interaction.dialogs).toEqual([]);
  });

  it('says that the person refused', async () => {
    const { core, call } = await openWindow({ decide: () => 'refused' });
    expect(await refusal(call('welcome.trySigning', japanese))).toBe('ERR_USER_REFUSED');
    expect(core.interaction.dialogs[0]?.givenPins).toEqual([]);
  });

  it.each([
    ['it is stopped', (call: ServeCall) => void call('welcome.stop', undefined)],
    ['the window ends', () => end.abort()],
  ])('ends without a PIN when %s', async (_what, act) => {
    const { core, call } = await openWindow({
      decide: () => {
        act(call);
        return 'agreed';
      },
      pins: ['ABC123'],
    });
    expect(await refusal(call('welcome.trySigning', japanese))).toBe('ERR_USER_CANCELLED');
    expect(core.interaction.dialogs[0]?.givenPins).toEqual([]);
  });

  it('is one at a time, and can be tried again', async () => {
    const decisions: (() => void)[] = [];
    const { core, call } = await openWindow({
      decide: () => new Promise((resolve) => decisions.push(() => resolve('refused'))),
    });
    const first = call('welcome.trySigning', japanese);
    expect(await refusal(call('welcome.trySigning', japanese))).toBe('ERR_PROTOCOL_BUSY');
    await expect.poll(() => decisions.length).toBe(1);
    decisions[0]?.();
    expect(await refusal(first)).toBe('ERR_USER_REFUSED');
    const second = call('welcome.trySigning', japanese);
    await expect.poll(() => decisions.length).toBe(2);
    decisions[1]?.();
    expect(await refusal(second)).toBe('ERR_USER_REFUSED');
    expect(core.interaction.dialogs).toHaveLength(2);
  });

  it('tells why the card made none', async () => {
    const failed = { code: 'ERR_SIGN_DIGEST', message: 'no', retriable: false, details: {} } as const;
    const operations = { sign: () => Promise.resolve([{ status: 'failed', error: failed }] as const) };
    const { call } = await openWindow({}, { operations: operations as unknown as CoreClient['operations'] });
    expect(await refusal(call('welcome.trySigning', japanese))).toBe('ERR_SIGN_DIGEST');
  });
});

describe('the end of the first run', () => {
  it('is remembered', async () => {
    const { call } = await openWindow({});
    expect(settings.read().settings.firstRunDone.value).toBe(false);
    expect(await call('welcome.finish', undefined)).toEqual({ ok: true, result: undefined });
    expect(settings.read().settings.firstRunDone).toEqual({ value: true, source: 'person' });
  });

  it('is told where it cannot be remembered', async () => {
    const change = () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'damaged'));
    const { call } = await openWindow({}, { settings: { ...settings, change } });
    expect(await refusal(call('welcome.finish', undefined))).toBe('ERR_INTERNAL_FILE');
  });
});
