/** The interactive form (ISO 32000-2 §12.7): what was filled in, signed, or done to it otherwise. */
import {
  isName,
  type PdfArray,
  PdfDictionary,
  PdfReference,
  PdfStream,
  PdfString,
  type PdfObject,
} from '../pdf/objects.js';
import type { ComparedCatalogs } from './compare-catalog.js';
import { inEntry, inItem, type ChangeKind, type Comparison, type Placed } from './comparison.js';
import { itemsOf, qualifiedName } from './form-fields.js';
import { refuseSignature } from './refuse.js';
import { differingKeys, isSameValue } from './same-objects.js';

/**
 * Keys under which a field may be referred to: form and actions, kids, page, structure tree, calculation order. `Kids` of
 * fields are approved one by one, since pages have that key too.
 */
const FIELD_PLACES: ReadonlySet<string> = new Set(['Fields', 'Parent', 'Annots', 'Obj', 'CO', 'T']);
const MAX_DEPTH = 64;

/** What filling in and signing write into a field, besides the entries that are looked at one by one. */
const VALUE_KEYS: ReadonlySet<string> = new Set(['I', 'RV', 'TI']);
const LOOKED_AT: ReadonlySet<string> = new Set(['V', 'AS', 'AP', 'M', 'Kids']);
/** What signers write into a field that waited for them, besides. It concerns its own look only. */
const SIGNING_KEYS: ReadonlySet<string> = new Set(['F', 'P', 'DA', 'MK']);

interface FieldContext {
  readonly name: string;
  /** `FT`, its own or that of a parent. */
  readonly type: PdfObject | undefined;
  /** Whether the value of a parent changed, which shows in the widgets below it. */
  readonly isFilled: boolean;
  readonly depth: number;
}

const ROOT: FieldContext = { name: '', type: undefined, isFilled: false, depth: 0 };

interface FieldPair {
  readonly before: PdfDictionary;
  readonly after: PdfDictionary;
  /** The object that the later one is written in. */
  readonly holder: number;
}

/** @returns numbers of all objects that are fields of the later form or widgets of one */
export async function compareForms(comparison: Comparison, catalogs: ComparedCatalogs): Promise<ReadonlySet<number>> {
  const compared = new FormComparison(comparison);
  const before = await comparison.before.dictionary(catalogs.before.get('AcroForm'));
  const after = await comparison.entry({ holder: catalogs.number, path: '', value: catalogs.after }, 'AcroForm');
  if (after.value instanceof PdfDictionary) await compared.form(before, { ...after, value: after.value });
  else if (before !== undefined) comparison.add('content', 'Catalog/AcroForm');
  return compared.fieldNumbers;
}

