import type { Release, ReleasePackage, UpdateChannel, UpdateFeedClaims } from '../../../sdk/protocol/index.js';
import { compareVersions, versionChange, type VersionChange } from './version.js';

/**
 * How this program came onto the computer. `package-manager`: the system's own (deb, rpm), which also replaces it. `installer`:
 * a file that somebody opened. `source`: a checkout, or npm.
 */
export type InstallationKind = 'package-manager' | 'installer' | 'source';

/** What is running here. */
export interface Installation {
  readonly version: string;
  readonly kind: InstallationKind;
  /** As Node names them. */
  readonly platform: string;
  readonly architecture: string;
}

export interface UpdateCircumstances {
  readonly installation: Installation;
  readonly channel: UpdateChannel;
  /** Where this installation stands in a roll-out: 0 to 99, drawn once, known to nobody else. */
  readonly place: number;
  /** Whether the person asked: stages of a roll-out are for those who did not. */
  readonly askedByPerson: boolean;
  /** The administrator's: below it the program is not to be used. */
  readonly minimumVersion?: string | undefined;
}

/** A newer version, and what can be done about it here. */
export interface UpdateOffer {
  readonly version: string;
  /** Never taken without a question of its own where it is `major`. */
  readonly change: VersionChange;
  readonly notes?: string | undefined;
  /** What to download. Undefined: there is nothing for this computer, or its package manager brings it. */
  readonly package?: ReleasePackage | undefined;
}

export interface UpdateDecision {
  readonly offer: UpdateOffer | undefined;
  /** This version is below what the feed or the administrator says is the least: it has known defects. */
  readonly belowMinimum: boolean;
}

/** Files that a person can install by hand, by platform, the better one first. */
const KINDS: ReadonlyMap<string, readonly ReleasePackage['kind'][]> = new Map([
  ['win32', ['msi']],
  ['darwin', ['dmg', 'pkg']],
  ['linux', ['tar.gz']],
]);

/** What follows from a feed that was accepted. Never an older version, never one of another channel. */
export function decideUpdate(
  { releases, minimumVersion }: UpdateFeedClaims,
  circumstances: UpdateCircumstances,
): UpdateDecision {
  const { installation, channel, place, askedByPerson } = circumstances;
  const belowMinimum = isBelow(installation.version, [minimumVersion, circumstances.minimumVersion]);
  const isMeant = (release: Release): boolean =>
    (channel === 'preview' || release.channel === 'stable') &&
    compareVersions(release.version, installation.version) > 0 &&
    (askedByPerson || belowMinimum || place < release.rollout);
  const [newest] = releases.filter(isMeant).sort((a, b) => compareVersions(b.version, a.version));
  return { offer: newest && offerOf(newest, installation), belowMinimum };
}

/** Whether a version is older than any of these. */
export function isBelow(version: string, minimums: readonly (string | undefined)[]): boolean {
  return minimums.some((minimum) => minimum !== undefined && compareVersions(version, minimum) < 0);
}

function offerOf({ version, notes, packages }: Release, installation: Installation): UpdateOffer {
  const file = installation.kind === 'installer' ? packageFor(packages, installation) : undefined;
  return {
    version,
    change: versionChange(installation.version, version),
    ...(notes !== undefined && { notes }),
    ...(file && { package: file }),
  };
}

function packageFor(
  packages: readonly ReleasePackage[],
  { platform, architecture }: Installation,
): ReleasePackage | undefined {
  const fitting = packages.filter(
    (one) => one.platform === platform && (one.architecture === architecture || one.architecture === 'universal'),
  );
  for (const kind of KINDS.get(platform) ?? []) {
    const found = fitting.find((one) => one.kind === kind);
    if (found) return found;
  }
  return undefined;
}
