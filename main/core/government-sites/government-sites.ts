import { NATIVE_LIMITS, type GovernmentSitesResult } from '../../../sdk/protocol/index.js';
import { parseRequestOrigin } from '../bridge/origin.js';
import type { Caller } from '../consent/consent-model.js';
import { ClientError } from '../errors.js';
import type { Policy } from '../policy/policy.js';
import type { Clock } from '../ports.js';
import type { Setting, SettingsStore } from '../settings/settings.js';
import { isGovernmentOrigin } from './government-origin.js';
import type { IdentifierSecret } from './identifiers.js';

/** Whose markers a page carries: ours, or those of the official extension, for which ours steps aside. */
export type PageMarker = 'placed' | 'official';

/** What the extension of one browser said last, while this program runs. */
export interface GovernmentBrowser {
  /** As the system names it; foreign text. Empty where it does not. */
  readonly name: string;
  /** Whether the browser lets the extension into the sites' pages. */
  readonly permission: boolean;
  /** The page it told of last. */
  readonly lastPage?: { readonly origin: string; readonly marker: PageMarker; readonly at: Date };
}

export interface GovernmentSitesStatus {
  readonly setting: Setting<boolean>;
  /** Exact origins that an administrator added to `https://*.go.jp`. */
  readonly origins: readonly string[];
  /** Origins whose pages are told that this PC runs Windows. */
  readonly windowsUserAgent: readonly string[];
  readonly browsers: readonly GovernmentBrowser[];
}

/** The person's side of today's government sites. */
export interface GovernmentSites {
  /** @throws ClientError `ERR_INTERNAL_FILE` where what was kept cannot be read */
  status(): GovernmentSitesStatus;
  /**
   * Whether the pages of one origin are told that this PC runs Windows.
   * @throws ClientError `ERR_ORIGIN_NOT_ALLOWED` for what is no government site, or not at the default port; `ERR_INTERNAL_FILE`.
   * As rejections.
   */
  setWindowsUserAgent(origin: string, on: boolean): Promise<void>;
  /** New identifiers for every site. Rejects with `ERR_INTERNAL_FILE`. */
  resetIdentifiers(): Promise<void>;
  /** Hears that `status` may answer something else. @returns what ends it */
  onChange(listener: () => void): () => void;
}

/** What the extension says of itself. */
export interface ExtensionReport {
  readonly caller: Caller;
  readonly permission: boolean;
  readonly page?: { readonly origin: string; readonly marker: PageMarker } | undefined;
}

/** The bridge's side of them. */
export interface GovernmentSitesRules {
  /** As it is now, whoever decided it. */
  readonly isOn: boolean;
  isGovernmentOrigin(origin: string): boolean;
  /** Keeps what the extension says, and answers what it has to know. @throws ClientError `ERR_INTERNAL_FILE` */
  report(report: ExtensionReport): GovernmentSitesResult;
  /** Hears when the mode is turned off: the extension speaks to this process meanwhile. @returns what ends it */
  onTurnedOff(listener: () => void): () => void;
}

/** Where the origins are kept whose pages are told of Windows. All throw `ERR_INTERNAL_FILE`. */
export interface WindowsSites {
  list(): readonly string[];
  set(origin: string, on: boolean): void;
}

/** What the markers in a page say. Data, because sites raise what they ask for. */
export type MarkerVersions = Pick<GovernmentSitesResult, 'extensionVersion' | 'appVersion'>;

export interface GovernmentSitesPorts {
  readonly settings: Pick<SettingsStore, 'read' | 'onChange'>;
  readonly policy: () => Policy;
  readonly clock: Clock;
  readonly windowsSites: WindowsSites;
  readonly identifierSecret: Pick<IdentifierSecret, 'reset'>;
  readonly versions: MarkerVersions;
}

/** Browsers that are remembered; nobody has more, and names are only claims. */
const MOST_BROWSERS = 16;

/** All that is known of them in one process. */
export interface OpenedSites extends GovernmentSites, GovernmentSitesRules {
  /** Whether a bridge hears what the extension says. */
  readonly isServing: boolean;
}

