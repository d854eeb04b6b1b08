/** What a document holds that shows or does something else than what its signer may have seen. */
import type { PdfFile } from '../pdf/file.js';
import { isName, PdfReference, type PdfDictionary } from '../pdf/objects.js';
import type { Finding } from '../signature-report.js';
import type { ObjectGraph } from './object-graph.js';

/** Numbers of objects that are told. */
const MAX_NUMBERS = 10;

/** @param graph undefined where the document has too many objects to look through all of them for this */
export async function suspiciousContent(file: PdfFile, graph: ObjectGraph | undefined): Promise<readonly Finding[]> {
  const catalog = await file.dictionary(file.trailer.get('Root'));
  if (catalog === undefined) return [];
  const codes = [
    ...(await activeContent(file, catalog)),
    ...(await formContent(file, catalog)),
    ...((await hasHiddenLayers(file, catalog)) ? ['pdf-hidden-layers'] : []),
  ];
  if (graph !== undefined && hasUnusedPages(file, graph)) codes.push('pdf-unused-pages');
  const repeated = graph === undefined ? [] : repeatedKeys(file, graph);
  return [...codes.map((code): Finding => ({ code, severity: 'warning' })), ...repeated];
}

async function activeContent(file: PdfFile, catalog: PdfDictionary): Promise<readonly string[]> {
  const names = await file.dictionary(catalog.get('Names'));
  const openAction = await file.dictionary(catalog.get('OpenAction'));
  const hasAction = openAction !== undefined && !isName(await file.resolve(openAction.get('S')), 'GoTo');
  const isActive = hasAction || catalog.get('AA') !== undefined || names?.get('JavaScript') !== undefined;
  return isActive ? ['pdf-active-content'] : [];
}

async function formContent(file: PdfFile, catalog: PdfDictionary): Promise<readonly string[]> {
  const form = await file.dictionary(catalog.get('AcroForm'));
  const isDrawnAnew = (await file.resolve(form?.get('NeedAppearances'))) === true;
  return [
    ...(form?.get('XFA') === undefined ? [] : ['pdf-xfa-form']),
    // Viewers then draw the fields from their values, not as they were signed.
    ...(isDrawnAnew ? ['pdf-need-appearances'] : []),
  ];
}

/** Optional content that is off until a viewer or a later revision turns it on (ISO 32000-2 §8.11.4.3). */
async function hasHiddenLayers(file: PdfFile, catalog: PdfDictionary): Promise<boolean> {
  const properties = await file.dictionary(catalog.get('OCProperties'));
  const configuration = await file.dictionary(properties?.get('D'));
  const off = await file.array(configuration?.get('OFF'));
  return (off?.items.length ?? 0) > 0 || isName(await file.resolve(configuration?.get('BaseState')), 'OFF');
}

/** Readers disagree on which of two values counts, so that nobody knows what was signed. */
function repeatedKeys(file: PdfFile, graph: ObjectGraph): readonly Finding[] {
  const root = file.trailer.get('Root');
  const numbers = root instanceof PdfReference ? graph.repeatedKeys(root.number) : [];
  if (numbers.length === 0) return [];
  const unverifiedDetail = numbers.slice(0, MAX_NUMBERS).join(', ');
  return [{ code: 'pdf-repeated-keys', severity: 'failure', unverifiedDetail }];
}

/** Pages that no page tree has: removed without a trace, or kept for a later revision to put in. */
function hasUnusedPages(file: PdfFile, graph: ObjectGraph): boolean {
  const root = file.trailer.get('Root');
  if (!(root instanceof PdfReference)) return false;
  const used = graph.pageTree(root.number);
  return graph.pages.some((number) => !used.has(number));
}
