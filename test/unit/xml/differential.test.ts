import { expect, test } from 'vitest';
import { readXml, type C14nMethod } from '../../../sdk/formats/xml/index.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { canonicalText } from './canonical-text.js';
import { Libxml2Document } from './libxml2.js';
import { Random, randomDocument } from './random-document.js';

const METHODS: readonly C14nMethod[] = ['c14n', 'c14n-with-comments', 'exc-c14n', 'exc-c14n-with-comments'];
const PREFIX_LISTS: readonly (readonly string[])[] = [
  [],
  [],
  ['a', '様'],
  ['#default', 'b'],
  ['#default'],
  ['xml', 'ns1', 'unknown'],
];
/** Canonical forms of this many whole documents, and of as many subsets, are compared. */
const COMPARISONS = FUZZ_RUNS * 4;

const encoder = new TextEncoder();

interface Request {
  readonly method: C14nMethod;
  readonly inclusivePrefixes: readonly string[];
}

function randomRequest(random: Random): Request {
  const method = random.pick(METHODS);
  const inclusivePrefixes = method.startsWith('exc') ? random.pick(PREFIX_LISTS) : [];
  return { method, inclusivePrefixes };
}

test(
  'whole documents have the canonical form that libxml2 gives them',
  () => {
    for (let seed = 0; seed < COMPARISONS / METHODS.length; seed += 1) {
      const text = randomDocument(seed);
      const bytes = encoder.encode(text);
      const oracle = new Libxml2Document(bytes);
      const document = readXml(bytes);
      for (const method of METHODS) {
        expect(canonicalText(document, 'document', { method }), `${seed} ${method}\n${text}`).toBe(
          oracle.canonicalize({ method }),
        );
      }
      oracle.dispose();
    }
  },
  FUZZ_TIMEOUT,
);

test(
  'elements have the canonical form that libxml2 gives them, with others left out',
  () => {
    let compared = 0;
    for (let seed = 1_000_000; compared < COMPARISONS; seed += 1) {
      const random = new Random(seed);
      const text = randomDocument(seed);
      const bytes = encoder.encode(text);
      const oracle = new Libxml2Document(bytes);
      const document = readXml(bytes, { collect: () => true });
      const elements = document.collected;
      expect(elements.length).toBe(oracle.elements.length);
      for (let round = 0; round < 3; round += 1) {
        const request = randomRequest(random);
        const target = random.below(elements.length);
        const element = elements[target] ?? document.root;
        const expected = oracle.canonicalize({ ...request, target });
        expect(canonicalText(document, element, request), `${seed} ${JSON.stringify(request)} ${target}\n${text}`).toBe(
          expected,
        );
        compared += 1;
      }
      if (elements.length > 1) {
        const request = randomRequest(random);
        const left = 1 + random.below(elements.length - 1);
        const exclude = elements.slice(left, left + 1);
        const actual = canonicalText(document, 'document', { ...request, exclude });
        oracle.remove(left);
        expect(actual, `${seed} without ${left}\n${text}`).toBe(oracle.canonicalize(request));
        compared += 1;
      }
      oracle.dispose();
    }
  },
  FUZZ_TIMEOUT,
);
