import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ClientError } from '../../core/errors.js';
import { wakeCommandPath, wakeCommandSchema, type WakeCommand } from '../native-host/index.js';
import { packageRoot } from '../package-root.js';
import { isOwnLauncher, isOwnManifest, launcherText, manifestText } from './contents.js';
import { fileState, removeOwnFile, writeOwnFile, type FileChange, type FileState, type OwnFile } from './own-file.js';
import { packagedBrowsers, type PackagedBrowser } from './packaged-browsers.js';
import {
  BROWSERS,
  isPackaged,
  launcherPath,
  manifestPlace,
  type Browser,
  type ManifestPlace,
  type Situation,
} from './places.js';
import { registryThroughReg, type RegistryKeys } from './registry.js';

export interface IntegrationOptions {
  readonly browsers: readonly Browser[];
  readonly situation: Situation;
  /** What the launcher runs; this program unless given. */
  readonly node?: string;
  readonly program?: string;
  readonly registry?: RegistryKeys;
}

/** One file, and the browser it is for. Paths are those on the installed system. */
export interface IntegrationEntry<State> {
  readonly what: 'manifest' | 'launcher' | 'wake';
  readonly browser?: Browser;
  readonly path: string;
  readonly registryKey?: string;
  readonly state: State;
}

export interface IntegrationReport<State> {
  readonly entries: readonly IntegrationEntry<State>[];
  /** Browsers that cannot start the host, installed or not. */
  readonly unreachable: readonly PackagedBrowser[];
}

/** Beside the program, in packages of Linux only. */
const PACKAGED_HOST = 'native-host';

/** This user, or every user, of the PC that this process runs on. */
export function currentSituation(choice: Pick<Situation, 'stateDirectory' | 'system' | 'root'>): Situation {
  const { platform, env: environment } = process;
  const packagedHost = join(packageRoot(), PACKAGED_HOST);
  // A packager's root gets what any system would have.
  const isThere = platform === 'linux' && choice.root === '' && existsSync(packagedHost);
  const home = environment['HOME'] || homedir();
  return { ...choice, platform, environment, home, ...(isThere && { packagedHost }) };
}

/**
 * Writes what `options.browsers` need to start the native messaging host. What is already right is left alone.
 * @throws ClientError ERR_INTERNAL_FILE, also where a file of somebody else is in the way; what was written by then stays
 */
export function installIntegration(options: IntegrationOptions, wake?: WakeCommand): IntegrationReport<FileChange> {
  const parts = partsOf(options);
  const registry = registryOf(options);
  const change = isPackaged(options.situation) ? 'unchanged' : writeOwnFile(parts.launcher.file);
  const launcher = { ...parts.launcher, state: change };
  const manifests = parts.manifests.map((part) => ({ ...part, state: writeManifest(part, registry) }));
  const wakes = wake ? [{ ...wakePart(options, wake), state: writeOwnFile(wakePart(options, wake).file) }] : [];
  return report(options, [launcher, ...manifests, ...wakes]);
}

/** Removes what `installIntegration` wrote, and nothing else; the launcher only where no browser uses it any more. */
export function removeIntegration(options: IntegrationOptions): IntegrationReport<FileChange> {
  const parts = partsOf(options);
  const registry = registryOf(options);
  const manifests = parts.manifests.map((part) => ({ ...part, state: removeManifest(part, registry) }));
  const all = partsOf({ ...options, browsers: BROWSERS });
  const isInUse = all.manifests.some(({ file }) => ['current', 'outdated'].includes(fileState(file)));
  const isKept = isInUse || isPackaged(options.situation);
  const rest = isKept ? [] : [parts.launcher, ...wakeParts(options)];
  return report(options, [...manifests, ...rest.map((part) => ({ ...part, state: removeOwnFile(part.file) }))]);
}

/** What is there. */
export function inspectIntegration(options: IntegrationOptions): IntegrationReport<FileState> {
  const { launcher, manifests } = partsOf(options);
  const registry = registryOf(options);
  return report(options, [
    { ...launcher, state: isPackaged(options.situation) ? 'current' : fileState(launcher.file) },
    ...manifests.map((part) => ({ ...part, state: manifestState(part, registry) })),
    ...wakeParts(options).map((part) => ({ ...part, state: wakeState(part) })),
  ]);
}

/** What browsers find for this user: the user's own files, and where there are none, those for every user. */
export function inspectForUser(options: IntegrationOptions): IntegrationReport<FileState> {
  const own = inspectIntegration(options);
  const shared = inspectIntegration({ ...options, situation: { ...options.situation, system: true } });
  const isOwn = own.entries.some(({ what, state }) => what === 'manifest' && state !== 'absent');
  const entries = own.entries.map((entry) => {
    if (entry.state !== 'absent' || (entry.what === 'launcher' && isOwn)) return entry;
    const other = shared.entries.find(({ what, browser }) => what === entry.what && browser === entry.browser);
    return other?.state === 'current' ? other : entry;
  });
  return { ...own, entries };
}

