import type { PdfFile } from '../pdf/file.js';
import { compareLaterObjects } from './changed-objects.js';
import { compareCatalogs } from './compare-catalog.js';
import { compareForms } from './compare-form.js';
import { comparePages } from './compare-pages.js';
import { Comparison, type Change } from './comparison.js';
import type { ObjectGraph } from './object-graph.js';

/**
 * What was done to a document after a signature, object by object. What is not known to be harmless is `content`.
 * @param before the document as it was signed
 * @param after as it is now
 * @param graphOf of `after`; asked for only where anything changed
 * @returns empty where the later revisions say nothing new
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-revision-chain`, `pdf-too-complex`, and what the reader refuses
 */
export async function classifyChanges(
  before: PdfFile,
  after: PdfFile,
  graphOf: () => Promise<ObjectGraph>,
): Promise<readonly Change[]> {
  const later = await compareLaterObjects(before, after);
  const comparison = new Comparison({ before, after, ...later, graph: await graphOf() });
  const catalogs = await compareCatalogs(comparison);
  if (catalogs !== undefined) {
    const fields = await compareForms(comparison, catalogs);
    await comparePages(comparison, fields);
    for (const node of comparison.graph.pageTree(catalogs.number)) {
      // Kids of a page tree are pages, whatever else they claim to be.
      if (fields.has(node)) comparison.add('content', `object ${node} (field and page)`);
    }
  }
  await comparison.reachUnexplained();
  return comparison.changes;
}
