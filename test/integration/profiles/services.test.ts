/** What we sign for e-Gov and e-Tax, checked by xmlsec1, libxml2 and openssl; archives by zip and unzip. */
import { createPublicKey, verify } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XmlDocument, XmlC14NMode } from 'libxml2-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApplication } from '../../../main/node/application-folder.js';
import { encodePemCertificate } from '../../../sdk/formats/index.js';
import { egovKouseiProfile } from '../../../sdk/formats/profiles/egov-kousei.js';
import { etaxXtxProfile } from '../../../sdk/formats/profiles/etax-xtx.js';
import { documentCrypto, memorySource } from '../../support/document-crypto.js';
import { ATTACHMENT, ATTACHMENT_NAME, FORM, FORM_NAME, kouseiXml } from '../../support/kousei-fixture.js';
import { outputBytes, signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';
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
async function signApplication(path: string): Promise<Buffer> {
  const application = await openApplication(path);
  try {
    const prepared = await egovKouseiProfile.prepare(application.kousei, application.files, documentCrypto);
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
    const once = await signPrepared(await etaxXtxProfile.prepare(memorySource(xtxFile()), documentCrypto), holder);
    await writeFile(join(directory, 'once.xtx'), once);
    expect(xmlsec('once.xtx', directory, ...idAttribute)).toMatchObject({ ok: true });
    const second = issueHolder('signing', authority, { key: testKey('p384', 'P-384'), serialNumber: 99 });
    const prepared = await etaxXtxProfile.prepare(memorySource(once), documentCrypto);
    await prepared.use('SHA-384');
    await writeFile(join(directory, 'twice.xtx'), await signPrepared(prepared, second, { algorithm: 'ES384' }));
    expect(xmlsec('twice.xtx', directory, ...idAttribute)).toMatchObject({ ok: true });
    const nodeName = ['--node-xpath', '(//*[local-name()="Signature"])[2]'];
    expect(xmlsec('twice.xtx', directory, ...idAttribute, ...nodeName)).toMatchObject({ ok: true });
    await writeFile(join(directory, 'changed.xtx'), once.toString().replace('3000000', '4000000'));
    expect(xmlsec('changed.xtx', directory, ...idAttribute).ok).toBe(false);
  });
});
