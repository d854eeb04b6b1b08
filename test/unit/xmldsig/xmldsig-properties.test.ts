import { nodeCrypto } from '../../../main/node/node-crypto.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/certificate.js';
import { FormatError } from '../../../sdk/formats/format-error.js';
import { xadesProfile } from '../../../sdk/formats/profiles/xades.js';
import { xmldsigProfile } from '../../../sdk/formats/profiles/xmldsig.js';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import { canonicalize, type XmlDocument } from '../../../sdk/formats/xml/index.js';
import { parseReferenceUri } from '../../../sdk/formats/xmldsig/reference-uri.js';
import { verifyXmlSignatures } from '../../../sdk/formats/xmldsig/verify-xml.js';
import { memorySource } from '../../support/piecewise-source.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder } from '../../support/test-pki.js';

const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
const trustAnchors = [parseCertificate(authority.certificate)];

async function passes(bytes: Uint8Array): Promise<XmlDocument | undefined> {
  const source = memorySource(bytes);
  try {
    const { report, document } = await verifyXmlSignatures({
      source,
      crypto: nodeCrypto,
      at: new Date(),
      trustAnchors,
    });
    return verdictOf(report) === 'total-passed' ? document : undefined;
  } catch (error) {
    // Anything else is a defect.
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  }
}

/** Canonical form of what an enveloped signature is over. */
function content(document: XmlDocument): string {
  const chunks: Buffer[] = [];
  const exclude = document.collected.filter(({ localName, depth }) => localName === 'Signature' && depth === 2);
  canonicalize(document, 'document', { method: 'c14n', exclude }, (chunk) => chunks.push(Buffer.from(chunk)));
  return Buffer.concat(chunks).toString();
}

const name = fc.constantFrom('a', 'b:c', '申請', 'd:様式');
const text = fc.constantFrom(
  '1000',
  '𠮷',
  ' \n',
  '&amp;',
  '&#xD;',
  '<![CDATA[<]]>',
  '<?p q?>',
  '葛\u{E0100}',
  '\u2028',
);
const attributes = fc.constantFrom(
  '',
  ' x="1" b:y=\'2\'',
  ' xml:lang="ja"',
  ' xmlns="urn:z"',
  ' xmlns=""',
  ' xmlns:b="urn:other"',
);
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc
    .tuple(name, attributes, fc.array(fc.oneof({ maxDepth: 4 }, text, tie('tree')), { maxLength: 4 }))
    .map(([tag, attribute, children]) => `<${tag}${attribute}>${children.join('')}</${tag}>`),
}));

const corpus = await Promise.all(
  [xmldsigProfile, xadesProfile].map(async (profile) => {
    const document = Buffer.from('<申請 xmlns:b="urn:b"><b:額 Id="x">1000</b:額><!-- c --><宛先 a="1"/></申請>\n');
    return signPrepared(await profile.prepare(memorySource(document), nodeCrypto), holder);
  }),
);

describe('properties', () => {
  it(
    'what is signed verifies, and the rest of the file is as it was',
    async () => {
      const profile = fc.constantFrom(xmldsigProfile, xadesProfile);
      await fc.assert(
        fc.asyncProperty(tree, profile, async (inner, one) => {
          const start = Buffer.from(`<?s t?><根 xmlns:b="urn:b" xmlns:d="urn:d">${inner}`);
          const end = Buffer.from('</根>\n');
          const source = memorySource(Buffer.concat([start, end]));
          const signed = await signPrepared(await one.prepare(source, nodeCrypto), holder);
          expect(signed.subarray(0, start.length)).toEqual(start);
          expect(signed.subarray(-end.length)).toEqual(end);
          expect(await passes(signed)).toBeDefined();
        }),
        { numRuns: Math.ceil(FUZZ_RUNS / 10) },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'a changed document passes only with the same content',
    async () => {
      const original = await Promise.all(corpus.map(async (bytes) => content((await passes(bytes)) as XmlDocument)));
      const change = fc.record({
        of: fc.nat(corpus.length - 1),
        at: fc.nat(),
        length: fc.nat(4),
        insert: fc.oneof(
          fc.uint8Array({ maxLength: 3 }),
          fc
            .constantFrom('<!-- -->', '<?x?>', '&#x31;', ' ', '\r\n', '<![CDATA[]]>', 'xmlns:q="q"', '=')
            .map((t) => Buffer.from(t)),
        ),
      });
      await fc.assert(
        fc.asyncProperty(change, async ({ of, at, length, insert }) => {
          const bytes = corpus[of] as Uint8Array;
          const start = at % bytes.length;
          const changed = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + length)]);
          const document = await passes(changed);
          if (document !== undefined) expect(content(document)).toBe(original[of]);
        }),
        { numRuns: FUZZ_RUNS * 2 },
      );
    },
    FUZZ_TIMEOUT * 2,
  );

  it(
    'a URI is a bare name or refused',
    () => {
      const piece = fc.constantFrom(
        '%2e',
        '.',
        '/',
        '%2F',
        '\\',
        '%5c',
        ':',
        '%00',
        '%c0%af',
        'a',
        '申',
        '%E7%94%B3',
        '#',
        '?',
        ' ',
        '%',
      );
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string(),
            fc.array(piece).map((pieces) => pieces.join('')),
          ),
          (uri) => {
            try {
              const target = parseReferenceUri(uri);
              if (target.kind === 'file') {
                expect(target.name).toMatch(/^[^/\\:\0]+$/);
                expect(['.', '..']).not.toContain(target.name);
              }
            } catch (error) {
              expect((error as FormatError).reason).toBe('xml-reference-uri');
            }
          },
        ),
        { numRuns: FUZZ_RUNS * 4 },
      );
    },
    FUZZ_TIMEOUT,
  );
});