interface Part {
  readonly what: IntegrationEntry<unknown>['what'];
  readonly browser?: Browser;
  /** On the installed system. */
  readonly path: string;
  readonly registryKey?: string;
  readonly file: OwnFile;
}

function partsOf(options: IntegrationOptions): { readonly launcher: Part; readonly manifests: readonly Part[] } {
  const { browsers, situation } = options;
  const launcher = launcherPath(situation);
  return {
    launcher: launcherPart(options, launcher),
    manifests: browsers.map((browser) => manifestPart(manifestPlace(browser, situation), launcher, situation)),
  };
}

function launcherPart({ situation, node, program }: IntegrationOptions, path: string): Part {
  const text = launcherText({
    platform: situation.platform,
    node: node ?? process.execPath,
    program: program ?? join(packageRoot(), 'bin', 'madoguchi.js'),
    // One that a person set must hold for the host, which a browser starts, too.
    stateDirectory: situation.system ? undefined : situation.environment['MADOGUCHI_STATE_DIRECTORY'] || undefined,
  });
  return { what: 'launcher', path, file: { path: rooted(path, situation), text, mode: 0o755, isOwn: isOwnLauncher } };
}

function manifestPart(place: ManifestPlace, launcher: string, situation: Situation): Part {
  const text = manifestText(place.browser, launcher);
  const file = { path: rooted(place.path, situation), text, mode: 0o644, isOwn: isOwnManifest };
  return { what: 'manifest', ...place, file };
}

function wakePart({ situation }: IntegrationOptions, wake?: WakeCommand): Part {
  const path = wakeCommandPath(situation.stateDirectory);
  const text = wake === undefined ? '' : `${JSON.stringify(wake, undefined, 2)}\n`;
  return { what: 'wake', path, file: { path, text, mode: 0o600, isOwn: isWakeCommand } };
}

/** Each user's own: what is installed for all has none. */
function wakeParts(options: IntegrationOptions): Part[] {
  return options.situation.system ? [] : [wakePart(options)];
}

/** Whatever command was recorded is the right one. */
function wakeState({ file }: Part): FileState {
  const state = fileState(file);
  return state === 'outdated' ? 'current' : state;
}

function isWakeCommand(text: string): boolean {
  try {
    return wakeCommandSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** @throws ClientError ERR_PROTOCOL_MALFORMED where the program is not named by its whole path */
export function wakeCommandOf(program: string, programArguments: readonly string[]): WakeCommand {
  const parsed = wakeCommandSchema.safeParse({ command: [program, ...programArguments] });
  if (isAbsolute(program) && parsed.success) return parsed.data;
  const details = { reason: '--wake: an absolute path, and arguments after --' };
  throw new ClientError('ERR_PROTOCOL_MALFORMED', 'wrong usage', { details });
}

function rooted(path: string, { root, system }: Situation): string {
  return system && root !== '' ? join(root, path) : path;
}

function registryOf({ situation, registry }: IntegrationOptions): RegistryKeys | undefined {
  return situation.platform === 'win32' ? (registry ?? registryThroughReg()) : undefined;
}

function manifestState({ file, path, registryKey }: Part, registry: RegistryKeys | undefined): FileState {
  const state = fileState(file);
  if (registry === undefined || registryKey === undefined || state !== 'current') return state;
  return registry.read(registryKey) === path ? 'current' : 'outdated';
}

function writeManifest({ file, path, registryKey }: Part, registry: RegistryKeys | undefined): FileChange {
  const change = writeOwnFile(file);
  if (registry === undefined || registryKey === undefined || registry.read(registryKey) === path) return change;
  registry.write(registryKey, path);
  return 'written';
}

/** A key that names another file than ours stays. */
function removeManifest({ file, path, registryKey }: Part, registry: RegistryKeys | undefined): FileChange {
  if (registry !== undefined && registryKey !== undefined && registry.read(registryKey) === path) {
    registry.remove(registryKey);
  }
  return removeOwnFile(file);
}

function report<State>(
  { browsers, situation }: IntegrationOptions,
  parts: readonly (Part & { readonly state: State })[],
): IntegrationReport<State> {
  return {
    entries: parts.map(({ what, browser, path, registryKey, state }) => ({
      what,
      ...(browser && { browser }),
      path,
      ...(registryKey && { registryKey }),
      state,
    })),
    unreachable: packagedBrowsers(browsers, situation),
  };
}