export function createGovernmentSites(ports: GovernmentSitesPorts): OpenedSites {
  return new Sites(ports);
}

class Sites implements OpenedSites {
  readonly #ports: GovernmentSitesPorts;
  readonly #browsers = new Map<string, GovernmentBrowser>();
  readonly #listeners = new Set<() => void>();
  #bridges = 0;

  constructor(ports: GovernmentSitesPorts) {
    this.#ports = ports;
  }

  get isOn(): boolean {
    return this.#setting.value;
  }

  get isServing(): boolean {
    return this.#bridges > 0;
  }

  get #setting(): Setting<boolean> {
    return this.#ports.settings.read().settings.governmentSites;
  }

  get #origins(): readonly string[] {
    return this.#ports.policy().governmentOrigins.filter((origin) => origin.startsWith('https://'));
  }

  isGovernmentOrigin(origin: string): boolean {
    return isGovernmentOrigin(origin, this.#origins);
  }

  status(): GovernmentSitesStatus {
    return {
      setting: this.#setting,
      origins: this.#origins,
      windowsUserAgent: this.#ports.windowsSites.list(),
      browsers: [...this.#browsers.values()],
    };
  }

  async setWindowsUserAgent(unverifiedOrigin: string, on: boolean): Promise<void> {
    const origin = parseRequestOrigin(unverifiedOrigin);
    // One that is no such site any more can still be taken away.
    if (on && !this.isGovernmentOrigin(origin)) {
      throw new ClientError('ERR_ORIGIN_NOT_ALLOWED', 'not a site of a government service');
    }
    // Browsers run a script for a name, not for a port of it, and the extension holds back at all others.
    if (on && !hasDefaultPort(origin)) {
      throw new ClientError('ERR_ORIGIN_NOT_ALLOWED', 'a site with a port of its own cannot be told of Windows');
    }
    await Promise.resolve();
    this.#ports.windowsSites.set(origin, on);
    this.#changed();
  }

  resetIdentifiers(): Promise<void> {
    return this.#ports.identifierSecret.reset();
  }

  onChange(listener: () => void): () => void {
    const endSettings = this.#ports.settings.onChange((_report, changed) => {
      if (changed.includes('governmentSites')) listener();
    });
    this.#listeners.add(listener);
    return () => {
      endSettings();
      this.#listeners.delete(listener);
    };
  }

  onTurnedOff(listener: () => void): () => void {
    this.#bridges++;
    const end = this.#ports.settings.onChange(({ settings }, changed) => {
      if (changed.includes('governmentSites') && !settings.governmentSites.value) listener();
    });
    return () => {
      this.#bridges--;
      end();
    };
  }

  report({ caller, permission, page }: ExtensionReport): GovernmentSitesResult {
    this.#remember(caller.kind === 'browser' ? caller.name : '', { permission, page });
    const { value: enabled, source } = this.#setting;
    return {
      enabled,
      forced: source === 'administrator',
      ...this.#ports.versions,
      origins: enabled ? this.#origins.slice(0, NATIVE_LIMITS.governmentOrigins) : [],
      windowsUserAgent: enabled ? [...this.#windowsUserAgent()] : [],
    };
  }

  /** What is no government site any more is told nothing. */
  #windowsUserAgent(): readonly string[] {
    return this.#ports.windowsSites.list().filter((origin) => this.isGovernmentOrigin(origin));
  }

  #remember(name: string, { permission, page }: Pick<ExtensionReport, 'permission' | 'page'>): void {
    const before = this.#browsers.get(name);
    if (!before && this.#browsers.size >= MOST_BROWSERS) return;
    const lastPage = page ? { ...page, at: this.#ports.clock.now() } : before?.lastPage;
    this.#browsers.set(name, { name, permission, ...(lastPage && { lastPage }) });
    if (page || before?.permission !== permission) this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function hasDefaultPort(origin: string): boolean {
  return !/:[0-9]+$/.test(origin);
}
