/**
 * One job on a document with a key in software, as a process of its own: `document-program.mjs JOB INPUT OUTPUT KEY CERTIFICATE`.
 * Prints nothing. What is measured is this process from start to end.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

const DIST = new URL('../../dist/', import.meta.url);
/** @param {string} path */
const load = (path) => import(new URL(path, DIST).href);

const [job = '', input = '', output = '', keyFile = '', certificateFile = ''] = process.argv.slice(2);
const { nodeCrypto } = await load('main/node/node-crypto.js');
const { openFileSource } = await load('main/node/file-source.js');

/** @param {{ begin(context: object): Promise<{ toBeSigned: Uint8Array, complete(value: Uint8Array): Promise<unknown> }> }} prepared */
async function signAndWrite(prepared) {
  const { beginOutputFile } = await load('main/node/document-engine/output-file.js');
  const key = createPrivateKey(readFileSync(keyFile));
  const { toBeSigned, complete } = await prepared.begin({
    certificate: new Uint8Array(readFileSync(certificateFile)),
    signatureAlgorithm: 'RS256',
    signingTime: new Date(),
  });
  // A card answers later, never at once.
  await setImmediate();
  const file = await beginOutputFile(output);
  await file.write(await complete(new Uint8Array(sign('sha256', toBeSigned, key))));
}

/** @param {{ signatures: readonly { signer: { integrity: string } }[] }} report */
function requireIntact({ signatures }) {
  if (!signatures.every(({ signer }) => signer.integrity === 'intact')) throw new Error('not intact');
}

const JOBS = {
  async start() {
    // What every job pays for: Node, and reading a certificate's and a file's modules.
  },
  async 'cms-sign'() {
    const { cmsProfile } = await load('sdk/formats/profiles/cms.js');
    await signAndWrite(await cmsProfile.prepare(await openFileSource(input), { content: 'detached' }, nodeCrypto));
  },
  async 'cms-verify'() {
    const { verifyCms } = await load('sdk/formats/cms/verify-cms.js');
    const [source, content] = [await openFileSource(output), await openFileSource(input)];
    requireIntact(await verifyCms({ source, content, crypto: nodeCrypto, at: new Date() }));
  },
  async 'xml-sign'() {
    const { xmldsigProfile } = await load('sdk/formats/profiles/xmldsig.js');
    await signAndWrite(await xmldsigProfile.prepare(await openFileSource(input), nodeCrypto));
  },
  async 'xml-verify'() {
    const { verifyXml } = await load('sdk/formats/xmldsig/verify-xml.js');
    requireIntact(await verifyXml({ source: await openFileSource(output), crypto: nodeCrypto, at: new Date() }));
  },
  async 'pdf-sign'() {
    const { padesProfile } = await load('sdk/formats/profiles/pades.js');
    const { nodeInflate } = await load('main/node/node-inflate.js');
    await signAndWrite(await padesProfile.prepare(await openFileSource(input), { inflate: nodeInflate }, nodeCrypto));
  },
  async crl() {
    const { parseCrl } = await load('sdk/formats/revocation/crl.js');
    const { verifyCrl } = await load('sdk/formats/revocation/verify-crl.js');
    const { parseCertificate } = await load('sdk/formats/certificate.js');
    const crl = parseCrl(new Uint8Array(readFileSync(input)));
    await verifyCrl(crl, parseCertificate(new Uint8Array(readFileSync(certificateFile))), nodeCrypto);
  },
};

const run = JOBS[/** @type {keyof typeof JOBS} */ (job)];
if (!run) throw new Error(`unknown job ${job}`);
await run();
