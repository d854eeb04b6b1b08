import { mkdirSync, watch, type FSWatcher } from 'node:fs';
import { toClientError } from '../../core/errors.js';
import type { Log } from '../../core/ports.js';
import {
  changedSettings,
  checkSettingChange,
  checkSettingName,
  resolveSettings,
  type Setting,
  type SettingsAdministrator,
  type SettingsListener,
  type SettingsReport,
  type SettingsStore,
  type SettingValue,
} from '../../core/settings/settings.js';
import { SETTINGS_FILE, SettingsFile } from './settings-file.js';

export interface SettingsStoreOptions {
  /** As `stateDirectory()` answers it. Made when something is kept there. */
  readonly stateDirectory: string;
  readonly administrator: SettingsAdministrator | ChangingAdministrator;
  readonly log: Log;
}

/** An administrator whose decisions may change while the program runs. */
export interface ChangingAdministrator {
  current(): SettingsAdministrator;
  /** @returns what ends it */
  onChange(listener: () => void): () => void;
}

/**
 * The settings in `settings.json` of the state directory, which only its owner can read. Read at every question, so that what
 * another process changes holds at once.
 */
export function openSettings(options: SettingsStoreOptions): SettingsStore {
  return new FileSettingsStore(options);
}

class FileSettingsStore implements SettingsStore {
  readonly #options: SettingsStoreOptions;
  readonly #file: SettingsFile;
  readonly #listeners = new Set<SettingsListener>();
  #watcher: FSWatcher | undefined;
  #endAdministrator: (() => void) | undefined;
  /** What the listeners know. */
  #told: SettingsReport | undefined;

  constructor(options: SettingsStoreOptions) {
    this.#options = options;
    this.#file = new SettingsFile(options.stateDirectory);
  }

  read(): SettingsReport {
    return resolveSettings(this.#file.read(), this.#administrator(), this.#file.path);
  }

  change(unverifiedName: string, unverifiedValue: unknown): Promise<Setting<SettingValue>> {
    return inPromise(() => {
      const { name, value } = checkSettingChange(unverifiedName, unverifiedValue, this.#administrator());
      this.#file.change((values) => ({ ...values, [name]: value }));
      this.#tell();
      return this.read().settings[name];
    });
  }

  reset(unverifiedName?: string): Promise<void> {
    return inPromise(() => {
      if (unverifiedName === undefined) {
        this.#file.replace({});
      } else {
        const name = checkSettingName(unverifiedName);
        this.#file.change((values) => Object.fromEntries(Object.entries(values).filter(([kept]) => kept !== name)));
      }
      this.#tell();
    });
  }

  onChange(listener: SettingsListener): () => void {
    // One function given twice is heard twice.
    const own: SettingsListener = (report, changed) => {
      listener(report, changed);
    };
    this.#listeners.add(own);
    this.#watch();
    this.#watchAdministrator();
    this.#told ??= this.read();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#endAdministrator?.();
    this.#endAdministrator = undefined;
    this.#told = undefined;
  }

  #administrator(): SettingsAdministrator {
    const { administrator } = this.#options;
    return 'current' in administrator ? administrator.current() : administrator;
  }

  /** Of the folder: each change puts another file in the place of the old one. Keeps no process alive. */
  #watch(): void {
    if (this.#watcher) return;
    const { stateDirectory } = this.#options;
    try {
      mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
      this.#watcher = watch(stateDirectory, { persistent: false }, (_event, name) => {
        if (name === null || name === SETTINGS_FILE) this.#tell();
      });
      this.#watcher.on('error', (error) => {
        this.#notWatching(error);
      });
    } catch (thrown) {
      this.#notWatching(thrown);
    }
  }

  #watchAdministrator(): void {
    const { administrator } = this.#options;
    if (!('current' in administrator)) return;
    this.#endAdministrator ??= administrator.onChange(() => {
      this.#tell();
    });
  }

  /** Whoever reads still sees what is there; only nobody is told. */
  #notWatching(thrown: unknown): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : toClientError(thrown).code;
    this.#options.log.event('settings.not-watched', { code });
  }

  #tell(): void {
    if (this.#told === undefined) return;
    const before = this.#told;
    const report = this.read();
    const changed = changedSettings(before.settings, report.settings);
    const sameDamage = JSON.stringify(before.damage) === JSON.stringify(report.damage);
    if (changed.length === 0 && sameDamage) return;
    this.#told = report;
    for (const listener of [...this.#listeners]) {
      try {
        listener(report, changed);
      } catch (thrown) {
        this.#options.log.event('settings.listener-failed', { code: toClientError(thrown).code });
      }
    }
  }
}

/** As a promise that rejects with whatever `work` throws. */
function inPromise<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
