import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { egovKouseiProfile, prepareKousei, type ApplicationFiles } from '../../../sdk/formats/profiles/egov-kousei.js';
import { xmldsigProfile } from '../../../sdk/formats/profiles/xmldsig.js';
import { verifyXmlWithProfiles } from '../../../sdk/formats/profiles/verify-xml-profiles.js';
import { verdictOf, type DocumentReport } from '../../../sdk/formats/signature-report.js';
import { memorySource } from '../../support/piecewise-source.js';
import {
  ATTACHMENT,
  ATTACHMENT_NAME,
  FORM,
  FORM_NAME,
  kouseiXml,
  type KouseiTemplate,
} from '../../support/kousei-fixture.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';

const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
const second = issueHolder('signing', authority, { key: testKey('other-holder'), serialNumber: 99 });
const PREPARED_AT = new Date('2026-11-20T16:02:03Z');

function filesOf(contents: Readonly<Record<string, Uint8Array>>): ApplicationFiles {
  return {
    list: () => Object.keys(contents),
    open: async (name) => {
      const content = Object.hasOwn(contents, name) ? contents[name] : undefined;
      return content && memorySource(content);
    },
  };
}

const FILES = { [FORM_NAME]: FORM, [ATTACHMENT_NAME]: ATTACHMENT };

async function sign(
  kousei: Uint8Array,
  { files = FILES, by = holder }: { files?: Record<string, Uint8Array>; by?: typeof holder } = {},
) {
  const prepared = await prepareKousei(
    memorySource(kousei),
    { files: filesOf(files), preparedAt: PREPARED_AT },
    nodeCrypto,
  );
  return signPrepared(prepared, by);
}

function verify(kousei: Uint8Array, files: Record<string, Uint8Array> = FILES): Promise<DocumentReport> {
  return verifyXmlWithProfiles({
    source: memorySource(kousei),
    resolve: (name) => filesOf(files).open(name),
    crypto: nodeCrypto,
    at: new Date(),
    trustAnchors: [parseCertificate(authority.certificate)],
  });
}

const base64 = (algorithm: string, data: Uint8Array | string) => createHash(algorithm).update(data).digest('base64');
const findingCodes = ({ findings, signatures }: DocumentReport) =>
  [...findings, ...signatures.flatMap((signature) => signature.findings)].map(({ code }) => code);

