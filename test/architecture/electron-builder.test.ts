import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAIN_PAGES } from '../../main/ipc/app.js';
import { readText, REPOSITORY } from './repository.js';

const schema = createRequire(import.meta.url)('app-builder-lib/scheme.json') as object;
// Strict about the configuration, not about how the schema itself is written: it uses keywords of its own.
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

interface Target {
  readonly target: string;
  readonly arch: string | readonly string[];
}

interface BuilderConfiguration {
  readonly win: { readonly target: readonly Target[] };
  readonly pkg: Record<string, unknown>;
  readonly electronFuses: Record<string, boolean>;
  readonly protocols: readonly { schemes: readonly string[] }[];
  readonly mac: Record<'entitlements' | 'entitlementsInherit', string> & {
    hardenedRuntime: boolean;
    target: readonly Target[];
  };
  readonly deb: { depends: readonly string[] };
  readonly icon: string;
  readonly files: readonly string[];
  readonly productName: string;
  readonly linux: {
    readonly target: readonly Target[];
    readonly executableName: string;
    readonly desktop: {
      readonly entry: Record<string, string>;
      readonly desktopActions: Record<string, Record<string, string>>;
    };
  };
}

const configuration = (): BuilderConfiguration => load(readText('electron-builder.yml')) as BuilderConfiguration;

function findFaults(config: unknown): string[] {
  return validate(config) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

describe('electron-builder.yml', () => {
  it('is valid by electron-builder’s own schema', () => {
    expect(findFaults(configuration())).toEqual([]);
  });

  it.each([
    ['an unknown key', { appID: 'x' }],
    ['an unknown key of a target', { deb: { dependencies: [] } }],
    ['an unknown fuse', { electronFuses: { runAsNod: false } }],
    ['a value of the wrong type', { mac: { hardenedRuntime: 'yes' } }],
    ['a number for a text', { appId: 5 }],
  ])('would be refused with %s', (_name, change) => {
    expect(findFaults({ ...configuration(), ...change })).not.toEqual([]);
  });

  it('turns off every way to run the app’s binary as something else', () => {
    expect(configuration().electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('registers the scheme that wakes the app, and no other', () => {
    expect(configuration().protocols.flatMap(({ schemes }) => schemes)).toEqual(['madoguchi']);
  });

  it('asks macOS for the smart card under the hardened runtime', () => {
    const { mac } = configuration();
    expect(mac.hardenedRuntime).toBe(true);
    expect(mac.entitlementsInherit).toBe(mac.entitlements);
    expect(readText(mac.entitlements)).toMatch(/<key>com\.apple\.security\.smartcard<\/key>\s*<true\/>/);
  });

  it('builds for every system and processor that is released', () => {
    const { win, mac, linux } = configuration();
    const built = (platform: { readonly target: readonly Target[] }): string[] =>
      platform.target.flatMap(({ target, arch }) => [arch].flat().map((one) => `${target} ${one}`));
    expect(built(win)).toEqual(['dir x64', 'dir arm64']);
    expect(built(mac)).toEqual(['dmg universal', 'pkg universal']);
    expect(built(linux)).toEqual(['deb x64', 'deb arm64', 'rpm x64', 'rpm arm64']);
  });

  it('installs for all users on macOS, in one place', () => {
    expect(configuration().pkg).toMatchObject({ allowCurrentUserHome: false, isRelocatable: false });
  });

  it('depends on the PC/SC library and service', () => {
    expect(configuration().deb.depends).toEqual(expect.arrayContaining(['libpcsclite1', 'pcscd']));
  });

  it('packs the windows’ pages and their preload script, and not what only development needs', () => {
    const { files } = configuration();
    expect(files).toEqual(expect.arrayContaining(['dist/renderer/**/*', 'dist/main/electron/preload.cjs']));
    const compiled = files.filter((pattern) => pattern.startsWith('dist/'));
    expect(compiled.filter((pattern) => !/^dist\/(?:main|native|renderer|sdk)\//.test(pattern))).toEqual([]);
  });

  it('offers every page of the tray’s menu without a tray', () => {
    const { productName, linux } = configuration();
    const pages = MAIN_PAGES.filter((page) => page !== 'welcome');
    expect(linux.desktop.entry['Actions']).toBe(`${pages.join(';')};`);
    expect(Object.keys(linux.desktop.desktopActions)).toEqual(pages);
    for (const page of pages) {
      const program = `/opt/${productName}/${linux.executableName}`;
      expect(linux.desktop.desktopActions[page]).toMatchObject({
        Exec: `${program} --page=${page}`,
        'Name[ja]': expect.stringMatching(/\p{sc=Han}|\p{sc=Katakana}/u) as string,
      });
    }
  });

  it('names files that exist', () => {
    const { icon, mac } = configuration();
    expect([icon, mac.entitlements].filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
  });
});
