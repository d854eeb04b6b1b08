/** Two states of one document side by side: what differs, and which of it is explained. */
import type { PdfFile } from '../pdf/file.js';
import { PdfArray, PdfDictionary, PdfReference, PdfStream, type PdfObject } from '../pdf/objects.js';
import type { ChangedObject, LaterObjects } from './changed-objects.js';
import { Budget } from './form-fields.js';
import { OBJECT_STREAM_KEY, TRAILER, type ObjectGraph } from './object-graph.js';

/** What later revisions did, from harmless to not. */
export type ChangeKind =
  /** Certificates, OCSP responses and CRLs (`DSS`). */
  | 'validation-data'
  | 'time-stamp'
  /** Document information, XMP metadata, version. */
  | 'metadata'
  | 'signature'
  /** One that can be seen on a page. */
  | 'visible-signature'
  /** A new field that waits for a signature. */
  | 'signature-field'
  /** A field that was empty got a value. */
  | 'form-filled'
  /** A field that had a value got another one. */
  | 'form-value'
  /** A field looks different although its value is the same. */
  | 'appearance'
  /** A note, link or the like, which does not paint over anything. */
  | 'annotation'
  /** An annotation that may hide or imitate content. */
  | 'overlay'
  | 'signed-appearance'
  | 'signature-removed'
  | 'content';

export interface Change {
  readonly kind: ChangeKind;
  /** Unverified: where it is, for people. */
  readonly where: string;
  /** Fully qualified and unverified, where it is about a field that was there before. */
  readonly field?: string;
}

/** A value of the later state, the object it is written in, and where in that object. */
export interface Placed {
  readonly holder: number;
  /** Keys and indexes from the object's top on, made by `inEntry` and `inItem`; empty for the object itself. */
  readonly path: string;
  readonly value: PdfObject | undefined;
}

/** Neither is in a key, whose characters go up to U+00FF. */
const KEY_MARK = '\uffff';
const INDEX_MARK = '\ufffe';

export function inEntry({ holder, path, value }: Placed, key: string): Placed {
  const entry = value instanceof PdfDictionary ? value.get(key) : undefined;
  return { holder, path: `${path}${KEY_MARK}${key}`, value: entry };
}

export function inItem({ holder, path }: Placed, index: number, value: PdfObject): Placed {
  return { holder, path: `${path}${INDEX_MARK}${index}`, value };
}

/** The outermost key of a path. */
function firstKey(path: string): string {
  return path.split(/[\uffff\ufffe]/, 2)[1] ?? '';
}

const MAX_STEPS = 500_000;
/** What is told; further ones change no verdict that these do not. */
const MAX_CHANGES = 10_000;

export interface ComparedStates extends LaterObjects {
  readonly before: PdfFile;
  readonly after: PdfFile;
  /** Of `after`. */
  readonly graph: ObjectGraph;
}

/**
 * A changed object is harmless only where all that refers to it does so in a place whose changes were looked at; a double
 * use, as a form's appearance and as a page's content, must not slip through. So the comparison approves references, and
 * what no approval covers counts as changed content.
 */
export class Comparison {
  readonly before: PdfFile;
  readonly after: PdfFile;
  readonly compared: ReadonlySet<number>;
  readonly changed: ReadonlyMap<number, ChangedObject>;
  readonly graph: ObjectGraph;
  readonly budget = new Budget(MAX_STEPS);
  readonly changes: Change[] = [];
  /** With the keys under which places in the object itself may be approved. */
  readonly #approvedObjects = new Map<number, ReadonlySet<string>>();
  readonly #approvedKeys = new Map<number, ReadonlySet<string>>();
  /** Paths by the object referred to, then by the one that refers to it. */
  readonly #approvedPlaces = new Map<number, Map<number, Set<string>>>();
  readonly #free = new Set<number>();

  constructor(states: ComparedStates) {
    this.before = states.before;
    this.after = states.after;
    this.compared = states.compared;
    this.changed = states.changed;
    this.graph = states.graph;
  }

  add(kind: ChangeKind, where: string, field?: string): void {
    if (this.changes.length < MAX_CHANGES)
      this.changes.push({ kind, where, ...(field === undefined ? {} : { field }) });
  }

  isChanged(object: PdfObject | undefined): boolean {
    return object instanceof PdfReference && this.changed.has(object.number);
  }

  /**
   * Its changes mean nothing wherever it is referred to.
   * @param places keys of the object under which further places may be approved; all others were not looked at
   */
  approveObject(number: number, places: ReadonlySet<string>): void {
    this.#approvedObjects.set(number, places);
  }

  /** Its changes were looked at for all places under these keys. */
  approveUnder(object: PdfObject | undefined, keys: ReadonlySet<string>): void {
    if (object instanceof PdfReference) this.#approvedKeys.set(object.number, keys);
  }

  /** Whatever it refers to belongs to a change that was told. */
  free(number: number): void {
    this.#free.add(number);
  }

