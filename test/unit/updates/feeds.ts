import {
  UPDATE_FEED_TYPE,
  type Release,
  type ReleasePackage,
  type UpdateFeedClaims,
} from '../../../sdk/protocol/index.js';
import { seconds, signJws, type SigningKey } from '../../support/signed-registry.js';

export const NOW = new Date('2026-11-21T09:00:00Z');

export function releasePackage(parts: Partial<ReleasePackage> = {}): ReleasePackage {
  return {
    platform: 'win32',
    architecture: 'x64',
    kind: 'msi',
    url: 'https://releases.example/madoguchi.msi',
    size: 1_000,
    sha256: 'ab'.repeat(32),
    ...parts,
  };
}

export function release(version: string, parts: Partial<Release> = {}): Release {
  return { version, channel: 'stable', rollout: 100, packages: [releasePackage()], ...parts };
}

/** Edition 1, issued an hour ago for a week, where `parts` do not say otherwise. */
export function feedClaims(parts: Partial<UpdateFeedClaims> = {}): UpdateFeedClaims {
  const iat = seconds(NOW) - 3_600;
  return { edition: 1, iat, exp: iat + 7 * 86_400, releases: [release('1.3.0')], ...parts };
}

export function signFeed(
  key: SigningKey,
  parts: Partial<UpdateFeedClaims> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return signJws(key, UPDATE_FEED_TYPE, feedClaims(parts), header);
}
