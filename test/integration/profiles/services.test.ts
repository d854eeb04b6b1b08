/** What we sign for e-Gov and e-Tax, checked by xmlsec1, libxml2 and openssl; archives by zip and unzip. */
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { XmlDocument, XmlC14NMode } from 'libxml2-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApplication } from '../../../main/node/application-folder.js';
import { verifyFile } from '../../../main/node/verify-file.js';
import type { PreparedDocument } from '../../../sdk/formats/document.js';
import { encodePemCertificate, parseCertificate } from '../../../sdk/formats/index.js';
import { egovKouseiProfile } from '../../../sdk/formats/profiles/egov-kousei.js';
import { etaxXtxProfile } from '../../../sdk/formats/profiles/etax-xtx.js';
import type { SignerReport } from '../../../sdk/formats/signature-report.js';
import { memorySource } from '../../support/piecewise-source.js';
import { ATTACHMENT, ATTACHMENT_NAME, FORM, FORM_NAME, kouseiXml } from '../../support/kousei-fixture.js';
import { outputBytes, signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';
import { buildZip, unicodeField, type TestZipEntry } from '../../support/test-zip.js';
import { xtxFile } from '../../support/xtx-fixture.js';

const authority = issueAuthority('signing');
const holder = issueHolder('signing', authority);
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'madoguchi-services-'));
  await writeFile(join(directory, 'ca.pem'), encodePemCertificate(authority.certificate));
});
afterAll(() => rm(directory, { recursive: true }));

function run(command: string, parameters: readonly string[], cwd = directory): { ok: boolean; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd, encoding: 'utf8' });
  if (error) throw error;
  return { ok: status === 0, output: stdout + stderr };
}

function xmlsec(file: string, cwd: string, ...options: readonly string[]): { ok: boolean; output: string } {
  return run('xmlsec1', ['--verify', '--trusted-pem', join(directory, 'ca.pem'), ...options, file], cwd);
}

async function applicationFolder(name: string): Promise<string> {
  const folder = join(directory, name);
  await mkdir(folder);
  await writeFile(join(folder, 'kousei.xml'), kouseiXml());
  await writeFile(join(folder, FORM_NAME), FORM);
  await writeFile(join(folder, ATTACHMENT_NAME), ATTACHMENT);
  return folder;
}

/** Opens, signs, and gives what is to be written. */
async function signApplication(path: string, onPrepared?: (prepared: PreparedDocument) => void): Promise<Buffer> {
  const application = await openApplication(path);
  try {
    const prepared = await egovKouseiProfile.prepare(application.kousei, application.files, nodeCrypto);
    onPrepared?.(prepared);
    return await outputBytes(application.packed(await signPrepared(prepared, holder)));
  } finally {
    await application.close();
  }
}

describe('an e-Gov application in a folder', () => {
  it('has references that hold for xmlsec1 once their fragment is decoded', async () => {
    const folder = await applicationFolder('folder');
    const signed = (await signApplication(folder)).toString();
    // libxml2 takes the percent-encoded fragment at its letter; the signature value is over the encoded one.
    const decoded = signed.replace('URI="#%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1"', 'URI="#構成情報"');
    await writeFile(join(folder, 'decoded.xml'), decoded);
    const { output } = xmlsec('decoded.xml', folder, '--id-attr:ID', '構成情報');
    expect(output).toContain('SignedInfo References (ok/all): 2/2');
    await writeFile(join(folder, FORM_NAME), Buffer.concat([FORM, Buffer.from(' ')]));
    expect(xmlsec('decoded.xml', folder, '--id-attr:ID', '構成情報').output).toContain('(ok/all): 1/2');
  });

  it('has a signature value over what libxml2 makes of SignedInfo', async () => {
    const signed = await signApplication(await applicationFolder('value'));
    const document = XmlDocument.fromBuffer(signed);
    const namespaces = { d: 'http://www.w3.org/2000/09/xmldsig#' };
    const signedInfo = document
      .get('//d:SignedInfo', namespaces)
      ?.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_1_0, withComments: false });
    const value = document.get('//d:SignatureValue', namespaces)?.content ?? '';
    document.dispose();
    const key = createPublicKey({ key: Buffer.from(holder.key.spki), format: 'der', type: 'spki' });
    expect(verify('sha256', Buffer.from(signedInfo ?? ''), key, Buffer.from(value, 'base64'))).toBe(true);
  });

  it('may be named by its kousei.xml, and is never read through a link', async () => {
    const folder = await applicationFolder('links');
    expect((await signApplication(join(folder, 'kousei.xml'))).toString()).toContain('<署名情報>');
    await rm(join(folder, FORM_NAME));
    await symlink('/etc/hostname', join(folder, FORM_NAME));
    await expect(signApplication(folder)).rejects.toMatchObject({ reason: 'egov-file-missing' });
    await rm(join(folder, 'kousei.xml'));
    await expect(signApplication(folder)).rejects.toMatchObject({ reason: 'egov-kousei-missing' });
  });
});

