import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Installation } from '../../../main/core/updates/decide-update.js';
import { requireMinimumVersion } from '../../../main/core/updates/updates.js';
import { HttpExchangeError, type HttpExchange } from '../../../main/node/http-exchange.js';
import { downloadsFolder, installationKind, openUpdates, shippedFeedSource } from '../../../main/node/updates/index.js';
import type { UpdateFeedClaims } from '../../../sdk/protocol/index.js';
import { eventually } from '../../support/eventually.js';
import { signingKey, type SigningKey } from '../../support/signed-registry.js';
import { NOW, release, releasePackage, signFeed } from './feeds.js';

const ADDRESS = 'https://updates.example/feed.jws';
const FILE = Buffer.from('a package '.repeat(100));
const PACKAGE = releasePackage({ size: FILE.length, sha256: createHash('sha256').update(FILE).digest('hex') });
const HERE: Installation = { version: '1.2.3', kind: 'installer', platform: 'win32', architecture: 'x64' };

let folder: string;
let key: SigningKey;
let requests: HttpExchange[];
/** What the network answers: octets in parts, or that there is nothing. */
let answers: Map<string, readonly Uint8Array[] | HttpExchangeError>;
let events: [string, unknown][];
/** How many looks at the feed came to an end, of whatever kind. */
let ended: number;
let setting: { value: 'notify' | 'off'; source: 'default' | 'person' | 'administrator' };
let now: Date;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-updates-'));
  key = await signingKey('release-1');
  requests = [];
  ended = 0;
  events = [];
  answers = new Map();
  setting = { value: 'off', source: 'default' };
  now = NOW;
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

interface Parts {
  readonly installation?: Installation;
  readonly source?: null;
  readonly fetch?: () => Promise<void>;
  readonly policy?: { updateChannel?: 'stable' | 'preview'; minimumVersion?: string };
}

function open({ installation = HERE, policy = {}, ...parts }: Parts = {}) {
  const updates = openUpdates({
    stateDirectory: join(folder, 'state'),
    settings: { read: () => ({ settings: { update: setting } }) as never },
    policy: () => policy,
    clock: { now: () => now, monotonic: () => 0, sleep: () => Promise.resolve() },
    log: {
      event(name, fields) {
        events.push([name, fields]);
        // A fault of our own, of which nobody is told.
        if (name === 'update.check-failed' && fields === undefined) ended += 1;
      },
    },
    source: { address: ADDRESS, keys: [key.jwk] },
    installation,
    async fetch(request, take) {
      requests.push(request);
      const answer = answers.get(request.url) ?? new HttpExchangeError('unreachable');
      if (answer instanceof HttpExchangeError) throw answer;
      let length = 0;
      for (const part of answer) {
        length += part.length;
        if (length > request.maxBytes) throw new HttpExchangeError('too-long');
        await take(part);
      }
    },
    ...parts,
  });
  updates.onChange(() => (ended += 1));
  return updates;
}

async function publish(claims: Partial<UpdateFeedClaims> = {}): Promise<void> {
  const releases = [release('1.3.0', { packages: [PACKAGE] })];
  answers.set(ADDRESS, [Buffer.from(`${await signFeed(key, { releases, ...claims })}\n`)]);
  answers.set(PACKAGE.url, [FILE.subarray(0, 333), FILE.subarray(333)]);
}

