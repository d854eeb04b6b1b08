import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { ETAX_ACCEPTANCE_UNCONFIRMED, etaxXtxProfile } from '../../../sdk/formats/profiles/etax-xtx.js';
import { verifyXmlWithProfiles } from '../../../sdk/formats/profiles/verify-xml-profiles.js';
import { verdictOf, type DocumentReport } from '../../../sdk/formats/signature-report.js';
import { prepareXmlSignature } from '../../../sdk/formats/xmldsig/prepare-xml-signature.js';
import { readXmlWithSignatures } from '../../../sdk/formats/xmldsig/signature-element.js';
import { memorySource } from '../../support/piecewise-source.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, signWith, testKey } from '../../support/test-pki.js';
import { XTX_DECLARATIONS, XTX_PROCEDURE, xtxFile } from '../../support/xtx-fixture.js';

const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
const second = issueHolder('signing', authority, { key: testKey('other-holder'), serialNumber: 99 });

interface SignOptions {
  readonly by?: typeof holder;
  /** Local name of the element in which the signature stands, and what it is over. Default: as the profile has it. */
  readonly parent?: string;
  readonly uri?: string;
}

async function sign(xtx: Uint8Array, { by = holder, parent, uri = '' }: SignOptions = {}): Promise<Buffer> {
  if (parent === undefined) return signPrepared(await etaxXtxProfile.prepare(memorySource(xtx), nodeCrypto), by);
  const xml = readXmlWithSignatures(xtx, ({ localName }) => localName === parent);
  const element = xml.document.collected.find(({ localName }) => localName === parent);
  if (element === undefined) throw new Error(`no ${parent}`);
  const place = { xml, placement: { kind: 'last-child', element } } as const;
  const options = { references: [{ uri }], prefix: 'dsig', id: 'Inside' } as const;
  return signPrepared(await prepareXmlSignature(place, options, nodeCrypto), by);
}

function verify(xml: Uint8Array | string): Promise<DocumentReport> {
  return verifyXmlWithProfiles({
    source: memorySource(Buffer.from(xml)),
    crypto: nodeCrypto,
    at: new Date(),
    trustAnchors: [parseCertificate(authority.certificate)],
  });
}

const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';

/** What Canonical XML makes of the procedure: the declarations of `DATA` in it, empty elements with two tags. */
const CANONICAL_PROCEDURE = XTX_PROCEDURE.replace(
  '<RKO0010 VR="25.0.0" id="RKO0010">',
  `<RKO0010 ${XTX_DECLARATIONS} VR="25.0.0" id="RKO0010">`,
).replace(/<([\w:-]+)([^<>]*)\/>/g, '<$1$2></$1>');

const base64 = (algorithm: string, data: string) => createHash(algorithm).update(data).digest('base64');

/** SignedInfo in the form of the tax agency's own test signature. */
function signedInfo(signature: string, digest: string, value: string): string {
  return [
    '<dsig:SignedInfo>',
    `<dsig:CanonicalizationMethod Algorithm="${C14N}"></dsig:CanonicalizationMethod>`,
    `<dsig:SignatureMethod Algorithm="${signature}"></dsig:SignatureMethod>`,
    '<dsig:Reference URI="#RKO0010">',
    '<dsig:Transforms>',
    `<dsig:Transform Algorithm="${C14N}"></dsig:Transform>`,
    '</dsig:Transforms>',
    `<dsig:DigestMethod Algorithm="${digest}"></dsig:DigestMethod>`,
    `<dsig:DigestValue>${value}</dsig:DigestValue>`,
    '</dsig:Reference>',
    '</dsig:SignedInfo>',
  ].join('\n');
}

