/** The interactive form (ISO 32000-2 §12.7): what was filled in, signed, or done to it otherwise. */
import { isName, PdfArray, PdfDictionary, PdfReference, PdfStream, PdfString, type PdfObject } from '../pdf/objects.js';
import type { ComparedCatalogs } from './compare-catalog.js';
import type { ChangeKind, Comparison, Placed } from './comparison.js';
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
  const placed = { holder: catalogs.number, value: catalogs.after.get('AcroForm') };
  const after = await comparison.follow(placed, 'AcroForm');
  if (after.value instanceof PdfDictionary) await compared.form(before, { ...after, value: after.value });
  else if (before !== undefined) comparison.add('content', 'Catalog/AcroForm');
  return compared.fieldNumbers;
}

class FormComparison {
  readonly fieldNumbers = new Set<number>();
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
    const list = await this.#comparison.entry(after, 'Fields', 'AcroForm');
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
    const later = await this.#comparison.entry(form, 'DR', 'AcroForm');
    if (!(later.value instanceof PdfDictionary)) {
      this.#comparison.add('content', 'AcroForm/DR');
      return;
    }
    for (const key of later.value.entries.keys()) {
      const category = await this.#comparison.before.dictionary(earlier?.get(key));
      const after = await this.#comparison.entry(later, key, 'AcroForm/DR');
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
      else this.#comparison.approveAll({ holder: after.holder, value: after.value.get(name) }, `DR/${key}/${name}`);
    }
  }

  async #fields(before: PdfArray | undefined, after: Placed, context: FieldContext): Promise<void> {
    if (context.depth > MAX_DEPTH) refuseSignature('pdf-too-complex', 'fields nested too deep');
    const earlier = new Set(itemsOf(before).flatMap((item) => (item instanceof PdfReference ? [item.number] : [])));
    const direct = itemsOf(before).filter((item) => !(item instanceof PdfReference));
    for (const [index, item] of itemsOf(after.value).entries()) {
      const path = `field/${index}`;
      if (!(item instanceof PdfReference)) {
        if (!isSameValue(direct.shift(), item)) this.#comparison.add('content', `${context.name} (direct field)`);
        continue;
      }
      if (this.fieldNumbers.has(item.number)) {
        earlier.delete(item.number);
        continue;
      }
      this.fieldNumbers.add(item.number);
      const field = await this.#comparison.follow({ holder: after.holder, value: item }, path);
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
    const value = await this.#comparison.entry({ holder, value: after }, 'V', 'field');
    const isValueChanged = !isSameValue(before.get('V'), after.get('V')) || this.#comparison.isChanged(after.get('V'));
    const fieldContext = { name, type, isFilled: context.isFilled || isValueChanged, depth: context.depth + 1 };
    if (isName(type, 'Sig')) await this.#signatureField(pair, value, { ...fieldContext, isFilled: isValueChanged });
    else await this.#dataField(pair, { ...fieldContext, isValueChanged });
    for (const key of differingKeys(before, after)) {
      const isPartOfValue = fieldContext.isFilled && (isName(type, 'Sig') ? SIGNING_KEYS : VALUE_KEYS).has(key);
      if (!LOOKED_AT.has(key) && !isPartOfValue) this.#comparison.add('content', `${name}/${key}`, name);
    }
    const kids = await this.#comparison.entry({ holder, value: after }, 'Kids', 'field');
    await this.#fields(await this.#comparison.before.array(before.get('Kids')), kids, fieldContext);
  }

  async #signatureField({ before, after, holder }: FieldPair, value: Placed, context: FieldContext): Promise<void> {
    const { name } = context;
    const old = await this.#comparison.before.resolve(before.get('V'));
    if (context.isFilled) this.#signatureValue(old, value, { after, name });
    const isDrawnAnew = await this.#appearance({ before, after, holder }, name);
    if (!isDrawnAnew) return;
    if (old !== null) this.#comparison.add('signed-appearance', name, name);
    else if (!context.isFilled) this.#comparison.add('appearance', name, name);
  }

  #signatureValue(old: PdfObject, value: Placed, { after, name }: { after: PdfDictionary; name: string }): void {
    const isGone = value.value === null || value.value === undefined;
    if (old !== null) this.#comparison.add(isGone ? 'signature-removed' : 'content', name, name);
    else if (!isGone) this.#comparison.add(signatureKind(value.value, after), name, name);
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
    const placed = { holder, value: after };
    let isChanged = !isSameValue(before.get('AP'), after.get('AP')) || this.#comparison.isChanged(after.get('AP'));
    const appearances = await this.#comparison.entry(placed, 'AP', name);
    const states = [{ placed: appearances, path: `${name}/AP`, depth: 0 }];
    for (let state = states.pop(); state !== undefined; state = states.pop()) {
      const { value } = state.placed;
      if (!(value instanceof PdfDictionary)) continue;
      for (const key of value.entries.keys()) {
        const below = await this.#comparison.entry(state.placed, key, state.path);
        if (this.#isDrawnWith(value.get(key), below)) isChanged = true;
        if (state.depth === 0) states.push({ placed: below, path: `${state.path}/${key}`, depth: 1 });
      }
    }
    return isChanged;
  }

  #isDrawnWith(value: PdfObject | undefined, { value: target }: Placed): boolean {
    if (!this.#comparison.isChanged(value)) return false;
    if (value instanceof PdfReference && target instanceof PdfStream) this.#comparison.free(value.number);
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
    if (value !== null) this.#comparison.add(signatureKind(value, field.value), name);
    else this.#comparison.add(isDrawn(field.value) ? 'overlay' : 'signature-field', name);
    const kids = await this.#comparison.after.array(field.value.get('Kids'));
    const below = { name, type, isFilled: true, depth: context.depth + 1 };
    await this.#newKids({ holder: field.holder, value: kids }, below);
  }

  /** Widgets of a new signature field. */
  async #newKids(kids: Placed, context: FieldContext): Promise<void> {
    for (const item of itemsOf(kids.value)) {
      if (item instanceof PdfReference) this.fieldNumbers.add(item.number);
      const kid = await this.#comparison.after.dictionary(item);
      if (kid !== undefined && isDrawn(kid)) this.#comparison.add('visible-signature', context.name);
    }
  }
}

function signatureKind(value: PdfObject | undefined, field: PdfDictionary): ChangeKind {
  if (!(value instanceof PdfDictionary)) return 'content';
  if (isDrawn(field)) return 'visible-signature';
  return isName(value.get('Type'), 'DocTimeStamp') ? 'time-stamp' : 'signature';
}

/** Whether a widget takes room on a page. A rectangle that is not written out counts as room. */
function isDrawn(widget: PdfDictionary): boolean {
  const rect = widget.get('Rect');
  if (rect === undefined) return false;
  const [left, bottom, right, top] = rect instanceof PdfArray ? rect.items : [];
  return !(left === right && bottom === top) && widget.get('AP') !== undefined;
}

/** Nothing, an empty text, or a button that is off. */
function isEmpty(value: PdfObject): boolean {
  return value === null || isName(value, 'Off') || (value instanceof PdfString && value.bytes.length === 0);
}
