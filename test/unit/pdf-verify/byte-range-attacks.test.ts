import { describe, expect, it } from 'vitest';
import { oid } from '../../../sdk/formats/asn1/write.js';
import { FormatError, parseCertificate } from '../../../sdk/formats/index.js';
import {
  BYTE_RANGE,
  CONTENTS,
  DOCUMENT,
  latin1,
  signatureDictionary,
  TestPdf,
  textOf,
  type SignatureTemplate,
} from '../../support/pdf-attacks.js';
import { buildCms, elementsOf, includes, Oid, toIndefiniteLength } from '../../support/test-cms.js';
import { issueHolder, testKey } from '../../support/test-pki.js';
import { failures, holder, signed, summary, verify } from './fixture.js';

/** The reason of the only signature's failure. */
async function failure(pdf: TestPdf): Promise<string> {
  const { signatures } = await verify(pdf);
  expect(signatures).toHaveLength(1);
  const [signature] = signatures;
  if (signature?.signer.integrity !== 'failed') return 'intact';
  expect(signature.signer.integrity).toBe('failed');
  return `${signature.signer.code} ${signature.signer.reason}`;
}

const dictionary = (entries: string): Partial<SignatureTemplate> => ({
  body: `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached ${entries} >>`,
});
const RANGE = `/ByteRange ${BYTE_RANGE}`;
const ROOM = `/Contents ${CONTENTS}`;

/** Name, how it is made, what is said. */
const RANGE_CASES: readonly (readonly [string, Partial<SignatureTemplate>, string])[] = [
  ['no ByteRange', dictionary(ROOM), 'pdf-byte-range-missing'],
  ['no Contents', dictionary('/ByteRange [0 1 2 3]'), 'pdf-contents-missing'],
  ['a ByteRange of two numbers', { range: ([, a, b]) => [0, a + b] }, 'pdf-byte-range-shape'],
  ['of three', { range: ([, a, b]) => [0, a, b] }, 'pdf-byte-range-shape'],
  ['of six', { range: ([, a, b, c]) => [0, a, b, c - 10, b + c - 10, 10] }, 'pdf-byte-range-shape'],
  ['of eight', { range: ([, a, b, c]) => [0, 10, 10, a - 10, b, 10, b + 10, c - 10] }, 'pdf-byte-range-shape'],
  ['of none', { range: () => [] }, 'pdf-byte-range-shape'],
  ['with a negative number', { range: ([, a, b, c]) => [0, a, -b, c] }, 'pdf-byte-range-shape'],
  ['with a fraction', { range: ([, a, b, c]) => [0, a, b, c - 0.5] }, 'pdf-byte-range-shape'],
  ['with a reference', { range: ([, a, b]) => [0, a, b, '5 0 R'] }, 'pdf-byte-range-shape'],
  ['with a nested array', { range: ([, a, b, c]) => [`[0 ${a} ${b} ${c}]`] }, 'pdf-byte-range-shape'],
  ['with a huge number', { range: ([, a, b]) => [0, a, b, '99999999999999999999'] }, 'pdf-byte-range-shape'],
  ['that overflows 32 bits', { range: ([, a, b, c]) => [0, a, b, c + 2 ** 32] }, 'pdf-byte-range-beyond-end'],
  ['beyond the end', { range: ([, a, b, c]) => [0, a, b, c + 1] }, 'pdf-byte-range-beyond-end'],
  ['that is an object of its own', dictionary(`/ByteRange 5 0 R ${ROOM}`), 'pdf-byte-range-shape'],
  ['that begins behind the header', { range: ([, a, b, c]) => [9, a - 9, b, c] }, 'pdf-byte-range-start'],
  ['with a gap before Contents', { range: ([, a, b, c]) => [0, a - 1, b, c] }, 'pdf-byte-range-gap'],
  ['with a gap behind Contents', { range: ([, a, b, c]) => [0, a, b + 1, c - 1] }, 'pdf-byte-range-gap'],
  ['that signs the delimiters', { range: ([, a, b, c]) => [0, a + 1, b - 1, c + 1] }, 'pdf-byte-range-gap'],
  ['without a gap', { range: ([, a, b, c]) => [0, a, a, b - a + c] }, 'pdf-byte-range-gap'],
  ['with parts that overlap', { range: ([, a, b, c]) => [0, b, a, b - a + c] }, 'pdf-byte-range-gap'],
  ['with its parts exchanged', { range: ([, a, b, c]) => [b, c, 0, a] }, 'pdf-byte-range-start'],
  [
    'that ends inside its revision',
    { range: ([, a, b, c]) => [0, a, b, c - 40] },
    'pdf-byte-range-not-at-revision-end',
  ],
  ['that ends with its dictionary', { range: ([, a, b]) => [0, a, b, 20] }, 'pdf-byte-range-not-at-revision-end'],
  ['given twice', dictionary(`/ByteRange [0 1 2 3] ${RANGE} ${ROOM}`), 'pdf-repeated-key'],
  ['given twice, once escaped', dictionary(`/Byte#52ange [0 1 2 3] ${RANGE} ${ROOM}`), 'pdf-repeated-key'],
  ['Contents given twice', dictionary(`${RANGE} ${ROOM} /Contents <00>`), 'pdf-repeated-key'],
  ['Contents given twice, once as null', dictionary(`${RANGE} ${ROOM} /Contents null`), 'pdf-repeated-key'],
  ['Contents as a literal string', dictionary(`${RANGE} /Contents (abc)`), 'pdf-contents-form'],
  ['Contents as a number', dictionary(`${RANGE} /Contents 5`), 'pdf-contents-form'],
  ['Contents in another object', dictionary(`${RANGE} /Contents 5 0 R`), 'pdf-contents-form'],
];

