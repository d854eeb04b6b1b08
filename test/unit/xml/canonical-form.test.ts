import { describe, expect, test } from 'vitest';
import { canonicalize, readXml, type XmlDocument, type XmlElement } from '../../../sdk/formats/xml/index.js';
import { expectFormatError } from '../../support/expect-format-error.js';
import { canonicalText } from './canonical-text.js';

const encoder = new TextEncoder();

function read(text: string): XmlDocument {
  return readXml(encoder.encode(text), { collect: () => true });
}

function named(document: XmlDocument, localName: string): XmlElement {
  const element = document.collected.find((candidate) => candidate.localName === localName);
  if (element === undefined) throw new Error(`no ${localName}`);
  return element;
}

interface Form {
  readonly name: string;
  readonly document: string;
  /** Without comments. */
  readonly c14n: string;
  /** Where it differs. */
  readonly exclusive?: string;
}

/** Canonical forms written by hand after Canonical XML 1.0 §2.3 and Exclusive XML Canonicalization 1.0 §3. */
const FORMS: readonly Form[] = [
  {
    name: 'byte order mark and XML declaration',
    document: '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<a/>\n',
    c14n: '<a></a>',
  },
  {
    name: 'instructions and comments outside the root (Canonical XML §3.1)',
    document:
      '<?xml version="1.0"?>\n\n<?xml-stylesheet   href="doc.xsl"\n   type="text/xsl"   ?>\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n' +
      '<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->\n',
    c14n: '<?xml-stylesheet href="doc.xsl"\n   type="text/xsl"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>',
  },
  {
    name: 'white space in content (§3.2)',
    document:
      '<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n' +
      '      <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</doc>\n',
    c14n:
      '<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n' +
      '      <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</doc>',
  },
  {
    name: 'start and end tags (§3.3, without its document type)',
    document:
      '<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = "elem3"   id="elem3"   />\n   <e4   name="elem4"   id="elem4"   ></e4>\n' +
      '   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I\'m"\n      xmlns:b="http://www.ietf.org"\n' +
      '      xmlns:a="http://www.w3.org"\n      xmlns="http://example.org"/>\n' +
      '   <e6 xmlns="" xmlns:a="http://www.w3.org">\n      <e7 xmlns="http://www.ietf.org">\n' +
      '         <e8 xmlns="" xmlns:a="http://www.w3.org">\n            <e9 xmlns="" xmlns:a="http://www.ietf.org"/>\n' +
      '         </e8>\n      </e7>\n   </e6>\n</doc>\n',
    c14n:
      '<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id="elem3" name="elem3"></e3>\n   <e4 id="elem4" name="elem4"></e4>\n' +
      '   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I\'m" attr2="all" ' +
      'b:attr="sorted" a:attr="out"></e5>\n   <e6 xmlns:a="http://www.w3.org">\n      <e7 xmlns="http://www.ietf.org">\n' +
      '         <e8 xmlns="">\n            <e9 xmlns:a="http://www.ietf.org"></e9>\n         </e8>\n      </e7>\n   </e6>\n</doc>',
    exclusive:
      '<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id="elem3" name="elem3"></e3>\n   <e4 id="elem4" name="elem4"></e4>\n' +
      '   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I\'m" attr2="all" ' +
      'b:attr="sorted" a:attr="out"></e5>\n   <e6>\n      <e7 xmlns="http://www.ietf.org">\n' +
      '         <e8 xmlns="">\n            <e9></e9>\n         </e8>\n      </e7>\n   </e6>\n</doc>',
  },
  {
    name: 'characters and references (§3.4, without its document type)',
    document:
      '<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n' +
      '   <compute><![CDATA[value>"0" && value<"10" ?"valid":"error"]]></compute>\n' +
      '   <compute expr=\'value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"\'>valid</compute>\n' +
      "   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>",
    c14n:
      '<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n' +
      '   <compute>value&gt;"0" &amp;&amp; value&lt;"10" ?"valid":"error"</compute>\n' +
      '   <compute expr="value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;">valid</compute>\n' +
      '   <norm attr=" \'    &#xD;&#xA;&#x9;   \' "></norm>\n</doc>',
  },
  { name: 'a character by its number (§3.6, from UTF-8)', document: '<doc>&#169;©</doc>', c14n: '<doc>©©</doc>' },
  { name: 'line ends in text', document: '<a>1\r\n2\r3\n4\r\r\n5</a>', c14n: '<a>1\n2\n3\n4\n\n5</a>' },
  { name: 'line ends in values', document: '<a b="1\r\n2\r3\n4\t5"/>', c14n: '<a b="1 2 3 4 5"></a>' },
  { name: 'line ends in a CDATA section', document: '<a><![CDATA[1\r\n2\r3]]></a>', c14n: '<a>1\n2\n3</a>' },
  { name: 'line ends in an instruction', document: '<a><?p 1\r\n2\r3?></a>', c14n: '<a><?p 1\n2\n3?></a>' },
  { name: 'line ends between attributes', document: "<a\r\n b='1'\r c='2'\r\n/>", c14n: '<a b="1" c="2"></a>' },
  {
    name: 'U+0085 and U+2028 are text',
    document: '<a b="\u0085\u2028">\u0085\u2028</a>',
    c14n: '<a b="\u0085\u2028">\u0085\u2028</a>',
  },
  { name: 'carriage returns by reference', document: '<a b="&#13;">&#13;</a>', c14n: '<a b="&#xD;">&#xD;</a>' },
  {
    name: 'white space by reference in a value',
    document: '<a b="&#9;&#10;&#13;&#32;"/>',
    c14n: '<a b="&#x9;&#xA;&#xD; "></a>',
  },
  { name: 'white space by reference in text', document: '<a>&#9;&#10;&#32;</a>', c14n: '<a>\t\n </a>' },
  { name: 'what text escapes', document: '<a>&lt;&gt;&amp;&quot;&apos;></a>', c14n: '<a>&lt;&gt;&amp;"\'&gt;</a>' },
  { name: 'what values escape', document: `<a b='"&lt;>&amp;&apos;'/>`, c14n: `<a b="&quot;&lt;>&amp;'"></a>` },
  { name: 'empty CDATA sections', document: '<a><![CDATA[]]>x<![CDATA[]]></a>', c14n: '<a>x</a>' },
  { name: 'brackets in CDATA sections', document: '<a><![CDATA[]]]]><![CDATA[>]]></a>', c14n: '<a>]]&gt;</a>' },
  { name: 'a comment within text', document: '<a>1<!-- - -->2</a>', c14n: '<a>12</a>' },
  {
    name: 'instructions with and without data',
    document: '<a><?p?><?q  ?><?r \t x ?></a>',
    c14n: '<a><?p?><?q?><?r x ?></a>',
  },
  { name: 'space in end tags', document: '<a><b></b \r\n></a\t>', c14n: '<a><b></b></a>' },
  {
    name: 'astral characters, variation selectors, private use and combining characters',
    document: '<a b="𠮷">葛\u{E0100}\uE000か\u3099ｶﾞ&#x20BB7;&#134071;</a>',
    c14n: '<a b="𠮷">葛\u{E0100}\uE000か\u3099ｶﾞ𠮷𠮷</a>',
  },
  {
    name: 'Japanese names and prefixes',
    document: '<様:申請書 属性="値" xmlns:様="urn:様"><様:氏名/></様:申請書>',
    c14n: '<様:申請書 xmlns:様="urn:様" 属性="値"><様:氏名></様:氏名></様:申請書>',
  },
  {
    name: 'code point order of attributes, astral after U+FFxx',
    document: '<a 𠮷="3" ｶ="2" 氏="1" z="0"/>',
    c14n: '<a z="0" 氏="1" ｶ="2" 𠮷="3"></a>',
  },
  {
    name: 'code point order of prefixes',
    document: '<a xmlns:𠮷="urn:3" xmlns:ｶ="urn:2" xmlns:b="urn:1" xmlns="urn:0"/>',
    c14n: '<a xmlns="urn:0" xmlns:b="urn:1" xmlns:ｶ="urn:2" xmlns:𠮷="urn:3"></a>',
    exclusive: '<a xmlns="urn:0"></a>',
  },
  {
    name: 'attributes by namespace name and then local name, not by both in one',
    document: '<a xmlns:p="http://a/" xmlns:q="http://a/b" q:a="2" p:z="1"/>',
    c14n: '<a xmlns:p="http://a/" xmlns:q="http://a/b" p:z="1" q:a="2"></a>',
  },
  {
    name: 'attributes by namespace name, not by prefix',
    document: '<p:a xmlns:p="urn:2" xmlns:q="urn:1" p:b="2" q:b="1" b="0" xml:lang="ja"/>',
    c14n: '<p:a xmlns:p="urn:2" xmlns:q="urn:1" b="0" xml:lang="ja" q:b="1" p:b="2"></p:a>',
  },
  {
    name: 'reserved characters in a namespace name',
    document: `<a xmlns='urn:x?a=1&amp;b="2"&lt;'/>`,
    c14n: '<a xmlns="urn:x?a=1&amp;b=&quot;2&quot;&lt;"></a>',
  },
  {
    name: 'an IRI as a namespace name',
    document: '<a xmlns="http://例え.jp/様式"/>',
    c14n: '<a xmlns="http://例え.jp/様式"></a>',
  },
  {
    name: 'xmlns="" where nothing has to be taken away',
    document: '<a xmlns=""><b xmlns=""/></a>',
    c14n: '<a><b></b></a>',
  },
  {
    name: 'xmlns="" where something has to be taken away, once',
    document: '<a xmlns="urn:a"><b xmlns=""><c xmlns=""/><d xmlns="urn:a"/></b></a>',
    c14n: '<a xmlns="urn:a"><b xmlns=""><c></c><d xmlns="urn:a"></d></b></a>',
  },
  {
    name: 'declarations said again',
    document: '<p:a xmlns:p="urn:p"><p:b xmlns:p="urn:p"><p:c xmlns:p="urn:q"/><p:d xmlns:p="urn:p"/></p:b></p:a>',
    c14n: '<p:a xmlns:p="urn:p"><p:b><p:c xmlns:p="urn:q"></p:c><p:d></p:d></p:b></p:a>',
  },
  {
    name: 'declarations nobody uses',
    document: '<a xmlns:p="urn:p"><b xmlns:q="urn:q"><p:c/><p:d/></b></a>',
    c14n: '<a xmlns:p="urn:p"><b xmlns:q="urn:q"><p:c></p:c><p:d></p:d></b></a>',
    exclusive: '<a><b><p:c xmlns:p="urn:p"></p:c><p:d xmlns:p="urn:p"></p:d></b></a>',
  },
  {
    name: 'a prefix used by an attribute alone',
    document: '<a xmlns:p="urn:p" xmlns="urn:d"><b p:c="1"><d p:c="2"/></b></a>',
    c14n: '<a xmlns="urn:d" xmlns:p="urn:p"><b p:c="1"><d p:c="2"></d></b></a>',
    exclusive: '<a xmlns="urn:d"><b xmlns:p="urn:p" p:c="1"><d p:c="2"></d></b></a>',
  },
  {
    name: 'the prefix xml, declared or not',
    document: '<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:space="preserve"> </a>',
    c14n: '<a xml:space="preserve"> </a>',
  },
  {
    name: 'a default namespace that inner elements do not use',
    document: '<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b><c/></p:b></p:a>',
    c14n: '<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b><c></c></p:b></p:a>',
    exclusive: '<p:a xmlns:p="urn:p"><p:b><c xmlns="urn:d"></c></p:b></p:a>',
  },
];

