import { afterEach, expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { DownloadRequest, DownloadResult, Updates, UpdateState } from '../../../main/core/updates/updates.js';
import { updateCalls } from '../../../main/electron/window-calls/update-calls.js';
import { releasePackage } from '../updates/feeds.js';

const checkedAt = new Date('2026-11-21T09:00:00Z');
const OFFER = { version: '1.3.0', change: 'minor', package: releasePackage() } as const;

const end = new AbortController();
let shown: string[] = [];
let asked: (boolean | DownloadRequest)[] = [];
afterEach(() => {
  shown = [];
  asked = [];
});

interface Parts {
  readonly state?: UpdateState;
  readonly result?: DownloadResult | ClientError;
  readonly installation?: Updates['installation'];
}

function open({ state = { status: 'unasked' }, result, installation = 'installer' }: Parts) {
  const updates: Updates = {
    version: '1.2.3',
    installation,
    channel: () => 'stable',
    state: () => Promise.resolve(state),
    check(askedByPerson) {
      asked.push(askedByPerson);
      return Promise.resolve(state);
    },
    download(request) {
      asked.push(request);
      return result === undefined || result instanceof ClientError
        ? Promise.reject(result ?? new Error('nothing'))
        : Promise.resolve(result);
    },
    follow: () => undefined,
    onChange: () => () => undefined,
    close: () => undefined,
  };
  const desktop = { showInFolder: (path: string) => void shown.push(path) };
  return updateCalls({ client: { updates }, desktop, signal: end.signal }, () => '/srv/hanako/Downloads');
}

it.each<[string, Parts, object]>([
  ['nobody asked', {}, { status: 'unasked' }],
  ['the administrator', { state: { status: 'off' } }, { status: 'off' }],
  [
    'a failure of the network',
    { state: { status: 'failed', failure: 'http-timeout', checkedAt } },
    { status: 'failed', failure: 'unreachable', checkedAt: checkedAt.toISOString() },
  ],
  ['no way out', { state: { status: 'failed', failure: 'http-offline', checkedAt } }, { failure: 'offline' }],
  ['a stranger’s feed', { state: { status: 'failed', failure: 'feed-signature', checkedAt } }, { failure: 'forged' }],
  ['a feed of before', { state: { status: 'failed', failure: 'feed-rollback', checkedAt } }, { failure: 'old' }],
  ['the newest', { state: { status: 'current', belowMinimum: true, checkedAt } }, { belowMinimum: true }],
  [
    'one to download',
    { state: { status: 'available', offer: OFFER, belowMinimum: false, checkedAt } },
    { version: '1.3.0', isMajor: false, from: 'download' },
  ],
  [
    'one of the package manager’s',
    {
      state: { status: 'available', offer: { version: '2.0.0', change: 'major' }, belowMinimum: false, checkedAt },
      installation: 'package-manager',
    },
    { isMajor: true, from: 'package-manager' },
  ],
  [
    'one that there is no file of',
    { state: { status: 'available', offer: { version: '1.3.0', change: 'minor' }, belowMinimum: false, checkedAt } },
    { from: 'elsewhere' },
  ],
])('shows what is known: %s', async (_title, parts, update) => {
  expect(await open(parts)['settings.updates'](undefined)).toMatchObject({ version: '1.2.3', update });
  expect(asked).toEqual([]);
});

it('hands the window neither the address nor the digest of a package', async () => {
  const calls = open({ state: { status: 'available', offer: OFFER, belowMinimum: false, checkedAt } });
  expect(JSON.stringify(await calls['settings.checkUpdates'](undefined))).not.toMatch(/sha256|releases\.example/);
  expect(asked).toEqual([true]);
});

it('downloads to the person’s folder, and shows the file there', async () => {
  const calls = open({ result: { status: 'saved', path: '/srv/hanako/Downloads/\u202emadoguchi.msi' } });
  const request = { version: '1.3.0', agreedToMajor: false };
  const answer = await calls['settings.downloadUpdate'](request);
  expect(answer).toMatchObject({ status: 'saved', shownPath: expect.not.stringContaining('\u202e') as string });
  expect(asked).toEqual([{ ...request, folder: '/srv/hanako/Downloads', signal: end.signal }]);
  expect(shown).toEqual(['/srv/hanako/Downloads/\u202emadoguchi.msi']);
});

it('says that a file was not the right one, and passes refusals on', async () => {
  const request = { version: '1.3.0', agreedToMajor: false };
  const wrong = open({ result: { status: 'failed', failure: 'hash' } });
  expect(await wrong['settings.downloadUpdate'](request)).toEqual({ status: 'failed', failure: 'forged' });
  const refusal = new ClientError('ERR_POLICY_OPERATION', 'no', { details: { rule: 'update-major' } });
  await expect(open({ result: refusal })['settings.downloadUpdate'](request)).rejects.toBe(refusal);
  expect(shown).toEqual([]);
});
