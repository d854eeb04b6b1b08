/**
 * Well-formed documents at random: everything canonical form has a rule for, and no document type. Names that libxml2 has
 * wrong (`&` in a namespace name, IRIs) are left out.
 */

/** Numbers that are the same for the same seed (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
    for (let round = 0; round < 8; round += 1) this.below(2);
  }

  /** 0 up to `limit` - 1. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

const PREFIXES = ['a', 'b', 'ns1', '様', '𠮷', 'B', 'é-1', 'ﾊ'];
const URIS = ['http://a/', 'http://a/b', 'http://a', 'urn:x', 'urn:x:y', 'HTTP://example.com/%E6%A7%98?q=1#z', 'urn:a'];
const LOCAL_NAMES = [
  'a',
  'b',
  'z',
  'A',
  'x.y-1',
  '_',
  '申請',
  '氏名',
  '𠮷野',
  'ｶﾅ',
  'é',
  'ab',
  'aé',
  'Ωmega',
  'データ',
];
const TEXTS = [
  'x',
  'text ',
  '  ',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\n\r\n\r',
  '氏名',
  '𠮷野家',
  '葛\u{E0100}',
  '\uE000',
  'か\u3099',
  'ｶﾞ',
  '\u0085',
  '\u2028',
  '\u00a0',
  '\uFFFD',
  '\u{10FFFF}',
  ']]',
  ']',
  '-',
  '"',
  "'",
  '?',
  '/',
];
const REFERENCES = [
  '&amp;',
  '&lt;',
  '&gt;',
  '&quot;',
  '&apos;',
  '&#13;',
  '&#xD;',
  '&#xd;',
  '&#10;',
  '&#x9;',
  '&#9;',
  '&#x20BB7;',
  '&#134071;',
  '&#x85;',
  '&#x2028;',
  '&#38;',
  '&#60;',
  '&#0062;',
  '&#x22;',
  '&#x41;',
  '&#x20;',
];
const SPACES = [' ', ' ', ' ', '  ', '\n', '\r\n', '\t'];

function without(text: string, part: string): string {
  let rest = text;
  while (rest.includes(part)) rest = rest.replaceAll(part, '');
  return rest;
}

interface Scope {
  readonly [prefix: string]: string;
}

class DocumentGenerator {
  readonly #random: Random;
  #left: number;
  #identifier = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#left = 1 + random.below(14);
  }

  document(): string {
    const random = this.#random;
    const mark = random.chance(10) ? '\uFEFF' : '';
    const declarations = [
      '',
      '<?xml version="1.0"?>',
      "<?xml version='1.0' encoding='UTF-8'?>",
      '<?xml  version = "1.0"\r\nencoding="utf-8" standalone=\'yes\' ?>',
    ];
    const prolog = this.#misc();
    const root = this.#element({ '': '' }, 0);
    return mark + random.pick(declarations) + prolog + root + this.#misc();
  }

  #misc(): string {
    let text = '';
    while (this.#random.chance(30)) {
      text += this.#random.pick([() => '\n', () => '\r\n ', () => this.#comment(), () => this.#instruction()])();
    }
    return text;
  }

  #comment(): string {
    return `<!--${this.#text('&<').replace(/-+/g, '')}-->`;
  }

  #instruction(): string {
    const target = this.#random.pick(['pi', 'xml-stylesheet', '様式', 'p.1']);
    const data = without(this.#text('&<>'), '?>').replace(/\?+$/, '');
    const space = this.#random.pick(SPACES);
    return this.#random.chance(25) ? `<?${target}?>` : `<?${target}${space}${data}?>`;
  }

  /** A few pieces of text that need no reference, and perhaps `extra` characters. */
  #text(extra: string): string {
    let text = '';
    while (this.#random.chance(65)) {
      text += this.#random.chance(15) && extra !== '' ? this.#random.pick(Array.from(extra)) : this.#random.pick(TEXTS);
    }
    return text;
  }

  #value(): string {
    let value = '';
    while (this.#random.chance(55)) {
      value += this.#random.chance(35) ? this.#random.pick(REFERENCES) : this.#random.pick([...TEXTS, '>', 'v']);
    }
    return this.#quoted(value);
  }

  #quoted(value: string): string {
    return this.#random.chance(70) ? `"${value.replaceAll('"', '')}"` : `'${value.replaceAll("'", '')}'`;
  }

  #element(outer: Scope, depth: number): string {
    const random = this.#random;
    this.#left -= 1;
    const declared = this.#declarations(outer);
    const scope: Scope = { ...outer, ...declared };
    const prefixes = Object.keys(scope).filter((prefix) => prefix !== '');
    const prefix = prefixes.length > 0 && random.chance(50) ? `${random.pick(prefixes)}:` : '';
    const name = prefix + random.pick(LOCAL_NAMES);
    const declarations = Object.entries(declared).map(([declaredPrefix, uri]) => {
      const escaped = uri.replace('a', random.chance(5) ? '&#97;' : 'a');
      return `xmlns${declaredPrefix === '' ? '' : ':'}${declaredPrefix}=${this.#quoted(escaped)}`;
    });
    const attributes = this.#shuffled([...declarations, ...this.#attributes(scope, prefixes)]);
    const tag = `<${name}${attributes.map((attribute) => random.pick(SPACES) + attribute).join('')}`;
    const space = random.chance(20) ? random.pick(SPACES) : '';
    const content = this.#content(scope, depth);
    if (content === '' && random.chance(60)) return `${tag}${space}/>`;
    return `${tag}${space}>${content}</${name}${random.chance(10) ? random.pick(SPACES) : ''}>`;
  }

  #declarations(outer: Scope): Scope {
    const random = this.#random;
    const declared: Record<string, string> = {};
    while (random.chance(35)) declared[random.pick(PREFIXES)] = random.pick(URIS);
    // The same again, which canonical form leaves out.
    const known = Object.entries(outer).filter(([prefix]) => prefix !== '');
    if (known.length > 0 && random.chance(15)) {
      const [prefix, uri] = random.pick(known);
      declared[prefix] ??= uri;
    }
    if (random.chance(15)) declared[''] = random.chance(35) ? '' : random.pick(URIS);
    return declared;
  }

  #attributes(scope: Scope, prefixes: readonly string[]): readonly string[] {
    const random = this.#random;
    const attributes = new Map<string, string>();
    const add = (prefix: string, localName: string, value: string): void => {
      const key = `${prefix === '' ? '' : (scope[prefix] ?? prefix)} ${localName}`;
      const equals = random.chance(5) ? ' =\n' : '=';
      if (!attributes.has(key))
        attributes.set(key, `${prefix}${prefix === '' ? '' : ':'}${localName}${equals}${value}`);
    };
    while (random.chance(50)) {
      const prefix = prefixes.length > 0 && random.chance(50) ? random.pick(prefixes) : '';
      add(prefix, random.pick(LOCAL_NAMES), this.#value());
    }
    if (random.chance(12)) add('xml', 'lang', random.pick(['"ja"', "'en'", '""']));
    if (random.chance(8)) add('xml', 'space', random.pick(['"preserve"', '"default"']));
    if (random.chance(8)) add('xml', 'base', random.pick(['"http://b/"', '"c/d"', '"../e"']));
    if (random.chance(8)) add('xml', 'id', `"x${(this.#identifier += 1)}"`);
    if (random.chance(15)) add('', random.pick(['Id', 'ID', 'id']), `"i${(this.#identifier += 1)}"`);
    return [...attributes.values()];
  }

  #content(scope: Scope, depth: number): string {
    const random = this.#random;
    let content = '';
    while (random.chance(depth === 0 ? 85 : 70)) {
      const piece = random.pick([
        () => (this.#left > 0 && depth < 12 ? this.#element(scope, depth + 1) : ''),
        () => (this.#left > 0 && depth < 12 ? this.#element(scope, depth + 1) : ''),
        () => without(this.#text('>'), ']]>'),
        () => random.pick(REFERENCES),
        () => this.#comment(),
        () => this.#instruction(),
        () => `<![CDATA[${without(this.#text('&<>'), ']]>')}]]>`,
      ])();
      // Two pieces of text must not make a `]]>`.
      content += (content.endsWith(']') ? '.' : '') + piece;
    }
    return content;
  }

  #shuffled(items: readonly string[]): readonly string[] {
    return items
      .map((item) => ({ item, order: this.#random.below(1_000_000) }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
  }
}

/** The document of this seed. */
export function randomDocument(seed: number): string {
  return new DocumentGenerator(new Random(seed)).document();
}
