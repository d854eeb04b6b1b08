// @ts-check
/**
 * Signs programs and packages for Windows (Authenticode) in place, by osslsigncode. CERTIFICATE is a PKCS #12 file as base64,
 * CERTIFICATE_PASSWORD its password, TIME_STAMP_AUTHORITY an address (RFC 3161). Usage: node tools/releasing/sign-windows.js FILE…
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { say } from '../setup/terminal.js';

const TIME_STAMP_AUTHORITY = 'http://timestamp.digicert.com';

/**
 * @param {readonly string[]} files
 * @param {{ readonly certificate: Buffer, readonly password: string, readonly timeStampAuthority?: string }} signer without
 *   an authority there is no time stamp, and the signature ends with the certificate
 */
export function signWindows(files, { certificate, password, timeStampAuthority }) {
  const work = mkdtempSync(join(tmpdir(), 'madoguchi-signing-'));
  try {
    const key = join(work, 'certificate.p12');
    const secret = join(work, 'password');
    writeFileSync(key, certificate, { mode: 0o600 });
    // Not as an argument, which every process of the machine can read.
    writeFileSync(secret, password, { mode: 0o600 });
    for (const file of files) {
      const signed = `${file}.signed`;
      run([
        ...['sign', '-pkcs12', key, '-readpass', secret, '-h', 'sha256', '-n', 'Madoguchi'],
        ...(timeStampAuthority === undefined ? [] : ['-ts', timeStampAuthority]),
        ...['-in', file, '-out', signed],
      ]);
      renameSync(signed, file);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} parameters */
function run(parameters) {
  const { status, stdout, stderr, error } = spawnSync('osslsigncode', parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`osslsigncode failed: ${error?.message ?? `${stdout}${stderr}`}`);
}

const [script = '', ...files] = process.argv.slice(1);
if (import.meta.url === pathToFileURL(script).href) {
  const { CERTIFICATE, CERTIFICATE_PASSWORD, TIME_STAMP_AUTHORITY: chosen } = process.env;
  if (files.length === 0 || CERTIFICATE === undefined || CERTIFICATE_PASSWORD === undefined) {
    throw new Error('CERTIFICATE, CERTIFICATE_PASSWORD and files are needed');
  }
  const certificate = Buffer.from(CERTIFICATE, 'base64');
  signWindows(files, {
    certificate,
    password: CERTIFICATE_PASSWORD,
    timeStampAuthority: chosen ?? TIME_STAMP_AUTHORITY,
  });
  say(`signed: ${files.join(', ')}`);
}
