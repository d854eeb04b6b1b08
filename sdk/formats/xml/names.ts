import { isNcName, NAME_OCTETS } from './characters.js';
import { MAX_NAME_BYTES } from './limits.js';
import type { NamespaceContext, Prefix } from './namespaces.js';
import { sameOctets } from './octets.js';
import { refuse } from './refuse.js';
import { decodeOctets } from './values.js';

/** A name of an element or attribute as it is written, looked at once. */
export interface XmlName {
  /** Where it was first seen; the octets there are its octets. */
  readonly start: number;
  readonly length: number;
  readonly hash: number;
  readonly qualified: string;
  readonly localName: string;
  /** Octets of the prefix and its colon. */
  readonly localOffset: number;
  readonly prefix: Prefix;
  /** The prefix that it declares, where it is `xmlns` or `xmlns:…`. */
  readonly declares: Prefix | undefined;
}

/** A power of two. Names of forms are few; whoever has more pays with time, not with memory. */
const SLOTS = 4_096;

/** Names of one document, checked and taken apart when first seen. */
export class NameCache {
  readonly #bytes: Uint8Array;
  readonly #context: NamespaceContext;
  readonly #slots = new Array<XmlName | undefined>(SLOTS).fill(undefined);

  constructor(bytes: Uint8Array, context: NamespaceContext) {
    this.#bytes = bytes;
    this.#context = context;
  }

  /** The name at `start`, which ends where no octet of a name follows. @throws FormatError `xml-name`, `xml-limit` */
  read(start: number): XmlName {
    const bytes = this.#bytes;
    let end = start;
    let hash = 0;
    for (let octet = bytes[end] ?? 0; NAME_OCTETS[octet] === 1; octet = bytes[end] ?? 0) {
      hash = (Math.imul(hash, 31) + octet) | 0;
      end += 1;
    }
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const seen = this.#slots[slot];
    if (seen?.hash === hash && seen.length === end - start && sameOctets(bytes, seen.start, start, seen.length)) {
      return seen;
    }
    return (this.#slots[slot] = this.#create(start, end, hash));
  }

  #create(start: number, end: number, hash: number): XmlName {
    if (end - start > MAX_NAME_BYTES) refuse('xml-limit', start);
    const qualified = decodeOctets(this.#bytes, start, end);
    const colon = qualified.indexOf(':');
    const prefix = colon === -1 ? '' : qualified.slice(0, colon);
    const localName = qualified.slice(colon + 1);
    if (!isNcName(localName) || (colon !== -1 && !isNcName(prefix))) refuse('xml-name', start);
    return {
      start,
      length: end - start,
      hash,
      qualified,
      localName,
      localOffset: this.#bytes.subarray(start, end).indexOf(0x3a) + 1,
      prefix: this.#context.prefix(prefix),
      declares: this.#declares(prefix, localName),
    };
  }

  #declares(prefix: string, localName: string): Prefix | undefined {
    if (prefix === 'xmlns') return this.#context.prefix(localName);
    return prefix === '' && localName === 'xmlns' ? this.#context.default : undefined;
  }
}
