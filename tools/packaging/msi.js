// @ts-check
/** The MSI from our own WiX source around an unpacked app, by Debian's wixl and msibuild. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, posix } from 'node:path';
import { REPOSITORY } from '../setup/terminal.js';
import { nativeMessagingManifests } from './native-messaging.js';
import { listFiles } from './program-files.js';
import { readJson } from './read-json.js';

/**
 * @typedef {object} MsiProperties
 * @property {string[]} remembered Properties that become policies and hold until another installation says otherwise.
 * @property {Record<string, string>} components Conditions by component; looked at again when the product is changed.
 * @property {Record<string, string>} cleared Policies that are taken away again where their property says `unset`.
 * @property {Record<string, string>} launchConditions What is said where a condition does not hold, by condition.
 */

const SOURCE = join(REPOSITORY, 'packaging', 'windows');
/** Of the components that this tool names; never changes. */
const NAMESPACE = '0f3c2a5e4b524c0e9c556b0b5a3d7e10';
/** msidbComponentAttributes64bit | msidbComponentAttributesTransitive | msidbComponentAttributesRegistryKeyPath */
const CONDITIONAL_COMPONENT = 256 | 64 | 4;
/** The same without a key path in the registry. */
const CLEARING_COMPONENT = 256 | 64;
const LOCAL_MACHINE = 2;
const POLICIES = 'SOFTWARE\\Policies\\Madoguchi';
const SETUP = 'SOFTWARE\\Madoguchi\\Setup';
const RUN = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run';
const EVENT_MESSAGES = '%SystemRoot%\\System32\\EventCreate.exe';
/** Set a property from text. */
const SET_PROPERTY = 51;