describe('a signature for e-Tax', () => {
  it('has the form of the tax agency’s own', async () => {
    const xtx = xtxFile();
    const signed = (await sign(xtx)).toString();
    const info = signedInfo(
      'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      'http://www.w3.org/2001/04/xmlenc#sha256',
      base64('sha256', CANONICAL_PROCEDURE),
    );
    const before = xtx.toString().slice(0, -'</DATA>'.length);
    expect(
      signed.startsWith(
        `${before}<dsig:Signature xmlns:dsig="${DSIG}" Id="Signature1">\n${info}\n<dsig:SignatureValue>`,
      ),
    ).toBe(true);
    expect(signed.endsWith('</dsig:X509Data>\n</dsig:KeyInfo>\n</dsig:Signature></DATA>')).toBe(true);
    // What the signature value is over is the same with the declarations in scope.
    const value = /<dsig:SignatureValue>([^<]+)</.exec(signed)?.[1] ?? '';
    const declarations = [...XTX_DECLARATIONS.split(' '), `xmlns:dsig="${DSIG}"`].sort((a, b) =>
      (a.split('=')[0] ?? '').localeCompare(b.split('=')[0] ?? ''),
    );
    const canonical = info.replace('<dsig:SignedInfo>', `<dsig:SignedInfo ${declarations.join(' ')}>`);
    expect(value).toBe(Buffer.from(signWith(holder.key, Buffer.from(canonical))).toString('base64'));
  });

  it('holds, and the report says that the gateway has not confirmed it', async () => {
    const report = await verify(await sign(xtxFile()));
    expect(report.signatures[0]).toMatchObject({ signer: { integrity: 'intact', path: { status: 'trusted' } } });
    expect(report.findings).toEqual([ETAX_ACCEPTANCE_UNCONFIRMED]);
    expect(verdictOf(report)).toBe('total-passed');
    expect(etaxXtxProfile.findings).toEqual([ETAX_ACCEPTANCE_UNCONFIRMED]);
  });

  it('stands beside those of others', async () => {
    const twice = (await sign(await sign(xtxFile()), { by: second })).toString();
    expect(twice.match(/ Id="Signature\d"/g)).toEqual([' Id="Signature1"', ' Id="Signature2"']);
    const report = await verify(twice);
    expect(report.signatures.map(({ signer }) => signer.integrity)).toEqual(['intact', 'intact']);
    expect(verdictOf(report)).toBe('total-passed');
  });

  it('keeps that of a tax accountant inside of a form', async () => {
    const inside = `<dsig:Signature xmlns:dsig="${DSIG}" Id="Signature1"/>`;
    const prepared = sign(xtxFile(XTX_PROCEDURE.replace('</KOA020>', `${inside}</KOA020>`)));
    // It cannot be read, so nobody can tell whether a new one would break it.
    await expect(prepared).rejects.toMatchObject({ reason: 'xml-existing-signature' });
  });

  it.each([
    ['the procedure', (xtx: string) => xtx.replace('3000000', '9000000'), 'ERR_SIGN_DIGEST'],
    [
      'a namespace around it',
      (xtx: string) => xtx.replace('xmlns:kyo=', 'xmlns:x="urn:x" xmlns:kyo='),
      'ERR_SIGN_INVALID',
    ],
    ['a line end', (xtx: string) => xtx.replace('</IT>\n', '</IT>'), 'ERR_SIGN_DIGEST'],
    ['the reference', (xtx: string) => xtx.replace('URI="#RKO0010"', 'URI="#IT"'), 'ERR_SIGN_INVALID'],
  ])('fails where %s was changed', async (_name, edit, code) => {
    const report = await verify(edit((await sign(xtxFile())).toString()));
    expect(report.signatures[0]?.signer).toMatchObject({ integrity: 'failed', code });
    expect(report.findings).toContainEqual(ETAX_ACCEPTANCE_UNCONFIRMED);
  });

  it('over something else than the procedure is not taken for one over it', async () => {
    const xml = readXmlWithSignatures(xtxFile());
    const place = { xml, placement: { kind: 'last-child', element: xml.document.root } } as const;
    const prepared = await prepareXmlSignature(place, { references: [{ uri: '#CATALOG' }] }, nodeCrypto);
    const report = await verify(await signPrepared(prepared, holder));
    expect(report.signatures[0]?.signer).toMatchObject({ integrity: 'intact' });
    expect(report.signatures[0]?.findings).toContainEqual({ code: 'etax-procedure-not-covered', severity: 'failure' });
    expect(verdictOf(report)).toBe('total-failed');
  });

  it.each([
    ['a form', 'KOA020', '#KOA020-1'],
    ['the person’s data, placed among the contents', 'CONTENTS', '#IT'],
  ])('of %s alone leaves the filing unsigned', async (_name, parent, uri) => {
    const form = await sign(xtxFile(), { parent, uri });
    const report = await verify(form);
    expect(report.signatures[0]).toMatchObject({ signer: { integrity: 'intact' } });
    expect(report.findings).toContainEqual({ code: 'etax-procedure-not-covered', severity: 'failure' });
    expect(verdictOf(report)).toBe('total-failed');
    const changed = await verify(form.toString().replace('小石川', '麹町'));
    expect(verdictOf(changed)).toBe('total-failed');
    // With one over the procedure, which is over the form and its signature too, all is signed.
    const whole = await verify(await sign(form, { by: second }));
    expect(whole.signatures.map(({ signer }) => signer.integrity)).toEqual(['intact', 'intact']);
    expect(whole.findings).toEqual([ETAX_ACCEPTANCE_UNCONFIRMED]);
  });

  it('that does not hold leaves the filing unsigned, whatever others are over', async () => {
    const form = await sign(xtxFile(), { parent: 'KOA020', uri: '#KOA020-1' });
    const both = (await sign(form, { by: second })).toString().replace('小石川', '麹町');
    const report = await verify(both);
    expect(report.signatures.map(({ signer }) => signer.integrity)).toEqual(['intact', 'failed']);
    expect(report.findings).toContainEqual({ code: 'etax-procedure-not-covered', severity: 'failure' });
  });

  it('does not hide another procedure beside the signed one', async () => {
    const signed = (await sign(xtxFile())).toString();
    const moved = signed.replace('<RKO0010 ', `${XTX_PROCEDURE.replaceAll(/ (?:id|ID)="[^"]*"/g, '')}<RKO0010 `);
    const report = await verify(moved);
    expect(report.findings).toContainEqual({ code: 'etax-structure', severity: 'failure' });
    expect(verdictOf(report)).toBe('total-failed');
  });

  it('over SHA-1 is read as what it is', async () => {
    const info = signedInfo(`${DSIG}rsa-sha1`, `${DSIG}sha1`, base64('sha1', CANONICAL_PROCEDURE));
    const certificate = Buffer.from(holder.certificate).toString('base64');
    const old = `<dsig:Signature xmlns:dsig="${DSIG}" Id="Signature1">${info}<dsig:SignatureValue>AAAA</dsig:SignatureValue><dsig:KeyInfo><dsig:X509Data><dsig:X509Certificate>${certificate}</dsig:X509Certificate></dsig:X509Data></dsig:KeyInfo></dsig:Signature>`;
    const report = await verify(xtxFile(XTX_PROCEDURE, old));
    expect(report.signatures[0]).toMatchObject({
      signer: { integrity: 'failed', code: 'ERR_SIGN_ALGORITHM', digestAlgorithm: 'SHA-1' },
      findings: [{ code: 'xml-legacy-digests-match' }],
    });
  });
});