test.each(FORMS)('$name', ({ document, c14n, exclusive = c14n }) => {
  expect(canonicalText(read(document), 'document', { method: 'c14n' })).toBe(c14n);
  expect(canonicalText(read(document), 'document', { method: 'exc-c14n' })).toBe(exclusive);
});

test('with comments, those outside the root have line feeds of their own (§3.1)', () => {
  const document = read(
    '<!--\r\n0--><?p?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?q?>\n<!-- 2 -->\n\n<!-- 3 -->\n',
  );
  const form = '<!--\n0-->\n<?p?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n<?q?>\n<!-- 2 -->\n<!-- 3 -->';
  expect(canonicalText(document, 'document', { method: 'c14n-with-comments' })).toBe(form);
  expect(canonicalText(document, 'document', { method: 'exc-c14n-with-comments' })).toBe(form);
});

describe('one element', () => {
  const DOCUMENT =
    '<?p?><doc xmlns="http://www.ietf.org" xmlns:w3c="http://www.w3.org" xmlns:a="urn:a" xml:base="http://b/" xml:lang="en">' +
    '<e1 xml:lang="ja" xml:space="preserve" xmlns:a="urn:b"><e2 xmlns="" w3c:z="1" xml:space="default" Id="E3"><e3/><!-- c -->' +
    '</e2></e1></doc>';

  test('has the namespaces in scope and the xml: attributes of its ancestors (Canonical XML §2.4)', () => {
    const document = read(DOCUMENT);
    expect(canonicalText(document, named(document, 'e2'), { method: 'c14n' })).toBe(
      '<e2 xmlns:a="urn:b" xmlns:w3c="http://www.w3.org" Id="E3" w3c:z="1" xml:base="http://b/" xml:lang="ja" ' +
        'xml:space="default"><e3></e3></e2>',
    );
    expect(canonicalText(document, named(document, 'e1'), { method: 'c14n-with-comments' })).toBe(
      '<e1 xmlns="http://www.ietf.org" xmlns:a="urn:b" xmlns:w3c="http://www.w3.org" xml:base="http://b/" xml:lang="ja" ' +
        'xml:space="preserve"><e2 xmlns="" Id="E3" w3c:z="1" xml:space="default"><e3></e3><!-- c --></e2></e1>',
    );
  });

  test('has what it uses and nothing of its ancestors in exclusive form', () => {
    const document = read(DOCUMENT);
    expect(canonicalText(document, named(document, 'e2'), { method: 'exc-c14n' })).toBe(
      '<e2 xmlns:w3c="http://www.w3.org" Id="E3" w3c:z="1" xml:space="default"><e3></e3></e2>',
    );
    expect(
      canonicalText(document, named(document, 'e1'), { method: 'exc-c14n', inclusivePrefixes: ['a', 'none'] }),
    ).toBe(
      '<e1 xmlns="http://www.ietf.org" xmlns:a="urn:b" xml:lang="ja" xml:space="preserve"><e2 xmlns="" ' +
        'xmlns:w3c="http://www.w3.org" Id="E3" w3c:z="1" xml:space="default"><e3></e3></e2></e1>',
    );
  });

  test('is the same in two contexts in exclusive form only (Exclusive XML Canonicalization §2.2)', () => {
    const element =
      '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en">\n  <n3:stuff xmlns:n3="ftp://example.org"/>\n</n1:elem2>';
    const first = read(`<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org">${element}</n0:local>`);
    const second = read(
      `<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain">${element}</n2:pdu>`,
    );
    const exclusive =
      '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en">\n  <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>\n</n1:elem2>';
    for (const document of [first, second]) {
      expect(canonicalText(document, named(document, 'elem2'), { method: 'exc-c14n' })).toBe(exclusive);
    }
    expect(canonicalText(first, named(first, 'elem2'), { method: 'c14n' })).toBe(
      '<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en">\n' +
        '  <n3:stuff></n3:stuff>\n</n1:elem2>',
    );
    expect(canonicalText(second, named(second, 'elem2'), { method: 'c14n' })).toBe(
      '<n1:elem2 xmlns:n1="http://example.net" xmlns:n2="http://foo.example" xml:lang="en" xml:space="retain">\n' +
        '  <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>\n</n1:elem2>',
    );
  });

  test('has the default namespace of #default though it does not use it', () => {
    const document = read('<a xmlns="urn:d" xmlns:p="urn:p"><p:b><p:c xmlns=""/></p:b></a>');
    const inclusivePrefixes = ['#default'];
    expect(canonicalText(document, named(document, 'b'), { method: 'exc-c14n', inclusivePrefixes })).toBe(
      '<p:b xmlns="urn:d" xmlns:p="urn:p"><p:c xmlns=""></p:c></p:b>',
    );
  });

  test('inherits the nearest xml: attribute of each name, before those of later namespaces', () => {
    const document = read(
      '<a xml:lang="1" xml:id="x"><b xml:lang="2"><c xmlns:p="urn:p" xmlns:h="http://h/" h:b="1" p:b="2" b="3" xml:id="y"/></b></a>',
    );
    expect(canonicalText(document, named(document, 'c'), { method: 'c14n' })).toBe(
      '<c xmlns:h="http://h/" xmlns:p="urn:p" b="3" h:b="1" xml:id="y" xml:lang="2" p:b="2"></c>',
    );
  });
});

