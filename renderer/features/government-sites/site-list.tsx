import { useState, type ReactNode } from 'react';
import { SERVICES_PER_PAGE, type ShownOrigin } from '../../../main/ipc/services.js';
import { Address } from '../../ui/address.js';
import { Pager } from '../../ui/pager.js';
import classes from './government-sites.module.css';

interface SiteListProps {
  readonly sites: readonly ShownOrigin[];
  /** Of which list, for its pages. */
  readonly label: string;
  /** What can be done with a site. */
  readonly action?: (site: ShownOrigin) => ReactNode;
}

/** Sites by their addresses, a page at a time: an administrator can name hundreds. */
export function SiteList({ sites, label, action }: SiteListProps) {
  const [wanted, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(sites.length / SERVICES_PER_PAGE));
  const page = Math.min(wanted, pages - 1);
  return (
    <>
      <ul className={classes['list']}>
        {sites.slice(page * SERVICES_PER_PAGE, (page + 1) * SERVICES_PER_PAGE).map((site) => (
          <li key={site.origin} className={classes['row']}>
            <Address requester={site} size="small" />
            {action?.(site)}
          </li>
        ))}
      </ul>
      <Pager label={label} page={page} pages={pages} onShow={setPage} />
    </>
  );
}