describe('a ByteRange that does not say what it has to', () => {
  it.each(RANGE_CASES)('%s', async (_name, template, reason) => {
    expect(await failure(signed(template))).toBe(`ERR_SIGN_FORMAT ${reason}`);
  });

  it('is refused for white space in Contents, which nobody signs', async () => {
    expect(await failure(signed().patched('0000>', '00\n >'))).toBe('ERR_SIGN_FORMAT pdf-contents-form');
  });

  it('is refused for a dictionary in an object stream', async () => {
    const document = TestPdf.create(undefined, { xref: 'stream' });
    const number = document.nextNumber;
    const body = '<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> >>';
    const pdf = signed({ body, revision: { xref: 'stream', compressed: [number] } }, document);
    expect(await failure(pdf)).toBe('ERR_SIGN_FORMAT pdf-contents-form');
  });

  it('is taken with a dictionary that is not an object of its own', async () => {
    const document = TestPdf.create();
    const number = document.nextNumber;
    const field = `<< /FT /Sig /T (inline) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /V ${signatureDictionary({})} >>`;
    const bodies = { 6: document.body(6).replace('[7', `[${number + 1} 0 R 7`), [number + 1]: field };
    const pdf = document.sign({ holder, body: 'null', existingField: 8, bodies: { ...bodies, 8: document.body(8) } });
    expect((await verify(pdf)).signatures.map(summary)).toEqual([['intact trusted', 'whole']]);
  });
});

