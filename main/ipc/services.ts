import type { RegistryFault } from '../core/registry/judge-registry.js';
import type { RegistryKind } from '../core/registry/registry-source.js';
import type { LocalisedText, Operation } from '../../sdk/protocol/index.js';
import type { Call } from './call.js';

export type { LocalisedText, Operation, RegistryFault, RegistryKind };

/** An origin as it is decided by, and its host in Unicode (IDNA) where that differs, made safe to display. */
export interface ShownOrigin {
  readonly origin: string;
  readonly unicodeOrigin?: string;
}

/** One service of a registry in force. All text made safe to display; its registry's signer vouches for it. */
export interface ShownService {
  readonly name: LocalisedText;
  readonly operator: LocalisedText;
  readonly origins: readonly ShownOrigin[];
  readonly purposes: readonly LocalisedText[];
  readonly operations: readonly Operation[];
  /** Whether its requests can be signed, so that they are shown as a verified service's. */
  readonly signs: boolean;
  readonly registry: RegistryKind;
}

/** Services on a page of the list. */
export const SERVICES_PER_PAGE = 20;

export interface ServicesSearch {
  /** Words that all have to be in a service's names or addresses; empty: every service. */
  readonly text: string;
  /** From 0; one behind the last is taken as the last. */
  readonly page: number;
}

export interface ServicesFound {
  readonly services: readonly ShownService[];
  readonly page: number;
  readonly pages: number;
  /** How many were found. */
  readonly found: number;
  /** How many there are. */
  readonly total: number;
}

/** One registry of this PC. Dates are ISO 8601. */
export interface ShownRegistry {
  readonly kind: RegistryKind;
  /** A path or a file's name, made safe to display. */
  readonly shownName: string;
  readonly inForce?: {
    readonly version: number;
    readonly issued: string;
    readonly expires: string;
    readonly services: number;
    readonly verifiers: number;
  };
  /** What is wrong with its file; an older edition may be in force nevertheless. */
  readonly fault?: RegistryFault;
}

/** What the person decided about one site. */
export interface ShownSite extends ShownOrigin {
  readonly blocked: 'no' | 'unconfirmed' | 'all';
  /** What is explained in short. */
  readonly remembered: readonly Operation[];
  /** Its name in a registry. */
  readonly name?: LocalisedText;
}

export type ShownSites =
  | { readonly status: 'readable'; readonly sites: readonly ShownSite[] }
  /** Nothing can be said until `services.resetSites`, and no site may ask for anything. */
  | { readonly status: 'unusable' };

export type JudgedAddress =
  | (ShownOrigin & { readonly status: 'site'; readonly blocked: boolean; readonly name?: LocalisedText })
  | { readonly status: 'no-address' };

export interface SiteChange {
  /** False where there was nothing to undo. */
  readonly done: boolean;
}

/** Services, and what the person decided about sites. */
export interface ServicesCalls {
  'services.find': Call<ServicesSearch, ServicesFound>;
  'services.registries': Call<undefined, readonly ShownRegistry[]>;
  'services.sites': Call<undefined, ShownSites>;
  /** The site that an address as people copy or write it belongs to. */
  'services.judgeAddress': Call<{ readonly address: string }, JudgedAddress>;
  /** `origin`: as `services.judgeAddress` or `services.sites` answered it. */
  'services.block': Call<{ readonly origin: string }, SiteChange>;
  'services.unblock': Call<{ readonly origin: string }, SiteChange>;
  /** Has the explanation in full again. */
  'services.forget': Call<{ readonly origin: string }, SiteChange>;
  /** Forgets everything about all sites, blocks included. */
  'services.resetSites': Call<undefined, SiteChange>;
}

export interface ServicesPushes {
  /** A registry or a decision about a site changed. */
  'services.changed': undefined;
}

export const SERVICES_CALLS = [
  'services.find',
  'services.registries',
  'services.sites',
  'services.judgeAddress',
  'services.block',
  'services.unblock',
  'services.forget',
  'services.resetSites',
] as const;
export const SERVICES_PUSHES = ['services.changed'] as const;
