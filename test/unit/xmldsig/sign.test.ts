import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/certificate.js';
import type { PreparedDocument } from '../../../sdk/formats/document.js';
import type { RandomAccessSource, SignatureAlgorithm } from '../../../sdk/formats/ports.js';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import type { XmlPlacement } from '../../../sdk/formats/xmldsig/placement.js';
import { prepareXmlSignature, type XmlSignatureOptions } from '../../../sdk/formats/xmldsig/prepare-xml-signature.js';
import { readXmlWithSignatures } from '../../../sdk/formats/xmldsig/signature-element.js';
import { memorySource } from '../../support/piecewise-source.js';
import { rejection } from '../../support/refusal.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';
import { C14N, DS, outcomeOf, verifyXmlBytes } from '../../support/xml-signatures.js';

const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
const trust = { trustAnchors: [parseCertificate(authority.certificate)] };

/** Prepares a signature in the element that has `ID` place, or in the root. */
function prepare(
  document: string | Uint8Array,
  options: Partial<XmlSignatureOptions> = {},
  kind: XmlPlacement['kind'] = 'last-child',
): Promise<PreparedDocument> {
  const xml = readXmlWithSignatures(Buffer.from(document));
  const element = xml.document.ids.get('place') ?? xml.document.root;
  const place = { xml, placement: { kind, element } };
  return prepareXmlSignature(place, { references: [{ uri: '' }], ...options }, nodeCrypto);
}

async function sign(
  document: string | Uint8Array,
  options: Partial<XmlSignatureOptions> = {},
  kind: XmlPlacement['kind'] = 'last-child',
): Promise<string> {
  return (await signPrepared(await prepare(document, options, kind), holder)).toString();
}

const withoutSignature = (signed: string): string =>
  signed.replace(/<(\w+:)?Signature [\s\S]*<\/(\w+:)?Signature>/, '');

describe('the rest of the file', () => {
  it.each([
    ['line ends of Windows', '<?xml version="1.0" encoding="UTF-8"?>\r\n<a>\r\n <b c=\'1\'/>\r\n</a>\r\n'],
    ['a byte order mark', '\uFEFF<a>x</a>'],
    ['a stylesheet and comments', '<?xml-stylesheet href="s"?>\n<!-- 1 --><a><!-- 2 --></a><!-- 3 -->\n<?p?>'],
    ['CDATA and references', '<a b=" &#x9; &lt;"><![CDATA[<]]>&#xD;&amp;]]&gt;</a>'],
    ['𠮷, IVS, gaiji, U+2028 and U+0085', '<様:申請 xmlns:様="urn:様">𠮷葛\u{E0100}\uE000①㈱\u2028\u0085ｶﾞ</様:申請>'],
    [
      'namespaces and xml:* in scope',
      '<a xmlns="urn:a" xmlns:b="urn:b" xml:lang="ja"><b:c xml:space="preserve" Id="place"> </b:c></a>',
    ],
    ['the default namespace taken away', '<a xmlns="urn:a"><b xmlns="" Id="place"/></a>'],
    [
      'prefixes of ours meaning something else',
      '<ds:a xmlns:ds="urn:ds" xmlns:xades="urn:x"><ds:b Id="place"></ds:b></ds:a>',
    ],
    ['an xml:id around', '<a xml:id="i"><b Id="place"/></a>'],
  ])('stays as it is: %s', async (_, document) => {
    for (const prefix of ['', 'ds'] as const) {
      for (const c14n of ['c14n', 'exc-c14n'] as const) {
        for (const xades of [undefined, { withIssuerSerial: true }]) {
          const options = { prefix, c14n, references: [{ uri: '', c14n }], ...(xades && { xades }) };
          const signed = await sign(document, options);
          const unchanged = withoutSignature(signed).replace(/<(b|a)( [^>]*)?><\/\1>/, '<$1$2/>');
          expect(unchanged).toBe(document.replace(/<(b|a)( [^>]*)?><\/\1>/, '<$1$2/>'));
          expect(await outcomeOf(signed, trust)).toMatchObject({ verdict: 'total-passed' });
        }
      }
    }
  });

  it.each([
    [
      'an empty-element tag is opened',
      '<a><b Id="place" /><c/></a>',
      /^<a><b Id="place" ><Signature [\s\S]*<\/Signature><\/b><c\/><\/a>$/,
    ],
    [
      'the end tag follows',
      '<a><b Id="place">x</b ><c/></a>',
      /^<a><b Id="place">x<Signature [\s\S]*<\/Signature><\/b ><c\/><\/a>$/,
    ],
  ])('last child: %s', async (_, document, expected) => {
    expect(await sign(document)).toMatch(expected);
  });

  it('puts it after an element', async () => {
    expect(await sign('<a><b Id="place">x</b> <c/></a>', {}, 'after')).toMatch(
      /^<a><b Id="place">x<\/b><Signature [\s\S]*<\/Signature> <c\/><\/a>$/,
    );
  });
});