class FormComparison {
  readonly fieldNumbers = new Set<number>();
  /** Objects that are the value of a signature field met so far. */
  readonly #signatures = new Set<number>();
  readonly #comparison: Comparison;

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
  }

  async form(before: PdfDictionary | undefined, after: Placed & { readonly value: PdfDictionary }): Promise<void> {
    const earlier = before ?? new PdfDictionary(new Map());
    for (const key of differingKeys(earlier, after.value)) {
      if (key === 'Fields' || key === 'SigFlags' || key === 'DR') continue;
      // A form that is new with a signature brings its defaults along; nothing else is drawn with them.
      if (before !== undefined || (key !== 'DA' && key !== 'Q')) this.#formEntry(key, after.value);
    }
    if (earlier.get('DR') ?? after.value.get('DR')) await this.#resources(earlier.get('DR'), after);
    const list = await this.#comparison.entry(after, 'Fields');
    await this.#fields(await this.#comparison.before.array(earlier.get('Fields')), list, ROOT);
  }

  #formEntry(key: string, after: PdfDictionary): void {
    // Viewers draw all fields anew where it is true.
    const isHarmless = key === 'NeedAppearances' && after.get(key) !== true;
    this.#comparison.add(isHarmless ? 'form-filled' : 'content', `AcroForm/${key}`);
  }

  /** Default resources may grow: what is drawn with a name that was not there has not been drawn before. */
  async #resources(before: PdfObject | undefined, form: Placed): Promise<void> {
    const earlier = await this.#comparison.before.dictionary(before);
    const later = await this.#comparison.entry(form, 'DR');
    if (!(later.value instanceof PdfDictionary)) {
      this.#comparison.add('content', 'AcroForm/DR');
      return;
    }
    for (const key of later.value.entries.keys()) {
      const category = await this.#comparison.before.dictionary(earlier?.get(key));
      const after = await this.#comparison.entry(later, key);
      if (isSameValue(category, after.value)) continue;
      if (!(after.value instanceof PdfDictionary)) this.#comparison.add('content', `AcroForm/DR/${key}`);
      else this.#resourceCategory(category, { ...after, value: after.value }, key);
    }
    for (const key of earlier?.entries.keys() ?? []) {
      if (later.value.get(key) === undefined) this.#comparison.add('content', `AcroForm/DR/${key}`);
    }
  }

  #resourceCategory(before: PdfDictionary | undefined, after: Placed & { value: PdfDictionary }, key: string): void {
    for (const name of differingKeys(before ?? new PdfDictionary(new Map()), after.value)) {
      if (before?.get(name) !== undefined) this.#comparison.add('content', `AcroForm/DR/${key}/${name}`);
      else this.#comparison.approveAll(inEntry(after, name));
    }
  }

  async #fields(before: PdfArray | undefined, after: Placed, context: FieldContext): Promise<void> {
    if (context.depth > MAX_DEPTH) refuseSignature('pdf-too-complex', 'fields nested too deep');
    const earlier = new Set(itemsOf(before).flatMap((item) => (item instanceof PdfReference ? [item.number] : [])));
    const direct = itemsOf(before).filter((item) => !(item instanceof PdfReference));
    for (const [index, item] of itemsOf(after.value).entries()) {
      if (!(item instanceof PdfReference)) {
        if (!isSameValue(direct.shift(), item)) this.#comparison.add('content', `${context.name} (direct field)`);
        continue;
      }
      if (this.fieldNumbers.has(item.number)) {
        earlier.delete(item.number);
        continue;
      }
      this.fieldNumbers.add(item.number);
      const field = await this.#comparison.follow(inItem(after, index, item));
      const old = earlier.delete(item.number) ? await this.#comparison.before.dictionary(item) : undefined;
      if (!(field.value instanceof PdfDictionary)) this.#removedOr(old, context);
      else if (old !== undefined) {
        await this.#field({ before: old, after: field.value, holder: field.holder }, item, context);
      } else await this.#newField({ ...field, value: field.value }, item, context);
    }
    for (const number of earlier) {
      this.#removedOr(await this.#comparison.before.dictionary(new PdfReference(number, 0)), context);
    }
    if (direct.length > 0) this.#comparison.add('content', `${context.name} (direct field)`);
  }

  /** A field that is there no more; nothing where there was none. */
  #removedOr(before: PdfDictionary | undefined, context: FieldContext): void {
    if (before === undefined) return;
    const name = this.#nameOf(before, context);
    const isSignature = isName(before.get('FT') ?? context.type, 'Sig') && before.get('V') !== undefined;
    this.#comparison.add(isSignature ? 'signature-removed' : 'content', name, name);
  }

  #nameOf(field: PdfDictionary, context: FieldContext): string {
    return qualifiedName(context.name, field.get('T') ?? null);
  }

  async #field(pair: FieldPair, reference: PdfReference, context: FieldContext): Promise<void> {
    const { before, after, holder } = pair;
    const name = this.#nameOf(before, context);
    const type = before.get('FT') ?? context.type;
    this.#comparison.approveUnder(reference, FIELD_PLACES);
    const value = await this.#comparison.entry({ holder, path: '', value: after }, 'V');
    const isValueChanged = !isSameValue(before.get('V'), after.get('V')) || this.#comparison.isChanged(after.get('V'));
    const fieldContext = { name, type, isFilled: context.isFilled || isValueChanged, depth: context.depth + 1 };
    if (isName(type, 'Sig')) await this.#signatureField(pair, value, { ...fieldContext, isFilled: isValueChanged });
    else await this.#dataField(pair, { ...fieldContext, isValueChanged });
    for (const key of differingKeys(before, after)) {
      const isPartOfValue = fieldContext.isFilled && (isName(type, 'Sig') ? SIGNING_KEYS : VALUE_KEYS).has(key);
      if (!LOOKED_AT.has(key) && !isPartOfValue) this.#comparison.add('content', `${name}/${key}`, name);
    }
    const kids = await this.#comparison.entry({ holder, path: '', value: after }, 'Kids');
    await this.#fields(await this.#comparison.before.array(before.get('Kids')), kids, fieldContext);
  }

  async #signatureField({ before, after, holder }: FieldPair, value: Placed, context: FieldContext): Promise<void> {
    const { name } = context;
    const old = await this.#comparison.before.resolve(before.get('V'));
    if (context.isFilled) this.#signatureValue(old, value, { after, name });
    else if (value.value instanceof PdfDictionary) this.#takeSignature(after.get('V'));
    const isDrawnAnew = await this.#appearance({ before, after, holder }, name);
    if (!isDrawnAnew && isSameValue(before.get('AS'), after.get('AS'))) return;
    if (old !== null) this.#comparison.add('signed-appearance', name, name);
    else if (!context.isFilled) this.#comparison.add('appearance', name, name);
  }

  #signatureValue(old: PdfObject, value: Placed, { after, name }: { after: PdfDictionary; name: string }): void {
    const isGone = value.value === null || value.value === undefined;
    if (old !== null) this.#comparison.add(isGone ? 'signature-removed' : 'content', name, name);
    else if (!isGone) this.#comparison.add(this.#signatureKind(value.value, after), name, name);
  }

  /** A field that is signed shows a signature of its own, not one that was there or that another field has. */
  #signatureKind(value: PdfObject | undefined, field: PdfDictionary): ChangeKind {
    if (!(value instanceof PdfDictionary) || !this.#takeSignature(field.get('V'))) return 'content';
    const written = field.get('V');
    const isNew = !(written instanceof PdfReference) || this.#comparison.changed.get(written.number)?.kind === 'new';
    if (!isNew) return 'content';
    if (isDrawn(field)) return 'visible-signature';
    return isName(value.get('Type'), 'DocTimeStamp') ? 'time-stamp' : 'signature';
  }

  #takeSignature(value: PdfObject | undefined): boolean {
    if (!(value instanceof PdfReference)) return true;
    const isFirst = !this.#signatures.has(value.number);
    this.#signatures.add(value.number);
    return isFirst;
  }

  async #dataField(pair: FieldPair, context: FieldContext & { readonly isValueChanged: boolean }): Promise<void> {
    const { name, isFilled } = context;
    const old = await this.#comparison.before.resolve(pair.before.get('V'));
    if (context.isValueChanged) this.#comparison.add(isEmpty(old) ? 'form-filled' : 'form-value', name, name);
    const isDrawnAnew = await this.#appearance(pair, name);
    const isAnotherState = !isSameValue(pair.before.get('AS'), pair.after.get('AS'));
    if ((isDrawnAnew || isAnotherState) && !isFilled) this.#comparison.add('appearance', name, name);
  }

  /** Whether the widget is drawn differently; what it is drawn with now is then its own affair. */
  async #appearance({ before, after, holder }: FieldPair, name: string): Promise<boolean> {
    let isChanged = !isSameValue(before.get('AP'), after.get('AP')) || this.#comparison.isChanged(after.get('AP'));
    const appearances = await this.#comparison.entry({ holder, path: '', value: after }, 'AP');
    let isSound = appearances.value === undefined || hasOnlyKeys(appearances.value, APPEARANCE_KEYS);
    const states = isSound ? await this.#entries(appearances) : [];
    for (const state of states) {
      const places = state.target.value instanceof PdfDictionary ? await this.#entries(state.target) : [state];
      if (places[0] !== state && this.#comparison.isChanged(state.written)) isChanged = true;
      for (const place of places) {
        isSound &&= isAppearanceStream(place.target.value);
        if (this.#isDrawnWith(place)) isChanged = true;
      }
    }
    // What is no appearance may be seen elsewhere.
    if (isChanged && !isSound) this.#comparison.add('content', `${name}/AP`, name);
    return isChanged;
  }

  async #entries(placed: Placed): Promise<readonly AppearancePlace[]> {
    const { value } = placed;
    if (!(value instanceof PdfDictionary) || value.get('Type') !== undefined) return [];
    const places: AppearancePlace[] = [];
    for (const [key, written] of value.entries) {
      places.push({ written, target: await this.#comparison.entry(placed, key) });
    }
    return places;
  }

  #isDrawnWith({ written, target }: AppearancePlace): boolean {
    if (!this.#comparison.isChanged(written)) return false;
    if (written instanceof PdfReference && isAppearanceStream(target.value)) this.#comparison.free(written.number);
    return true;
  }

  async #newField(
    field: Placed & { readonly value: PdfDictionary },
    reference: PdfReference,
    context: FieldContext,
  ): Promise<void> {
    const name = this.#nameOf(field.value, context);
    const type = field.value.get('FT') ?? context.type;
    // An object that was there already for another purpose is not a new field.
    const isNew = this.#comparison.changed.get(reference.number)?.kind === 'new';
    if (!isNew || !isName(type, 'Sig')) {
      this.#comparison.add('content', `${name} (new field)`);
      return;
    }
    const value = await this.#comparison.after.resolve(field.value.get('V'));
    if (value !== null) this.#comparison.add(this.#signatureKind(value, field.value), name);
    else if (!isDrawn(field.value)) this.#comparison.add('signature-field', name);
    this.#newWidget(field.value, name, value !== null);
    const kids = await this.#comparison.after.array(field.value.get('Kids'));
    for (const item of itemsOf(kids)) await this.#newKid(item, name, value !== null);
  }

  /** Only a widget is drawn with nothing but its appearance, and only one that takes no room is not seen. */
  #newWidget(widget: PdfDictionary, name: string, isSigned: boolean): void {
    const isWidget = isName(widget.get('Subtype'), 'Widget');
    const isNone = widget.get('Subtype') === undefined && widget.get('Rect') === undefined;
    if (!isWidget && !isNone) this.#comparison.add('overlay', name);
    else if (isWidget && isDrawn(widget)) this.#comparison.add(isSigned ? 'visible-signature' : 'overlay', name);
    const acts = widget.get('A') !== undefined || widget.get('AA') !== undefined;
    if (acts || widget.repeatedKeys.length > 0) this.#comparison.add('content', `${name} (new field)`);
  }

  /** A widget of a new signature field. */
  async #newKid(item: PdfObject, name: string, isSigned: boolean): Promise<void> {
    this.#comparison.budget.spend();
    const kid = await this.#comparison.after.dictionary(item);
    if (kid === undefined) return;
    const isNew = !(item instanceof PdfReference) || this.#comparison.changed.get(item.number)?.kind === 'new';
    const isField = ['T', 'V', 'FT', 'Kids'].some((key) => kid.get(key) !== undefined);
    if (!isNew || isField) this.#comparison.add('content', `${name} (new widget)`);
    else if (item instanceof PdfReference) this.fieldNumbers.add(item.number);
    this.#newWidget(kid, name, isSigned);
  }
}

