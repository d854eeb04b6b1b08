/** Three numbers of a version: breaking, adding, mending. */
export type VersionNumbers = readonly [number, number, number];

const VERSION = /^([0-9]{1,5})\.([0-9]{1,5})\.([0-9]{1,5})(?:[-+].*)?$/;

/** Undefined for what is no version. What stands behind the numbers (`-rc.1`) does not count. */
export function parseVersion(text: string): VersionNumbers | undefined {
  const found = VERSION.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

/** Negative, 0 or positive, as `a` is older than, the same as or newer than `b`. What is no version is older than all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a) ?? NONE, parseVersion(b) ?? NONE];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

const NONE: VersionNumbers = [-1, -1, -1];

export type VersionChange = 'major' | 'minor' | 'patch';

/** What the step from one version to a newer one is. Before 1.0.0, the second number is the one that says "breaking". */
export function versionChange(from: string, to: string): VersionChange {
  const [old, next] = [parseVersion(from) ?? NONE, parseVersion(to) ?? NONE];
  if (old[0] !== next[0]) return 'major';
  if (old[1] !== next[1]) return old[0] === 0 ? 'major' : 'minor';
  return 'patch';
}
