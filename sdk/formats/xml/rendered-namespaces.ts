import type { Binding, NamespaceContext, Prefix } from './namespaces.js';
import type { StartTag } from './start-tag.js';

/** Order of Unicode code points, which is that of the UTF-8 octets and not that of JavaScript's strings. */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

/** All code points of surrogates are above all that are one unit. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

interface Frame {
  readonly depth: number;
  readonly scope: Binding | undefined;
  readonly renderedCount: number;
}

/**
 * Which namespace declarations canonical output has at each place: Canonical XML 1.0 §2.3 for all in scope, Exclusive XML
 * Canonicalization 1.0 §3 for those an element uses.
 */
export class RenderedNamespaces {
  readonly #context: NamespaceContext;
  /** Prefixes to treat inclusively; undefined where all are. */
  readonly #inclusive: ReadonlySet<Prefix> | undefined;
  readonly #frames: Frame[] = [];
  readonly #rendered: { readonly prefix: Prefix; readonly before: string | undefined }[] = [];
  readonly #declared: Prefix[] = [];

  constructor(context: NamespaceContext, inclusivePrefixes: readonly string[] | undefined) {
    this.#context = context;
    this.#inclusive =
      inclusivePrefixes && new Set(inclusivePrefixes.map((name) => context.prefix(name === '#default' ? '' : name)));
  }

  /** Whether names with this prefix need no declaration here. */
  isRendered(prefix: Prefix): boolean {
    return this.#inclusive === undefined || prefix.name === 'xml' || prefix.rendered === prefix.uri;
  }

  /**
   * The prefixes that the element of this tag declares in canonical form, in order; valid until the next call. Takes the
   * tag's declarations in.
   * @param inherited prefixes in scope of the apex element, undefined for all others
   */
  open(tag: StartTag, depth: number, inherited: readonly Prefix[] | undefined): readonly Prefix[] {
    const { scope } = this.#context;
    const renderedCount = this.#rendered.length;
    const declared = this.#declared;
    if (declared.length > 0) declared.length = 0;
    tag.declare();
    if (this.#inclusive !== undefined) this.#renderUsed(tag);
    inherited?.forEach((prefix) => this.#renderInclusive(prefix));
    if (tag.hasDeclarations) this.#renderDeclared(tag);
    if (scope !== this.#context.scope || declared.length > 0) this.#frames.push({ depth, scope, renderedCount });
    return declared.length < 2 ? declared : declared.sort((a, b) => compareCodePoints(a.name, b.name));
  }

  #renderDeclared(tag: StartTag): void {
    for (let index = 0; index < tag.count; index += 1) {
      const prefix = tag.attributeNames[index]?.declares;
      if (prefix !== undefined) this.#renderInclusive(prefix);
    }
  }

  /** Those that the element uses visibly (Exclusive XML Canonicalization 1.0 §1.1). */
  #renderUsed(tag: StartTag): void {
    this.#render(tag.name.prefix);
    for (let index = 0; index < tag.count; index += 1) {
      const name = tag.attributeNames[index];
      if (name?.declares === undefined && name !== undefined && name.prefix.name !== '') this.#render(name.prefix);
    }
  }

  #renderInclusive(prefix: Prefix): void {
    if (this.#inclusive?.has(prefix) ?? true) this.#render(prefix);
  }

  #render(prefix: Prefix): void {
    const { uri, rendered, name } = prefix;
    if (uri === undefined || rendered === uri || name === 'xml') return;
    this.#rendered.push({ prefix, before: rendered });
    prefix.rendered = uri;
    this.#declared.push(prefix);
  }

  /** Forgets what the element at `depth` declared. */
  close(depth: number): void {
    const frame = this.#frames.at(-1);
    if (frame?.depth !== depth) return;
    this.#frames.pop();
    this.#context.leave(frame.scope);
    while (this.#rendered.length > frame.renderedCount) {
      const last = this.#rendered.pop();
      if (last !== undefined) last.prefix.rendered = last.before;
    }
  }
}
