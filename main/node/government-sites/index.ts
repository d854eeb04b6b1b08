import type { GovernmentPagesOptions } from '../../core/bridge/government-pages.js';
import {
  createGovernmentSites,
  type GovernmentSitesPorts,
  type OpenedSites,
} from '../../core/government-sites/government-sites.js';
import { createPageOperations, type PageOperationsEnvironment } from '../../core/government-sites/page-operations.js';
import { nodeMessageAuthentication } from '../node-crypto.js';
import { openIdentifierSecret } from './identifier-secret.js';
import { loadMarkerVersions } from './marker-versions.js';
import { openWindowsSites } from './windows-sites.js';

export interface SitesOptions extends Pick<GovernmentSitesPorts, 'settings' | 'policy' | 'clock'> {
  readonly stateDirectory: string;
}

export interface GovernmentSitesOptions extends Omit<SitesOptions, 'clock'> {
  /** What every use of the card goes by. */
  readonly environment: Omit<PageOperationsEnvironment, 'identifierSecret' | 'messageAuthentication'>;
}

export interface OpenedGovernmentSites {
  readonly governmentSites: OpenedSites;
  /** For the bridge. */
  readonly governmentPages: GovernmentPagesOptions;
}

/** Today's government sites without a card: what the person and the administrator decided. @throws ClientError ERR_INTERNAL_FILE */
export function openSites({ stateDirectory, ...ports }: SitesOptions): OpenedSites {
  return createGovernmentSites({
    ...ports,
    identifierSecret: openIdentifierSecret(stateDirectory),
    windowsSites: openWindowsSites(stateDirectory),
    versions: loadMarkerVersions(),
  });
}

/** The same, with what is kept about them in the state directory. @throws ClientError ERR_INTERNAL_FILE */
export function openGovernmentSites(options: GovernmentSitesOptions): OpenedGovernmentSites {
  const { stateDirectory, environment, settings, policy } = options;
  const identifierSecret = openIdentifierSecret(stateDirectory);
  const governmentSites = openSites({ stateDirectory, settings, policy, clock: environment.clock });
  const messageAuthentication = nodeMessageAuthentication;
  const run = createPageOperations({ ...environment, identifierSecret, messageAuthentication });
  return { governmentSites, governmentPages: { rules: governmentSites, run } };
}