interface AppearancePlace {
  /** As the dictionary has it. */
  readonly written: PdfObject;
  readonly target: Placed;
}

/** Table 170. */
const APPEARANCE_KEYS: ReadonlySet<string> = new Set(['N', 'R', 'D']);

function hasOnlyKeys(value: PdfObject | undefined, keys: ReadonlySet<string>): boolean {
  return value instanceof PdfDictionary && [...value.entries.keys()].every((key) => keys.has(key));
}

/** A form XObject, which need not say so. */
function isAppearanceStream(value: PdfObject | undefined): boolean {
  if (!(value instanceof PdfStream)) return false;
  const subtype = value.dictionary.get('Subtype');
  return subtype === undefined || isName(subtype, 'Form');
}

/** Whether a widget takes room on a page. A rectangle that is not written out counts as room. */
function isDrawn(widget: PdfDictionary): boolean {
  const rect = widget.get('Rect');
  if (rect === undefined) return false;
  const [left, bottom, right, top, more] = itemsOf(rect);
  const isWritten = [left, bottom, right, top].every((side) => typeof side === 'number') && more === undefined;
  return !isWritten || left !== right || bottom !== top;
}

/** Nothing, an empty text, or a button that is off. */
function isEmpty(value: PdfObject): boolean {
  return value === null || isName(value, 'Off') || (value instanceof PdfString && value.bytes.length === 0);
}