describe('a signed e-Gov application in a folder', () => {
  const signer = async (folder: string): Promise<SignerReport | undefined> => {
    const trustAnchors = [parseCertificate(authority.certificate)];
    const report = await verifyFile(join(folder, 'kousei.xml'), { revocation: false, trustAnchors });
    return report.signatures[0]?.signer;
  };
  const NFC = 'が.xml'.normalize('NFC');
  const NFD = 'が.xml'.normalize('NFD');
  const signedFolder = async (name: string, onDisk: string): Promise<string> => {
    const folder = join(directory, name);
    await mkdir(folder);
    await writeFile(join(folder, 'kousei.xml'), kouseiXml({ forms: [NFC], attachments: [] }));
    await writeFile(join(folder, onDisk), FORM);
    await writeFile(join(folder, 'kousei.xml'), await signApplication(folder));
    return folder;
  };

  it('is checked with the files that were signed, however the system composes their names', async () => {
    for (const [name, onDisk] of [
      ['composed', NFC],
      ['decomposed', NFD],
    ] as const) {
      const folder = await signedFolder(name, onDisk);
      expect(await signer(folder)).toMatchObject({ integrity: 'intact', path: { status: 'trusted' } });
      await writeFile(join(folder, onDisk), 'changed');
      expect(await signer(folder)).toMatchObject({ integrity: 'failed', reason: 'xml-reference-digest' });
    }
  });

  it('is not checked with one of two files of a name', async () => {
    const folder = await signedFolder('ambiguous', NFD);
    await writeFile(join(folder, NFC), FORM);
    expect(await signer(folder)).toMatchObject({ integrity: 'failed', reason: 'xml-reference-missing' });
  });

  it('is never checked through a link, nor with a folder', async () => {
    const folder = await signedFolder('linked', NFC);
    const outside = join(directory, 'outside.xml');
    await writeFile(outside, FORM);
    for (const target of [outside, 'beside.xml']) {
      await writeFile(join(folder, 'beside.xml'), FORM);
      await rm(join(folder, NFC));
      await symlink(target, join(folder, NFC));
      expect(await signer(folder)).toMatchObject({ integrity: 'failed', reason: 'xml-reference-missing' });
    }
    await rm(join(folder, NFC));
    await mkdir(join(folder, NFC));
    expect(await signer(folder)).toMatchObject({ integrity: 'failed', reason: 'xml-reference-missing' });
  });
});

describe('a hostile archive', () => {
  const GOOD: readonly TestZipEntry[] = [
    { name: 'a/kousei.xml', data: kouseiXml() },
    { name: `a/${FORM_NAME}`, data: FORM },
    { name: `a/${ATTACHMENT_NAME}`, data: ATTACHMENT },
  ];
  const written = async (name: string, ...entries: readonly TestZipEntry[]): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, buildZip([...GOOD, ...entries]));
    return path;
  };

  it('does not hide a form behind the data of a file that nobody opens', async () => {
    const evil = buildZip([{ name: `a/${FORM_NAME}`, data: 'EVIL' }]);
    const raw = Buffer.concat([deflateRawSync(Buffer.from('x')), evil]);
    for (const name of ['a/memo.txt', 'elsewhere/memo.txt', 'folder/']) {
      const path = await written('behind.zip', { name, data: 'x', raw });
      await expect(openApplication(path)).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason: 'zip-data' });
    }
  });

  it('does not swap files by a second name, which unzip believes', async () => {
    const swapped = [
      { name: 'x.xml', data: 'X', flags: 0, localExtra: unicodeField(0x7075, 'x.xml', 'y.xml') },
      { name: 'y.xml', data: 'Y', flags: 0, localExtra: unicodeField(0x7075, 'y.xml', 'x.xml') },
    ].map((entry) => ({ ...entry, extra: entry.localExtra }));
    const path = await written('swapped.zip', ...swapped);
    expect(run('unzip', ['-p', path, 'x.xml']).output).toBe('Y');
    await expect(openApplication(path)).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason: 'zip-name' });
  });

  it('tells of everything that goes along unnamed', async () => {
    const path = await written(
      'along.zip',
      { name: 'a/委任状.pdf', data: 'x' },
      { name: `b/${FORM_NAME}`, data: 'x' },
      { name: 'memo.txt', data: 'x' },
    );
    const unbound: string[] = [];
    await signApplication(path, (prepared) => unbound.push(...prepared.unboundNames));
    expect(unbound).toEqual([ATTACHMENT_NAME, '委任状.pdf', `/b/${FORM_NAME}`, '/memo.txt']);
    const missing = buildZip([...GOOD.slice(0, 2), { name: ATTACHMENT_NAME, data: 'x' }]);
    await writeFile(path, missing);
    await expect(signApplication(path)).rejects.toMatchObject({ reason: 'egov-file-missing' });
  });

  it('is not decompressed where it would be more than its share', async () => {
    const MEBIBYTE = 1024 * 1024;
    const attempt = async (size: number, ...others: readonly TestZipEntry[]): Promise<void> => {
      const path = await written('bomb.zip', { name: 'zeros', data: Buffer.alloc(size) }, ...others);
      await (await openApplication(path)).close();
    };
    const noise = { name: 'noise', data: randomBytes(2 * MEBIBYTE), method: 0 };
    await attempt(15 * MEBIBYTE);
    await expect(attempt(16 * MEBIBYTE)).rejects.toMatchObject({ reason: 'zip-too-large' });
    await attempt(64 * MEBIBYTE, noise);
    await expect(attempt(127 * MEBIBYTE, noise)).rejects.toMatchObject({ reason: 'zip-too-large' });
  });
});

