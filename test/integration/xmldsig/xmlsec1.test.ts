/** xmlsec1 as the independent party, in both directions. */
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/certificate.js';
import { encodePemCertificate } from '../../../sdk/formats/pem.js';
import type { SignatureAlgorithm } from '../../../sdk/formats/ports.js';
import { xadesProfile } from '../../../sdk/formats/profiles/xades.js';
import { xmldsigProfile } from '../../../sdk/formats/profiles/xmldsig.js';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import { prepareXmlSignature, type XmlSignatureOptions } from '../../../sdk/formats/xmldsig/prepare-xml-signature.js';
import { readXmlWithSignatures } from '../../../sdk/formats/xmldsig/signature-element.js';
import { memorySource } from '../../support/piecewise-source.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey, type TestHolder } from '../../support/test-pki.js';
import { C14N, DS, ENVELOPED, EXC_C14N, SHA256, verifyXmlBytes, XADES } from '../../support/xml-signatures.js';

const missing = spawnSync('xmlsec1', ['--version']).status === 0 ? undefined : 'xmlsec1 is not installed';
if (missing !== undefined) process.emitWarning(`skipped: XML signatures against xmlsec1, because ${missing}`);

const authority = issueAuthority('signing');
const trust = { trustAnchors: [parseCertificate(authority.certificate)] };
const holders = {
  RSA: issueHolder('signing', authority),
  'P-256': issueHolder('signing', authority, { key: testKey('p256', 'P-256') }),
  'P-384': issueHolder('signing', authority, { key: testKey('p384', 'P-384') }),
};
const directory = mkdtempSync(join(tmpdir(), 'madoguchi-xmlsec1-'));
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, content: Uint8Array | string): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

const anchor = write('ca.pem', encodePemCertificate(authority.certificate));

function xmlsec1(...parameters: readonly string[]): { ok: boolean; stderr: string } {
  const { status, stderr } = spawnSync('xmlsec1', parameters, { encoding: 'utf8', cwd: directory });
  return { ok: status === 0, stderr };
}

/** The ID attributes that xmlsec1 cannot know. */
const XADES_IDS = ['--id-attr:Id', `${XADES}:SignedProperties`];

function accepts(signed: Uint8Array, ...parameters: readonly string[]): string {
  const file = write('signed.xml', signed);
  const { ok, stderr } = xmlsec1('--verify', '--trusted-pem', anchor, ...parameters, file);
  return ok ? 'OK' : stderr;
}

/** Namespace names are ASCII: libxml2 takes others for no URI. */
const DOCUMENT = [
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<?xml-stylesheet href="s.xsl"?>\n<!-- 1 -->',
  '<様:申請 xmlns:様="urn:form" xmlns="urn:default" xml:lang="ja"><額 Id="sum" b=" x&#x9;&lt;" a=\'2\'>①㈱𠮷葛\u{E0100}\uE000\u2028</額>',
  '<![CDATA[<&]]><?pi 値?><空/><!-- 2 --><欄 Id="place"/>\n</様:申請>\n<!-- 3 -->',
].join('');

describe.skipIf(missing !== undefined)('xmlsec1 accepts what we sign', () => {
  it.each([
    ['RS256', holders.RSA],
    ['RS384', holders.RSA],
    ['RS512', holders.RSA],
    ['ES256', holders['P-256']],
    ['ES384', holders['P-384']],
  ] as const)('enveloped by %s, XMLDSig and XAdES', async (algorithm: SignatureAlgorithm, holder: TestHolder) => {
    for (const profile of [xmldsigProfile, xadesProfile]) {
      const prepared = await profile.prepare(memorySource(Buffer.from(DOCUMENT)), nodeCrypto);
      await prepared.use(`SHA-${algorithm.slice(2)}` as 'SHA-256');
      const signed = await signPrepared(prepared, holder, { algorithm });
      expect(accepts(signed, ...XADES_IDS)).toBe('OK');
      const changed = Buffer.from(signed.toString().replace('①', '②'));
      expect(accepts(changed, ...XADES_IDS)).not.toBe('OK');
    }
  });

  it.each([
    ['an element, inclusively', { references: [{ uri: '#sum' }] }],
    ['an element, exclusively', { references: [{ uri: '#sum', c14n: 'exc-c14n' }], c14n: 'exc-c14n' }],
    ['an element and the document', { references: [{ uri: '#sum' }, { uri: '' }], prefix: 'ds' }],
    ['with line feeds under dsig', { references: [{ uri: '#sum' }], prefix: 'dsig', lineFeeds: true, id: 's1' }],
    [
      'a file with its raw octets',
      { references: [{ uri: 'f.xml', source: memorySource(Buffer.from('<f>\r\n</f>')) }] },
    ],
    ['XAdES with line feeds', { references: [{ uri: '' }], xades: { withIssuerSerial: true }, lineFeeds: true }],
  ] as readonly (readonly [string, XmlSignatureOptions])[])('%s', async (_, options) => {
    write('f.xml', '<f>\r\n</f>');
    const xml = readXmlWithSignatures(Buffer.from(DOCUMENT));
    const element = xml.document.ids.get('place') ?? xml.document.root;
    const place = { xml, placement: { kind: 'last-child' as const, element } };
    const signed = await signPrepared(await prepareXmlSignature(place, options, nodeCrypto), holders.RSA);
    expect(accepts(signed, '--id-attr:Id', 'urn:default:額', ...XADES_IDS)).toBe('OK');
  });

  it('three signatures over one document', async () => {
    let signed: Uint8Array = Buffer.from(DOCUMENT);
    for (const holder of [holders.RSA, holders['P-256'], holders.RSA]) {
      const prepared = await xmldsigProfile.prepare(memorySource(signed), nodeCrypto);
      signed = await signPrepared(prepared, holder, { algorithm: holder === holders.RSA ? 'RS256' : 'ES256' });
    }
    for (const number of [1, 2, 3]) {
      const path = `(//*[local-name()='Signature'])[${number}]`;
      expect(accepts(signed, '--node-xpath', path)).toBe('OK');
    }
  });
});

