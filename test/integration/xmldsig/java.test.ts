/** Java's XML signatures as the independent party, in both directions. */
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/certificate.js';
import type { SignatureAlgorithm } from '../../../sdk/formats/ports.js';
import { xadesProfile } from '../../../sdk/formats/profiles/xades.js';
import { xmldsigProfile } from '../../../sdk/formats/profiles/xmldsig.js';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import { prepareXmlSignature, type XmlSignatureOptions } from '../../../sdk/formats/xmldsig/prepare-xml-signature.js';
import { readXmlWithSignatures } from '../../../sdk/formats/xmldsig/signature-element.js';
import { memorySource } from '../../support/piecewise-source.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';
import { C14N, EXC_C14N, RSA_SHA256, verifyXmlBytes } from '../../support/xml-signatures.js';

const SOURCE = fileURLToPath(new URL('../../support/XmlSignatures.java', import.meta.url));
const missing = spawnSync('javac', ['-version']).status === 0 ? undefined : 'there is no JDK';
if (missing !== undefined) process.emitWarning(`skipped: XML signatures against Java, because ${missing}`);

const authority = issueAuthority('signing');
const trust = { trustAnchors: [parseCertificate(authority.certificate)] };
const holder = issueHolder('signing', authority);
const elliptic = issueHolder('signing', authority, { key: testKey('p256', 'P-256') });
const directory = mkdtempSync(join(tmpdir(), 'madoguchi-java-'));
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, content: Uint8Array | string): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

function run(command: string, ...parameters: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** One line per signature: `name true` or `name false`. */
function javaVerifies(...names: readonly string[]): readonly string[] {
  const files = names.map((name) => join(directory, name));
  return run('java', '-cp', directory, 'XmlSignatures', 'verify', ...files)
    .trim()
    .split('\n');
}

const FILE = '<申請書>\r\n</申請書>';
const DOCUMENT = [
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<?xml-stylesheet href="s.xsl"?>\n<!-- 1 -->',
  '<様:申請 xmlns:様="urn:様式" xmlns="urn:既定" xml:lang="ja"><構成情報 ID="構成情報" b=" x&#x9;&lt;" a=\'2\'>①㈱𠮷葛\u{E0100}\uE000\u2028',
  '</構成情報><![CDATA[<&]]><?pi 値?><空/><!-- 2 --><署名情報 Id="place"/>\n</様:申請>\n<!-- 3 -->',
].join('');

describe.skipIf(missing !== undefined)('Java', () => {
  beforeAll(() => run('javac', '-d', directory, SOURCE));

  it('accepts what we sign, and nothing that was changed', async () => {
    const forms: Record<string, XmlSignatureOptions> = {
      document: { references: [{ uri: '' }] },
      exclusive: { references: [{ uri: '', c14n: 'exc-c14n' }], c14n: 'exc-c14n', prefix: 'ds' },
      element: {
        references: [{ uri: '#%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1' }],
        id: 's20261121',
        lineFeeds: true,
        prefix: 'dsig',
      },
      file: {
        references: [
          { uri: '#%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1' },
          { uri: 'f.xml', source: memorySource(Buffer.from(FILE)) },
        ],
      },
      xades: { references: [{ uri: '' }], xades: { withIssuerSerial: true }, prefix: 'ds' },
    };
    write('f.xml', FILE);
    const expected: string[] = [];
    for (const [name, options] of Object.entries(forms)) {
      const xml = readXmlWithSignatures(Buffer.from(DOCUMENT));
      const element = xml.document.ids.get('place') ?? xml.document.root;
      const place = { xml, placement: { kind: 'last-child' as const, element } };
      const signed = await signPrepared(await prepareXmlSignature(place, options, nodeCrypto), holder);
      write(`${name}.good.xml`, signed);
      write(`${name}.bad.xml`, signed.toString().replace('①', '②'));
      expected.push(`${name}.good.xml true`, `${name}.bad.xml false`);
    }
    expect(javaVerifies(...expected.map((line) => line.split(' ')[0] ?? ''))).toEqual(expected);
  });

  it('accepts three signatures over one document, by RSA and ECDSA', async () => {
    let signed: Uint8Array = Buffer.from(DOCUMENT);
    const signers = [
      [xmldsigProfile, holder, 'RS256'],
      [xadesProfile, elliptic, 'ES256'],
      [xadesProfile, holder, 'RS512'],
    ] as const;
    for (const [profile, signer, algorithm] of signers) {
      const prepared = await profile.prepare(memorySource(signed), nodeCrypto);
      await prepared.use(`SHA-${algorithm.slice(2)}` as 'SHA-512');
      signed = await signPrepared(prepared, signer, { algorithm: algorithm satisfies SignatureAlgorithm });
    }
    write('three.xml', signed);
    expect(javaVerifies('three.xml')).toEqual(Array(3).fill('three.xml true'));
  });

  it.each([
    ['RSA, exclusive', holder, RSA_SHA256, EXC_C14N, ''],
    ['RSA, inclusive, an element', holder, RSA_SHA256, C14N, '#root'],
    [
      'ECDSA, C14N 1.1',
      elliptic,
      'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
      'http://www.w3.org/2006/12/xml-c14n11',
      '',
    ],
  ])('signs what we accept: %s', async (_, signer, algorithm, c14n, uri) => {
    const key = write('key.der', signer.key.privateKey.export({ type: 'pkcs8', format: 'der' }));
    const certificate = write('certificate.der', signer.certificate);
    const input = write(
      'in.xml',
      '<様:申請 xmlns:様="urn:様式" Id="root" xml:lang="ja"><額 xmlns="urn:既定">①𠮷</額></様:申請>',
    );
    const output = join(directory, 'out.xml');
    run('java', '-cp', directory, 'XmlSignatures', 'sign', algorithm, key, certificate, c14n, uri, input, output);
    const signed = readFileSync(output);
    const report = await verifyXmlBytes(signed, trust);
    expect(verdictOf(report)).toBe('total-passed');
    expect(report.signatures[0]?.coverage).toEqual({ kind: 'whole' });
    expect(verdictOf(await verifyXmlBytes(signed.toString().replace('①', '②'), trust))).toBe('total-failed');
  });
});
