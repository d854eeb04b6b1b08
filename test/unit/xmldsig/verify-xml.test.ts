import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/certificate.js';
import type { TimeStamper } from '../../../sdk/formats/document.js';
import { xadesProfile } from '../../../sdk/formats/profiles/xades.js';
import type { IntactSigner, TrustOptions, VerifyDocumentOptions } from '../../../sdk/formats/signature-report.js';
import { transcodeToUtf8 } from '../../../sdk/formats/xml/index.js';
import { verifyXmlSignatures } from '../../../sdk/formats/xmldsig/verify-xml.js';
import { memorySource } from '../../support/piecewise-source.js';
import { signPrepared } from '../../support/signed-documents.js';
import {
  issueTestCa,
  issueTimeStampAuthority,
  minutesFromNow,
  timeStampToken,
} from '../../support/test-authorities.js';
import { issueAuthority, issueHolder, yearsFromNow } from '../../support/test-pki.js';
import {
  C14N,
  digestOf,
  ENVELOPED,
  EXC_C14N,
  outcomeOf,
  reference,
  signature,
  transform,
  verifyXmlBytes,
} from '../../support/xml-signatures.js';

const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
const trust: Partial<VerifyDocumentOptions> = { trustAnchors: [parseCertificate(authority.certificate)] };
const stampCa = issueTestCa('TSA CA', { notAfter: yearsFromNow(20) });
const stampAuthority = issueTimeStampAuthority(stampCa, { notAfter: yearsFromNow(20) });
const stampAnchors = [parseCertificate(stampCa.certificate)];
const genTime = minutesFromNow(-5);
const timeStamper: TimeStamper = async ({ digest }) => timeStampToken({ authority: stampAuthority, digest, genTime });

async function stamped(options: { timeStamper: TimeStamper } = { timeStamper }): Promise<string> {
  const prepared = await xadesProfile.prepare(memorySource(Buffer.from('<申請>x</申請>')), nodeCrypto);
  return (await signPrepared(prepared, holder, options)).toString();
}

async function signerOf(bytes: string, options: Partial<TrustOptions> = {}): Promise<IntactSigner> {
  const [only] = (await verifyXmlBytes(bytes, { ...trust, ...options })).signatures;
  if (only?.signer.integrity !== 'intact') throw new Error('not intact');
  return only.signer;
}

describe('XAdES with a time stamp', () => {
  it('is validated for the time of a trusted one', async () => {
    const signer = await signerOf(await stamped(), { timeStampAnchors: stampAnchors, at: yearsFromNow(12) });
    expect(signer.timeStamp).toMatchObject({ status: 'intact', time: genTime, path: { status: 'trusted' } });
    expect(signer.validatedAt).toEqual(genTime);
    expect(signer.path.status).toBe('trusted');
  });

  it('is validated for the given moment where the authority is not trusted', async () => {
    const at = yearsFromNow(50);
    const signer = await signerOf(await stamped(), { at });
    expect(signer.timeStamp).toMatchObject({ status: 'intact', path: { status: 'untrusted' } });
    expect(signer.validatedAt).toEqual(at);
    expect(signer.path).toMatchObject({ status: 'untrusted', code: 'ERR_CERT_EXPIRED' });
  });

  it.each([
    [
      'over something else',
      async () => stamped({ timeStamper: () => timeStamper({ digestAlgorithm: 'SHA-256', digest: Buffer.alloc(32) }) }),
      'ERR_SIGN_DIGEST',
      'time-stamp-imprint',
    ],
    [
      'of another signature',
      async () => {
        const other = /<xades:EncapsulatedTimeStamp>.*<\/xades:EncapsulatedTimeStamp>/.exec(await stamped())?.[0] ?? '';
        const prepared = await xadesProfile.prepare(memorySource(Buffer.from('<申請>y</申請>')), nodeCrypto);
        const signed = (await signPrepared(prepared, holder, { timeStamper })).toString();
        return signed.replace(/<xades:EncapsulatedTimeStamp>.*<\/xades:EncapsulatedTimeStamp>/, other);
      },
      'ERR_SIGN_DIGEST',
      'time-stamp-imprint',
    ],
    [
      'that says it is over more',
      async () =>
        (await stamped()).replace(
          '<xades:SignatureTimeStamp>',
          '<xades:SignatureTimeStamp><xades:Include URI="#signature-1"/>',
        ),
      'ERR_SIGN_FORMAT',
      'xades-time-stamp',
    ],
    [
      'that is none',
      async () => (await stamped()).replace(/(<xades:EncapsulatedTimeStamp>)[^<]+/, '$1AAAA'),
      'ERR_SIGN_FORMAT',
      undefined,
    ],
    [
      'that is no base64',
      async () => (await stamped()).replace(/(<xades:EncapsulatedTimeStamp>)[^<]+/, '$1A'),
      'ERR_SIGN_FORMAT',
      'xml-base64',
    ],
    [
      'canonicalized by something unknown',
      async () =>
        (await stamped()).replace(/(<xades:SignatureTimeStamp><ds:CanonicalizationMethod Algorithm=")[^"]+/, '$1urn:x'),
      'ERR_SIGN_ALGORITHM',
      'xml-transform',
    ],
  ] as const)('reports one %s', async (_, make, code, reason) => {
    const at = new Date();
    const signer = await signerOf(await make(), { timeStampAnchors: stampAnchors, at });
    expect(signer.timeStamp).toMatchObject({ status: 'failed', code, ...(reason && { reason }) });
    expect(signer.validatedAt).toEqual(at);
  });
});

