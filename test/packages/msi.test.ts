import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildMsi, filesFragment, stableGuid } from '../../tools/packaging/msi.js';
import { listFiles } from '../../tools/packaging/program-files.js';
import { missingTools } from './tools.js';

const missing = missingTools(['wixl', 'msibuild', 'msiinfo', 'wine']);
if (missing.length > 0) console.log(`skipped, the MSI: ${missing.join(', ')} not installed`);

const folder = mkdtempSync(join(tmpdir(), 'madoguchi-msi-test-'));
const prefix = join(folder, 'wine');
const drive = join(prefix, 'drive_c');
const first = join(folder, 'first.msi');
const second = join(folder, 'second.msi');
/** Windows Installer's ERROR_INSTALL_FAILURE, of which a process's status on Linux has the last eight bits. */
const INSTALL_FAILURE = 1_603 & 0xff;

const POLICIES = 'Software\\Policies\\Madoguchi';
const SETUP = 'Software\\Madoguchi\\Setup';
const RUN = 'Software\\Microsoft\\Windows\\CurrentVersion\\Run';
const EVENT_SOURCE = 'System\\CurrentControlSet\\Services\\EventLog\\Application\\Madoguchi';

const environment = {
  ...process.env,
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  // Neither is asked for in the middle of a test, and no window opens.
  WINEDLLOVERRIDES: 'mscoree=;mshtml=',
  DISPLAY: '',
};

function wine(program: string, parameters: readonly string[]): number | null {
  return spawnSync(program, parameters, { cwd: folder, env: environment, stdio: 'ignore' }).status;
}

type Registry = Map<string, Record<string, string>>;

/** What was exported since the last installation, by key. */
const exported = new Map<string, Registry>();

function msiexec(...parameters: string[]): number | null {
  exported.clear();
  return wine('wine', ['msiexec', ...parameters, '/qn']);
}

/** Values by key. Names of values without quotation marks, the default one as `@`; values as they are written. */
function parseRegistry(written: string): Registry {
  const keys: Registry = new Map();
  let values: Record<string, string> = {};
  for (const line of written.replaceAll(/\\\r?\n\s*/g, '').split(/\r?\n/)) {
    const [, key] = /^\[(?:HKEY_LOCAL_MACHINE\\)?(.*)\](?: \d+)?$/.exec(line) ?? [];
    if (key !== undefined) keys.set(key.replaceAll('\\\\', '\\'), (values = {}));
    const [, name, value] = /^(@|"(?:[^"\\]|\\.)*")=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values[name.replace(/^"|"$/g, '')] = value.replaceAll('\\\\', '\\');
  }
  return keys;
}

/** The whole registry of the machine, which Wine writes to disk when it ends. */
function readRegistry(): Registry {
  wine('wineserver', ['-k']);
  return parseRegistry(readFileSync(join(prefix, 'system.reg'), 'latin1'));
}

/** A key and what is below, while Wine runs: much faster than all of it. */
function exportKey(key: string): Registry {
  const known = exported.get(key);
  if (known !== undefined) return known;
  const file = join(folder, 'exported.reg');
  rmSync(file, { force: true });
  const status = wine('wine', ['reg', 'export', `HKLM\\${key}`, 'exported.reg', '/y']);
  // 1: there is no such key.
  expect([0, 1]).toContain(status);
  const registry = parseRegistry(status === 0 ? readFileSync(file, 'utf16le') : '');
  exported.set(key, registry);
  return registry;
}

const valuesOf = (key: string): Record<string, string> => exportKey(key).get(key) ?? {};
/** REG_EXPAND_SZ as it is exported: UTF-16LE with its zero. */
const expandable = (value: string): string =>
  `hex(2):${[...Buffer.from(`${value}\0`, 'utf16le')].map((octet) => octet.toString(16).padStart(2, '0')).join(',')}`;
const text = (value: string): string => JSON.stringify(value).replaceAll('\\\\', '\\');

