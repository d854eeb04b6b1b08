import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  BROWSERS,
  inspectIntegration,
  installIntegration,
  registryThroughReg,
  removeIntegration,
  wakeCommandOf,
  type IntegrationOptions,
  type IntegrationReport,
  type Situation,
} from '../../../main/node/browser-integration/index.js';
import { launcherText } from '../../../main/node/browser-integration/contents.js';
import { CHROMIUM_EXTENSION_ID, FIREFOX_EXTENSION_ID, NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';

let home: string;
let situation: Situation;
let options: IntegrationOptions;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'madoguchi-integration-'));
  const environment = { MADOGUCHI_STATE_DIRECTORY: join(home, "it's state") };
  const stateDirectory = environment.MADOGUCHI_STATE_DIRECTORY;
  situation = { platform: 'linux', environment, home, stateDirectory, system: false, root: '' };
  options = { browsers: BROWSERS, situation };
  return () => rmSync(home, { recursive: true, force: true });
});

const states = (report: IntegrationReport<string>): string[] => report.entries.map(({ state }) => state);
const manifest = (browser: 'chromium' | 'firefox'): string =>
  browser === 'firefox'
    ? join(home, '.mozilla', 'native-messaging-hosts', `${NATIVE_HOST_NAME}.json`)
    : join(home, '.config', 'chromium', 'NativeMessagingHosts', `${NATIVE_HOST_NAME}.json`);
const files = (): string[] =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);

describe('the integration with browsers', () => {
  it('names the host and the one extension, by absolute paths', () => {
    installIntegration(options);
    const launcher = join(situation.stateDirectory, 'native-host');
    const common = { name: NATIVE_HOST_NAME, type: 'stdio', path: launcher };
    expect(JSON.parse(readFileSync(manifest('chromium'), 'utf8'))).toMatchObject({
      ...common,
      allowed_origins: [`chrome-extension://${CHROMIUM_EXTENSION_ID}/`],
    });
    const firefox = JSON.parse(readFileSync(manifest('firefox'), 'utf8')) as object;
    expect(firefox).toMatchObject({ ...common, allowed_extensions: [FIREFOX_EXTENSION_ID] });
    expect(firefox).not.toHaveProperty('allowed_origins');
    expect(statSync(launcher).mode & 0o777).toBe(0o755);
    expect(statSync(manifest('chromium')).mode & 0o777).toBe(0o644);
  });

  it('runs the host with what the browser says, whatever is in its paths', () => {
    const program = join(home, 'a "b" $(c) `d`.js');
    writeFileSync(
      program,
      'console.log(JSON.stringify([process.argv.slice(2), process.env.MADOGUCHI_STATE_DIRECTORY]))',
    );
    installIntegration({ ...options, program });
    const printed = execFileSync(join(situation.stateDirectory, 'native-host'), ['chrome-extension://x/', 'a b'], {
      encoding: 'utf8',
      env: {},
    });
    expect(JSON.parse(printed)).toEqual([['native-host', 'chrome-extension://x/', 'a b'], situation.stateDirectory]);
  });

  it('is installed once, found, and removed again', () => {
    expect(states(inspectIntegration(options))).toEqual(Array.from({ length: 6 }, () => 'absent'));
    expect(states(installIntegration(options))).toEqual(Array.from({ length: 5 }, () => 'written'));
    expect(states(installIntegration(options))).toEqual(Array.from({ length: 5 }, () => 'unchanged'));
    expect(states(inspectIntegration(options)).slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'current'));
    expect(states(removeIntegration(options))).toEqual([...Array.from({ length: 5 }, () => 'removed'), 'absent']);
    expect(files()).toEqual([]);
    expect(states(removeIntegration(options))).toEqual(Array.from({ length: 6 }, () => 'absent'));
  });

  it('is updated where the program has moved', () => {
    installIntegration({ ...options, program: '/old/madoguchi.js' });
    const moved = { ...options, program: '/new/madoguchi.js' };
    expect(states(inspectIntegration(moved))[0]).toBe('outdated');
    expect(states(installIntegration(moved))[0]).toBe('written');
    expect(readFileSync(join(situation.stateDirectory, 'native-host'), 'utf8')).toContain('/new/madoguchi.js');
  });

  it('keeps the launcher as long as a browser uses it', () => {
    installIntegration(options);
    removeIntegration({ ...options, browsers: ['firefox'] });
    expect(existsSync(manifest('firefox'))).toBe(false);
    expect(existsSync(join(situation.stateDirectory, 'native-host'))).toBe(true);
    expect(states(removeIntegration(options))).toContain('removed');
    expect(files()).toEqual([]);
  });

  it.each([
    ['another program’s manifest', '{"name":"jp.madoguchi.host","description":"other","path":"/other"}'],
    ['what is no JSON', 'mine'],
    ['a large file', `{"name":"${NATIVE_HOST_NAME}"${' '.repeat(100_000)}}`],
  ])('leaves %s alone', (_what, text) => {
    mkdirSync(dirname(manifest('firefox')), { recursive: true });
    writeFileSync(manifest('firefox'), text);
    expect(() => installIntegration(options)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }));
    const only = { ...options, browsers: ['firefox'] as const };
    expect(states(inspectIntegration(only))[1]).toBe('foreign');
    expect(states(removeIntegration(only))[0]).toBe('kept');
    expect(readFileSync(manifest('firefox'), 'utf8')).toBe(text);
  });

  it('does not write through a link', () => {
    const target = join(home, 'target');
    installIntegration({ ...options, browsers: ['firefox'] });
    writeFileSync(target, readFileSync(manifest('firefox')));
    rmSync(manifest('firefox'));
    symlinkSync(target, manifest('firefox'));
    const firefox = { ...options, browsers: ['firefox'] as const };
    const before = readFileSync(target, 'utf8');
    expect(() => installIntegration(firefox)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }));
    expect(states(inspectIntegration(firefox))[1]).toBe('foreign');
    expect(states(removeIntegration(firefox))[0]).toBe('kept');
    expect(readFileSync(target, 'utf8')).toBe(before);
  });

  it('is for every user below a packager’s root', () => {
    const root = join(home, 'root');
    const system = { ...options, situation: { ...situation, system: true, root } };
    const report = installIntegration(system);
    expect(report.entries.map(({ path }) => path)).toContain(
      '/usr/lib/mozilla/native-messaging-hosts/jp.madoguchi.host.json',
    );
    const text = readFileSync(join(root, '/etc/chromium/native-messaging-hosts/jp.madoguchi.host.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ path: '/usr/local/lib/madoguchi/native-host' });
    const launcher = readFileSync(join(root, '/usr/local/lib/madoguchi/native-host'), 'utf8');
    // Every user has a state of one's own.
    expect(launcher).not.toContain('MADOGUCHI_STATE_DIRECTORY');
    expect(readdirSync(home)).toEqual(['root']);

    installIntegration(options, wakeCommandOf('/usr/bin/madoguchi', []));
    const own = states(inspectIntegration(options));
    expect(states(removeIntegration(system))).toEqual(Array.from({ length: 5 }, () => 'removed'));
    expect(states(inspectIntegration(options))).toEqual(own);
  });

  it('records what starts the client, for its user alone', () => {
    const report = installIntegration(options, wakeCommandOf('/usr/bin/madoguchi', ['serve', '--reader', 'auto']));
    const path = join(situation.stateDirectory, 'wake.json');
    expect(report.entries.at(-1)).toMatchObject({ what: 'wake', path, state: 'written' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      command: ['/usr/bin/madoguchi', 'serve', '--reader', 'auto'],
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(states(inspectIntegration(options)).at(-1)).toBe('current');
    installIntegration(options);
    expect(existsSync(path)).toBe(true);
    removeIntegration(options);
    expect(files()).toEqual([]);
  });

  it('records no command that a search path would decide about', () => {
    for (const program of ['madoguchi', './madoguchi', '']) {
      expect(() => wakeCommandOf(program, [])).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
    }
  });

  it('names browsers that cannot start the host', () => {
    const root = join(home, 'root');
    for (const path of ['snap/bin/firefox', 'var/lib/flatpak/exports/bin/org.chromium.Chromium', 'usr/bin/firefox']) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), '');
    }
    const found = inspectIntegration({ ...options, situation: { ...situation, root } }).unreachable;
    expect(found).toEqual([
      { browser: 'chromium', packaging: 'flatpak', path: '/var/lib/flatpak/exports/bin/org.chromium.Chromium' },
      { browser: 'firefox', packaging: 'snap', path: '/snap/bin/firefox' },
    ]);
  });
});