// ------------------------------------------------------------------------------------------------- what is covered

const ELEMENT = '<額 Id="sum"><a>1</a></額>';
const besideElement = (rest = '', element = ELEMENT, options = {}): string =>
  `<申請 xml:lang="ja">${element}${rest}${signature(holder, {
    references: [
      reference({ attributes: 'URI="#sum"', transforms: transform(EXC_C14N), digestValue: digestOf(ELEMENT) }),
    ],
    ...options,
  })}</申請>`;

describe('coverage', () => {
  it('is given as octets of the document that was digested', async () => {
    const bytes = Buffer.from(besideElement('<氏名/>'));
    const { document, covered, report } = await verifyXmlSignatures({
      source: memorySource(bytes),
      crypto: nodeCrypto,
      at: new Date(),
      ...trust,
    });
    const [part] = covered[0] ?? [];
    if (part?.target.kind !== 'element') throw new Error('no element');
    const { start, end } = part.target.element;
    expect(Buffer.from(document.bytes.subarray(start, end)).toString()).toBe(ELEMENT);
    expect(report.signatures[0]).toMatchObject({
      coverage: { kind: 'part', covered: ['#sum'], uncovered: ['氏名'] },
      findings: [{ code: 'xml-root-not-covered', severity: 'warning' }],
    });
  });

  it('is nothing where the signature failed', async () => {
    const source = memorySource(Buffer.from(besideElement().replace('>1<', '>2<')));
    const { covered, report } = await verifyXmlSignatures({ source, crypto: nodeCrypto, at: new Date(), ...trust });
    expect(covered).toEqual([[]]);
    expect(report.signatures[0]?.coverage).toEqual({ kind: 'part', covered: [], uncovered: ['申請'] });
  });

  it('takes no namesake within the signed element for a twin', async () => {
    const inner = '<額 Id="sum"><額>1</額></額>';
    const signed = signature(holder, {
      references: [
        reference({ attributes: 'URI="#sum"', transforms: transform(EXC_C14N), digestValue: digestOf(inner) }),
      ],
    });
    expect(await outcomeOf(`<申請>${inner}${signed}</申請>`, trust)).toMatchObject({ verdict: 'total-passed' });
  });

  it('takes no element that another signature is over for a twin', async () => {
    const [one, two] = ['<額 Id="one">1</額>', '<額 Id="two">2</額>'];
    const signedBy = (id: string, element: string): string =>
      signature(holder, {
        references: [
          reference({ attributes: `URI="#${id}"`, transforms: transform(EXC_C14N), digestValue: digestOf(element) }),
        ],
      });
    const both = `<申請>${one}${two}${signedBy('one', one)}${signedBy('two', two)}</申請>`;
    expect(await outcomeOf(both, trust)).toMatchObject({ verdict: 'total-passed' });
    expect(await outcomeOf(both.replace('>2<', '>3<'), trust)).toMatchObject({
      said: expect.arrayContaining([
        'intact',
        'ERR_SIGN_DIGEST xml-reference-digest',
        'failure xml-unsigned-twin',
      ]) as unknown,
    });
  });

  it('is the root where it is signed by its ID', async () => {
    const content = '<申請 Id="x">1</申請>';
    const signed = signature(holder, {
      references: [
        reference({
          attributes: 'URI="#x"',
          transforms: transform(ENVELOPED) + transform(EXC_C14N),
          digestValue: digestOf(content),
        }),
      ],
    });
    const { signatures } = await verifyXmlBytes(content.replace('</', `${signed}</`), trust);
    expect(signatures[0]).toMatchObject({ coverage: { kind: 'whole' }, findings: [] });
  });

  it('is the Object of a signature around its content', async () => {
    const object = '<Object xmlns="http://www.w3.org/2000/09/xmldsig#" Id="o"><額 xmlns="">1</額></Object>';
    const enveloping = signature(holder, {
      references: [
        reference({ attributes: 'URI="#o"', transforms: transform(EXC_C14N), digestValue: digestOf(object) }),
      ],
      objects: '<Object Id="o"><額 xmlns="">1</額></Object>',
    });
    const { signatures } = await verifyXmlBytes(enveloping, trust);
    expect(signatures[0]).toMatchObject({
      signer: { integrity: 'intact' },
      coverage: { kind: 'part', covered: ['#o'], uncovered: [] },
      findings: [],
    });
  });

  it('tells a Manifest, whose digests nobody checks, and a transform that says otherwise', async () => {
    const signed = besideElement('<x Id="m"/>', ELEMENT, {
      references: [
        reference({
          attributes: 'URI="#sum"',
          transforms: transform(ENVELOPED) + transform(EXC_C14N),
          digestValue: digestOf(ELEMENT),
        }),
        reference({
          attributes: 'Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI="#m"',
          transforms: transform(EXC_C14N),
          digestValue: digestOf('<x Id="m"></x>'),
        }),
      ],
    });
    expect((await outcomeOf(signed, trust)).said).toEqual([
      'intact',
      'warning xml-enveloped-elsewhere',
      'warning xml-manifest-not-checked',
      'warning xml-root-not-covered',
    ]);
  });
});