function installedFiles(): string[] {
  const place = join(drive, 'Program Files', 'Madoguchi');
  return existsSync(place) ? listFiles(place) : [];
}

/** Every product that Windows would list. */
function listedProducts(): string[] {
  const uninstall = 'Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
  return [...exportKey(uninstall)].flatMap(([key, values]) =>
    key.startsWith(`${uninstall}\\`) && values['DisplayName'] === '"Madoguchi"' ? [values['DisplayVersion'] ?? ''] : [],
  );
}

function msiinfoRows(table: string): string[] {
  const { stdout } = spawnSync('msiinfo', ['export', first, table], { encoding: 'utf8' });
  return stdout.split(/\r?\n/);
}

function writePayload(version: string): string {
  const payload = join(folder, `payload-${version}`);
  const files = { 'Madoguchi.exe': version, 'native-host.exe': version, 'resources/app.asar': version };
  const own = version === '1.0.0' ? { 'only-in-first.txt': '' } : { 'only-in-second/file with space & sign.txt': '' };
  for (const [path, content] of Object.entries({ ...files, ...own })) {
    mkdirSync(dirname(join(payload, path)), { recursive: true });
    writeFileSync(join(payload, path), content);
  }
  return payload;
}

const COMMON_FILES = [
  'Madoguchi.exe',
  'native-host.exe',
  'native-messaging/chrome.json',
  'native-messaging/edge.json',
  'native-messaging/firefox.json',
  'resources/app.asar',
];
const FIRST_FILES = [...COMMON_FILES, 'only-in-first.txt'].sort();
const SECOND_FILES = [...COMMON_FILES, 'only-in-second/file with space & sign.txt'].sort();
const PROGRAM = 'C:\\Program Files\\Madoguchi\\';
const ON_RUN = `"\\"${PROGRAM}Madoguchi.exe\\" --hidden"`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing.length > 0)('the MSI, silently in Wine', () => {
  let clean: Registry;

  beforeAll(() => {
    mkdirSync(prefix);
    buildMsi({ payload: writePayload('1.0.0'), version: '1.0.0', output: first });
    buildMsi({ payload: writePayload('1.1.0'), version: '1.1.0', output: second });
    wine('wine', ['wineboot', '-i']);
    wine('wineserver', ['-k']);
    // What Windows Installer writes for itself at its first installation stays.
    msiexec('/i', first);
    msiexec('/x', first);
    clean = readRegistry();
  }, 300_000);

  afterAll(() => {
    wine('wineserver', ['-k']);
  });

  beforeEach(() => {
    expect([listedProducts(), installedFiles(), valuesOf(POLICIES)]).toEqual([[], [], {}]);
  });

  it('installs, with nothing said, no policy and no start with the system', () => {
    expect(msiexec('/i', first)).toBe(0);
    expect(installedFiles()).toEqual(FIRST_FILES);
    expect(valuesOf(POLICIES)).toEqual({});
    expect(valuesOf(RUN)['Madoguchi']).toBeUndefined();
    expect(listedProducts()).toEqual(['"1.0.0"']);
    expect(valuesOf('Software\\Classes\\madoguchi')).toEqual({ '@': '"URL:Madoguchi"', 'URL Protocol': '""' });
    expect(valuesOf('Software\\Classes\\madoguchi\\shell\\open\\command')['@']).toBe(
      `"\\"${PROGRAM}Madoguchi.exe\\" \\"%1\\""`,
    );
    // What lets an ordinary user's program write there by eventcreate.
    expect(valuesOf(EVENT_SOURCE)).toEqual({
      CustomSource: 'dword:00000001',
      EventMessageFile: expandable('%SystemRoot%\\System32\\EventCreate.exe'),
      TypesSupported: 'dword:00000007',
    });
    for (const [browser, key] of [
      ['chrome', 'Google\\Chrome'],
      ['edge', 'Microsoft\\Edge'],
      ['firefox', 'Mozilla'],
    ] as const) {
      const registered = valuesOf(`Software\\${key}\\NativeMessagingHosts\\jp.madoguchi.host`)['@'];
      expect(registered).toBe(text(`${PROGRAM}native-messaging\\${browser}.json`));
      const file = join(drive, 'Program Files/Madoguchi/native-messaging', `${browser}.json`);
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      expect(manifest).toMatchObject({ name: 'jp.madoguchi.host', path: '..\\native-host.exe', type: 'stdio' });
      expect(Object.keys(manifest)).toContain(browser === 'firefox' ? 'allowed_extensions' : 'allowed_origins');
    }

    expect(msiexec('/x', first)).toBe(0);
    expect(ofOurs(readRegistry())).toEqual(ofOurs(clean));
    expect(existsSync(join(drive, 'Program Files', 'Madoguchi'))).toBe(false);
  });

  const PROPERTIES: readonly { property: string; policies: Record<string, string>; run?: boolean }[] = [
    { property: 'AUTOSTART=1', policies: { startWithSystem: 'dword:00000001' }, run: true },
    { property: 'AUTOSTART=0', policies: { startWithSystem: 'dword:00000000' } },
    {
      property: 'ALLOWEDORIGINS=https://a.example https://b.example:8443',
      policies: { allowedOrigins: '"https://a.example https://b.example:8443"' },
    },
    { property: 'PORT=42000', policies: { ports: '"42000"' } },
    { property: 'LANGUAGE=ja-simple', policies: { language: '"ja-simple"' } },
    { property: 'EXTENSION=1', policies: { extensionForced: 'dword:00000001' } },
    { property: 'NOUPDATE=1', policies: { update: '"off"' } },
  ];

  it.each(PROPERTIES)(
    'makes policies of $property, keeps them through an upgrade, and takes them away',
    ({ property, policies, run = false }) => {
      const expectPolicies = (): void => {
        expect(valuesOf(POLICIES)).toEqual(policies);
        expect(valuesOf(RUN)['Madoguchi']).toBe(run ? ON_RUN : undefined);
      };
      expect(msiexec('/i', first, property)).toBe(0);
      expectPolicies();
      expect(msiexec('/i', second)).toBe(0);
      expectPolicies();
      expect(Object.keys(valuesOf(EVENT_SOURCE))).toHaveLength(3);
      expect([listedProducts(), installedFiles()]).toEqual([['"1.1.0"'], SECOND_FILES]);
      expect(msiexec('/x', second)).toBe(0);
      expect(valuesOf(EVENT_SOURCE)).toEqual({});
      expect([valuesOf(POLICIES), valuesOf(SETUP), valuesOf(RUN)['Madoguchi']]).toEqual([{}, {}, undefined]);
    },
  );

  it('is changed, each policy on its own, and repaired without a change', () => {
    const change = (...properties: string[]): number | null =>
      msiexec('/i', first, 'REINSTALL=ALL', 'REINSTALLMODE=omus', ...properties);
    expect(msiexec('/i', first, 'AUTOSTART=1', 'LANGUAGE=ja', 'PORT=42000', 'EXTENSION=1')).toBe(0);
    expect(change('LANGUAGE=en', 'NOUPDATE=1')).toBe(0);
    const changed = {
      startWithSystem: 'dword:00000001',
      language: '"en"',
      ports: '"42000"',
      extensionForced: 'dword:00000001',
      update: '"off"',
    };
    expect(valuesOf(POLICIES)).toEqual(changed);
    rmSync(join(drive, 'Program Files/Madoguchi/resources/app.asar'));
    expect(change()).toBe(0);
    expect([valuesOf(POLICIES), installedFiles()]).toEqual([changed, FIRST_FILES]);
    expect(change('AUTOSTART=0', 'PORT=unset', 'EXTENSION=0')).toBe(0);
    expect(valuesOf(POLICIES)).toEqual({ startWithSystem: 'dword:00000000', language: '"en"', update: '"off"' });
    expect(valuesOf(RUN)['Madoguchi']).toBeUndefined();
    // What was taken away does not come back with the next version.
    expect(msiexec('/i', second, 'AUTOSTART=unset')).toBe(0);
    expect(valuesOf(POLICIES)).toEqual({ language: '"en"', update: '"off"' });
    expect(msiexec('/x', second)).toBe(0);
    expect([valuesOf(POLICIES), valuesOf(SETUP)]).toEqual([{}, {}]);
  });

  it('leaves one, of the newer version, and refuses to go back', () => {
    expect(msiexec('/i', first)).toBe(0);
    expect(msiexec('/i', second)).toBe(0);
    expect([listedProducts(), installedFiles()]).toEqual([['"1.1.0"'], SECOND_FILES]);
    expect(readFileSync(join(drive, 'Program Files/Madoguchi/Madoguchi.exe'), 'utf8')).toBe('1.1.0');
    expect(msiexec('/i', first)).toBe(INSTALL_FAILURE);
    expect([listedProducts(), installedFiles()]).toEqual([['"1.1.0"'], SECOND_FILES]);
    expect(msiexec('/x', second)).toBe(0);
  });

  it.each([
    'AUTOSTART=yes',
    'ALLOWEDORIGINS=http://a.example',
    'PORT=80',
    'PORT=abc',
    'LANGUAGE=xx',
    'NOUPDATE=2',
    'KEEPHISTORY=no',
  ])('installs nothing with %s', (property) => {
    expect(msiexec('/i', first, property)).toBe(INSTALL_FAILURE);
    expect([listedProducts(), installedFiles(), valuesOf(POLICIES)]).toEqual([[], [], {}]);
  });

  describe('the history of the user who removes it', () => {
    const own = (): string => join(drive, 'users', process.env['USER'] ?? 'root', 'AppData', 'Local', 'Madoguchi');
    const history = (): string => join(own(), 'history');

    it.each([
      ['stays without a word', [], true],
      ['stays with KEEPHISTORY=1', ['KEEPHISTORY=1'], true],
      ['is erased with KEEPHISTORY=0', ['KEEPHISTORY=0'], false],
    ] as const)('%s', (_name, properties, stays) => {
      mkdirSync(history(), { recursive: true });
      writeFileSync(join(history(), 'key'), '{}');
      writeFileSync(join(history(), '2026-11-21'), 'day');
      writeFileSync(join(own(), 'settings.json'), '{}');
      expect(msiexec('/i', first)).toBe(0);
      expect(msiinfoRows('RemoveFile')).toContain('HistoryFiles\tHistory\t*\tHISTORYFOLDER\t2');
      // An upgrade is no removal, whatever it is told.
      expect(msiexec('/i', second, ...properties)).toBe(0);
      expect(listFiles(history())).toHaveLength(2);
      expect(msiexec('/x', second, ...properties)).toBe(0);
      // Wine takes away no `*`, which is how Windows erases the entries that cannot be read any more.
      expect(existsSync(join(history(), 'key'))).toBe(stays);
      expect(existsSync(join(history(), '2026-11-21'))).toBe(true);
      expect(listFiles(own())).toContain('settings.json');
    });
  });
});

describe('the list of files for wixl', () => {
  it('names every component by its path alone, so that two versions share them', () => {
    expect(stableGuid('resources/app.asar')).toBe(stableGuid('resources/app.asar'));
    expect(stableGuid('a')).not.toBe(stableGuid('b'));
    expect(stableGuid('a')).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
  });

  it('is not made without what browsers and Windows start', () => {
    const payload = writePayload('2.0.0');
    rmSync(join(payload, 'native-host.exe'));
    expect(() => filesFragment(payload)).toThrow('native-host.exe is missing');
  });
});

/** All that names us. Every use of Wine changes something else. */
function ofOurs(registry: Registry): [string, Record<string, string>][] {
  return [...registry].filter(([key, values]) => /madoguchi|jp\.madoguchi/i.test(`${key}${JSON.stringify(values)}`));
}
