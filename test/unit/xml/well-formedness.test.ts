import { expect, test } from 'vitest';
import { FormatError } from '../../../sdk/formats/index.js';
import { readXml, type XmlReason } from '../../../sdk/formats/xml/index.js';

function octets(text: string | readonly number[]): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : Uint8Array.from(text);
}

/** `<a>` and `</a>` around octets. */
function around(...content: readonly number[]): readonly number[] {
  return [0x3c, 0x61, 0x3e, ...content, 0x3c, 0x2f, 0x61, 0x3e];
}

function reasonOf(document: string | readonly number[]): string | undefined {
  try {
    readXml(octets(document));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).code).toBe('ERR_SIGN_FORMAT');
    return (error as FormatError).reason;
  }
}

const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

const MALFORMED: readonly (readonly [name: string, document: string | readonly number[], reason: XmlReason])[] = [
  ['nothing', '', 'xml-no-root'],
  ['white space alone', ' \n', 'xml-no-root'],
  ['a comment alone', '<!-- -->', 'xml-no-root'],
  ['a declaration alone', '<?xml version="1.0"?>', 'xml-no-root'],
  ['a second byte order mark', '\uFEFF\uFEFF<a/>', 'xml-outside-root'],
  ['a byte order mark after the root', '<a/>\uFEFF', 'xml-outside-root'],
  ['UTF-16 with a byte order mark', [0xff, 0xfe, 0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e, 0], 'xml-encoding'],
  ['UTF-16 without one', [0, 0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e], 'xml-encoding'],
  ['Shift_JIS declared', '<?xml version="1.0" encoding="Shift_JIS"?><a/>', 'xml-encoding'],
  ['ISO-8859-1 declared', "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", 'xml-encoding'],
  ['an octet of continuation', around(0x80), 'xml-utf8'],
  ['a character cut off', around(0xe3, 0x81), 'xml-utf8'],
  ['a character cut off in a value', [...octets('<a b="'), 0xe3, 0x81, ...octets('"/>')], 'xml-utf8'],
  ['a character cut off in a name', [...octets('<a'), 0xe3, 0x81, ...octets('/>')], 'xml-utf8'],
  ['a character cut off in a comment', around(...octets('<!--'), 0xe3, ...octets('-->')), 'xml-utf8'],
  ['a character cut off at the end of the file', [0x3c, 0x61, 0x3e, 0xe3, 0x81], 'xml-utf8'],
  ['a two-octet form of a slash', around(0xc0, 0xaf), 'xml-utf8'],
  ['a three-octet form of a slash', around(0xe0, 0x80, 0xaf), 'xml-utf8'],
  ['a four-octet form of a slash', around(0xf0, 0x80, 0x80, 0xaf), 'xml-utf8'],
  ['a surrogate in UTF-8', around(0xed, 0xa0, 0x80), 'xml-utf8'],
  ['a pair of surrogates in UTF-8', around(0xed, 0xa1, 0x82, 0xed, 0xbe, 0xb7), 'xml-utf8'],
  ['above U+10FFFF', around(0xf4, 0x90, 0x80, 0x80), 'xml-utf8'],
  ['an octet that UTF-8 has not', around(0xff), 'xml-utf8'],
  ['NUL', '<a>\0</a>', 'xml-character'],
  ['U+0001 in text', '<a>\u0001</a>', 'xml-character'],
  ['U+001F in a value', '<a b="\u001f"/>', 'xml-character'],
  ['U+000B in a comment', '<a><!--\u000b--></a>', 'xml-character'],
  ['U+000C in a CDATA section', '<a><![CDATA[\u000c]]></a>', 'xml-character'],
  ['U+0008 in an instruction', '<a><?p \u0008?></a>', 'xml-character'],
  ['U+FFFE', '<a>\uFFFE</a>', 'xml-character'],
  ['U+FFFF in a value', '<a b="\uFFFF"/>', 'xml-character'],
  ['reference to NUL', '<a>&#0;</a>', 'xml-character-reference'],
  ['reference to a control character', '<a b="&#x1F;"/>', 'xml-character-reference'],
  ['reference to a surrogate', '<a>&#xD800;</a>', 'xml-character-reference'],
  ['reference to two surrogates', '<a>&#xD842;&#xDFB7;</a>', 'xml-character-reference'],
  ['reference to U+FFFE', '<a>&#65534;</a>', 'xml-character-reference'],
  ['reference above U+10FFFF', '<a>&#x110000;</a>', 'xml-character-reference'],
  ['reference that would wrap around', '<a>&#4294967361;</a>', 'xml-character-reference'],
  ['reference without digits', '<a>&#;</a>', 'xml-reference'],
  ['hexadecimal reference without digits', '<a>&#x;</a>', 'xml-reference'],
  ['reference with X', '<a>&#X41;</a>', 'xml-reference'],
  ['decimal reference with letters', '<a>&#4a;</a>', 'xml-reference'],
  ['ampersand alone', '<a>1 & 2</a>', 'xml-reference'],
  ['ampersand in a value', '<a b="1&2"/>', 'xml-reference'],
  ['reference without semicolon', '<a>&amp </a>', 'xml-reference'],
  ['empty reference', '<a>&;</a>', 'xml-reference'],
  ['unknown entity', '<a>&nbsp;</a>', 'xml-entity'],
  ['entity in capitals', '<a>&AMP;</a>', 'xml-entity'],
  ['unknown entity in a value', '<a b="&様;"/>', 'xml-entity'],
  ['document type', '<!DOCTYPE a><a/>', 'xml-doctype'],
  [
    'document type with entities',
    '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]><a>&b;</a>',
    'xml-doctype',
  ],
  ['document type within the root', '<a><!DOCTYPE a></a>', 'xml-doctype'],
  ['document type after the root', '<a/><!DOCTYPE a>', 'xml-doctype'],
  ['document type in small letters', '<!doctype a><a/>', 'xml-tag'],
  ['other declarations', '<a><!ELEMENT a ANY></a>', 'xml-tag'],
  ['declaration after white space', ' <?xml version="1.0"?><a/>', 'xml-declaration'],
  ['declaration after a comment', '<!-- --><?xml version="1.0"?><a/>', 'xml-declaration'],
  ['declaration within the root', '<a><?xml version="1.0"?></a>', 'xml-declaration'],
  ['declaration without version', '<?xml encoding="UTF-8"?><a/>', 'xml-declaration'],
  ['declaration without anything', '<?xml?><a/>', 'xml-declaration'],
  ['declaration in another order', '<?xml version="1.0" standalone="yes" encoding="UTF-8"?><a/>', 'xml-declaration'],
  ['declaration with more', '<?xml version="1.0" a="b"?><a/>', 'xml-declaration'],
  ['declaration without space', '<?xml version="1.0"encoding="UTF-8"?><a/>', 'xml-declaration'],
  ['declaration with a vertical tab', '<?xml version\u000b="1.0"?><a/>', 'xml-declaration'],
  ['declaration with a no-break space', '<?xml version="1.0"\u00a0?><a/>', 'xml-declaration'],
  ['standalone neither yes nor no', '<?xml version="1.0" standalone="maybe"?><a/>', 'xml-declaration'],
  ['encoding without a name', '<?xml version="1.0" encoding=""?><a/>', 'xml-declaration'],
  ['declaration that never ends', '<?xml version="1.0"', 'xml-declaration'],
  ['XML 1.1', '<?xml version="1.1"?><a/>', 'xml-version'],
  ['XML 2.0', '<?xml version="2.0"?><a/>', 'xml-version'],
  ['name that begins with a digit', '<1a/>', 'xml-name'],
  ['name that begins with a hyphen', '<-a/>', 'xml-name'],
  ['name that begins with a combining character', '<\u0300a/>', 'xml-name'],
  ['name with a middle dot in front', '<a ·b="1"/>', 'xml-name'],
  ['name with a multiplication sign', '<a×b/>', 'xml-name'],
  ['name with an ideographic space', '<申請\u3000書/>', 'xml-name'],
  ['name with private use', '<a\uE000/>', 'xml-name'],
  ['name with a character above U+EFFFF', '<a\u{F0000}/>', 'xml-name'],
  ['two colons', '<a:b:c xmlns:a="urn:a"/>', 'xml-name'],
  ['nothing before the colon', '<:a/>', 'xml-name'],
  ['nothing after the colon', '<a: xmlns:a="urn:a"/>', 'xml-name'],
  ['digit after the colon', '<a:1 xmlns:a="urn:a"/>', 'xml-name'],
  ['space before the name', '< a/>', 'xml-name'],
  ['tag without a name', '<a><></></a>', 'xml-name'],
  ['end tag alone', '</a>', 'xml-tag-mismatch'],
  ['another end tag', '<a></b>', 'xml-tag-mismatch'],
  ['end tag in capitals', '<a></A>', 'xml-tag-mismatch'],
  ['end tag with more letters', '<a></ab>', 'xml-tag-mismatch'],
  ['end tag with fewer letters', '<ab></a>', 'xml-tag-mismatch'],
  ['end tags in the wrong order', '<a><b></a></b>', 'xml-tag-mismatch'],
  [
    'end tag with another prefix of the same namespace',
    '<p:a xmlns:p="urn:a" xmlns:q="urn:a"></q:a>',
    'xml-tag-mismatch',
  ],
  ['end tag after the root', '<a/></a>', 'xml-tag-mismatch'],
  ['end tag with attributes', '<a></a b="1">', 'xml-tag'],
  ['space before the name of an end tag', '<a></ a>', 'xml-tag-mismatch'],
  ['slash within a tag', '<a / >', 'xml-tag'],
  ['tag in a tag', '<a <b/>/>', 'xml-name'],
  ['no end tag', '<a>', 'xml-unclosed'],
  ['no end tag of the root', '<a><b></b>', 'xml-unclosed'],
  ['start tag cut off', '<a', 'xml-unclosed'],
  ['attribute cut off', '<a b="1', 'xml-unclosed'],
  ['end tag cut off', '<a></a', 'xml-unclosed'],
  ['comment cut off', '<a><!-- ', 'xml-unclosed'],
  ['CDATA section cut off', '<a><![CDATA[ ]]', 'xml-unclosed'],
  ['instruction cut off', '<a><?p ', 'xml-unclosed'],
  ['two roots', '<a/><b/>', 'xml-two-roots'],
  ['text before the root', 'x<a/>', 'xml-outside-root'],
  ['text after the root', '<a/>x', 'xml-outside-root'],
  ['reference after the root', '<a/>&#32;', 'xml-outside-root'],
  ['CDATA section before the root', '<![CDATA[]]><a/>', 'xml-outside-root'],
  ['NUL after the root', '<a/>\0', 'xml-outside-root'],
  ['attribute without quotes', '<a b=1/>', 'xml-attribute'],
  ['attribute without a value', '<a b/>', 'xml-attribute'],
  ['attribute with an ideographic quotation mark', '<a b=”1”/>', 'xml-attribute'],
  ['less-than sign in a value', '<a b="<"/>', 'xml-attribute'],
  ['attributes without space', '<a b="1"c="2"/>', 'xml-tag'],
  ['attribute twice', '<a b="1" b="2"/>', 'xml-duplicate-attribute'],
  ['attribute twice by namespace', '<a xmlns:p="urn:a" xmlns:q="urn:a" p:b="1" q:b="2"/>', 'xml-duplicate-attribute'],
  [
    'attribute twice by namespace among many',
    `<a xmlns:p="urn:a" xmlns:q="urn:a" p:b="1" ${Array.from({ length: 20 }, (_, index) => `c${index}="1"`).join(' ')} q:b="2"/>`,
    'xml-duplicate-attribute',
  ],
  ['declaration twice', '<a xmlns:p="urn:a" xmlns:p="urn:b"/>', 'xml-duplicate-attribute'],
  ['default declaration twice', '<a xmlns="urn:a" xmlns="urn:a"/>', 'xml-duplicate-attribute'],
  ['unbound prefix of an element', '<p:a/>', 'xml-unbound-prefix'],
  ['unbound prefix of an attribute', '<a p:b="1"/>', 'xml-unbound-prefix'],
  ['prefix bound by a brother only', '<a><b xmlns:p="urn:p"/><p:c/></a>', 'xml-unbound-prefix'],
  ['prefix in other letters', '<a xmlns:p="urn:p"><P:b/></a>', 'xml-unbound-prefix'],
  ['element with the prefix xmlns', '<xmlns:a/>', 'xml-unbound-prefix'],
  ['prefix taken away', '<a xmlns:p="urn:p"><b xmlns:p=""/></a>', 'xml-namespace'],
  ['prefix xml for another namespace', '<a xmlns:xml="urn:x"/>', 'xml-namespace'],
  ['another prefix for the namespace of xml', `<a xmlns:p="${XML}"/>`, 'xml-namespace'],
  ['the namespace of xml as default', `<a xmlns="${XML}"/>`, 'xml-namespace'],
  ['prefix xmlns declared', `<a xmlns:xmlns="${XMLNS}"/>`, 'xml-namespace'],
  ['prefix for the namespace of xmlns', `<a xmlns:p="${XMLNS}"/>`, 'xml-namespace'],
  ['the namespace of xmlns as default', `<a xmlns="${XMLNS}"/>`, 'xml-namespace'],
  ['relative default namespace', '<a xmlns="rel/ative"/>', 'xml-relative-namespace'],
  ['relative namespace of a prefix', '<a xmlns:p="../a"/>', 'xml-relative-namespace'],
  ['namespace of a fragment', '<a xmlns:p="#a"/>', 'xml-relative-namespace'],
  ['namespace without a scheme', '<a xmlns="//host/a"/>', 'xml-relative-namespace'],
  ['end of a CDATA section in text', '<a>]]></a>', 'xml-cdata-end'],
  ['two hyphens in a comment', '<a><!-- -- --></a>', 'xml-comment'],
  ['three hyphens at the end of a comment', '<a><!-- ---></a>', 'xml-comment'],
  ['comment that its own start would end', '<!---><a/>', 'xml-unclosed'],
  ['instruction named XML', '<?XML version="1.0"?><a/>', 'xml-processing-instruction'],
  ['instruction named xMl', '<a><?xMl?></a>', 'xml-processing-instruction'],
  ['instruction with a colon', '<a><?p:q?></a>', 'xml-processing-instruction'],
  ['instruction without space', '<a><?p"q"?></a>', 'xml-processing-instruction'],
  ['instruction without a name', '<a><? p?></a>', 'xml-name'],
  ['instruction whose name is a number', '<a><?1?></a>', 'xml-name'],
  ['id twice', '<a><b Id="x"/><c Id="x"/></a>', 'xml-duplicate-id'],
  ['id twice by different attributes', '<a><b ID="x"/><c xml:id="x"/></a>', 'xml-duplicate-id'],
  ['id twice, once by reference', '<a id="x"><c id="&#120;"/></a>', 'xml-duplicate-id'],
  ['1,001 elements deep', `${'<a>'.repeat(1_001)}${'</a>'.repeat(1_001)}`, 'xml-depth'],
  ['1,001 attributes', `<a ${Array.from({ length: 1_001 }, (_, index) => `b${index}=""`).join(' ')}/>`, 'xml-limit'],
  ['name of 4,097 octets', `<${'a'.repeat(4_097)}/>`, 'xml-limit'],
  ['namespace name of 4,097 characters', `<a xmlns="urn:${'a'.repeat(4_093)}"/>`, 'xml-limit'],
];