describe('without elements', () => {
  const DOCUMENT = '<a xmlns:p="urn:p">1<b><c/>2</b>3<d xmlns:p="urn:q"><p:e/></d><?p?><f/></a><?q?>';

  test('leaves the text before and after', () => {
    const document = read(DOCUMENT);
    const exclude = [named(document, 'd'), named(document, 'b')];
    expect(canonicalText(document, 'document', { method: 'c14n', exclude })).toBe(
      '<a xmlns:p="urn:p">13<?p?><f></f></a>\n<?q?>',
    );
  });

  test('takes one within another once', () => {
    const document = read(DOCUMENT);
    const exclude = [named(document, 'c'), named(document, 'b'), named(document, 'e')];
    expect(canonicalText(document, document.root, { method: 'exc-c14n', exclude })).toBe(
      '<a>13<d></d><?p?><f></f></a>',
    );
  });

  test('takes no notice of those outside of the target', () => {
    const document = read(DOCUMENT);
    const exclude = [named(document, 'b'), named(document, 'f')];
    expect(canonicalText(document, named(document, 'd'), { method: 'exc-c14n', exclude })).toBe(
      '<d><p:e xmlns:p="urn:q"></p:e></d>',
    );
  });

  test('writes nothing of a target that is left out itself', () => {
    const document = read(DOCUMENT);
    expect(canonicalText(document, named(document, 'c'), { method: 'c14n', exclude: [named(document, 'b')] })).toBe('');
    expect(canonicalText(document, 'document', { method: 'c14n', exclude: [document.root] })).toBe('\n<?q?>');
  });
});