describe('the integration with browsers on Windows', () => {
  const key = `HKCU\\Software\\Mozilla\\NativeMessagingHosts\\${NATIVE_HOST_NAME}`;

  it('speaks to the registry through reg.exe', () => {
    const runs: string[] = [];
    const registry = registryThroughReg((program, programArguments) => {
      runs.push([program, ...programArguments].join(' '));
      return `\r\n${key}\r\n    (Default)    REG_SZ    C:\\a b\\firefox.json\r\n\r\n`;
    });
    expect(registry.read(key)).toBe('C:\\a b\\firefox.json');
    registry.write(key, 'C:\\a b\\firefox.json');
    registry.remove(key);
    expect(runs).toEqual([
      `reg.exe query ${key} /ve`,
      `reg.exe add ${key} /ve /t REG_SZ /d C:\\a b\\firefox.json /f`,
      `reg.exe delete ${key} /f`,
    ]);
  });

  it('is told of a registry that does not do it', () => {
    const registry = registryThroughReg(() => undefined);
    expect(registry.read(key)).toBeUndefined();
    expect(() => registry.write(key, 'x')).toThrow();
    expect(() => registry.remove(key)).toThrow();
  });

  it('starts the host by a batch file', () => {
    const text = launcherText({
      platform: 'win32',
      node: 'C:\\Program Files\\nodejs\\node.exe',
      program: 'C:\\100%\\bin\\madoguchi.js',
      stateDirectory: undefined,
    });
    expect(text.split('\r\n')).toEqual([
      '@echo off',
      'rem Written by "madoguchi browser-integration install".',
      '"C:\\Program Files\\nodejs\\node.exe" "C:\\100%%\\bin\\madoguchi.js" native-host %*',
      '',
    ]);
  });

  it('writes keys that name its manifests, and removes no others', () => {
    const keys = new Map<string, string>();
    const registry = {
      read: (name: string) => keys.get(name),
      write: (name: string, value: string) => void keys.set(name, value),
      remove: (name: string) => void keys.delete(name),
    };
    // On this system the paths are names of files with backslashes; what counts here are the keys.
    const windows: IntegrationOptions = {
      browsers: ['chrome', 'firefox'],
      situation: { ...situation, platform: 'win32', stateDirectory: join(home, 'state') },
      registry,
    };
    installIntegration(windows);
    expect(keys.get(key)).toMatch(/native-messaging.firefox\.json$/);
    expect(states(inspectIntegration(windows)).slice(0, 3)).toEqual(['current', 'current', 'current']);
    keys.set(key, 'C:\\other.json');
    expect(states(inspectIntegration(windows))[2]).toBe('outdated');
    removeIntegration(windows);
    expect([...keys]).toEqual([[key, 'C:\\other.json']]);
  });
});