describe('a signature for e-Gov', () => {
  it('is, octet for octet, what the service takes', async () => {
    const kousei = kouseiXml();
    const signed = (await sign(kousei)).toString();
    const text = kousei.toString();
    const configuration = text.slice(text.indexOf('<構成情報'), text.indexOf('</構成情報>') + '</構成情報>'.length);
    // Canonical XML turns line ends into line feeds; nothing else is to be done here.
    const canonical = configuration.replaceAll('\r\n', '\n');
    const c14n = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
    const expected =
      '<署名情報><Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="20261121010203"><SignedInfo>' +
      `<CanonicalizationMethod Algorithm="${c14n}"></CanonicalizationMethod>` +
      '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>' +
      `<Reference URI="#%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1"><Transforms><Transform Algorithm="${c14n}"></Transform></Transforms>` +
      '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>' +
      `<DigestValue>${base64('sha256', canonical)}</DigestValue></Reference>` +
      `<Reference URI="${FORM_NAME}"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>` +
      `<DigestValue>${base64('sha256', FORM)}</DigestValue></Reference></SignedInfo>`;
    const at = text.indexOf('</構成情報>') + '</構成情報>'.length;
    expect(signed.startsWith(text.slice(0, at) + expected)).toBe(true);
    expect(signed.endsWith(`</X509Certificate></X509Data></KeyInfo></Signature></署名情報>${text.slice(at)}`)).toBe(
      true,
    );
    const certificate = Buffer.from(holder.certificate).toString('base64');
    expect(signed).toContain(
      `<KeyInfo><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo>`,
    );
  });

  it('tells which files it binds and which it only names', async () => {
    const kousei = kouseiXml({ attachments: [ATTACHMENT_NAME, ''] });
    const prepared = await egovKouseiProfile.prepare(memorySource(kousei), filesOf(FILES), nodeCrypto);
    expect(prepared.bound.map(({ unverifiedName, size }) => [unverifiedName, size])).toEqual([
      ['', kousei.length],
      [FORM_NAME, FORM.length],
    ]);
    expect(prepared.unboundNames).toEqual([ATTACHMENT_NAME]);
  });

  it('tells which files go along without being named', async () => {
    const others = { 'kousei.xml': FORM, '委任状.pdf': FORM, '/other/x.pdf': FORM, 'KOUSEI.XML': FORM };
    const files = filesOf({ ...FILES, ...others, [FORM_NAME.normalize('NFD')]: FORM });
    const prepared = await egovKouseiProfile.prepare(memorySource(kouseiXml()), files, nodeCrypto);
    expect(prepared.unboundNames).toEqual([ATTACHMENT_NAME, '委任状.pdf', '/other/x.pdf', 'KOUSEI.XML']);
  });

  it('holds, and the report says that nothing binds the attachments', async () => {
    const report = await verify(await sign(kouseiXml()));
    expect(report.signatures[0]?.signer).toMatchObject({ integrity: 'intact', path: { status: 'trusted' } });
    expect(report.findings).toEqual([
      { code: 'egov-attachment-not-covered', severity: 'warning', unverifiedDetail: ATTACHMENT_NAME },
    ]);
    expect(verdictOf(report)).toBe('total-passed');
  });

  it('stands beside those of others, each with an Id of its own (連署)', async () => {
    const once = await sign(kouseiXml());
    const twice = (await sign(once, { by: second })).toString();
    expect(twice.match(/ Id="\d{14}"/g)).toEqual([' Id="20261121010203"', ' Id="20261121010204"']);
    expect(twice.match(/<署名情報>/g)).toHaveLength(1);
    const report = await verify(Buffer.from(twice));
    expect(report.signatures.map(({ signer }) => signer.integrity)).toEqual(['intact', 'intact']);
    expect(verdictOf(report)).toBe('total-passed');
  });

  it('goes into a 署名情報 that is there and empty', async () => {
    for (const signatures of ['<署名情報/>', '\r\n\t<署名情報></署名情報>', '<署名情報 />']) {
      const signed = await sign(kouseiXml({ signatures }));
      expect(signed.toString().match(/<署名情報[ >]/g)).toHaveLength(1);
      expect(verdictOf(await verify(signed))).toBe('total-passed');
    }
  });

  it('binds forms whose names are not ASCII', async () => {
    const name = '申請書 ①(1)+&.xml';
    const files = { [name]: FORM };
    const signed = await sign(kouseiXml({ forms: [name.replace('&', '&amp;')], attachments: [] }), { files });
    expect(verdictOf(await verify(signed, files))).toBe('total-passed');
  });

  it('is made with a key on P-384 as well', async () => {
    const key = testKey('p384', 'P-384');
    const signer = issueHolder('signing', authority, { key });
    const prepared = await prepareKousei(
      memorySource(kouseiXml()),
      { files: filesOf(FILES), preparedAt: PREPARED_AT },
      nodeCrypto,
    );
    await prepared.use('SHA-384');
    const report = await verify(await signPrepared(prepared, signer, { algorithm: 'ES384' }));
    expect(report.signatures[0]?.signer).toMatchObject({ integrity: 'intact', signatureAlgorithm: 'ES384' });
  });
});

