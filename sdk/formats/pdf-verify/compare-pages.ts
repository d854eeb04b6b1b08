/** Pages and what is laid over them: annotations (ISO 32000-2 §7.7.3.3, §12.5). */
import { isName, PdfArray, PdfDictionary, PdfReference, type PdfObject } from '../pdf/objects.js';
import type { ChangedObject } from './changed-objects.js';
import { inEntry, inItem, type Comparison, type Placed } from './comparison.js';
import { itemsOf } from './form-fields.js';
import { differingKeys, isSameValue } from './same-objects.js';

/** Entries of a page that say nothing of how it looks. */
const UNSEEN_KEYS: ReadonlySet<string> = new Set(['Annots', 'LastModified', 'Tabs']);

/** Where a page refers to what is compared with it. */
const PAGE_PLACES: ReadonlySet<string> = new Set(['Annots']);

/** Keys under which an annotation may be referred to: page, reply, pop-up and its parent, structure tree. */
const ANNOTATION_PLACES: ReadonlySet<string> = new Set(['Annots', 'IRT', 'Popup', 'Parent', 'Obj']);

/** Types that viewers do not draw themselves, and that are not drawn without an appearance. */
const UNPAINTED: ReadonlySet<string> = new Set(['Text', 'Link', 'Popup', 'Highlight', 'Underline', 'Squiggly']);

/**
 * Compares the pages among the changed objects, their annotations, and annotations that changed in place.
 * @param fields numbers of the form's fields and their widgets, which were compared as such
 */
export async function comparePages(comparison: Comparison, fields: ReadonlySet<number>): Promise<void> {
  const pages = new PageComparison(comparison, fields);
  const changed = [...comparison.changed.values()].filter(({ kind }) => kind === 'changed');
  for (const object of changed) await pages.page(object);
  await pages.unchangedPages();
  for (const object of changed) pages.annotation(object);
}

class PageComparison {
  readonly #comparison: Comparison;
  readonly #fields: ReadonlySet<number>;

  constructor(comparison: Comparison, fields: ReadonlySet<number>) {
    this.#comparison = comparison;
    this.#fields = fields;
  }

  async page({ number, before, after }: ChangedObject): Promise<void> {
    if (!(before instanceof PdfDictionary) || !isName(before.get('Type'), 'Page')) return;
    if (!(after instanceof PdfDictionary)) return;
    const different = differingKeys(before, after);
    for (const key of different) {
      if (!UNSEEN_KEYS.has(key)) this.#comparison.add('content', `page ${number}/${key}`);
    }
    this.#comparison.approveObject(number, PAGE_PLACES);
    if (!different.includes('Annots') && !this.#comparison.isChanged(after.get('Annots'))) return;
    const list = await this.#comparison.entry({ holder: number, path: '', value: after }, 'Annots');
    await this.#annotations(await this.#comparison.before.array(before.get('Annots')), list, number);
  }

  /** What pages that are as they were refer to: lists that are objects of their own, and annotations named in vain before. */
  async unchangedPages(): Promise<void> {
    const pages = new Set(this.#comparison.graph.pages);
    for (const { holder, target, key } of this.#comparison.graph.edgesTo(this.#comparison.changed)) {
      const object = this.#comparison.changed.get(target);
      if (key !== 'Annots' || !pages.has(holder) || this.#comparison.changed.has(holder)) continue;
      this.#comparison.approveObject(holder, PAGE_PLACES);
      const { before, after } = object ?? {};
      if (after instanceof PdfArray && (before === null || before instanceof PdfArray)) {
        const page = await this.#comparison.after.resolve(new PdfReference(holder, 0));
        const list = await this.#comparison.entry({ holder, path: '', value: page }, 'Annots');
        if (list.holder === target) await this.#annotations(before ?? undefined, list, holder);
      } else if (before === null && after instanceof PdfDictionary) {
        const page = await this.#comparison.after.resolve(new PdfReference(holder, 0));
        this.#approveAnnotation(inEntry({ holder, path: '', value: page }, 'Annots'), target);
        this.#told(after, holder);
      }
    }
  }

  /** The places of one annotation in a list that is written in its page. */
  #approveAnnotation(list: Placed, target: number): void {
    for (const [index, item] of itemsOf(list.value).entries()) {
      this.#comparison.budget.spend();
      const isIt = item instanceof PdfReference && item.number === target;
      if (isIt) this.#comparison.approvePlace(inItem(list, index, item));
    }
  }

  /** Further annotations may stand anywhere; those that were there keep their order, in which they are painted. */
  async #annotations(before: PdfArray | undefined, after: Placed, page: number): Promise<void> {
    const items = itemsOf(before).map((item, index) => ({ item, index }));
    const earlier = new Map(
      items.flatMap(({ item, index }) => (item instanceof PdfReference ? [[item.number, index] as const] : [])),
    );
    const direct = items.filter(({ item }) => !(item instanceof PdfReference));
    let last = -1;
    for (const [index, item] of itemsOf(after.value).entries()) {
      this.#comparison.budget.spend();
      if (item instanceof PdfReference) {
        this.#comparison.approvePlace(inItem(after, index, item));
        const place = earlier.get(item.number);
        earlier.delete(item.number);
        if (place === undefined || this.#comparison.changed.get(item.number)?.kind === 'new') {
          await this.#added(item, page);
        } else last = this.#requireOrder(last, place, page);
      } else {
        const place = this.#takeSame(direct, item);
        if (place === undefined) this.#told(item, page);
        else last = this.#requireOrder(last, place, page);
      }
    }
    for (const number of earlier.keys()) {
      this.#removed(await this.#comparison.before.resolve(new PdfReference(number, 0)), page);
    }
    for (const { item } of direct) this.#removed(item, page);
  }

  #requireOrder(last: number, place: number, page: number): number {
    if (place < last) this.#comparison.add('overlay', `page ${page}/Annots (order)`);
    return Math.max(last, place);
  }

