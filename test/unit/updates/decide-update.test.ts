import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideUpdate, type UpdateCircumstances } from '../../../main/core/updates/decide-update.js';
import { compareVersions, parseVersion, versionChange } from '../../../main/core/updates/version.js';
import { UPDATE_CHANNELS } from '../../../sdk/protocol/index.js';
import { feedClaims, release, releasePackage } from './feeds.js';

const HERE: UpdateCircumstances = {
  installation: { version: '1.2.3', kind: 'installer', platform: 'win32', architecture: 'x64' },
  channel: 'stable',
  place: 50,
  askedByPerson: false,
};
type Feed = Parameters<typeof feedClaims>[0];
const decide = (feed: Feed, circumstances: Partial<UpdateCircumstances> = {}) =>
  decideUpdate(feedClaims(feed), { ...HERE, ...circumstances });
const offered = (feed: Feed, circumstances: Partial<UpdateCircumstances> = {}) =>
  decide(feed, circumstances).offer?.version;

describe('decideUpdate', () => {
  it.each<[string, string | undefined, Feed, Partial<UpdateCircumstances>]>([
    ['nothing in the feed', undefined, { releases: [] }, {}],
    ['the same version', undefined, { releases: [release('1.2.3')] }, {}],
    ['an older version', undefined, { releases: [release('1.2.2')] }, {}],
    [
      'an older version that the feed demands',
      undefined,
      { releases: [release('1.2.2')], minimumVersion: '1.2.2' },
      {},
    ],
    ['a newer one', '1.2.4', { releases: [release('1.2.4')] }, {}],
    ['numbers, not letters', '1.10.0', { releases: [release('1.9.0'), release('1.10.0'), release('1.3.0')] }, {}],
    ['the newest of several', '2.0.0', { releases: [release('2.0.0'), release('1.2.4')] }, {}],
    ['another channel', undefined, { releases: [release('1.3.0', { channel: 'preview' })] }, {}],
    ['the own channel', '1.3.0', { releases: [release('1.3.0', { channel: 'preview' })] }, { channel: 'preview' }],
    ['stable for who takes previews', '1.3.0', { releases: [release('1.3.0')] }, { channel: 'preview' }],
    [
      'another channel below the minimum',
      undefined,
      { releases: [release('1.3.0', { channel: 'preview' })], minimumVersion: '1.3.0' },
      {},
    ],
    ['a stage it is not in', undefined, { releases: [release('1.3.0', { rollout: 50 })] }, {}],
    ['a stage it is just in', '1.3.0', { releases: [release('1.3.0', { rollout: 51 })] }, {}],
    ['a stage of nobody', undefined, { releases: [release('1.3.0', { rollout: 0 })] }, { place: 0 }],
    ['a stage of everybody', '1.3.0', { releases: [release('1.3.0', { rollout: 100 })] }, { place: 99 }],
    [
      'a stage, and a person who asks',
      '1.3.0',
      { releases: [release('1.3.0', { rollout: 0 })] },
      { askedByPerson: true },
    ],
    [
      'a stage below the feed’s minimum',
      '1.3.0',
      { releases: [release('1.3.0', { rollout: 0 })], minimumVersion: '1.2.4' },
      {},
    ],
    [
      'a stage below the administrator’s minimum',
      '1.3.0',
      { releases: [release('1.3.0', { rollout: 0 })] },
      { minimumVersion: '1.2.4' },
    ],
    [
      'what is whole where the next is in stages',
      '1.2.9',
      { releases: [release('1.3.0', { rollout: 1 }), release('1.2.9')] },
      {},
    ],
  ])('%s', (_title, expected, feed, circumstances) => {
    expect(offered(feed, circumstances)).toBe(expected);
  });

  it.each<[string, boolean, Feed, Partial<UpdateCircumstances>]>([
    ['no minimum', false, {}, {}],
    ['just the feed’s', false, { minimumVersion: '1.2.3' }, {}],
    ['below the feed’s', true, { minimumVersion: '1.2.4' }, {}],
    ['below the administrator’s', true, {}, { minimumVersion: '1.10.0' }],
    ['an administrator’s that could not be read', true, {}, { minimumVersion: '65535.65535.65535' }],
  ])('says whether it is below: %s', (_title, expected, feed, circumstances) => {
    expect(decide(feed, circumstances).belowMinimum).toBe(expected);
  });

  it('names the file for this computer, and none where it is the package manager’s to bring it', () => {
    const packages = [
      releasePackage({ architecture: 'arm64' }),
      releasePackage(),
      releasePackage({ platform: 'darwin', architecture: 'universal', kind: 'pkg' }),
      releasePackage({ platform: 'darwin', architecture: 'universal', kind: 'dmg' }),
      releasePackage({ platform: 'linux', kind: 'deb' }),
    ];
    const fileFor = (parts: Partial<UpdateCircumstances['installation']>) => {
      const installation = { ...HERE.installation, ...parts };
      const file = decide({ releases: [release('1.3.0', { packages })] }, { installation }).offer?.package;
      return file && `${file.platform} ${file.architecture} ${file.kind}`;
    };
    expect(fileFor({})).toBe('win32 x64 msi');
    expect(fileFor({ architecture: 'arm64' })).toBe('win32 arm64 msi');
    expect(fileFor({ architecture: 'ia32' })).toBeUndefined();
    expect(fileFor({ platform: 'darwin', architecture: 'arm64' })).toBe('darwin universal dmg');
    expect(fileFor({ platform: 'linux' })).toBeUndefined();
    expect(fileFor({ platform: 'toString' })).toBeUndefined();
    expect(fileFor({ kind: 'package-manager' })).toBeUndefined();
    expect(fileFor({ kind: 'source' })).toBeUndefined();
  });

  it('never offers what is not newer, nor another channel, whatever the feed says', () => {
    const version = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((numbers) => numbers.join('.'));
    const releases = fc.array(
      fc
        .record({ version, channel: fc.constantFrom(...UPDATE_CHANNELS), rollout: fc.nat(100) })
        .map(({ version: text, ...parts }) => release(text, parts)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(
        releases,
        version,
        version,
        fc.nat(99),
        fc.boolean(),
        (list, own, minimumVersion, place, askedByPerson) => {
          const installation = { ...HERE.installation, version: own };
          const { offer } = decide({ releases: list, minimumVersion }, { installation, place, askedByPerson });
          if (!offer) return;
          expect(compareVersions(offer.version, own)).toBeGreaterThan(0);
          const named = list.filter((one) => one.version === offer.version && one.channel === 'stable');
          expect(named).not.toHaveLength(0);
          const isUrgent = askedByPerson || compareVersions(own, minimumVersion) < 0;
          expect(isUrgent || named.some(({ rollout }) => place < rollout)).toBe(true);
        },
      ),
    );
  });
});

describe('versions', () => {
  it.each([
    ['1.2.3', '1.2.4', 'patch'],
    ['1.2.3', '1.3.0', 'minor'],
    ['1.2.3', '2.0.0', 'major'],
    ['0.1.0', '0.1.1', 'patch'],
    ['0.1.0', '0.2.0', 'major'],
    ['0.9.0', '1.0.0', 'major'],
  ])('from %s to %s is a %s change', (from, to, change) => {
    expect(versionChange(from, to)).toBe(change);
  });

  it('takes what is no version for older than everything', () => {
    expect(parseVersion('latest')).toBeUndefined();
    expect(parseVersion('1.2.3-rc.1')).toEqual([1, 2, 3]);
    expect(parseVersion('999999999999.0.0')).toBeUndefined();
    expect(compareVersions('latest', '0.0.0')).toBeLessThan(0);
  });
});
