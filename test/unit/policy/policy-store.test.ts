import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settingsAdministrator, type PolicyReading, type PolicySource } from '../../../main/core/policy/resolve.js';
import { historyKeeping } from '../../../main/core/settings/settings.js';
import { openClientRules } from '../../../main/node/client-rules.js';
import { inspectPolicy, openPolicy, policyFileSource, type PolicyStore } from '../../../main/node/policy/index.js';
import { openPersonSettings } from '../../../main/node/settings/index.js';
import { eventually } from '../../support/eventually.js';
import { errorCode } from '../../support/error-code.js';

let folder: string;
let path: string;
let store: PolicyStore | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-store-'));
  path = join(folder, 'policy.json');
});
afterEach(() => {
  store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const events: [string, object | undefined][] = [];
const log = { event: (name: string, fields?: object) => void events.push([name, fields]) };

function put(policy: unknown): void {
  writeFileSync(`${path}.new`, typeof policy === 'string' ? policy : JSON.stringify(policy));
  renameSync(`${path}.new`, path);
}

/** A source whose readings a test sets. */
function settable(name: string) {
  let readings: readonly PolicyReading[] = [];
  const source: PolicySource = { name, watched: [], read: () => readings };
  return {
    source,
    says: (unverifiedValues: unknown) => (readings = [{ status: 'read', source: name, unverifiedValues }]),
    isGone: () => (readings = []),
    breaks: () => (readings = [{ status: 'unreadable', source: name, reason: 'broken' }]),
  };
}

describe('a policy that is open', () => {
  it('does not start without rules that were meant for it', () => {
    const source = settable('one');
    source.breaks();
    expect(errorCode(() => openPolicy({ sources: [source.source] }))).toBe('ERR_INTERNAL_FILE');
    source.says({ allowedOrigin: [] });
    expect(errorCode(() => openPolicy({ sources: [source.source] }))).toBe('ERR_INTERNAL_FILE');
    expect(inspectPolicy([source.source]).problems).toMatchObject([{ kind: 'unknown', name: 'allowedOrigin' }]);
  });

  it('keeps what it knew of a source that breaks, and follows the others', () => {
    const [user, machine] = [settable('user'), settable('machine')];
    user.says({ unlistedSigning: 'refuse', signItems: 3 });
    store = openPolicy({ sources: [user.source, machine.source] });
    user.breaks();
    machine.says({ signItems: 2, phoneReader: false });
    store.refresh();
    const { policy, problems } = store.current();
    expect(policy).toMatchObject({ unlistedSigning: 'refuse', signItems: 2, phoneReader: false });
    expect(problems).toMatchObject([{ kind: 'unreadable', source: 'user' }]);
    user.isGone();
    store.refresh();
    expect(store.current().policy.unlistedSigning).toBe('ask');
    expect(store.current().problems).toEqual([]);
  });

  it('keeps what it knew where a name becomes wrong', () => {
    const source = settable('one');
    source.says({ requesterKeys: 'refuse', blockedOrigins: ['https://one.example'] });
    store = openPolicy({ sources: [source.source] });
    source.says({ requesterKeys: 'allow', blockedOrigin: [] });
    store.refresh();
    expect(store.current().policy).toMatchObject({
      requesterKeys: 'refuse',
      blockedOrigins: ['https://one.example'],
    });
  });

  it('has what counts more from the later source, also where it is malformed', () => {
    const [user, machine] = [settable('user'), settable('machine')];
    user.says({ unlistedSigning: 'allow', signItems: 900 });
    machine.says({ unlistedSigning: 5 });
    store = openPolicy({ sources: [user.source, machine.source] });
    expect(store.current().policy).toMatchObject({ unlistedSigning: 'refuse', signItems: 900 });
    expect(store.current().entries.map(({ name, source }) => `${name} ${source}`)).toEqual([
      'unlistedSigning machine',
      'signItems user',
    ]);
  });

  it('tells of a change once, logs problems without foreign text, and holds up no process', () => {
    const source = settable('one');
    store = openPolicy({ sources: [source.source], log });
    const heard = vi.fn();
    const end = store.onChange(heard);
    events.length = 0;
    source.says({ signItems: 'many' });
    store.refresh();
    store.refresh();
    expect(heard).toHaveBeenCalledTimes(1);
    source.says({ 'Taro Yamada': 1 });
    store.refresh();
    expect(events).toEqual([
      ['policy.changed', undefined],
      ['policy.problem', { kind: 'malformed', name: 'signItems' }],
      ['policy.changed', undefined],
      ['policy.problem', { kind: 'unknown' }],
      ['policy.problem', { kind: 'malformed', name: 'signItems' }],
    ]);
    end();
    source.isGone();
    store.refresh();
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it('sees a change of a file by itself', async () => {
    put({ signItems: 3 });
    store = openPolicy({ sources: [policyFileSource({ path, owner: undefined })] });
    const changed = new Promise<void>((resolve) => store?.onChange(resolve));
    put({ signItems: 4 });
    await changed;
    expect(store.current().policy.signItems).toBe(4);
  });
});

describe('settings under a policy', () => {
  it('are locked and freed while the program runs', async () => {
    put({});
    const settings = openPersonSettings({ stateDirectory: folder, log, policyFile: path });
    await settings.change('developerMode', true);
    const heard: (readonly string[])[] = [];
    settings.onChange((_, changed) => heard.push(changed));
    put({ developerMode: false, extensionForced: true });
    await eventually(() => {
      expect(heard).toEqual([['developerMode', 'extension']]);
    });
    expect(settings.read().settings.developerMode).toEqual({ value: false, source: 'administrator', lockedBy: path });
    expect(settings.read().settings.extension.value).toBe(true);
    await expect(settings.change('extension', false)).rejects.toMatchObject({ code: 'ERR_POLICY_OPERATION' });
    rmSync(path);
    await eventually(() => {
      expect(settings.read().settings.developerMode).toEqual({ value: true, source: 'person' });
    });
    settings.close();
  });

  it('that cannot be read are locked to the careful value, and no history is erased for them', () => {
    put({ historyDays: '30', developerMode: 'true', extensionForced: false });
    const { settings } = openPersonSettings({ stateDirectory: folder, log, policyFile: path }).read();
    expect(settings.historyDays).toMatchObject({ value: 0, source: 'administrator', unreadable: true });
    expect(historyKeeping(settings)).toEqual({ record: false, keepDays: undefined });
    expect(settings.developerMode).toMatchObject({ value: false, lockedBy: path });
    expect(settings.extension).toEqual({ value: false, source: 'default' });
  });

  it('say of each lock where it comes from', () => {
    const [user, machine] = [settable('user'), settable('machine')];
    user.says({ language: 'en', historyDays: 3 });
    machine.says({ historyDays: 7 });
    store = openPolicy({ sources: [user.source, machine.source] });
    expect(settingsAdministrator(store.current(), 'nowhere')).toMatchObject({
      locks: { language: 'en', historyDays: 7 },
      sources: { language: 'user', historyDays: 'machine' },
    });
  });
});

it('the rules of a client follow the policy', () => {
  put({ requireEncryption: false });
  const rules = openClientRules({ developerMode: false, policyFile: path, stateDirectory: folder, log });
  put({ requireEncryption: true });
  rules.policyStore.refresh();
  expect(rules.policy.requireEncryption).toBe(true);
  put('{');
  rules.policyStore.refresh();
  expect(rules.policy.requireEncryption).toBe(true);
  rules.close();
});
