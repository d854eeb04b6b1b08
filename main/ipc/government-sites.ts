import type { Call } from './call.js';
import type { ShownOrigin } from './services.js';

/** What the extension of one browser said last. Nothing is kept: a browser is there once it has spoken. */
export interface GovernmentBrowser {
  /** As the system names it, made safe to display; empty where it does not. */
  readonly shownName: string;
  /** Whether the person let the extension into the pages of government sites. */
  readonly permission: boolean;
  /** The page that was met last; ISO 8601. `official`: another extension serves it, and ours keeps out. */
  readonly lastPage?: { readonly site: ShownOrigin; readonly marker: 'placed' | 'official'; readonly at: string };
}

/** How it stands with today's government sites, beside the setting itself. */
export interface GovernmentSitesView {
  /** Exact origins that an administrator adds to `go.jp`. */
  readonly origins: readonly ShownOrigin[];
  /** Whether this PC runs Linux, which some of these sites turn away. */
  readonly isLinux: boolean;
  /** Sites that are told of Windows. */
  readonly windowsUserAgent: readonly ShownOrigin[];
  readonly browsers: readonly GovernmentBrowser[];
}

/** `added`: with the view as it is then. */
export type AddedSite =
  | { readonly status: 'added'; readonly view: GovernmentSitesView }
  | { readonly status: 'no-address' }
  /** A site, but none that this is for. */
  | { readonly status: 'not-government' }
  | { readonly status: 'already' };

/** Today's government sites. The setting that turns them on is changed as every other. */
export interface GovernmentSitesCalls {
  'government.read': Call<undefined, GovernmentSitesView>;
  /** Tells a site of Windows, by an address as people copy or write it. */
  'government.addWindowsSite': Call<{ readonly address: string }, AddedSite>;
  /** `origin`: as in the view. */
  'government.removeWindowsSite': Call<{ readonly origin: string }, GovernmentSitesView>;
  /** Every site gets new identifiers from now on. There is no way back. */
  'government.resetIdentifiers': Call<undefined, { readonly done: true }>;
}

export interface GovernmentSitesPushes {
  /** A browser said something new, or a site was added or removed, here or elsewhere. */
  'government.changed': GovernmentSitesView;
}

export const GOVERNMENT_SITES_CALLS = [
  'government.read',
  'government.addWindowsSite',
  'government.removeWindowsSite',
  'government.resetIdentifiers',
] as const;
export const GOVERNMENT_SITES_PUSHES = ['government.changed'] as const;
