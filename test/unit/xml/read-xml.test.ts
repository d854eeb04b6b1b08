import { describe, expect, test } from 'vitest';
import type { FormatError } from '../../../sdk/formats/index.js';
import {
  escapeAttribute,
  escapeText,
  readXml,
  readXmlTree,
  type XmlDocument,
  type XmlElement,
  type XmlTree,
} from '../../../sdk/formats/xml/index.js';

const DOCUMENT =
  '<?xml version="1.0"?>\r\n<申請 xmlns="urn:f" xmlns:p="urn:p" xml:lang="ja" Id="root">' +
  '<p:b p:c="1&#9;&lt;\r\n2" d="\'" ><e xmlns="" xmlns:q="urn:q" xml:space="preserve" q:id="no"><f ID="&#x20BB7;"/></e></p:b\t><e/></申請>';

function read(text: string, collect?: string): XmlDocument {
  return readXml(new TextEncoder().encode(text), { collect: ({ localName }) => localName === collect });
}

function textOf(document: XmlDocument, start: number, end: number): string {
  return new TextDecoder().decode(document.bytes.subarray(start, end));
}

function only(document: XmlDocument): XmlElement {
  const [element, ...others] = document.collected;
  if (element === undefined || others.length > 0) throw new Error(`${document.collected.length} collected`);
  return element;
}

describe('an element', () => {
  test('has the offsets of its tags', () => {
    const document = read(DOCUMENT, 'b');
    const { start, contentStart, contentEnd, end } = only(document);
    expect(textOf(document, start, contentStart)).toBe('<p:b p:c="1&#9;&lt;\r\n2" d="\'" >');
    expect(textOf(document, contentEnd, end)).toBe('</p:b\t>');
    expect(textOf(document, document.root.contentEnd, document.root.end)).toBe('</申請>');
  });

  test('without content has one offset for all that follows its tag', () => {
    const document = read(DOCUMENT, 'f');
    const { start, contentStart, contentEnd, end } = only(document);
    expect(textOf(document, start, end)).toBe('<f ID="&#x20BB7;"/>');
    expect([contentStart, contentEnd]).toEqual([end, end]);
  });

  test('has its names and its place', () => {
    const element = only(read(DOCUMENT, 'b'));
    expect(element).toMatchObject({ name: 'p:b', namespaceUri: 'urn:p', localName: 'b', depth: 2 });
    expect(element.parent).toMatchObject({ name: '申請', namespaceUri: 'urn:f', depth: 1, parent: undefined });
  });

  test('has its attributes in order, normalised and without declarations', () => {
    expect(only(read(DOCUMENT, 'b')).attributes).toEqual([
      { name: 'p:c', namespaceUri: 'urn:p', localName: 'c', value: '1\t< 2' },
      { name: 'd', namespaceUri: '', localName: 'd', value: "'" },
    ]);
  });

  test('has the namespaces in scope', () => {
    const document = read(DOCUMENT, 'f');
    expect(new Map(document.root.namespaces)).toEqual(
      new Map([
        ['', 'urn:f'],
        ['p', 'urn:p'],
      ]),
    );
    expect(new Map(only(document).namespaces)).toEqual(
      new Map([
        ['p', 'urn:p'],
        ['q', 'urn:q'],
      ]),
    );
    expect(only(document).namespaceUri).toBe('');
  });

  test('has the xml: attributes of its ancestors', () => {
    const inherited = only(read(DOCUMENT, 'f')).inheritedXmlAttributes.map(({ name, value }) => [name, value]);
    expect(inherited.sort()).toEqual([
      ['xml:lang', 'ja'],
      ['xml:space', 'preserve'],
    ]);
    expect(only(read(DOCUMENT, 'b')).parent?.inheritedXmlAttributes).toEqual([]);
  });
});

describe('ids', () => {
  test('are the values of the usual attributes', () => {
    const { ids, root } = read(DOCUMENT);
    expect([...ids.keys()]).toEqual(['root', '𠮷']);
    expect(ids.get('root')).toBe(root);
    expect(ids.get('𠮷')).toMatchObject({ name: 'f', depth: 4 });
  });

  test('are those asked for', () => {
    const bytes = new TextEncoder().encode(DOCUMENT);
    expect([...readXml(bytes, { idAttributes: ['q:id'] }).ids.keys()]).toEqual(['no']);
  });
});

test('elements are collected in the order of the document, each asked about once', () => {
  const asked: string[] = [];
  const document = readXml(new TextEncoder().encode(DOCUMENT), {
    collect: ({ name, namespaceUri, depth }) => asked.push(`${depth} ${name} ${namespaceUri}`) > 2,
  });
  expect(asked).toEqual(['1 申請 urn:f', '2 p:b urn:p', '3 e ', '4 f ', '2 e urn:f']);
  expect(document.collected.map(({ localName, namespaceUri }) => [localName, namespaceUri])).toEqual([
    ['e', ''],
    ['f', ''],
    ['e', 'urn:f'],
  ]);
  expect(document.collected[0]?.parent?.parent).toBe(document.root);
  expect(document.ids.get('𠮷')).toBe(document.collected[1]);
});

