import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { octetString, sequence } from '../../../sdk/formats/asn1/write.js';
import { readSignedAttributes } from '../../../sdk/formats/cms/signed-attributes.js';
import { parseSignedData } from '../../../sdk/formats/cms/signed-data.js';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { verifyPdf } from '../../../sdk/formats/pdf-verify/verify-pdf.js';
import { openPdf, type PdfFile } from '../../../sdk/formats/pdf/file.js';
import { PdfReference, PdfString, type PdfDictionary } from '../../../sdk/formats/pdf/objects.js';
import { preparePdfSignature, type PdfSignatureOptions } from '../../../sdk/formats/pdf/prepare-signature.js';
import { decodeTextString } from '../../../sdk/formats/pdf/text-string.js';
import type { RandomAccessSource } from '../../../sdk/formats/ports.js';
import { memorySource } from '../../support/piecewise-source.js';
import { appendRevision, edited, inflate, octets, onePage, streamPdfOf } from '../../support/pdf-files.js';
import { lastSignature } from '../../support/pdf-tools.js';
import { rejection } from '../../support/refusal.js';
import {
  completeSignature,
  pdfAuthorityCertificate,
  pdfHolder,
  signingContext,
  signPdf,
  type SignPdfOptions,
} from '../../support/sign-pdf.js';
import { issueHolder, issueAuthority, testKey } from '../../support/test-pki.js';

const open = (bytes: Uint8Array): Promise<PdfFile> => openPdf(memorySource(bytes), { inflate });

async function catalogOf(file: PdfFile): Promise<PdfDictionary> {
  const catalog = await file.dictionary(file.trailer.get('Root'));
  if (catalog === undefined) throw new Error('no catalog');
  return catalog;
}

async function fieldsOf(file: PdfFile): Promise<readonly PdfDictionary[]> {
  const form = await file.dictionary((await catalogOf(file)).get('AcroForm'));
  expect(form?.get('SigFlags')).toBe(3);
  const items = (await file.array(form?.get('Fields')))?.items ?? [];
  return (await Promise.all(items.map((item) => file.dictionary(item)))).filter((field) => field !== undefined);
}

const nameOf = (field: PdfDictionary | undefined): string => {
  const name = field?.get('T');
  return name instanceof PdfString ? decodeTextString(name) : '';
};

/** What the verifier says of each signature: whether it holds and covers everything, and its findings. */
async function verified(bytes: Uint8Array): Promise<readonly (readonly string[])[]> {
  const trustAnchors = [parseCertificate(pdfAuthorityCertificate)];
  const report = await verifyPdf({
    source: memorySource(bytes),
    crypto: nodeCrypto,
    inflate,
    at: new Date(),
    trustAnchors,
  });
  return report.signatures.map(({ signer, coverage, findings }) => [
    signer.integrity === 'intact' ? `intact ${signer.path.status}` : signer.reason,
    coverage.kind,
    ...findings.filter(({ severity }) => severity === 'failure').map(({ code }) => code),
  ]);
}

const WHOLE = ['intact trusted', 'whole'];
const PART = ['intact trusted', 'part'];

/** An empty signature field of its own, with its widget on the page. */
const EMPTY_FIELD =
  '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Approval) /Rect [50 60 150 100] /F 4 /P 3 0 R ENTRIES >>';
function withEmptyField(entries = ''): Uint8Array {
  return onePage({
    catalog: '/AcroForm << /Fields [6 0 R] /SigFlags 1 >>',
    page: '/Annots [6 0 R]',
    more: { 6: EMPTY_FIELD.replace('ENTRIES', entries) },
  });
}