describe('looking for newer versions', () => {
  it('asks nobody and writes nothing until somebody says so', async () => {
    await publish();
    const updates = open();
    expect(await updates.state()).toEqual({ status: 'unasked' });
    expect(requests).toEqual([]);
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it('finds one, and still knows it after a restart', async () => {
    await publish();
    const found = await open().check(true);
    expect(found).toMatchObject({ status: 'available', offer: { version: '1.3.0', change: 'minor' }, checkedAt: NOW });
    expect(await open().state()).toEqual(found);
    expect(requests).toHaveLength(1);
    expect(events).toEqual([['update.found', { version: '1.3.0' }]]);
    const newer = { ...HERE, version: '1.3.0' };
    expect(await open({ installation: newer }).state()).toMatchObject({ status: 'current' });
  });

  it('sends the same from every installation, and nothing of where it stands in a roll-out', async () => {
    await publish();
    for (let round = 0; round < 5; round++) {
      rmSync(join(folder, 'state'), { recursive: true, force: true });
      const installation = { ...HERE, version: `1.2.${round}`, architecture: 'arm64' };
      await open({ installation }).check(round % 2 === 0);
    }
    expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(Object.keys(requests[0] ?? {}).sort()).toEqual(['maxBytes', 'timeoutMilliseconds', 'url']);
  });

  it('keeps its place in roll-outs', async () => {
    await publish();
    const file = join(folder, 'state', 'updates.json');
    const place = () => (JSON.parse(readFileSync(file, 'utf8')) as { place: number }).place;
    await open().check(true);
    const first = place();
    for (let round = 0; round < 5; round++) await open().check(true);
    expect(place()).toBe(first);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('tells whoever asks, also while it looks by itself', async () => {
    await publish({ releases: [release('1.3.0', { rollout: 0 })] });
    const updates = open();
    const [, told] = await Promise.all([updates.check(false), updates.check(true)]);
    expect(told).toMatchObject({ status: 'available' });
    expect(await updates.state()).toMatchObject({ status: 'available' });
    expect(requests).toHaveLength(1);
  });

  it('begins a damaged file anew', async () => {
    await publish();
    await open().check(true);
    writeFileSync(join(folder, 'state', 'updates.json'), '{"version":1,"place":1e9}');
    expect(await open().state()).toEqual({ status: 'unasked' });
    expect(await open().check(true)).toMatchObject({ status: 'available' });
  });

  it('refuses an older feed also after a restart, and stays with what it knew', async () => {
    await publish({ edition: 5 });
    await open().check(true);
    await publish({ edition: 4, releases: [] });
    const updates = open();
    expect(await updates.check(true)).toMatchObject({ status: 'failed', failure: 'feed-rollback' });
    expect(await open().state()).toMatchObject({ status: 'available' });
    expect(events.at(-1)).toEqual(['update.check-failed', { reason: 'feed-rollback' }]);
  });

  it('refuses a stranger’s feed, a page, and silence', async () => {
    const own = key;
    key = await signingKey('release-1');
    await publish();
    key = own;
    expect(await open().check(true)).toMatchObject({ failure: 'feed-signature' });
    answers.set(ADDRESS, [Buffer.from('<html>')]);
    expect(await open().check(true)).toMatchObject({ failure: 'feed-signature' });
    answers.set(ADDRESS, [Buffer.alloc(600_000)]);
    expect(await open().check(true)).toMatchObject({ failure: 'http-too-long' });
    answers.delete(ADDRESS);
    expect(await open().check(true)).toMatchObject({ failure: 'http-unreachable' });
  });

  it('takes the policy’s channel, and says that the version is below the policy’s least', async () => {
    await publish({ releases: [release('1.3.0', { channel: 'preview' })] });
    expect(await open().check(true)).toMatchObject({ status: 'current', belowMinimum: false });
    expect(await open({ policy: { updateChannel: 'preview' } }).check(true)).toMatchObject({ status: 'available' });
    expect(await open({ policy: { minimumVersion: '1.2.4' } }).check(true)).toMatchObject({ belowMinimum: true });
  });

  it('is off by the administrator: nobody is asked, nothing downloaded', async () => {
    await publish();
    await open().check(true);
    requests = [];
    setting = { value: 'off', source: 'administrator' };
    expect(await open().check(true)).toEqual({ status: 'off' });
    expect(await open().state()).toEqual({ status: 'off' });
    const download = open().download({ version: '1.3.0', folder, agreedToMajor: true });
    await expect(download).rejects.toMatchObject({ details: { rule: 'update-not-offered' } });
    expect(requests).toEqual([]);
  });

  it('says that a build without a feed has none', async () => {
    expect(await open({ source: null }).check(true)).toEqual({ status: 'unconfigured' });
    expect(shippedFeedSource()).toBeUndefined();
  });
});

/** Three looks an hour, of which the day's first asks; what it finds is waited for, so that no day goes by meanwhile. */
async function passDay(requestsAfterwards: number): Promise<void> {
  for (let turn = 0; turn < 72; turn++) {
    now = new Date(now.getTime() + 20 * 60_000);
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    await eventually(() => expect(ended).toBe(requestsAfterwards));
  }
  expect(requests).toHaveLength(requestsAfterwards);
}

describe('looking by itself', () => {
  it.each([
    ['as shipped, never', 'off', 'default', 0],
    ['where the person said no, never', 'off', 'person', 0],
    ['once the person said so, once a day', 'notify', 'person', 1],
    ['where the administrator said so, once a day', 'notify', 'administrator', 1],
  ] as const)('%s', async (_title, value, source, timesADay) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await publish();
    setting = { value, source };
    const updates = open();
    updates.follow();
    expect(requests).toEqual([]);
    await passDay(timesADay);
    await passDay(2 * timesADay);
    updates.close();
    await passDay(2 * timesADay);
  });
});

describe('looking by itself where nothing comes of it', () => {
  it.each<[string, () => Promise<void> | void]>([
    ['nobody answers', () => undefined],
    ['somebody else answers', () => void answers.set(ADDRESS, [Buffer.from('<html>')])],
    ['the feed is over', () => publish({ iat: 1_000, exp: 2_000 })],
  ])('is once a day, too: %s', async (_title, arrange) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await arrange();
    setting = { value: 'notify', source: 'person' };
    const updates = open();
    updates.follow();
    await passDay(1);
    await passDay(2);
    updates.close();
  });

  it('goes on when a look ends in a fault of our own', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    setting = { value: 'notify', source: 'person' };
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const updates = open({
      fetch: () => {
        requests.push({} as HttpExchange);
        return Promise.reject(new Error('a fault'));
      },
    });
    updates.follow();
    await passDay(1);
    await passDay(2);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(events).toContainEqual(['update.check-failed', undefined]);
    updates.close();
  });
});

describe('downloading', () => {
  const request = (parts: object = {}) => ({ version: '1.3.0', folder, agreedToMajor: false, ...parts });
  const files = () => readdirSync(folder).filter((name) => name !== 'state');

  async function checked(parts: Parts = {}) {
    const updates = open(parts);
    await updates.check(true);
    return updates;
  }

  it('writes what the feed says, and over nothing', async () => {
    await publish();
    const updates = await checked();
    const first = await updates.download(request());
    expect(first).toEqual({ status: 'saved', path: join(folder, 'madoguchi-1.3.0.msi') });
    expect(readFileSync(join(folder, 'madoguchi-1.3.0.msi'))).toEqual(FILE);
    await updates.download(request());
    expect(files().sort()).toEqual(['madoguchi-1.3.0-2.msi', 'madoguchi-1.3.0.msi']);
  });

  it.each<[string, readonly Uint8Array[], string]>([
    ['another file of the same length', [Buffer.alloc(FILE.length)], 'hash'],
    ['a shorter one', [FILE.subarray(1)], 'size'],
    ['a longer one', [FILE, Buffer.alloc(1)], 'size'],
    ['nothing', [], 'size'],
  ])('leaves nothing of %s', async (_title, parts, failure) => {
    await publish();
    answers.set(PACKAGE.url, parts);
    expect(await (await checked()).download(request())).toEqual({ status: 'failed', failure });
    expect(files()).toEqual([]);
  });

  it('leaves nothing of what did not come, or was cancelled', async () => {
    await publish();
    answers.set(PACKAGE.url, new HttpExchangeError('unreachable'));
    const updates = await checked();
    expect(await updates.download(request())).toEqual({ status: 'failed', failure: 'http-unreachable' });
    const cancelled = updates.download(request({ signal: AbortSignal.abort() }));
    await expect(cancelled).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(files()).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('follows no link and takes nobody’s file, whatever lies there', async () => {
    await publish();
    const [victim, kept] = [join(folder, 'victim'), join(folder, 'madoguchi-1.3.0-2.msi.part')];
    writeFileSync(victim, 'mine');
    writeFileSync(kept, 'a browser’s');
    symlinkSync(victim, join(folder, 'madoguchi-1.3.0.msi'));
    symlinkSync(victim, join(folder, 'madoguchi-1.3.0-3.msi.part'));
    const saved = await (await checked()).download(request());
    expect(saved).toEqual({ status: 'saved', path: join(folder, 'madoguchi-1.3.0-4.msi') });
    expect([readFileSync(victim, 'utf8'), readFileSync(kept, 'utf8')]).toEqual(['mine', 'a browser’s']);
    expect(files()).toHaveLength(5);
  });

  it('says where there is no place for it', async () => {
    await publish();
    const nowhere = (await checked()).download(request({ folder: join(folder, 'nowhere') }));
    await expect(nowhere).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });

  it('takes no new major version without a yes to that', async () => {
    await publish({ releases: [release('2.0.0', { packages: [PACKAGE] })] });
    const updates = await checked();
    const silent = updates.download(request({ version: '2.0.0' }));
    await expect(silent).rejects.toMatchObject({ details: { rule: 'update-major' } });
    expect(await updates.download(request({ version: '2.0.0', agreedToMajor: true }))).toMatchObject({
      status: 'saved',
    });
  });

  it('takes only what the person was shown, and nothing where the package manager brings it', async () => {
    await publish();
    const rule = { details: { rule: 'update-not-offered' } };
    await expect((await checked()).download(request({ version: '1.4.0' }))).rejects.toMatchObject(rule);
    const managed = await checked({ installation: { ...HERE, kind: 'package-manager' } });
    await expect(managed.download(request())).rejects.toMatchObject(rule);
  });
});

describe('this computer', () => {
  it.each<[string, NodeJS.Platform, string]>([
    ['/usr/lib/madoguchi', 'linux', 'package-manager'],
    ['/opt/Madoguchi/resources/app.asar', 'linux', 'package-manager'],
    ['/usr/local/lib/madoguchi', 'linux', 'installer'],
    ['/srv/someone/Madoguchi', 'linux', 'installer'],
    ['/usr/local/lib/node_modules/madoguchi', 'linux', 'source'],
    ['/Applications/Madoguchi.app/Contents/Resources/app.asar', 'darwin', 'installer'],
    ['C:\\Program Files\\Madoguchi\\resources\\app.asar', 'win32', 'installer'],
  ])('%s on %s is from: %s', (root, platform, kind) => {
    const expected = root.includes('node_modules') ? 'source' : kind;
    expect(installationKind(root.includes('node_modules') ? `${root}/` : root, platform)).toBe(expected);
  });

  it('finds where downloads go', () => {
    expect(downloadsFolder({ HOME: folder }, 'darwin')).toBe(join(folder, 'Downloads'));
    const chosen = join(folder, 'ダウンロード');
    writeFileSync(join(folder, 'user-dirs.dirs'), 'XDG_DOWNLOAD_DIR="$HOME/ダウンロード"\n');
    expect(downloadsFolder({ HOME: folder, XDG_CONFIG_HOME: folder }, 'linux')).toBe(chosen);
    writeFileSync(join(folder, 'user-dirs.dirs'), 'XDG_DOWNLOAD_DIR="../elsewhere"\n');
    expect(downloadsFolder({ HOME: folder, XDG_CONFIG_HOME: folder }, 'linux')).toBe(join(folder, 'Downloads'));
  });

  it('does not run below the administrator’s least version', () => {
    expect(() => requireMinimumVersion('1.2.3', {})).not.toThrow();
    expect(() => requireMinimumVersion('1.2.3', { minimumVersion: '1.2.3' })).not.toThrow();
    expect(() => requireMinimumVersion('1.2.3', { minimumVersion: '1.10.0' })).toThrow(
      expect.objectContaining({
        code: 'ERR_POLICY_OPERATION',
        details: { rule: 'minimum-version', minimumVersion: '1.10.0' },
      }),
    );
  });
});