  async #added(reference: PdfReference, page: number): Promise<void> {
    // A new field was told as what it is; a field that moves to another page is not where it was signed.
    const isNew = this.#comparison.changed.get(reference.number)?.kind === 'new';
    if (this.#fields.has(reference.number) && isNew) return;
    this.#told(await this.#comparison.after.resolve(reference), page);
  }

  #told(annotation: PdfObject, page: number): void {
    if (!(annotation instanceof PdfDictionary)) return;
    const isWidget = isName(annotation.get('Subtype'), 'Widget');
    this.#comparison.add(isWidget ? 'content' : kindOf(annotation), `page ${page}/Annots`);
  }

  #removed(annotation: PdfObject, page: number): void {
    if (!(annotation instanceof PdfDictionary)) return;
    const isSigned = isName(annotation.get('FT'), 'Sig') && annotation.get('V') !== undefined;
    if (isSigned) this.#comparison.add('signature-removed', `page ${page}/Annots`);
    else this.#told(annotation, page);
  }

  /** Takes one that is the same out of a list. @returns where it was */
  #takeSame(list: { readonly item: PdfObject; readonly index: number }[], wanted: PdfObject): number | undefined {
    const found = list.findIndex(({ item }) => {
      this.#comparison.budget.spend();
      return isSameValue(item, wanted);
    });
    return found < 0 ? undefined : list.splice(found, 1)[0]?.index;
  }

  /** One that was there and changed in place. */
  annotation({ number, before, after }: ChangedObject): void {
    if (this.#fields.has(number) || !(before instanceof PdfDictionary)) return;
    if (before.get('Subtype') === undefined || before.get('Rect') === undefined) return;
    const isWidget = isName(before.get('Subtype'), 'Widget');
    if (isWidget || isName(before.get('Type'), 'Page')) return;
    const kinds = [before, after].map((state) => (state instanceof PdfDictionary ? kindOf(state) : 'annotation'));
    this.#comparison.add(kinds.includes('overlay') ? 'overlay' : 'annotation', `annotation ${number}`);
    this.#comparison.approveUnder(new PdfReference(number, 0), ANNOTATION_PLACES);
    if (after instanceof PdfDictionary) this.#comparison.approveAll({ holder: number, path: '', value: after });
  }
}

function kindOf(annotation: PdfDictionary): 'annotation' | 'overlay' {
  const subtype = annotation.get('Subtype');
  const isUnpainted = [...UNPAINTED].some((name) => isName(subtype, name));
  return isUnpainted && annotation.get('AP') === undefined ? 'annotation' : 'overlay';
}
