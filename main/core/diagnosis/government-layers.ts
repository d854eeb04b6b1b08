import type { GovernmentBrowser } from '../government-sites/government-sites.js';
import type { GovernmentSitesView } from './diagnosis-ports.js';
import { found, type Found } from './layer-result.js';

/** Whether the mode is on, and a browser lets the extension into the sites' pages. */
export function governmentPermissionFinding(sites: GovernmentSitesView): Found {
  const { isOn, isServing } = sites;
  const { setting, browsers } = sites.status();
  if (!isOn) return found(setting.source === 'administrator' ? 'government-sites-forbidden' : 'government-sites-off');
  if (!isServing) return found('asked-in-app');
  if (browsers.length === 0) return found('extension-silent');
  const permitted = browsers.filter(({ permission }) => permission).length;
  const details = { browsers: browsers.length, permitted };
  return found(permitted > 0 ? 'site-access-given' : 'site-access-missing', details);
}

/** Whether the page of a government site that was met last carries our markers. No address is told: it says where one was. */
export function governmentMarkerFinding(sites: GovernmentSitesView): Found {
  if (!sites.isServing) return found('asked-in-app');
  const page = newest(sites.status().browsers);
  if (page === undefined) return found('no-government-page');
  return found(page.marker === 'placed' ? 'marker-placed' : 'official-extension');
}

type Page = NonNullable<GovernmentBrowser['lastPage']>;

function newest(browsers: readonly GovernmentBrowser[]): Page | undefined {
  return browsers.reduce<Page | undefined>(
    (best, { lastPage }) => (lastPage && (!best || lastPage.at >= best.at) ? lastPage : best),
    undefined,
  );
}
