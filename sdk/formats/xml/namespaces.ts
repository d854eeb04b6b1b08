import { encodeUtf8 } from '../bytes.js';
import { MAX_NAMESPACE_URI_LENGTH, MAX_PREFIXES } from './limits.js';
import { refuse } from './refuse.js';
import { escapeAttribute } from './values.js';

export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

/** One declaration in scope. The bindings of an element are a list that goes outwards and is never changed. */
export interface Binding {
  readonly prefix: Prefix;
  /** Empty where `xmlns=""` takes the default away. */
  readonly uri: string;
  /** What the same prefix was bound to outside. */
  readonly outer: Binding | undefined;
  readonly next: Binding | undefined;
}

/** What a prefix stands for at the place that is being read. */
export class Prefix {
  /** Empty: the default namespace. */
  readonly name: string;
  binding: Binding | undefined;
  /** What canonical output has declared for it: nothing, or a name, empty for the default namespace taken away. */
  rendered: string | undefined;
  #declaration: { readonly uri: string; readonly octets: Uint8Array } | undefined;

  constructor(name: string) {
    this.name = name;
    this.rendered = name === '' ? '' : undefined;
  }

  /** The declaration of what it is bound to in canonical form, with the space before it. */
  get declaration(): Uint8Array {
    const uri = this.uri ?? '';
    if (this.#declaration?.uri !== uri) {
      const name = this.name === '' ? 'xmlns' : `xmlns:${this.name}`;
      this.#declaration = { uri, octets: encodeUtf8(` ${name}="${escapeAttribute(uri)}"`) };
    }
    return this.#declaration.octets;
  }

  /** Undefined where it is not bound; the default namespace is empty then. */
  get uri(): string | undefined {
    if (this.binding !== undefined) return this.binding.uri;
    return this.name === '' ? '' : undefined;
  }
}

/** The declarations in scope while a document is read from start to end (Namespaces in XML 1.0 §6). */
export class NamespaceContext {
  readonly #prefixes = new Map<string, Prefix>();
  /** The list of all bindings in scope. */
  scope: Binding | undefined;
  readonly default = this.prefix('');

  constructor() {
    const xml = this.prefix('xml');
    xml.binding = { prefix: xml, uri: XML_NAMESPACE, outer: undefined, next: undefined };
  }

  /** The one object for this prefix. */
  prefix(name: string): Prefix {
    let prefix = this.#prefixes.get(name);
    if (prefix === undefined) {
      if (this.#prefixes.size >= MAX_PREFIXES) refuse('xml-limit', 0);
      prefix = new Prefix(name);
      this.#prefixes.set(name, prefix);
    }
    return prefix;
  }

  /**
   * Takes in a declaration whose legality was checked. That of `xml` changes nothing.
   */
  declare(prefix: Prefix, uri: string): void {
    if (prefix.name === 'xml') return;
    this.scope = { prefix, uri, outer: prefix.binding, next: this.scope };
    prefix.binding = this.scope;
  }

  /** Back to an outer scope. */
  leave(scope: Binding | undefined): void {
    while (this.scope !== undefined && this.scope !== scope) {
      this.scope.prefix.binding = this.scope.outer;
      this.scope = this.scope.next;
    }
  }
}

/** All prefixes of a scope that are bound, without `xml`. */
export function namespacesOf(scope: Binding | undefined): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (let binding = scope; binding !== undefined; binding = binding.next) {
    if (!all.has(binding.prefix.name)) all.set(binding.prefix.name, binding.uri);
  }
  if (all.get('') === '') all.delete('');
  return all;
}

/**
 * Refuses declarations that Namespaces in XML 1.0 §2.2 and §3 do not allow, and relative references, which Canonical XML
 * 1.0 §1.3 has no form for.
 * @param prefix empty for the default namespace
 */
export function checkDeclaration(prefix: string, uri: string, offset: number): void {
  if (prefix === 'xmlns' || uri === XMLNS_NAMESPACE) refuse('xml-namespace', offset);
  if ((prefix === 'xml') !== (uri === XML_NAMESPACE)) refuse('xml-namespace', offset);
  if (uri === '' && prefix !== '') refuse('xml-namespace', offset);
  if (uri.length > MAX_NAMESPACE_URI_LENGTH) refuse('xml-limit', offset);
  if (uri !== '' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) refuse('xml-relative-namespace', offset);
}