const REFUSED: readonly (readonly [string, KouseiTemplate, string])[] = [
  [
    'two 構成情報',
    { configuration: (good) => good + good.replace('ID="構成情報"', 'ID="x"') },
    'egov-kousei-structure',
  ],
  ['two with one ID', { configuration: (good) => good + good }, 'xml-duplicate-id'],
  [
    'a 構成情報 within',
    { configuration: (good) => good.replace('<管理情報>', '<管理情報><構成情報/>') },
    'egov-kousei-structure',
  ],
  ['none', { configuration: () => '' }, 'egov-kousei-structure'],
  ['one without an ID', { configuration: (good) => good.replace(' ID="構成情報"', '') }, 'egov-kousei-structure'],
  ['one with a lower-case id', { configuration: (good) => good.replace('ID=', 'id=') }, 'egov-kousei-structure'],
  [
    'the ID elsewhere',
    { configuration: (good) => good.replace(' ID="構成情報"', '').replace('<管理情報>', '<管理情報 ID="構成情報">') },
    'egov-kousei-structure',
  ],
  ['another root', { document: (good) => good.replaceAll('DataRoot', 'Root') }, 'egov-kousei-structure'],
  [
    'a namespace',
    { document: (good) => good.replace('<DataRoot>', '<DataRoot xmlns="urn:x">') },
    'egov-kousei-structure',
  ],
  [
    'a form outside of it',
    { document: (good) => good.replace('<その他>', '<その他><申請書属性情報/>') },
    'egov-kousei-structure',
  ],
  [
    'a form with two file names',
    {
      configuration: (good) =>
        good.replace('</申請書属性情報>', '<申請書ファイル名称>x.xml</申請書ファイル名称></申請書属性情報>'),
    },
    'egov-kousei-structure',
  ],
  ['a file name with markup', { forms: ['a<x/>b.xml'] }, 'egov-kousei-structure'],
  ['no form', { forms: [] }, 'egov-no-form'],
  ['a form without a file name', { forms: [''] }, 'egov-file-name'],
  ['a path', { forms: ['../form.xml'] }, 'egov-file-name'],
  ['a folder', { forms: ['sub/form.xml'] }, 'egov-file-name'],
  ['a path of Windows', { forms: ['..\\form.xml'] }, 'egov-file-name'],
  ['a drive', { forms: ['C:form.xml'] }, 'egov-file-name'],
  ['a name that is encoded', { forms: ['%2e%2e%2fform.xml'] }, 'egov-file-name'],
  ['a name that Windows cuts', { forms: [`${FORM_NAME}.`] }, 'egov-file-name'],
  ['a folder itself', { forms: ['..'] }, 'egov-file-name'],
  ['kousei.xml itself', { forms: ['Kousei.xml'] }, 'egov-file-name'],
  ['an attachment with a path', { attachments: ['/etc/passwd'] }, 'egov-file-name'],
  ['a file twice', { forms: [FORM_NAME, FORM_NAME] }, 'egov-duplicate-name'],
  ['two names that Windows takes for one', { forms: ['ς.xml', 'σ.xml'] }, 'egov-duplicate-name'],
  ['a device of Windows', { attachments: ['aux.pdf'] }, 'egov-file-name'],
  ['kousei.xml itself with a long s', { attachments: ['kouſei.xml'] }, 'egov-file-name'],
  ['a form as an attachment', { attachments: [FORM_NAME.toUpperCase()] }, 'egov-duplicate-name'],
  ['a form that is not there', { forms: ['missing.xml'] }, 'egov-file-missing'],
  ['an attachment that is not there', { attachments: ['missing.pdf'] }, 'egov-file-missing'],
  [
    '署名情報 in another place',
    { document: (good) => good.replace('</DataRoot>', '<署名情報></署名情報></DataRoot>') },
    'egov-signature-place',
  ],
  ['署名情報 twice', { signatures: '<署名情報/><署名情報/>' }, 'egov-kousei-structure'],
  [
    'a signature outside of 署名情報',
    { signatures: '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>' },
    'egov-signature-place',
  ],
  [
    'a document type',
    { document: (good) => good.replace('<DataRoot>', '<!DOCTYPE DataRoot><DataRoot>') },
    'xml-doctype',
  ],
];