// ------------------------------------------------------------------------------------------------- the other direction

interface Template {
  readonly uri?: string;
  readonly transforms: readonly string[];
  readonly c14n?: string;
  readonly method?: string;
  readonly digest?: string;
}

/** A signature for xmlsec1 to fill in. */
function template({ uri = '', transforms, c14n = EXC_C14N, method, digest = SHA256 }: Template): string {
  const signatureMethod = `http://www.w3.org/2001/04/xmldsig-more#${method ?? 'rsa-sha256'}`;
  return `<ds:Signature xmlns:ds="${DS}">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="${c14n}"/>
    <ds:SignatureMethod Algorithm="${signatureMethod}"/>
    <ds:Reference URI="${uri}">
      <ds:Transforms>${transforms.map((algorithm) => `<ds:Transform Algorithm="${algorithm}"/>`).join('')}</ds:Transforms>
      <ds:DigestMethod Algorithm="${digest}"/><ds:DigestValue/>
    </ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue/>
  <ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
</ds:Signature>`;
}

function signedByXmlsec1(form: Template, holder: TestHolder): Uint8Array {
  const key = write('signer.key', holder.key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const certificate = write('signer.pem', encodePemCertificate(holder.certificate));
  const input = write('template.xml', DOCUMENT.replace('<欄 Id="place"/>', template(form)));
  const output = join(directory, 'by-xmlsec1.xml');
  const ids = ['--id-attr:Id', 'urn:default:額'];
  const { ok, stderr } = xmlsec1('--sign', '--privkey-pem', `${key},${certificate}`, ...ids, '--output', output, input);
  if (!ok) throw new Error(stderr);
  return new Uint8Array(readFileSync(output));
}

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const FORMS: readonly (readonly [string, Template, TestHolder])[] = [
  ['enveloped, exclusive', { transforms: [ENVELOPED, EXC_C14N] }, holders.RSA],
  ['enveloped, inclusive', { transforms: [ENVELOPED, C14N], c14n: C14N }, holders.RSA],
  ['enveloped, nothing said', { transforms: [ENVELOPED], c14n: C14N }, holders.RSA],
  [
    'C14N 1.1',
    { transforms: [ENVELOPED, 'http://www.w3.org/2006/12/xml-c14n11'], c14n: 'http://www.w3.org/2006/12/xml-c14n11' },
    holders.RSA,
  ],
  ['with comments', { transforms: [ENVELOPED, `${C14N}#WithComments`], c14n: `${C14N}#WithComments` }, holders.RSA],
  ['an element', { uri: '#sum', transforms: [C14N], c14n: C14N }, holders.RSA],
  ['SHA-384', { transforms: [ENVELOPED, EXC_C14N], method: 'rsa-sha384', digest: `${MORE}sha384` }, holders.RSA],
  [
    'SHA-512',
    { transforms: [ENVELOPED, EXC_C14N], method: 'rsa-sha512', digest: 'http://www.w3.org/2001/04/xmlenc#sha512' },
    holders.RSA,
  ],
  ['ECDSA, P-256', { transforms: [ENVELOPED, EXC_C14N], method: 'ecdsa-sha256' }, holders['P-256']],
  [
    'ECDSA, P-384',
    { transforms: [ENVELOPED, EXC_C14N], method: 'ecdsa-sha384', digest: `${MORE}sha384` },
    holders['P-384'],
  ],
];

describe.skipIf(missing !== undefined)('we accept what xmlsec1 signs', () => {
  it.each(FORMS)('%s', async (_, form, holder) => {
    const signed = signedByXmlsec1(form, holder);
    expect(verdictOf(await verifyXmlBytes(signed, trust))).toBe('total-passed');
    const changed = Buffer.from(signed).toString().replace('①', '②');
    expect(verdictOf(await verifyXmlBytes(changed, trust))).toBe('total-failed');
  });

  it('and sign beside it', async () => {
    const signed = signedByXmlsec1({ transforms: [ENVELOPED, EXC_C14N] }, holders.RSA);
    const both = await signPrepared(await xadesProfile.prepare(memorySource(signed), nodeCrypto), holders['P-256'], {
      algorithm: 'ES256',
    });
    const report = await verifyXmlBytes(both, trust);
    expect(report.signatures).toHaveLength(2);
    expect(verdictOf(report)).toBe('total-passed');
    for (const number of [1, 2]) {
      expect(accepts(both, '--node-xpath', `(//*[local-name()='Signature'])[${number}]`, ...XADES_IDS)).toBe('OK');
    }
  });
});
