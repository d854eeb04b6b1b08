import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import type { Browser, Situation } from './places.js';

/** A browser in a sandbox that lets it start no program of the PC. */
export interface PackagedBrowser {
  readonly browser: Browser;
  readonly packaging: 'snap' | 'flatpak';
  readonly path: string;
}

const SNAPS: Partial<Record<Browser, string>> = { chromium: 'chromium', firefox: 'firefox' };

const FLATPAKS: Record<Browser, string> = {
  chrome: 'com.google.Chrome',
  chromium: 'org.chromium.Chromium',
  edge: 'com.microsoft.Edge',
  firefox: 'org.mozilla.firefox',
};

/** Browsers of this PC that came as Snap or Flatpak, of those in `browsers`. */
export function packagedBrowsers(
  browsers: readonly Browser[],
  { platform, environment, home, root }: Situation,
): PackagedBrowser[] {
  if (platform !== 'linux') return [];
  const data = environment['XDG_DATA_HOME'] || posix.join(home, '.local', 'share');
  const flatpaks = ['/var/lib/flatpak', posix.join(data, 'flatpak')].map((folder) =>
    posix.join(folder, 'exports', 'bin'),
  );
  const places = browsers.flatMap((browser): PackagedBrowser[] => {
    const snap = SNAPS[browser];
    return [
      ...(snap === undefined ? [] : [{ browser, packaging: 'snap' as const, path: posix.join('/snap/bin', snap) }]),
      ...flatpaks.map((folder) => ({
        browser,
        packaging: 'flatpak' as const,
        path: posix.join(folder, FLATPAKS[browser]),
      })),
    ];
  });
  return places.filter(({ path }) => existsSync(posix.join(root, path)));
}