test.each(MALFORMED)('%s', (_name, document, reason) => {
  expect(reasonOf(document)).toBe(reason);
});

test('10,000 prefixes are too many', () => {
  const elements = Array.from({ length: 10_000 }, (_, index) => `<b xmlns:p${index}="urn:p"/>`);
  expect(reasonOf(`<a>${elements.slice(0, 9_000).join('')}</a>`)).toBeUndefined();
  expect(reasonOf(`<a>${elements.join('')}</a>`)).toBe('xml-limit');
});

test.each([
  ['byte order mark', '\uFEFF<a/>'],
  ['declaration', `<?xml\tversion = '1.0'\r\nencoding="utf-8" standalone='no' ?><a/>`],
  ['the name UTF8', '<?xml version="1.0" encoding="UTF8"?><a/>'],
  ['white space around everything', '\r\n<!-- -->\t<?p?> <a/>\n<!---->\n'],
  ['instruction that begins like a declaration', '<?xml-stylesheet?><a><?xmlx ?></a>'],
  ['1,000 elements deep', `${'<a>'.repeat(1_000)}${'</a>'.repeat(1_000)}`],
  ['1,000 attributes', `<a ${Array.from({ length: 1_000 }, (_, index) => `b${index}=""`).join(' ')}/>`],
  ['greater-than sign and brackets', '<a b=">]]>">]] > ]&gt;</a>'],
  ['quotes in the other quotes', `<a b='"' c="'"/>`],
  ['names of the 5th edition', '<申請書 氏名="1" ｶﾅ="2" 𠮷="3" 々="4" é·‿="5" a\u0301.-9="6"/>'],
  ['first and last characters of names', '<a\u{EFFFF}\uFFFD\uD7FF\u3001\u2070\u200C\u037F\u00F8\u00C0/>'],
  ['first and last characters', '<a>\t\n\r \u007f\u0085\uD7FF\uE000\uFDD0\uFFFD\u{10000}\u{1FFFF}\u{10FFFF}</a>'],
  [
    'references to the first and last characters',
    '<a>&#x9;&#32;&#xD7FF;&#xE000;&#xFFFD;&#65536;&#x10FFFF;&#000000000000065;</a>',
  ],
  ['the namespace of xml said', `<a xmlns:xml="${XML}" xml:lang="ja"/>`],
  ['default namespace taken away', '<a xmlns="urn:a"><b xmlns=""/></a>'],
  ['same local name with and without namespace', '<a xmlns:p="urn:p" xmlns="urn:p" b="1" p:b="2"/>'],
  ['attribute xmlnsx', '<a xmlnsx="rel"/>'],
  ['prefix declared after its use in the tag', '<p:a p:b="1" xmlns:p="urn:p"/>'],
  ['IRI and reserved characters in namespace names', '<a xmlns="http://例え.jp/ a" xmlns:b="urn:&amp;"/>'],
  ['empty ids', '<a id=""><b id=""/></a>'],
  ['the same id twice at one element', '<a id="x" ID="x"/>'],
  ['question marks in an instruction', '<a><?p ? ?> ???></a>'],
  ['empty comment', '<a><!----><!-- - --></a>'],
  ['brackets in a CDATA section', '<a><![CDATA[]]]]]><![CDATA[>]]></a>'],
])('accepts %s', (_name, document) => {
  expect(reasonOf(document)).toBeUndefined();
});

test('every cut of a document is refused', () => {
  const text =
    '\uFEFF<?xml version="1.0"?><!-- c --><p:a xmlns:p="urn:p" b=\'1&amp;\'>x<![CDATA[y]]>&#x20BB7;<?q r?><c/>𠮷</p:a>';
  const whole = octets(text);
  expect(reasonOf([...whole])).toBeUndefined();
  for (let length = 0; length < whole.length; length += 1) {
    expect(reasonOf([...whole.subarray(0, length)]), `${length}`).toMatch(/^xml-/);
  }
});