describe('what is written', () => {
  const xtx =
    '<DATA xmlns="http://xml.e-tax.nta.go.jp/XSD/shotoku" xmlns:gen="urn:gen" id="DATA"><RKO0010 id="RKO0010">' +
    '<gen:a>１</gen:a></RKO0010></DATA>';

  it('is canonical in the namespaces of its place', async () => {
    const prepared = await prepare(xtx, {
      references: [{ uri: '#RKO0010' }],
      prefix: 'dsig',
      id: 's1',
      lineFeeds: true,
    });
    const { toBeSigned } = await prepared.begin({
      certificate: holder.certificate,
      signatureAlgorithm: 'RS256',
      signingTime: new Date(),
    });
    const digest = createHash('sha256').update(
      '<RKO0010 xmlns="http://xml.e-tax.nta.go.jp/XSD/shotoku" xmlns:gen="urn:gen" id="RKO0010"><gen:a>１</gen:a></RKO0010>',
    );
    expect(Buffer.from(toBeSigned).toString()).toBe(
      [
        `<dsig:SignedInfo xmlns="http://xml.e-tax.nta.go.jp/XSD/shotoku" xmlns:dsig="${DS}" xmlns:gen="urn:gen">`,
        `<dsig:CanonicalizationMethod Algorithm="${C14N}"></dsig:CanonicalizationMethod>`,
        '<dsig:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></dsig:SignatureMethod>',
        '<dsig:Reference URI="#RKO0010">',
        '<dsig:Transforms>',
        `<dsig:Transform Algorithm="${C14N}"></dsig:Transform>`,
        '</dsig:Transforms>',
        '<dsig:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></dsig:DigestMethod>',
        `<dsig:DigestValue>${digest.digest('base64')}</dsig:DigestValue>`,
        '</dsig:Reference>',
        '</dsig:SignedInfo>',
      ].join('\n'),
    );
  });

  it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384'] as const)(
    'holds by %s',
    async (algorithm: SignatureAlgorithm) => {
      const curve = { ES256: 'P-256', ES384: 'P-384' }[algorithm as string] as 'P-256' | 'P-384' | undefined;
      const signer = curve === undefined ? holder : issueHolder('signing', authority, { key: testKey(curve, curve) });
      const prepared = await prepare('<a>x</a>', { xades: { withIssuerSerial: false } });
      const digest = `SHA-${algorithm.slice(2)}` as 'SHA-256';
      await prepared.use(digest);
      const signed = await signPrepared(prepared, signer, { algorithm });
      const { signatures } = await verifyXmlBytes(signed, trust);
      expect(signatures).toMatchObject([
        {
          signer: {
            integrity: 'intact',
            signatureAlgorithm: algorithm,
            digestAlgorithm: digest,
            signingCertificate: 'v2',
          },
        },
      ]);
    },
  );

  it('names what is bound', async () => {
    const file = Buffer.from('<form>\r\n</form>');
    const kousei = '<DataRoot><構成情報 ID="構成情報">x</構成情報><署名情報 Id="place"/></DataRoot>';
    const references = [
      { uri: '#%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1' },
      { uri: '%E7%94%B3.xml', source: memorySource(file) },
    ];
    const prepared = await prepare(kousei, { references, id: '20261121010203', unboundNames: ['添付.pdf'] });
    const sha256 = (bytes: string | Uint8Array): Uint8Array =>
      new Uint8Array(createHash('sha256').update(bytes).digest());
    expect(prepared.bound).toEqual([
      { unverifiedName: '', size: Buffer.byteLength(kousei), sha256: sha256(kousei) },
      { unverifiedName: '申.xml', size: file.length, sha256: sha256(file) },
    ]);
    expect(prepared.unboundNames).toEqual(['添付.pdf']);
    const signed = await signPrepared(prepared, holder);
    const resolve = async (name: string): Promise<RandomAccessSource | undefined> =>
      name === '申.xml' ? memorySource(file) : undefined;
    const report = await verifyXmlBytes(signed, { ...trust, resolve });
    expect(verdictOf(report)).toBe('total-passed');
    expect(report.signatures[0]?.coverage).toEqual({
      kind: 'part',
      covered: ['#構成情報', '申.xml'],
      uncovered: ['署名情報'],
    });
  });
});

