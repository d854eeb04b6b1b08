import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { checkToukiConformance, type ConformanceLine } from '../../../sdk/formats/pdf-verify/touki-conformance.js';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import { memorySource } from '../../support/piecewise-source.js';
import {
  addEntry,
  BYTE_RANGE,
  CONTENTS,
  DOCUMENT,
  latin1,
  TestPdf,
  textOf,
  type SignatureTemplate,
} from '../../support/pdf-attacks.js';
import { inflate } from '../../support/pdf-files.js';
import { issueTestCa, issueTimeStampAuthority, timeStampToken } from '../../support/test-authorities.js';
import { buildCms, Oid, sha256 } from '../../support/test-cms.js';
import { yearsFromNow } from '../../support/test-pki.js';
import { holder, signed, summary, verify } from './fixture.js';

const ca = issueTestCa('TSA CA');
const stampAuthority = issueTimeStampAuthority(ca);
const timeStampAnchors = [parseCertificate(ca.certificate)];
const stamped = (pdf: TestPdf, template: Partial<SignatureTemplate> = {}): TestPdf =>
  signed(
    {
      type: '/DocTimeStamp',
      subFilter: '/ETSI.RFC3161',
      cms: (content) => timeStampToken({ authority: stampAuthority, digest: sha256(content) }),
      ...template,
    },
    pdf,
  );

describe('a document time stamp', () => {
  it('is a signature of its authority, and no change of the document', async () => {
    const report = await verify(stamped(signed()), { timeStampAnchors });
    expect(report.signatures.map(summary)).toEqual([
      ['intact trusted', 'part', 'information pdf-later-time-stamp'],
      ['intact trusted', 'whole', 'information pdf-document-time-stamp'],
    ]);
    const stamp = report.signatures[1]?.signer;
    expect(stamp?.integrity === 'intact' && stamp.timeStamp.status).toBe('intact');
  });

  it('is not trusted because the signer’s authority is', async () => {
    const report = await verify(stamped(signed()));
    expect(report.signatures.map((signature) => summary(signature)[0])).toEqual(['intact trusted', 'intact untrusted']);
  });

  it('over other octets fails', async () => {
    const cms = (): Uint8Array => timeStampToken({ authority: stampAuthority, digest: sha256(latin1('other')) });
    const report = await verify(stamped(signed(), { cms }), { timeStampAnchors });
    expect(summary(report.signatures[1] ?? expect.fail())[0]).toBe('ERR_SIGN_DIGEST time-stamp-imprint');
    expect(verdictOf(report)).toBe('total-failed');
  });

  it('establishes nothing once its authority’s certificate has run out', async () => {
    const authority = issueTimeStampAuthority(ca, { notAfter: yearsFromNow(-0.1) });
    const cms = (content: Uint8Array): Uint8Array =>
      timeStampToken({ authority, digest: sha256(content), genTime: yearsFromNow(-0.5) });
    const at = new Date();
    const report = await verify(stamped(signed(), { cms }), { timeStampAnchors, at });
    expect(report.signatures[1]?.signer).toMatchObject({
      integrity: 'intact',
      timeStamp: { status: 'intact', isPathOver: true },
      path: { status: 'untrusted', code: 'ERR_CERT_EXPIRED' },
      validatedAt: at,
    });
    expect(verdictOf(report)).toBe('indeterminate');
  });

  it('does not pass for a signature', async () => {
    const report = await verify(stamped(signed(), { type: '/Sig', subFilter: '/ETSI.CAdES.detached' }), {
      timeStampAnchors,
    });
    expect(report.signatures[1]?.signer.integrity).toBe('failed');
  });
});

describe('what a document holds besides', () => {
  const codesOf = async (changes: Record<number, string>): Promise<readonly string[]> => {
    const { findings, signatures } = await verify(signed({}, TestPdf.create({ ...DOCUMENT, ...changes })));
    expect(signatures.map(summary)).toEqual([['intact trusted', 'whole']]);
    return findings.map(({ code, severity }) => `${severity} ${code}`);
  };
  const catalog = (entry: string): Record<number, string> => ({ 1: addEntry(String(DOCUMENT[1]), entry) });
  const hidden = '/OCProperties << /OCGs [30 0 R] /D << /OFF [30 0 R] >> >>';

  it.each<readonly [string, Record<number, string>, string]>([
    ['a script on opening', catalog('/OpenAction << /S /JavaScript /JS (x) >>'), 'pdf-active-content'],
    ['named scripts', catalog('/Names << /JavaScript << /Names [] >> >>'), 'pdf-active-content'],
    ['an action', catalog('/AA << /WC << /S /JavaScript /JS (x) >> >>'), 'pdf-active-content'],
    ['a hidden layer', { ...catalog(hidden), 30: '<< /Type /OCG /Name (x) >>' }, 'pdf-hidden-layers'],
    ['layers that are off', catalog('/OCProperties << /OCGs [] /D << /BaseState /OFF >> >>'), 'pdf-hidden-layers'],
    ['an XFA form', { 6: addEntry(String(DOCUMENT[6]), '/XFA (x)') }, 'pdf-xfa-form'],
    ['fields to be drawn anew', { 6: addEntry(String(DOCUMENT[6]), '/NeedAppearances true') }, 'pdf-need-appearances'],
    ['a page that is nowhere', { 30: String(DOCUMENT[3]) }, 'pdf-unused-pages'],
  ])('%s is told', async (_name, changes, code) => {
    expect(await codesOf(changes)).toEqual([`warning ${code}`]);
  });

  it('an empty signature field is told', async () => {
    const changes = { 6: String(DOCUMENT[6]).replace('[7', '[30 0 R 7'), 30: '<< /FT /Sig /T (boss) >>' };
    expect(await codesOf(changes)).toEqual(['information pdf-unsigned-field']);
  });

  it('a jump to a page on opening is nothing', async () => {
    expect(await codesOf(catalog('/OpenAction << /S /GoTo /D [3 0 R /Fit] >>'))).toEqual([]);
  });
});