test('what is canonical already goes to the sink as views of the document, in pieces', () => {
  const document = read(`<a>${'あ'.repeat(1_000_000)}<b x="1">${'x'.repeat(100)}</b></a>`);
  const sizes: number[] = [];
  const parts: Uint8Array[] = [];
  let copied = 0;
  canonicalize(document, 'document', { method: 'c14n' }, (chunk) => {
    sizes.push(chunk.length);
    if (chunk.buffer !== document.bytes.buffer) copied += chunk.length;
    parts.push(chunk.slice());
  });
  expect(Buffer.concat(parts).equals(Buffer.from(document.bytes))).toBe(true);
  expect(copied).toBeLessThan(10);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_048_576);
});

test('exclusive form that grows without measure is refused', () => {
  const uri = `urn:${'x'.repeat(4_000)}`;
  const document = read(`<a xmlns:p="${uri}">${'<p:b/>'.repeat(20_000)}</a>`);
  expect(canonicalText(document, 'document', { method: 'c14n' }).length).toBeGreaterThan(100_000);
  expectFormatError(() => canonicalText(document, 'document', { method: 'exc-c14n' }), 'ERR_SIGN_FORMAT');
});

test('octets that have changed since they were read end in an error and not in a loop', () => {
  for (const [from, to] of [
    ['</a>', 'xxxx'],
    ['-->', 'xxx'],
    [']]>', 'xxx'],
    ['?>', 'xx'],
    ['"1"', '"11'],
    ['&lt;', '&lt0'],
  ]) {
    const document = read('<a>1<!-- --><![CDATA[ ]]><?p ?><b c="1"></b>&lt;</a>');
    const changed = encoder.encode(new TextDecoder().decode(document.bytes).replace(from ?? '', to ?? ''));
    document.bytes.set(changed);
    expectFormatError(() => canonicalText(document, 'document', { method: 'c14n' }), 'ERR_SIGN_FORMAT');
  }
});