describe('a tree', () => {
  function shape({ element, children }: XmlTree): unknown {
    return [element.name, ...children.map((child) => (typeof child === 'string' ? child : shape(child)))];
  }

  test('has elements and undivided text', () => {
    const document = read('<a>1<!-- - -->2<?p ?>&lt;<![CDATA[&amp;\r\n]]>\r3<b><c/></b>4<b/></a>');
    expect(shape(readXmlTree(document, document.root))).toEqual(['a', '12<&amp;\n\n3', ['b', ['c']], '4', ['b']]);
  });

  test('has the facts of its elements', () => {
    const document = read(DOCUMENT, 'b');
    const tree = readXmlTree(document, only(document));
    const [inner] = tree.children;
    if (inner === undefined || typeof inner === 'string') throw new Error('no element');
    expect(tree.element).toBe(only(document));
    expect(inner.element).toMatchObject({ name: 'e', namespaceUri: '', depth: 3, parent: tree.element });
    expect(inner.element.attributes.map(({ name, namespaceUri }) => [name, namespaceUri])).toEqual([
      ['xml:space', 'http://www.w3.org/XML/1998/namespace'],
      ['q:id', 'urn:q'],
    ]);
    expect(textOf(document, inner.element.contentStart, inner.element.contentEnd)).toBe('<f ID="&#x20BB7;"/>');
    expect(textOf(document, inner.element.contentEnd, inner.element.end)).toBe('</e>');
  });

  test('resolves prefixes declared outside and declared again inside', () => {
    const document = read(
      '<a xmlns:p="urn:1"><b><p:c xmlns:p="urn:2"/><p:c/><p:d xmlns:p="urn:3"><p:c/></p:d><p:c/></b></a>',
      'b',
    );
    const names = (tree: XmlTree): readonly string[] => [
      tree.element.namespaceUri,
      ...tree.children.flatMap((child) => (typeof child === 'string' ? [] : names(child))),
    ];
    expect(names(readXmlTree(document, only(document)))).toEqual(['', 'urn:2', 'urn:1', 'urn:3', 'urn:3', 'urn:1']);
  });

  test('of more nodes than allowed is refused', () => {
    const document = read('<a>1<b/>2<b/></a>');
    expect(readXmlTree(document, document.root, { maxNodes: 5 }).children).toHaveLength(4);
    expect(() => readXmlTree(document, document.root, { maxNodes: 4 })).toThrow(
      expect.objectContaining({ code: 'ERR_SIGN_FORMAT', reason: 'xml-limit' }) as FormatError,
    );
  });
});

test('escaped text and values read back as they were', () => {
  const text = '&<>"\'\t\n\r 𠮷\u0085';
  const document = read(`<a b="${escapeAttribute(text)}">${escapeText(text)}</a>`);
  expect(document.root.attributes[0]?.value).toBe(text);
  expect(readXmlTree(document, document.root).children).toEqual([text]);
  expect(escapeText('&<>"\r\n')).toBe('&amp;&lt;&gt;"&#xD;\n');
  expect(escapeAttribute('&<>"\r\n\t')).toBe('&amp;&lt;>&quot;&#xD;&#xA;&#x9;');
});

describe('documents made to keep a machine busy are read or refused in time', () => {
  const many = (count: number, part: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => part(index)).join('');
  test.each([
    ['attributes', many(150, () => `<a ${many(1_000, (index) => `b${index}="" `)}/>`)],
    ['declarations', many(100, () => `<a ${many(500, (index) => `xmlns:p${index}="urn:${index}" `)}/>`)],
    ['names', many(50_000, (index) => `<n${index}/>`)],
    [
      'ids below many declarations',
      `<a ${many(900, (index) => `xmlns:p${index}="urn:${index}" `)}>${many(40_000, (index) => `<b Id="i${index}" xmlns:q="urn:q"/>`)}</a>`,
    ],
    ['brackets', `<a>${']'.repeat(1_000_000)}</a>`],
    ['hyphens', `<!--${' -'.repeat(500_000)} -->`],
    ['question marks', `<?p ${'?'.repeat(1_000_000)}?>`],
    ['references', '&#x000000000000000000000000000041;'.repeat(30_000)],
    ['one reference', `&#${'0'.repeat(1_000_000)}65;`],
    [
      'deep prefixes',
      `${many(990, (index) => `<p:a xmlns:p="urn:${index}">`)}${'<p:b/>'.repeat(100_000)}${'</p:a>'.repeat(990)}`,
    ],
  ])(
    '%s',
    (_name, content) => {
      const document = read(`<root>${content}</root>`);
      expect(document.root.end).toBe(document.bytes.length);
    },
    2_000,
  );
});