describe('Contents', () => {
  const padded = (change: (hex: string) => string): TestPdf => {
    const pdf = signed();
    return pdf.withBytes(
      latin1(textOf(pdf.bytes).replace(/<([0-9a-f]{9000,})>/, (_all, hex: string) => `<${change(hex)}>`)),
    );
  };

  it('may have any zeros behind the CMS', async () => {
    expect((await verify(signed({ room: 4000 }))).signatures.map(summary)).toEqual([['intact trusted', 'whole']]);
    expect((await verify(signed({ room: 60_000 }))).signatures.map(summary)).toEqual([['intact trusted', 'whole']]);
  });

  it('may be BER of indefinite length, whose end looks like the zeros', async () => {
    const cms = (content: Uint8Array): Uint8Array => {
      const der = buildCms({ content, signers: [{ holder }] });
      return toIndefiniteLength(der, keptAsDer(der));
    };
    expect((await verify(signed({ cms }))).signatures.map(summary)).toEqual([['intact trusted', 'whole']]);
  });

  it.each([
    ['something behind the zeros', (hex: string) => `${hex.slice(0, -2)}01`],
    ['something right behind the CMS', (hex: string) => hex.replace(/00{40,}$/, (zeros) => `41${zeros.slice(2)}`)],
    ['zeros before the CMS', (hex: string) => `0000${hex.slice(0, -4)}`],
    ['nothing but zeros', (hex: string) => '0'.repeat(hex.length)],
    ['the CMS cut off', (hex: string) => hex.slice(0, 400).padEnd(hex.length, '0')],
  ])('is refused with %s', async (name, change) => {
    const reason = await failure(padded(change));
    expect(reason).toMatch(/^ERR_SIGN_FORMAT (?:pdf-contents-padding|asn1-|cms-)/);
    if (name.startsWith('something')) expect(reason).toBe('ERR_SIGN_FORMAT pdf-contents-padding');
  });
});

describe('a SubFilter', () => {
  it.each([
    ['/adbe.pkcs7.sha1', 'ERR_SIGN_ALGORITHM pdf-sha1-legacy'],
    ['/adbe.x509.rsa_sha1', 'ERR_SIGN_ALGORITHM pdf-x509-rsa-sha1'],
    ['/ETSI.RFC3161', 'ERR_SIGN_FORMAT pdf-sub-filter'],
    ['/adbe.pkcs7.detachedX', 'ERR_SIGN_FORMAT pdf-sub-filter'],
    ['(adbe.pkcs7.detached)', 'ERR_SIGN_FORMAT pdf-sub-filter'],
    ['null', 'ERR_SIGN_FORMAT pdf-sub-filter'],
  ])('%s is not taken', async (subFilter, reason) => {
    expect(await failure(signed({ subFilter }))).toBe(reason);
  });

  it('of PAdES is taken', async () => {
    expect((await verify(signed({ subFilter: '/ETSI.CAdES.detached' }))).signatures.map(summary)).toEqual([
      ['intact trusted', 'whole'],
    ]);
  });

  it('does not pass for a time stamp', async () => {
    expect(await failure(signed({ type: '/DocTimeStamp' }))).toBe('ERR_SIGN_FORMAT pdf-signature-dictionary');
    const stamp = { type: '/DocTimeStamp', subFilter: '/ETSI.RFC3161' };
    expect(await failure(signed(stamp))).toBe('ERR_SIGN_FORMAT time-stamp-content-type');
  });
});

describe('the CMS of a PDF', () => {
  const other = issueHolder('signing', {
    subject: [['CN', 'nobody']],
    key: testKey('nobody'),
    certificate: new Uint8Array(),
  });

  it.each<readonly [string, Partial<SignatureTemplate>, string]>([
    [
      'over other content',
      { cms: () => buildCms({ content: Buffer.from('other'), signers: [{ holder }] }) },
      'ERR_SIGN_DIGEST cms-message-digest-mismatch',
    ],
    [
      'with the content attached',
      { cms: (content) => buildCms({ content, eContent: content, signers: [{ holder }] }), room: 20_000 },
      'ERR_SIGN_FORMAT pdf-attached-content',
    ],
    [
      'with an empty content attached',
      { cms: (content) => buildCms({ content, eContent: new Uint8Array(), signers: [{ holder }] }) },
      'ERR_SIGN_FORMAT pdf-attached-content',
    ],
    [
      'with two signers',
      { cms: (content) => buildCms({ content, signers: [{ holder }, { holder }] }) },
      'ERR_SIGN_FORMAT pdf-several-signers',
    ],
    [
      'with a spoilt signature value',
      { cms: (content) => buildCms({ content, signers: [{ holder, tamper: (value) => value.fill(1, 0, 1) }] }) },
      'ERR_SIGN_INVALID cms-signature-invalid',
    ],
    [
      'of another content type',
      { cms: (content) => buildCms({ content, eContentType: '1.2.3', signers: [{ holder }] }) },
      'ERR_SIGN_FORMAT cms-content-type',
    ],
    [
      'without the certificate',
      { cms: (content) => buildCms({ content, certificates: [], signers: [{ holder }] }) },
      'ERR_CERT_MISSING cms-certificate-missing',
    ],
  ])('is refused %s', async (_name, template, reason) => {
    expect(await failure(signed(template))).toBe(reason);
  });

  it('by an unknown authority is intact and not trusted', async () => {
    expect((await verify(signed({ holder: other }))).signatures.map(summary)).toEqual([['intact untrusted', 'whole']]);
  });
});

