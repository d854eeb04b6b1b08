/** One page of a list, and where it is in it. */
export interface PageOf<Thing> {
  readonly shown: readonly Thing[];
  /** From 0; the last where a later one was wanted. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
  /** Things on all pages. */
  readonly found: number;
}

export function pageOf<Thing>(all: readonly Thing[], wanted: number, size: number): PageOf<Thing> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const page = Math.min(wanted, pages - 1);
  return { shown: all.slice(page * size, (page + 1) * size), page, pages, found: all.length };
}