describe('forms of the standard', () => {
  it.each([
    ['no transform: C14N 1.0', undefined, '<額 xmlns:a="urn:a" Id="sum" xml:lang="ja">1</額>'],
    ['inclusive, with what is inherited', transform(C14N), '<額 xmlns:a="urn:a" Id="sum" xml:lang="ja">1</額>'],
    [
      'C14N 1.1',
      transform('http://www.w3.org/2006/12/xml-c14n11'),
      '<額 xmlns:a="urn:a" Id="sum" xml:lang="ja">1</額>',
    ],
    [
      'with comments, which such a reference leaves out',
      transform(`${C14N}#WithComments`),
      '<額 xmlns:a="urn:a" Id="sum" xml:lang="ja">1</額>',
    ],
    ['exclusive', transform(EXC_C14N), '<額 Id="sum">1</額>'],
    [
      'exclusive with prefixes',
      transform(EXC_C14N, `<InclusiveNamespaces xmlns="${EXC_C14N}" PrefixList="a #default"></InclusiveNamespaces>`),
      '<額 xmlns:a="urn:a" Id="sum">1</額>',
    ],
  ])('%s', async (_, transforms, canonical) => {
    const signed = signature(holder, {
      references: [reference({ attributes: 'URI="#sum"', transforms, digestValue: digestOf(canonical) })],
    });
    const document = `<申請 xmlns:a="urn:a" xml:lang="ja"><額 Id="sum"><!-- c -->1</額>${signed}</申請>`;
    expect(await outcomeOf(document, trust)).toMatchObject({ verdict: 'total-passed' });
  });

  it.each([
    ['canonicalized', transform(C14N), '<a>\n<b></b></a>'],
    ['canonicalized with its comments', transform(`${C14N}#WithComments`), '<a>\n<!-- c --><b></b></a>'],
  ])('a file %s', async (_, transforms, canonical) => {
    const file = Buffer.from('<?xml version="1.0"?><a>\r\n<!-- c --><b/></a>');
    const signed = signature(holder, {
      references: [reference({ attributes: 'URI="f.xml"', transforms, digestValue: digestOf(canonical) })],
    });
    const resolve: VerifyDocumentOptions['resolve'] = async () => memorySource(file);
    expect(await outcomeOf(signed, { ...trust, resolve })).toMatchObject({ said: ['intact'], verdict: 'total-passed' });
  });

  it('a file that is given as the content', async () => {
    const content = memorySource(Buffer.from('図面'));
    const signed = signature(holder, {
      references: [reference({ attributes: 'URI="f.xml"', transforms: undefined, digestValue: digestOf('図面') })],
    });
    const { signatures } = await verifyXmlBytes(signed, { ...trust, content });
    expect(signatures[0]).toMatchObject({
      signer: { integrity: 'intact' },
      coverage: { kind: 'part', covered: ['f.xml'], uncovered: [] },
    });
  });

  it('tells of SHA-1 whether the content is still the same', async () => {
    const old = signature(holder, {
      references: [reference({ digestValue: digestOf('<a></a>') })],
      signatureMethod: '<SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"></SignatureMethod>',
    });
    const report = await verifyXmlBytes(`<a>${old}</a>`, trust);
    expect(report.signatures[0]).toMatchObject({
      signer: { integrity: 'failed', code: 'ERR_SIGN_ALGORITHM', reason: 'xml-sha1-legacy', digestAlgorithm: 'SHA-1' },
      findings: [{ code: 'xml-legacy-digests-match', severity: 'information' }],
    });
  });

  it('another encoding of the same content', async () => {
    // 申請 and 額 in Shift_JIS.
    const [open, amount] = ['\x90\x5c\x90\xbf', '\x8a\x7a'];
    const signed = signature(holder, { references: [reference({ digestValue: digestOf('<申請><額>1</額></申請>') })] });
    const bytes = Buffer.from(
      `<?xml version="1.0" encoding="Shift_JIS"?><${open}><${amount}>1</${amount}>${signed}</${open}>`,
      'latin1',
    );
    expect(Buffer.from(transcodeToUtf8(bytes)).toString()).toContain('<申請><額>');
    expect(await outcomeOf(bytes, trust)).toEqual({
      said: ['intact', 'information xml-transcoded'],
      verdict: 'total-passed',
    });
  });

  it('a countersignature over the value of another signature', async () => {
    const value = (text: string): string => /<SignatureValue Id="v">[^<]*/.exec(text)?.[0] ?? '';
    const one = signature(holder, { references: [reference({ digestValue: digestOf('<a></a>') })] }).replace(
      '<SignatureValue>',
      '<SignatureValue Id="v">',
    );
    const canonical = `${value(one).replace(' Id', ' xmlns="http://www.w3.org/2000/09/xmldsig#" Id')}</SignatureValue>`;
    const counter = signature(holder, {
      references: [
        reference({ attributes: 'URI="#v"', transforms: transform(EXC_C14N), digestValue: digestOf(canonical) }),
      ],
    });
    const document = `<a>${one.replace('</Signature>', `<Object>${counter}</Object></Signature>`)}</a>`;
    const { signatures } = await verifyXmlBytes(document, trust);
    expect(signatures.map(({ signer, coverage }) => [signer.integrity, coverage.kind])).toEqual([
      ['intact', 'whole'],
      ['intact', 'part'],
    ]);
  });
});
