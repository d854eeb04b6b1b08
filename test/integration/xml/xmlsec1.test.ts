import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  canonicalize,
  readXml,
  readXmlTree,
  type C14nMethod,
  type XmlDocument,
  type XmlElement,
} from '../../../sdk/formats/xml/index.js';
import { randomDocument } from '../../unit/xml/random-document.js';

const directory = mkdtempSync(join(tmpdir(), 'madoguchi-xmlsec1-'));
afterAll(() => rmSync(directory, { recursive: true }));

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const METHODS: readonly { method: C14nMethod; uri: string; prefixes: readonly string[] }[] = [
  { method: 'c14n', uri: C14N, prefixes: [] },
  { method: 'c14n-with-comments', uri: `${C14N}#WithComments`, prefixes: [] },
  { method: 'exc-c14n', uri: EXCLUSIVE, prefixes: [] },
  { method: 'exc-c14n-with-comments', uri: `${EXCLUSIVE}WithComments`, prefixes: ['a', '#default', '様'] },
];
const DOCUMENTS = 40;

/** A reference whose node-set keeps comments (XMLDSig §4.4.3.3). */
function reference(target: string, { uri, prefixes }: (typeof METHODS)[number]): string {
  const list =
    prefixes.length === 0 ? '' : `<InclusiveNamespaces xmlns="${EXCLUSIVE}" PrefixList="${prefixes.join(' ')}"/>`;
  return (
    `<Reference URI="#xpointer(${target})"><Transforms>` +
    '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>' +
    `<Transform Algorithm="${uri}">${list}</Transform></Transforms>` +
    '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>'
  );
}

/** The document with a template of a signature as the last child of its root; undefined where the root is empty. */
function template(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const { root, ids } = readXml(bytes, { idAttributes: ['xml:id'] });
  if (root.contentStart === root.end) return undefined;
  const targets = ['/', ...[...ids.keys()].slice(0, 2).map((id) => `id('${id}')`)];
  const references = targets.flatMap((target) => METHODS.map((method) => reference(target, method)));
  const signature =
    `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="${C14N}"/>` +
    '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>' +
    `${references.join('')}</SignedInfo><SignatureValue/></Signature>`;
  const before = Buffer.from(bytes.subarray(0, root.contentEnd)).toString();
  return before + signature + Buffer.from(bytes.subarray(root.contentEnd)).toString();
}

function xmlsec1Signs(text: string): Uint8Array {
  const [key, input, output] = ['key', 'input.xml', 'output.xml'].map((name) => join(directory, name));
  if (key === undefined || input === undefined || output === undefined) throw new Error('no paths');
  writeFileSync(key, 'secret');
  writeFileSync(input, text);
  const { status, stderr } = spawnSync('xmlsec1', ['--sign', '--hmackey', key, '--output', output, input]);
  expect(status, `${stderr.toString()}\n${text}`).toBe(0);
  return readFileSync(output);
}

function digestOf(document: XmlDocument, target: 'document' | XmlElement, method: (typeof METHODS)[number]): string {
  const hash = createHash('sha256');
  const exclude = document.collected.filter(({ localName }) => localName === 'Signature');
  const options = { method: method.method, inclusivePrefixes: method.prefixes, exclude };
  canonicalize(document, target, options, (chunk) => hash.update(chunk));
  return hash.digest('base64');
}

test('xmlsec1 has the same digests of documents and elements', () => {
  let compared = 0;
  for (let seed = 5_000_000, documents = 0; documents < DOCUMENTS; seed += 1) {
    const text = template(randomDocument(seed));
    if (text === undefined) continue;
    documents += 1;
    const document = readXml(xmlsec1Signs(text), {
      collect: ({ localName, namespaceUri }) =>
        namespaceUri.endsWith('xmldsig#') && /^(?:Signature|DigestValue)$/.test(localName),
    });
    const values = document.collected.filter(({ localName }) => localName === 'DigestValue');
    const ids = readXml(document.bytes, { idAttributes: ['xml:id'] }).ids;
    const targets: readonly ('document' | XmlElement)[] = ['document', ...[...ids.values()].slice(0, 2)];
    expect(values).toHaveLength(targets.length * METHODS.length);
    for (const [index, value] of values.entries()) {
      const target = targets[Math.floor(index / METHODS.length)];
      const method = METHODS[index % METHODS.length];
      if (target === undefined || method === undefined) throw new Error('no such reference');
      const [digest] = readXmlTree(document, value).children;
      expect(digestOf(document, target, method), `${seed} ${method.method}\n${text}`).toBe(digest);
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(DOCUMENTS * METHODS.length);
});