describe('an application', () => {
  for (const [name, template, reason] of REFUSED) {
    it(`with ${name} is refused: ${reason}`, async () => {
      await expect(sign(kouseiXml(template))).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason });
    });
  }

  it('that is not UTF-8 is refused', async () => {
    const utf16 = Buffer.from(`\ufeff${kouseiXml().toString().replace('UTF-8', 'UTF-16')}`, 'utf16le');
    await expect(sign(utf16)).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason: 'xml-encoding' });
  });

  it('whose form changes before the key is used is not signed', async () => {
    const files: Record<string, Uint8Array> = { ...FILES };
    const prepared = await prepareKousei(
      memorySource(kouseiXml()),
      {
        files: {
          list: () => Object.keys(files),
          open: async () => ({ ...memorySource(FORM), chunks: () => memorySource(files[FORM_NAME] ?? FORM).chunks() }),
        },
        preparedAt: PREPARED_AT,
      },
      nodeCrypto,
    );
    files[FORM_NAME] = Buffer.from('<other/>');
    await expect(prepared.use('SHA-384')).rejects.toMatchObject({ code: 'ERR_SIGN_DIGEST' });
  });
});

describe('a signed application that was changed', () => {
  const change = async (edit: (signed: string) => string, files: Record<string, Uint8Array> = FILES) =>
    verify(Buffer.from(edit((await sign(kouseiXml())).toString())), files);

  it.each([
    ['the form', (signed: string) => signed, { ...FILES, [FORM_NAME]: Buffer.from('<x/>') }, 'ERR_SIGN_DIGEST'],
    [
      'the form’s line ends',
      (signed: string) => signed,
      { ...FILES, [FORM_NAME]: Buffer.from(FORM.toString().replaceAll('\r\n', '\n')) },
      'ERR_SIGN_DIGEST',
    ],
    ['a form that is gone', (signed: string) => signed, {}, 'ERR_SIGN_DIGEST'],
    ['構成情報', (signed: string) => signed.replace('山田', '田中'), FILES, 'ERR_SIGN_DIGEST'],
    [
      'the references',
      (signed: string) => signed.replace(`URI="${FORM_NAME}"`, 'URI="other.xml"'),
      FILES,
      'ERR_SIGN_INVALID',
    ],
  ])('in %s fails', async (_name, edit, files, code) => {
    const report = await change(edit, files);
    expect(report.signatures[0]?.signer).toMatchObject({ integrity: 'failed', code });
    expect(verdictOf(report)).toBe('total-failed');
  });

  it('in what is signed away fails although the signature holds', async () => {
    // 構成情報 goes where nobody looks, and another one into its place.
    const report = await change((signed) => {
      const good = /<構成情報 .*<\/構成情報>/s.exec(signed)?.[0] ?? '';
      const evil = good.replace('ID="構成情報"', 'ID="x"').replace('山田', '田中');
      return signed.replace(good, evil).replace('<その他>', `<その他>${good}`);
    });
    expect(verdictOf(report)).toBe('total-failed');
    expect(findingCodes(report)).toContain('egov-kousei-structure');
  });

  it('by a signature over too little fails', async () => {
    const once = await sign(kouseiXml({ forms: [FORM_NAME] }));
    // The signature of an application with one form, in one that has two.
    const files = { ...FILES, 'second.xml': FORM };
    const both = await sign(kouseiXml({ forms: [FORM_NAME, 'second.xml'] }), { files });
    const only = /<Signature .*<\/Signature>/s.exec(once.toString())?.[0] ?? '';
    const mixed = both.toString().replace(/<Signature .*<\/Signature>/s, only);
    expect((await verify(Buffer.from(mixed), files)).signatures[0]?.signer).toMatchObject({ code: 'ERR_SIGN_DIGEST' });
  });

  it('by a signature of another kind over the whole is not what e-Gov asks for', async () => {
    const prepared = await xmldsigProfile.prepare(memorySource(kouseiXml()), nodeCrypto);
    const report = await verify(await signPrepared(prepared, holder));
    expect(findingCodes(report)).toContain('egov-signature-place');
    expect(verdictOf(report)).toBe('total-failed');
  });
});