describe('the form of 登記', () => {
  const lines = async (pdf: TestPdf, withReport = true): Promise<readonly ConformanceLine[]> => {
    const source = memorySource(pdf.bytes);
    return await checkToukiConformance({ source, inflate, ...(withReport && { report: await verify(pdf) }) });
  };
  const notMet = async (pdf: TestPdf): Promise<readonly string[]> =>
    (await lines(pdf)).filter(({ result }) => result === 'not-met').map(({ rule }) => rule);

  it('is met line by line', async () => {
    expect((await lines(signed())).map(({ rule, result }) => `${rule} ${result}`)).toEqual([
      'signature-present met',
      'type-sig met',
      'sub-filter met',
      'name met',
      'signing-date met',
      'byte-range-whole-file met',
      'contents-signed-data met',
      'signer-certificate met',
      'algorithm met',
      'no-later-revision met',
      'no-time-stamp met',
      'signature-holds met',
    ]);
  });

  it('does not say that a signature holds where nobody looked', async () => {
    expect((await lines(signed(), false)).at(-1)).toEqual({
      rule: 'signature-holds',
      result: 'not-checked',
      detail: '',
    });
  });

  it('is not met without a signature, and nothing else is said', async () => {
    const source = memorySource(TestPdf.create().bytes);
    const results = (await checkToukiConformance({ source, inflate })).map(({ rule, result }) => `${rule} ${result}`);
    expect(results[0]).toBe('signature-present not-met');
    expect(results.filter((line) => line.endsWith(' met'))).toEqual(['no-time-stamp met']);
  });

  const body = (entries: string): Partial<SignatureTemplate> => ({
    body: `<< ${entries} /ByteRange ${BYTE_RANGE} /Contents ${CONTENTS} >>`,
  });
  const HEAD = '/Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached';

  it.each<readonly [string, TestPdf, readonly string[]]>([
    ['a PAdES signature', signed({ subFilter: '/ETSI.CAdES.detached' }), ['sub-filter']],
    ['no Type', signed(body(`${HEAD} /Name (x) /M (D:20260102030405Z)`)), ['type-sig']],
    ['no Name', signed(body(`/Type /Sig ${HEAD} /M (D:20260102030405Z)`)), ['name']],
    ['an empty Name', signed(body(`/Type /Sig ${HEAD} /Name ( ) /M (D:20260102030405Z)`)), ['name']],
    ['no date', signed(body(`/Type /Sig ${HEAD} /Name (x)`)), ['signing-date']],
    ['no real date', signed(body(`/Type /Sig ${HEAD} /Name (x) /M (today)`)), ['signing-date']],
    ['a later revision', signed().revise({ 20: '<< >>' }), ['byte-range-whole-file', 'no-later-revision']],
    [
      'octets behind the end',
      signed().withBytes(latin1(`${textOf(signed().bytes)}\n`)),
      ['byte-range-whole-file', 'no-later-revision'],
    ],
    [
      'a range of another form',
      signed({ range: ([, a, b]) => [0, a, b] }),
      ['byte-range-whole-file', 'signature-holds'],
    ],
    [
      'content attached',
      signed({ cms: (content) => buildCms({ content, eContent: latin1('x'), signers: [{ holder }] }) }),
      ['contents-signed-data', 'signature-holds'],
    ],
    [
      'no certificate',
      signed({ cms: (content) => buildCms({ content, certificates: [], signers: [{ holder }] }) }),
      ['signer-certificate', 'signature-holds'],
    ],
    [
      'SHA-1',
      signed({ cms: (content) => buildCms({ content, signers: [{ holder, digestOid: Oid.sha1 }] }) }),
      ['algorithm', 'signature-holds'],
    ],
  ])('is not met by %s', async (_name, pdf, rules) => {
    expect(await notMet(pdf)).toEqual(rules);
  });

  it('is not met by a document time stamp', async () => {
    expect(await notMet(stamped(signed()))).toEqual([
      'type-sig',
      'sub-filter',
      'byte-range-whole-file',
      'contents-signed-data',
      'algorithm',
      'no-later-revision',
      'no-time-stamp',
    ]);
  });
});