describe('an e-Gov application in an archive', () => {
  it('comes back with nothing changed but kousei.xml', async () => {
    const folder = await applicationFolder('900A010200001000');
    const archive = join(directory, 'application.zip');
    expect(run('zip', ['-qr', archive, '900A010200001000']).ok).toBe(true);
    const signed = await signApplication(archive);
    await writeFile(join(directory, 'signed.zip'), signed);
    expect(run('unzip', ['-tq', 'signed.zip']).ok).toBe(true);
    const unpacked = join(directory, 'unpacked');
    expect(run('unzip', ['-q', 'signed.zip', '-d', unpacked]).ok).toBe(true);
    const inside = join(unpacked, '900A010200001000');
    expect((await readFile(join(inside, FORM_NAME))).equals(FORM)).toBe(true);
    expect((await readFile(join(inside, ATTACHMENT_NAME))).equals(await readFile(join(folder, ATTACHMENT_NAME)))).toBe(
      true,
    );
    const kousei = (await readFile(join(inside, 'kousei.xml'))).toString();
    await writeFile(join(inside, 'decoded.xml'), kousei.replace(/URI="#%[^"]*"/, 'URI="#構成情報"'));
    expect(xmlsec('decoded.xml', inside, '--id-attr:ID', '構成情報').output).toContain('(ok/all): 2/2');
    // What was signed once can be signed again.
    await writeFile(join(directory, 'twice.zip'), signed);
    expect((await signApplication(join(directory, 'twice.zip'))).toString('latin1').match(/<Signature /g)).toHaveLength(
      2,
    );
  });

  it('is refused where it is encrypted, or holds two', async () => {
    await applicationFolder('a');
    await applicationFolder('b');
    expect(run('zip', ['-qr', '-P', 'secret', 'encrypted.zip', 'a']).ok).toBe(true);
    await expect(signApplication(join(directory, 'encrypted.zip'))).rejects.toMatchObject({ reason: 'zip-encrypted' });
    expect(run('zip', ['-qr', 'two.zip', 'a', 'b']).ok).toBe(true);
    await expect(signApplication(join(directory, 'two.zip'))).rejects.toMatchObject({ reason: 'egov-kousei-missing' });
    await writeFile(join(directory, 'none.zip'), 'not an archive');
    await expect(signApplication(join(directory, 'none.zip'))).rejects.toMatchObject({ reason: 'zip-structure' });
    await expect(signApplication(join(directory, 'missing.zip'))).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
  });
});

describe('a filing for e-Tax', () => {
  const idAttribute = ['--id-attr:id', 'http://xml.e-tax.nta.go.jp/XSD/shotoku:RKO0010'];

  it('verifies with xmlsec1, signed by one or by two', async () => {
    const once = await signPrepared(await etaxXtxProfile.prepare(memorySource(xtxFile()), nodeCrypto), holder);
    await writeFile(join(directory, 'once.xtx'), once);
    expect(xmlsec('once.xtx', directory, ...idAttribute)).toMatchObject({ ok: true });
    const second = issueHolder('signing', authority, { key: testKey('p384', 'P-384'), serialNumber: 99 });
    const prepared = await etaxXtxProfile.prepare(memorySource(once), nodeCrypto);
    await prepared.use('SHA-384');
    await writeFile(join(directory, 'twice.xtx'), await signPrepared(prepared, second, { algorithm: 'ES384' }));
    expect(xmlsec('twice.xtx', directory, ...idAttribute)).toMatchObject({ ok: true });
    const nodeName = ['--node-xpath', '(//*[local-name()="Signature"])[2]'];
    expect(xmlsec('twice.xtx', directory, ...idAttribute, ...nodeName)).toMatchObject({ ok: true });
    await writeFile(join(directory, 'changed.xtx'), once.toString().replace('3000000', '4000000'));
    expect(xmlsec('changed.xtx', directory, ...idAttribute).ok).toBe(false);
  });
});