describe('refused', () => {
  it.each([
    ['an ID that is not there', { references: [{ uri: '#none' }] }, 'ERR_SIGN_FORMAT xml-reference-target'],
    [
      'a folder',
      { references: [{ uri: 'a/b', source: memorySource(Buffer.of()) }] },
      'ERR_SIGN_FORMAT xml-reference-uri',
    ],
    ['a file without its octets', { references: [{ uri: 'b.xml' }] }, 'ERR_SIGN_FORMAT xml-reference-uri'],
    [
      'octets for an element',
      { references: [{ uri: '', source: memorySource(Buffer.of()) }] },
      'ERR_SIGN_FORMAT xml-reference-uri',
    ],
    ['nothing to sign', { references: [] }, 'ERR_SIGN_FORMAT xml-nothing-signed'],
    ['an Id that is taken', { id: 'taken' }, 'ERR_SIGN_FORMAT xml-duplicate-id'],
  ])('%s', async (_, options, said) => {
    expect(await rejection(prepare('<a ID="taken"/>', options))).toBe(said);
  });

  it.each([
    ['a document type', '<!DOCTYPE a><a/>', 'ERR_SIGN_FORMAT xml-doctype'],
    ['another encoding', '<?xml version="1.0" encoding="Shift_JIS"?><a/>', 'ERR_SIGN_FORMAT xml-encoding'],
    ['IDs given twice', '<a><b Id="x"/><c ID="x"/></a>', 'ERR_SIGN_FORMAT xml-duplicate-id'],
  ])('%s', async (_, document, said) => {
    expect(await rejection(Promise.resolve().then(() => prepare(document)))).toBe(said);
  });

  it('a place after the root', async () => {
    expect(await rejection(prepare('<a/>', {}, 'after'))).toBe('ERR_SIGN_FORMAT xml-placement');
  });

  it('SHA-1', async () => {
    const prepared = await prepare('<a/>');
    expect(await rejection(prepared.use('SHA-1'))).toBe('ERR_SIGN_ALGORITHM xml-digest-algorithm');
  });

  it('a digest that was not made ready', async () => {
    const prepared = await prepare('<a/>');
    expect(await rejection(signPrepared(prepared, holder, { algorithm: 'RS512' }))).toBe(
      'ERR_SIGN_DIGEST digest-not-ready',
    );
  });

  it('a time stamp in plain XMLDSig', async () => {
    const prepared = await prepare('<a/>');
    const timeStamper = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array());
    expect(await rejection(signPrepared(prepared, holder, { timeStamper }))).toBe('ERR_SIGN_FORMAT xml-time-stamp');
  });

  it('a file that has changed meanwhile', async () => {
    let content = Buffer.from('1');
    const source: RandomAccessSource = {
      size: 1,
      async *chunks() {
        yield content;
      },
      read: async () => content,
    };
    const prepared = await prepare('<a/>', { references: [{ uri: 'b.xml', source }] });
    content = Buffer.from('2');
    expect(await rejection(prepared.use('SHA-512'))).toBe('ERR_SIGN_DIGEST content-changed');
  });
});