describe('a 控除証明書', () => {
  const certificate = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<TEG800 xmlns="http://xml.e-tax.nta.go.jp/XSD/kyotsu" id="TEG800-1" VR="1.0"><WCB00000>生命保険料控除証明書</WCB00000></TEG800>`,
  );

  it('with the insurer’s signature inside is verified', async () => {
    const xml = readXmlWithSignatures(certificate);
    const place = { xml, placement: { kind: 'last-child', element: xml.document.root } } as const;
    const options = { references: [{ uri: '#TEG800-1' }], prefix: 'dsig' } as const;
    const signed = await signPrepared(await prepareXmlSignature(place, options, nodeCrypto), holder);
    expect(signed.toString()).toContain('#enveloped-signature');
    const report = await verify(signed);
    expect(report.signatures[0]).toMatchObject({ signer: { integrity: 'intact' }, coverage: { kind: 'whole' } });
    const changed = await verify(signed.toString().replace('生命', '地震'));
    expect(changed.signatures[0]?.signer).toMatchObject({ integrity: 'failed', code: 'ERR_SIGN_DIGEST' });
  });
});

describe('a filing', () => {
  it.each([
    ['another root', xtxFile().toString().replaceAll('DATA', 'DATEN'), 'etax-structure'],
    [
      'another namespace',
      xtxFile().toString().replace('XSD/shotoku', 'YSD/shotoku').replace('http://xml.e-tax', 'http://xml.example'),
      'etax-structure',
    ],
    ['no procedure', xtxFile('').toString(), 'etax-structure'],
    ['two procedures', xtxFile(`${XTX_PROCEDURE}<RSH0010 id="RSH0010"/>`).toString(), 'etax-structure'],
    [
      'something behind the signatures',
      xtxFile(`<dsig:Signature xmlns:dsig="${DSIG}"/>`, XTX_PROCEDURE).toString(),
      'etax-structure',
    ],
    ['a procedure without id', xtxFile(XTX_PROCEDURE.replace(' id="RKO0010"', '')).toString(), 'etax-procedure-id'],
    [
      'an upper-case ID',
      xtxFile(XTX_PROCEDURE.replace(' id="RKO0010"', ' ID="RKO0010"')).toString(),
      'etax-procedure-id',
    ],
    [
      'an id that is none',
      xtxFile(XTX_PROCEDURE.replace(' id="RKO0010"', ' id="RKO 0010"')).toString(),
      'etax-procedure-id',
    ],
    ['an id twice', xtxFile(XTX_PROCEDURE.replace('id="CATALOG"', 'id="RKO0010"')).toString(), 'xml-duplicate-id'],
    [
      'a document type',
      xtxFile().toString().replace('<DATA ', '<!DOCTYPE DATA [<!ENTITY x "y">]><DATA '),
      'xml-doctype',
    ],
  ])('with %s is not signed', async (_name, xtx, reason) => {
    await expect(sign(Buffer.from(xtx))).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason });
  });
});
