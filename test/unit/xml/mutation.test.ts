import { expect, test } from 'vitest';
import { FormatError } from '../../../sdk/formats/index.js';
import { readXml, readXmlTree, type XmlDocument } from '../../../sdk/formats/xml/index.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { canonicalText } from './canonical-text.js';
import { Libxml2Document, libxml2Verdict } from './libxml2.js';
import { Random, randomDocument } from './random-document.js';

const encoder = new TextEncoder();

/** What a hostile hand puts into a document. */
const PIECES = [
  '<',
  '>',
  '&',
  '"',
  "'",
  '=',
  '/',
  '?',
  '!',
  '-',
  ':',
  ';',
  '#',
  ']',
  ' ',
  '\r',
  '\n',
  '\t',
  '\0',
  '\u0001',
  '\u007f',
  '\uFFFE',
  '\uFFFF',
  '<a>',
  '</a>',
  '<a/>',
  '<!--',
  '-->',
  '--',
  '<![CDATA[',
  ']]>',
  '<?',
  '?>',
  '<?xml version="1.0"?>',
  '<?xml ',
  'xmlns',
  'xmlns:',
  'xmlns=""',
  ' xmlns:q=""',
  ' xmlns:a="urn:q"',
  ' xmlns="rel"',
  ' xml:',
  ' a:b="c"',
  ' q:r="s"',
  ' b="1" b="2"',
  '&#0;',
  '&#xD800;',
  '&#xFFFE;',
  '&#x110000;',
  '&#13;',
  '&x;',
  '&amp',
  '<!DOCTYPE a>',
  '<!ENTITY',
  '\u0085',
  '\u2028',
  '\u{10FFFF}',
  '·',
  '\u0300',
  'あ',
  ' id="i1"',
  ' 𠮷="1"',
  '\uFEFF',
];
/** Octets that are no UTF-8, and the like. */
const OCTETS = [
  [0x80],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xff],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe3, 0x81],
  [0xef, 0xbf, 0xbe],
  [0xf0, 0x80, 0x80, 0x80],
];

/** Refused although well-formed: documents that canonical form or signatures do not take, and bounds. */
const STRICTER = new Set([
  'xml-doctype',
  'xml-relative-namespace',
  'xml-duplicate-id',
  'xml-version',
  'xml-encoding',
  'xml-limit',
]);

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const parts = [...bytes];
  for (let count = random.chance(75) ? 1 : 3; count > 0; count -= 1) {
    const at = random.below(parts.length + 1);
    const length = random.chance(50) ? 0 : random.chance(70) ? 1 : random.below(12);
    const piece = random.pick([
      () => [] as number[],
      () => [...encoder.encode(random.pick(PIECES))],
      () => [...encoder.encode(random.pick(PIECES))],
      () => random.pick(OCTETS),
      () => [random.below(256)],
      () => parts.slice(random.below(parts.length), random.below(parts.length)),
    ])();
    parts.splice(at, length, ...piece);
  }
  return Uint8Array.from(random.chance(5) ? parts.slice(0, random.below(parts.length)) : parts);
}

function canonicalByLibxml2(bytes: Uint8Array): string {
  const oracle = new Libxml2Document(bytes);
  const text = oracle.canonicalize({ method: 'c14n' });
  oracle.dispose();
  return text;
}

function tryRead(bytes: Uint8Array): XmlDocument | string {
  try {
    return readXml(bytes, { collect: () => true });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    expect(error.code).toBe('ERR_SIGN_FORMAT');
    expect(error.reason).toMatch(/^xml-/);
    return error.reason ?? '';
  }
}

test(
  'whatever is done to a document, it is read as libxml2 reads it or refused',
  () => {
    let read = 0;
    for (let seed = 0; seed < FUZZ_RUNS * 6; seed += 1) {
      const random = new Random(seed ^ 0x2f6e2b1);
      const bytes = mutate(encoder.encode(randomDocument(seed % 5_000)), random);
      const document = tryRead(bytes);
      const verdict = libxml2Verdict(bytes);
      const shown = () => `${seed} ${verdict} ${JSON.stringify(Buffer.from(bytes).toString())}`;
      if (typeof document === 'string') {
        expect(verdict === 'well-formed' && !STRICTER.has(document), `${document} ${shown()}`).toBe(false);
        continue;
      }
      read += 1;
      expect(verdict, shown()).not.toBe('refused');
      readXmlTree(document, document.root);
      const actual = canonicalText(document, 'document', { method: 'c14n' });
      if (verdict === 'well-formed') expect(actual, shown()).toBe(canonicalByLibxml2(bytes));
    }
    expect(read).toBeGreaterThan(FUZZ_RUNS / 2);
  },
  FUZZ_TIMEOUT,
);

test(
  'canonical form is well-formed and its own canonical form',
  () => {
    for (let seed = 0; seed < FUZZ_RUNS; seed += 1) {
      for (const method of ['c14n-with-comments', 'exc-c14n-with-comments'] as const) {
        const once = canonicalText(readXml(encoder.encode(randomDocument(seed))), 'document', { method });
        const again = canonicalText(readXml(encoder.encode(once)), 'document', { method });
        expect(again).toBe(once);
      }
    }
  },
  FUZZ_TIMEOUT,
);