describe('where the signature goes', () => {
  const text = '<< /FT /Tx /T (Text) /V (value) >>';
  it.each<[string, Uint8Array, number]>([
    ['no form, no annotations', onePage(), 0],
    ['a form in the catalog', onePage({ catalog: '/AcroForm << /Fields [6 0 R] >>', more: { 6: text } }), 1],
    [
      'a form apart',
      onePage({ catalog: '/AcroForm 7 0 R', more: { 6: text, 7: '<< /Fields [6 0 R] /DA (/Helv 0 Tf) >>' } }),
      1,
    ],
    [
      'fields apart',
      onePage({ catalog: '/AcroForm 7 0 R', more: { 6: text, 7: '<< /Fields 8 0 R >>', 8: '[6 0 R]' } }),
      1,
    ],
    ['a form that is null', onePage({ catalog: '/AcroForm 9 0 R' }), 0],
    [
      'annotations in the page',
      onePage({ page: '/Annots [6 0 R]', more: { 6: '<< /Type /Annot /Subtype /Link >>' } }),
      0,
    ],
    [
      'annotations apart',
      onePage({ page: '/Annots 7 0 R', more: { 6: '<< /Type /Annot /Subtype /Link >>', 7: '[6 0 R]' } }),
      0,
    ],
    ['everything in an object stream', packed(), 0],
  ])('%s', async (_, document, fieldsBefore) => {
    const before = await open(document);
    const signed = await signPdf(document);
    expect(Buffer.compare(signed.subarray(0, document.length), document)).toBe(0);
    expect(await verified(signed)).toEqual([WHOLE]);
    const file = await open(signed);
    const fields = await fieldsOf(file);
    expect(fields).toHaveLength(fieldsBefore + 1);
    const widget = fields.at(-1);
    expect(nameOf(widget)).toBe('Signature1');
    expect(widget?.get('F')).toBe(132);
    const page = await file.dictionary(widget?.get('P'));
    const annotations = (await file.array(page?.get('Annots')))?.items ?? [];
    const pageBefore = await before.dictionary(widget?.get('P'));
    expect(annotations).toHaveLength(((await before.array(pageBefore?.get('Annots')))?.items.length ?? 0) + 1);
    expect(await file.dictionary(annotations.at(-1))).toEqual(widget);
    expect(file.revisions).toHaveLength(2);
    expect(file.links[0]?.section.kind).toBe(before.links[0]?.section.kind);
  });

  function packed(): Uint8Array {
    const objects = { 1: '<< /Type /Catalog /Pages 2 0 R >>', 2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' };
    const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>';
    return streamPdfOf({ ...objects, 3: page }, { packed: [1, 2, 3], png: 2, entries: '/ID [<00> <01>] /Info 9 0 R' });
  }

  it('keeps what the trailer says and leaves out what is about one section only', async () => {
    const { trailer } = await open(await signPdf(packed()));
    expect([...trailer.entries.keys()].toSorted()).toEqual(
      ['ID', 'Index', 'Info', 'Length', 'Prev', 'Root', 'Size', 'Type', 'W'].toSorted(),
    );
    const table = await open(await signPdf(onePage({ trailer: '/Root 1 0 R /Custom (kept)' })));
    expect([...table.trailer.entries.keys()].toSorted()).toEqual(['Custom', 'Prev', 'Root', 'Size']);
  });

  it('names new fields after what is there, and keeps every earlier signature', async () => {
    const once = await signPdf(
      onePage({ catalog: '/AcroForm << /Fields [6 0 R] >>', more: { 6: '<< /FT /Tx /T (Signature1) >>' } }),
    );
    const thrice = await signPdf(await signPdf(once), { subFilter: 'ETSI.CAdES.detached' });
    expect((await fieldsOf(await open(thrice))).map(nameOf)).toEqual([
      'Signature1',
      'Signature2',
      'Signature3',
      'Signature4',
    ]);
    expect(await verified(thrice)).toEqual([PART, PART, WHOLE]);
  });

  it('puts the widget on the page that was asked for', async () => {
    const pages = '<< /Type /Pages /Count 3 /Kids [10 0 R 13 0 R] /MediaBox [0 0 9 9] >>';
    const more = {
      2: pages,
      10: '<< /Type /Pages /Parent 2 0 R /Count 2 /Kids [11 0 R 12 0 R] >>',
      11: '<< /Type /Page /Parent 10 0 R >>',
      12: '<< /Type /Page /Parent 10 0 R >>',
      13: '<< /Type /Page /Parent 2 0 R >>',
    };
    for (const [page, number] of [
      [1, 11],
      [2, 12],
      [3, 13],
    ] as const) {
      const file = await open(await signPdf(onePage({ more }), { page }));
      expect((await fieldsOf(file))[0]?.get('P')).toEqual(new PdfReference(number, 0));
    }
    expect(await rejection(signPdf(onePage({ more }), { page: 4 }))).toBe('ERR_SIGN_FORMAT pdf-page-number');
  });
});

describe('an empty field that is there', () => {
  it('is signed in place', async () => {
    const signed = await signPdf(withEmptyField(), { fieldName: 'Approval' });
    const fields = await fieldsOf(await open(signed));
    expect(fields.map(nameOf)).toEqual(['Approval']);
    expect(fields[0]?.get('V')).toBeInstanceOf(PdfReference);
    expect(await verified(signed)).toEqual([WHOLE]);
  });

  it('is found by its whole name, its type inherited, and its lock becomes part of the signature', async () => {
    const document = onePage({
      catalog: '/AcroForm << /Fields [6 0 R] >>',
      more: {
        6: '<< /T (Part) /FT /Sig /Kids [7 0 R] >>',
        7: '<< /T (A) /Parent 6 0 R /Kids [8 0 R] /Lock << /Type /SigFieldLock /Action /Include /Fields [(Other)] >> >>',
        8: '<< /Type /Annot /Subtype /Widget /Parent 7 0 R /Rect [0 0 0 0] /P 3 0 R >>',
      },
    });
    const signed = await signPdf(document, { fieldName: 'Part.A' });
    const file = await open(signed);
    const signature = await file.dictionary((await file.dictionary(new PdfReference(7, 0)))?.get('V'));
    const [reference] = (await file.array(signature?.get('Reference')))?.items ?? [];
    expect((await file.dictionary(reference))?.get('TransformMethod')).toMatchObject({ name: 'FieldMDP' });
    expect(await verified(signed)).toEqual([WHOLE]);
  });

  it.each<[string, Uint8Array, string, string]>([
    ['there is none of that name', withEmptyField(), 'Other', 'pdf-field'],
    ['it is of another type', edited(withEmptyField(), '/FT /Sig', '/FT /Btn'), 'Approval', 'pdf-field'],
    ['it is signed', withEmptyField('/V << /Type /Sig >>'), 'Approval', 'pdf-field'],
    [
      'it asks for another form',
      withEmptyField('/SV << /Ff 2 /SubFilter [/ETSI.CAdES.detached] >>'),
      'Approval',
      'pdf-seed-value',
    ],
    ['it asks for a reason', withEmptyField('/SV << /Ff 8 /Reasons [(Approved)] >>'), 'Approval', 'pdf-seed-value'],
    ['it asks for a certification', withEmptyField('/SV << /MDP << /P 2 >> >>'), 'Approval', 'pdf-seed-value'],
  ])('is refused where %s', async (_, document, fieldName, reason) => {
    expect(await rejection(signPdf(document, { fieldName }))).toBe(`ERR_SIGN_FORMAT ${reason}`);
  });
});

describe('what earlier signatures allow', () => {
  it('certifies, and signs on after a certification that allows it', async () => {
    for (const certificationLevel of [2, 3] as const) {
      const certified = await signPdf(onePage(), { certificationLevel });
      const file = await open(certified);
      const permissions = await file.dictionary((await catalogOf(file)).get('Perms'));
      expect(permissions?.get('DocMDP')).toEqual((await fieldsOf(file))[0]?.get('V'));
      expect(await verified(await signPdf(certified))).toEqual([PART, WHOLE]);
    }
  });

  it.each<[string, () => Promise<Uint8Array>, SignPdfOptions, string]>([
    ['a certification that allows no change', () => signPdf(onePage(), { certificationLevel: 1 }), {}, 'pdf-docmdp'],
    ['a certification after a signature', () => signPdf(onePage()), { certificationLevel: 2 }, 'pdf-already-signed'],
    [
      'a lock over all fields',
      () => signPdf(withEmptyField('/Lock << /Type /SigFieldLock /Action /All >>'), { fieldName: 'Approval' }),
      {},
      'pdf-field-lock',
    ],
    [
      'a lock that allows no change',
      () => signPdf(withEmptyField('/Lock << /Action /Include /Fields [] /P 1 >>'), { fieldName: 'Approval' }),
      {},
      'pdf-docmdp',
    ],
  ])('refuses after %s', async (_, make, options, reason) => {
    expect(await rejection(signPdf(await make(), options))).toBe(`ERR_SIGN_FORMAT ${reason}`);
  });

  it.each<[string, Uint8Array, string]>([
    ['something behind the end', octets(`${String.fromCharCode(...onePage())}junk`), 'pdf-trailing-junk'],
    ['pages that are only made up', onePage({ catalog: '/NeedsRendering true' }), 'pdf-xfa'],
    ['a form that is none', onePage({ catalog: '/AcroForm 5' }), 'pdf-form'],
    ['fields that are none', onePage({ catalog: '/AcroForm << /Fields 5 >>' }), 'pdf-form'],
    ['annotations that are none', onePage({ page: '/Annots 5' }), 'pdf-pages'],
    [
      'pages that lead back to themselves',
      onePage({ more: { 3: '<< /Type /Pages /Kids [2 0 R] /Count 2 >>' } }),
      'pdf-pages',
    ],
    ['no pages', edited(onePage(), '/Pages 2 0 R', '/Pages 5 0 R'), 'pdf-pages'],
    ['a page without size', edited(onePage(), '/MediaBox', '/MediaBux'), 'pdf-pages'],
    ['an eighth of a turn', onePage({ page: '/Rotate 45' }), 'pdf-pages'],
  ])('refuses %s', async (_, document, reason) => {
    expect(await rejection(signPdf(document))).toBe(`ERR_SIGN_FORMAT ${reason}`);
  });

  it('signs a document with white space behind the end, or without an end of line', async () => {
    const document = onePage();
    for (const variant of [octets(`${String.fromCharCode(...document)}\r\n\0 `), document.subarray(0, -1)]) {
      expect(await verified(await signPdf(variant))).toEqual([WHOLE]);
    }
  });
});

describe('the signature itself', () => {
  const attributesOf = (pdf: Uint8Array) => {
    const { cms, content } = lastSignature(pdf);
    const [signer] = parseSignedData(cms).signerInfos;
    if (signer?.signedAttrs === undefined) throw new Error('no signed attributes');
    return { ...readSignedAttributes(signer.signedAttrs), content, unsigned: signer.unverifiedAttributes };
  };

  it('is over the whole file but the Contents', async () => {
    const signed = await signPdf(onePage());
    const { byteRange, content } = lastSignature(signed);
    const [start, length = 0, second = 0, secondLength = 0] = byteRange;
    expect(start).toBe(0);
    expect([signed[length], signed[second - 1]]).toEqual([0x3c, 0x3e]);
    expect(second + secondLength).toBe(signed.length);
    expect(second - length).toBeGreaterThanOrEqual(2 + 2 * 16 * 1024);
    expect(attributesOf(signed).messageDigest).toEqual(new Uint8Array(createHash('sha256').update(content).digest()));
  });

  it('has the time in M, and in the CMS only where that is not PAdES', async () => {
    const plain = await signPdf(onePage());
    const pades = await signPdf(onePage(), {
      subFilter: 'ETSI.CAdES.detached',
      reason: '同意（𠮷）',
      location: 'Tokyo',
    });
    expect(attributesOf(plain).signingTime).toEqual(new Date('2026-11-20T01:02:03Z'));
    expect(attributesOf(pades).signingTime).toBeUndefined();
    expect(attributesOf(pades).signingCertificates.map(({ version }) => version)).toEqual(['v2']);
    const file = await open(pades);
    const signature = await file.dictionary((await fieldsOf(file))[0]?.get('V'));
    const text = (key: string): string => decodeTextString(signature?.get(key) as PdfString);
    expect([text('M'), text('Name'), text('Reason'), text('Location')]).toEqual([
      'D:20261120010203Z',
      '𠮷野　葛\u{E0100}子',
      '同意（𠮷）',
      'Tokyo',
    ]);
  });

  it('takes a time stamp as an unsigned attribute, and has room for it', async () => {
    const token = sequence(octetString(new Uint8Array(14_000)));
    const imprints: Uint8Array[] = [];
    const context = {
      timeStamper: ({ digest }: { digest: Uint8Array }) => {
        imprints.push(digest);
        return Promise.resolve(token);
      },
    };
    const { unsigned } = attributesOf(await signPdf(onePage(), { subFilter: 'ETSI.CAdES.detached', context }));
    expect(unsigned[0]?.values[0]?.encoded).toEqual(token);
    expect(imprints).toHaveLength(1);
    const huge = {
      timeStamper: () => Promise.resolve(sequence(octetString(new Uint8Array(40_000)))),
    };
    expect(await rejection(signPdf(onePage(), { context: huge }))).toBe('ERR_SIGN_FORMAT pdf-contents');
  });

  it('has more room where more certificates come along', async () => {
    const otherCertificates = Array.from({ length: 20 }, (_, index) => {
      const authority = issueAuthority('signing', 'signing-ca', { serialNumber: index + 50 });
      return authority.certificate;
    });
    expect(await verified(await signPdf(onePage(), { context: { otherCertificates } }))).toEqual([WHOLE]);
  });

  const prepare = (source: RandomAccessSource, options: Partial<PdfSignatureOptions> = {}) =>
    preparePdfSignature(source, { inflate, subFilter: 'adbe.pkcs7.detached', ...options }, nodeCrypto);

  it('binds the document, and signs with another digest after reading again', async () => {
    const authority = issueAuthority('signing');
    const holder = issueHolder('signing', authority, { key: testKey('pdf-p384', 'P-384') });
    const document = onePage();
    const prepared = await prepare(memorySource(document));
    const sha256 = new Uint8Array(createHash('sha256').update(document).digest());
    expect(prepared.bound).toEqual([{ unverifiedName: '', size: document.length, sha256 }]);
    const context = signingContext(holder, { signatureAlgorithm: 'ES384' });
    expect(await rejection(prepared.begin(context))).toBe('ERR_SIGN_DIGEST pdf-digest-not-ready');
    await prepared.use('SHA-384');
    const signed = await completeSignature(prepared, context, holder, 'sha384');
    expect(await verified(signed)).toEqual([WHOLE]);
  });

  it('is refused where the document is another one when it is read again', async () => {
    const document = onePage();
    const source = memorySource(document);
    const prepared = await prepare(source);
    document[document.length - 100] = 0x20;
    expect(await rejection(prepared.use('SHA-512'))).toBe('ERR_SIGN_DIGEST pdf-content-changed');
    const shorter = {
      ...memorySource(onePage()),
      chunks: async function* () {
        yield octets('%PDF');
      },
    };
    expect(await rejection(prepare(shorter))).toBe('ERR_SIGN_DIGEST pdf-content-changed');
  });

  it('can be made several times from one preparation', async () => {
    const prepared = await prepare(memorySource(onePage()));
    expect(await completeSignature(prepared)).toEqual(await completeSignature(prepared));
    expect(await verified(await completeSignature(prepared, signingContext(pdfHolder)))).toEqual([WHOLE]);
  });

  it('is told apart from a document that was changed', async () => {
    const signed = await signPdf(onePage());
    const changed = edited(signed, '(Test) Tj', '(Tost) Tj');
    expect((await verified(changed))[0]?.[0]).not.toBe('intact trusted');
    expect((await verified(appendRevision(signed, { 4: '<< /Length 0 >>\nstream\n\nendstream' })))[0]).not.toEqual(
      WHOLE,
    );
  });
});