  /** Approves this one reference. */
  approvePlace({ holder, path, value }: Placed): void {
    if (!(value instanceof PdfReference)) return;
    const holders = this.#approvedPlaces.get(value.number) ?? new Map<number, Set<string>>();
    const paths = holders.get(holder) ?? new Set();
    paths.add(path);
    holders.set(holder, paths);
    this.#approvedPlaces.set(value.number, holders);
  }

  /** What a value of the later state is, its reference approved. */
  async follow(placed: Placed): Promise<Placed> {
    this.budget.spend();
    this.approvePlace(placed);
    if (!(placed.value instanceof PdfReference)) return placed;
    return { holder: placed.value.number, path: '', value: await this.after.resolve(placed.value) };
  }

  /** An entry of a dictionary of the later state, its reference approved. */
  async entry(placed: Placed, key: string): Promise<Placed> {
    return await this.follow(inEntry(placed, key));
  }

  /** Approves every reference in a value, without following any. */
  approveAll(placed: Placed): void {
    this.#eachReference(placed, (place) => {
      this.approvePlace(place);
    });
  }

  #eachReference(placed: Placed, visit: (place: Placed & { readonly value: PdfReference }) => void): void {
    this.budget.spend();
    const { value } = placed;
    if (value instanceof PdfReference) visit({ ...placed, value });
    else if (value instanceof PdfArray) {
      for (const [index, item] of value.items.entries()) this.#eachReference(inItem(placed, index, item), visit);
    } else if (value instanceof PdfDictionary) {
      for (const key of value.entries.keys()) this.#eachReference(inEntry(placed, key), visit);
    }
  }

  /**
   * Goes through what the document consists of now, from the trailer on, and tells every reference to a changed object that
   * nothing explains. New objects and those that were freed of this are not entered: what refers to them was looked at.
   */
  async reachUnexplained(): Promise<void> {
    const guarded = this.#guarded();
    const visited = new Set<number>([TRAILER]);
    const queue: number[] = [TRAILER];
    for (let holder = queue.pop(); holder !== undefined; holder = queue.pop()) {
      if (this.graph.isUnreadable(holder)) this.add('content', `object ${holder} (unreadable)`);
      const wanting = new Map<number, number>();
      for (const { target, key } of this.graph.edges(holder)) {
        if (guarded.has(target) && !this.#isExplained(holder, target, key)) {
          wanting.set(target, (wanting.get(target) ?? 0) + 1);
        }
        if (visited.has(target) || this.#free.has(target) || this.changed.get(target)?.kind === 'new') continue;
        visited.add(target);
        queue.push(target);
      }
      for (const target of await this.#unapproved(holder, wanting)) {
        this.add('content', `object ${target} in ${holder}`);
      }
    }
  }

  /**
   * The changed objects, and those through which they are referred to in approved places: such a place is what it was taken
   * for only where all that leads to its holder was approved too.
   */
  #guarded(): ReadonlySet<number> {
    const guarded = new Set(this.changed.keys());
    // A set is gone through in the order in which it grows.
    for (const target of guarded) {
      for (const holder of this.#approvedPlaces.get(target)?.keys() ?? []) guarded.add(holder);
    }
    return guarded;
  }

  #isExplained(holder: number, target: number, key: string): boolean {
    // What is in an object stream was compared by itself; it stays what it was only where the object stream does.
    if (key === OBJECT_STREAM_KEY) return this.compared.has(holder);
    return this.#approvedObjects.has(target) || this.#approvedKeys.get(target)?.has(key) === true;
  }

  /**
   * Those of the objects referred to for which not every single place in the holder was approved.
   * @param wanting how many places there are for each of them
   */
  async #unapproved(holder: number, wanting: ReadonlyMap<number, number>): Promise<readonly number[]> {
    if (wanting.size === 0) return [];
    const own = this.#approvedObjects.get(holder);
    const approved = new Map<number, number>();
    if ([...wanting.keys()].some((target) => this.#approvedPlaces.get(target)?.has(holder))) {
      this.#eachReference({ holder, path: '', value: await this.#written(holder) }, ({ path, value }) => {
        const isOwn = own === undefined || own.has(firstKey(path));
        const isApproved = isOwn && this.#approvedPlaces.get(value.number)?.get(holder)?.has(path);
        if (isApproved) approved.set(value.number, (approved.get(value.number) ?? 0) + 1);
      });
    }
    return [...wanting].filter(([target, count]) => approved.get(target) !== count).map(([target]) => target);
  }

  async #written(holder: number): Promise<PdfObject> {
    if (holder === TRAILER) return this.after.trailer;
    const entry = await this.after.locate(holder);
    const generation = entry?.kind === 'offset' ? entry.generation : 0;
    const object = await this.after.resolve(new PdfReference(holder, generation));
    return object instanceof PdfStream ? object.dictionary : object;
  }
}