describe('a document that is no sound PDF', () => {
  const reasonOf = async (bytes: Uint8Array): Promise<string | undefined> => {
    const error: unknown = await verify(bytes).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).code).toBe('ERR_SIGN_FORMAT');
    return (error as FormatError).reason;
  };
  const pdf = signed();

  it.each([
    ['without a signature', TestPdf.create().bytes, 'pdf-not-signed'],
    [
      'that is encrypted',
      TestPdf.create(DOCUMENT, { trailer: '/Encrypt << /Filter /Standard >>' }).bytes,
      'pdf-encrypted',
    ],
    ['that is encrypted by a later revision', pdf.revise({}, { trailer: '/Encrypt 5 0 R' }).bytes, 'pdf-encrypted'],
    ['that was cut', pdf.bytes.subarray(0, -400), 'pdf-truncated'],
    ['that was cut by one line', pdf.bytes.subarray(0, -6), 'pdf-truncated'],
    ['with octets before the header', latin1(`x${textOf(pdf.bytes)}`), 'pdf-leading-junk'],
    ['of no octets', new Uint8Array(), 'pdf-header'],
    [
      'whose startxref leads nowhere',
      latin1(textOf(pdf.bytes).replace(/startxref\n\d+\n%%EOF\n$/, 'startxref\n3\n%%EOF\n')),
      'pdf-startxref',
    ],
    ['whose sections go in a circle', circle(pdf), 'pdf-xref-loop'],
  ])('%s is refused', async (_name, bytes, reason) => {
    expect(await reasonOf(bytes)).toBe(reason);
  });
});

/** A last section that names itself as the one before. */
function circle(pdf: TestPdf): Uint8Array {
  const offset = pdf.bytes.length;
  return pdf.revise({}, { previous: offset }).bytes;
}

/** Signed attributes, certificates and names must stay DER. */
function keptAsDer(cms: Uint8Array): readonly Uint8Array[] {
  const holdsDigest = (element: Uint8Array): boolean =>
    element[0] === 0xa0 && includes(element, oid(Oid.messageDigest));
  const signedAttributes = elementsOf(cms).filter(holdsDigest).at(-1) ?? cms;
  return [signedAttributes, holder.certificate, parseCertificate(holder.certificate).issuer.der];
}

describe('octets behind the end', () => {
  it('that are white space leave the signature part of the file', async () => {
    const pdf = signed();
    const report = await verify(latin1(`${textOf(pdf.bytes)}\r\n`));
    expect(report.signatures.map(summary)).toEqual([['intact trusted', 'part']]);
    expect(failures(report)).toEqual([]);
  });

  it('that are anything else make the document fail', async () => {
    const report = await verify(latin1(`${textOf(signed().bytes)}<script>`));
    expect(report.signatures.map(summary)).toEqual([['intact trusted', 'part']]);
    expect(failures(report)).toEqual(['pdf-octets-after-end']);
  });

  it('may be missing altogether', async () => {
    const report = await verify(signed({ revision: { ending: '' } }));
    expect(report.signatures.map(summary)).toEqual([['intact trusted', 'whole']]);
    const later = await verify(signed({ revision: { ending: '\r\n' } }, signed({ revision: { ending: '\r' } })));
    expect(failures(later)).toEqual([]);
    expect(later.signatures).toHaveLength(2);
  });
});