/** @param {string} name @returns {string} a GUID that stays the same (RFC 9562, version 5) */
export function stableGuid(name) {
  const hash = createHash('sha1').update(Buffer.from(NAMESPACE, 'hex')).update(name).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.subarray(0, 16).toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** @param {string} version @returns {string} Three numbers, of which Windows Installer compares no more. */
function installerVersion(version) {
  const [, numbers] = /^(\d{1,3}\.\d{1,3}\.\d{1,5})$/.exec(version) ?? [];
  if (numbers === undefined) throw new Error(`${version} is no version that Windows Installer can compare`);
  return numbers;
}

/**
 * Builds `output`.
 * @param {{ readonly payload: string, readonly version: string, readonly output: string }} options `payload`: the unpacked
 *   app with `Madoguchi.exe`, and `native-host.exe`, which browsers start
 */
export function buildMsi({ payload, version, output }) {
  const work = mkdtempSync(join(tmpdir(), 'madoguchi-msi-'));
  try {
    const files = join(work, 'payload');
    cpSync(payload, files, { recursive: true });
    writeManifests(join(files, 'native-messaging'));
    writeFileSync(join(work, 'files.wxs'), filesFragment(files));
    const definitions = { Version: installerVersion(version), ProductCode: stableGuid(`product ${version}`) };
    run(
      'wixl',
      [
        ...['-a', 'x64', '-o', output],
        ...Object.entries(definitions).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
        ...[join(SOURCE, 'madoguchi.wxs'), 'files.wxs'],
      ],
      work,
    );
    run('msibuild', [output, ...edits().flatMap((query) => ['-q', query])], work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Beside each other: on Windows a manifest names the program by a path from its own folder. @param {string} folder */
function writeManifests(folder) {
  mkdirSync(folder, { recursive: true });
  const manifests = nativeMessagingManifests('..\\native-host.exe');
  for (const browser of /** @type {const} */ (['chrome', 'edge', 'firefox'])) {
    writeFileSync(join(folder, `${browser}.json`), manifests[browser].text);
  }
}

/** @param {string} folder @returns {string} */
export function filesFragment(folder) {
  const files = listFiles(folder);
  // wixl takes no absolute paths.
  const root = basename(folder);
  for (const needed of ['Madoguchi.exe', 'native-host.exe', 'resources/app.asar']) {
    if (!files.includes(needed)) throw new Error(`${needed} is missing in what is packed`);
  }
  const references = files.map((path) => `      <ComponentRef Id="${identifier('C', path)}" />`);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">',
    '  <Fragment>',
    '    <DirectoryRef Id="INSTALLDIR">',
    ...folderLines(root, '', files),
    '    </DirectoryRef>',
    '  </Fragment>',
    '  <Fragment>',
    '    <ComponentGroup Id="Files">',
    ...references,
    '    </ComponentGroup>',
    '  </Fragment>',
    '</Wix>',
    '',
  ].join('\n');
}

/** @param {string} root @param {string} folder @param {readonly string[]} files @returns {string[]} */
function folderLines(root, folder, files) {
  const within = files.filter((path) => folder === '' || path.startsWith(`${folder}/`));
  const names = within.map((path) => path.slice(folder === '' ? 0 : folder.length + 1));
  const own = names.filter((name) => !name.includes('/')).map((name) => posix.join(folder, name));
  const below = [...new Set(names.filter((name) => name.includes('/')).map((name) => name.split('/')[0] ?? ''))];
  return [
    ...own.flatMap((path) => [
      `<Component Id="${identifier('C', path)}" Guid="${stableGuid(path)}" Win64="yes">`,
      `<File Id="${identifier('F', path)}" Name="${xml(posix.basename(path))}" Source="${xml(posix.join(root, path))}" KeyPath="yes" />`,
      '</Component>',
    ]),
    ...below.flatMap((name) => {
      const path = posix.join(folder, name);
      return [
        `<Directory Id="${identifier('D', path)}" Name="${xml(name)}">`,
        ...folderLines(root, path, files),
        '</Directory>',
      ];
    }),
  ];
}

/** @param {string} kind @param {string} path */
const identifier = (kind, path) => `${kind}${stableGuid(path).replaceAll('-', '')}`;

/** @param {string} text */
const xml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Statements of Windows Installer's SQL, which has no escapes. @param {string} text */
function quoted(text) {
  if (/['`]/.test(text)) throw new Error(`cannot be written into the database: ${text}`);
  return `'${text}'`;
}

/** What wixl cannot say. @returns {string[]} */
function edits() {
  const { remembered, components, cleared, launchConditions } = /** @type {MsiProperties} */ (
    readJson('packaging/windows/properties.json')
  );
  const secure = ['WIX_UPGRADE_DETECTED', 'WIX_DOWNGRADE_DETECTED', 'KEEPHISTORY', ...remembered];
  const last = remembered.map((name) => `LAST${name}`);
  return [
    // wixl forgets the mark of an expandable text, `#%`; without it Windows finds no messages.
    `UPDATE \`Registry\` SET \`Value\` = ${quoted(`#%${EVENT_MESSAGES}`)} WHERE \`Value\` = ${quoted(EVENT_MESSAGES)}`,
    "DELETE FROM `Property` WHERE `Property` = 'SecureCustomProperties'",
    `INSERT INTO \`Property\` (\`Property\`, \`Value\`) VALUES ('SecureCustomProperties', ${quoted([...secure, ...last].join(';'))})`,
    ...Object.entries(components).flatMap(([name, condition]) => [
      `UPDATE \`Component\` SET \`Condition\` = ${quoted(condition)} WHERE \`Component\` = ${quoted(name)}`,
      `UPDATE \`Component\` SET \`Attributes\` = ${CONDITIONAL_COMPONENT} WHERE \`Component\` = ${quoted(name)}`,
    ]),
    ...Object.entries(launchConditions).map(
      ([condition, text]) =>
        `INSERT INTO \`LaunchCondition\` (\`Condition\`, \`Description\`) VALUES (${quoted(condition)}, ${quoted(text)})`,
    ),
    ...remembered.flatMap((name, index) => remember(name, index)),
    'CREATE TABLE `RemoveRegistry` (`RemoveRegistry` CHAR(72) NOT NULL, `Root` SHORT NOT NULL, `Key` CHAR(255) NOT NULL LOCALIZABLE, `Name` CHAR(255) LOCALIZABLE, `Component_` CHAR(72) NOT NULL PRIMARY KEY `RemoveRegistry`)',
    ...Object.entries(cleared).flatMap(([property, policy]) => clear(property, policy)),
    removal('RunOff', { key: RUN, name: 'Madoguchi', component: 'AutostartOff' }),
    removal('RunUnset', { key: RUN, name: 'Madoguchi', component: 'UnsetAUTOSTART' }),
    ...eraseHistory(),
  ];
}

/** After what the last installation was given is known, and before it is judged. @param {string} name @param {number} index */
function remember(name, index) {
  return [
    action(`Keep${name}`, name, `[LAST${name}]`),
    scheduled(`Keep${name}`, `NOT ${name} AND LAST${name}`, 60 + index),
  ];
}

/**
 * A component of its own whose installation takes values away: what a component no longer has stays in Wine.
 * @param {string} property @param {string} policy
 */
function clear(property, policy) {
  const component = `Unset${property}`;
  const isOff = property === 'EXTENSION' || property === 'NOUPDATE' ? ` OR ${property} = "0"` : '';
  return [
    `INSERT INTO \`Component\` (\`Component\`, \`ComponentId\`, \`Directory_\`, \`Attributes\`, \`Condition\`) VALUES ('${component}', '{${stableGuid(component)}}', 'INSTALLDIR', ${CLEARING_COMPONENT}, ${quoted(`${property} = "unset"${isOff}`)})`,
    `INSERT INTO \`FeatureComponents\` (\`Feature_\`, \`Component_\`) VALUES ('Madoguchi', '${component}')`,
    removal(`Policy${property}`, { key: POLICIES, name: policy, component }),
    removal(`Setup${property}`, { key: SETUP, name: property, component }),
  ];
}

/** @param {string} id @param {{ readonly key: string, readonly name: string, readonly component: string }} value */
const removal = (id, { key, name, component }) =>
  `INSERT INTO \`RemoveRegistry\` (\`RemoveRegistry\`, \`Root\`, \`Key\`, \`Name\`, \`Component_\`) VALUES ('${id}', ${LOCAL_MACHINE}, '${key}', '${name}', '${component}')`;

/** A folder of no name is removed by nothing: only the person or administrator who says so has the history erased. */
function eraseHistory() {
  const removed = 'REMOVE = "ALL" AND KEEPHISTORY = "0" AND NOT UPGRADINGPRODUCTCODE';
  const row = (/** @type {string} */ key, /** @type {string} */ name) =>
    `INSERT INTO \`RemoveFile\` (\`FileKey\`, \`Component_\`, \`FileName\`, \`DirProperty\`, \`InstallMode\`) VALUES ('${key}', 'History', ${name}, 'HISTORYFOLDER', 2)`;
  return [
    action('EraseHistory', 'HISTORYFOLDER', '[LocalAppDataFolder]Madoguchi\\history\\'),
    scheduled('EraseHistory', removed, 1_010),
    // The key first, and by its name, for Wine knows no other: without it nothing of the history can be read.
    row('HistoryKey', "'key'"),
    row('HistoryFiles', "'*'"),
    row('HistoryFolder', "''"),
  ];
}

/** @param {string} name @param {string} property @param {string} value */
const action = (name, property, value) =>
  `INSERT INTO \`CustomAction\` (\`Action\`, \`Type\`, \`Source\`, \`Target\`) VALUES ('${name}', ${SET_PROPERTY}, '${property}', ${quoted(value)})`;

/** @param {string} name @param {string} condition @param {number} sequence */
const scheduled = (name, condition, sequence) =>
  `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Condition\`, \`Sequence\`) VALUES ('${name}', ${quoted(condition)}, ${sequence})`;

/** @param {string} program @param {readonly string[]} parameters @param {string} cwd */
function run(program, parameters, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, encoding: 'utf8' });
  if (status !== 0 || /error|critical/i.test(stderr)) {
    throw new Error(`${program} failed: ${error?.message ?? `${stdout}${stderr}`}`);
  }
}
