import { decodePemCertificates, parseCertificate, type Certificate } from '../../sdk/formats/index.js';
import { toClientError } from '../core/errors.js';
import { fileError, openFileSource } from './file-source.js';

/** Largest file of certificates that is read, in octets. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Certificates of files in PEM or DER. @throws ClientError */
export async function readTrustedCertificates(paths: readonly string[]): Promise<readonly Certificate[]> {
  return (await Promise.all(paths.map(readCertificates))).flat();
}

async function readCertificates(path: string): Promise<Certificate[]> {
  const bytes = await readWhole(path);
  const isDer = bytes[0] === 0x30;
  try {
    const certificates = isDer ? [bytes] : decodePemCertificates(new TextDecoder().decode(bytes));
    return certificates.map(parseCertificate);
  } catch (error) {
    throw toClientError(error);
  }
}

/** A regular file only: reading a named pipe would wait for somebody to write to it. */
async function readWhole(path: string): Promise<Uint8Array> {
  const source = await openFileSource(path);
  try {
    if (source.size > MAX_FILE_BYTES) throw fileError(path, new Error('larger than a file of certificates'));
    return await source.read(0, source.size);
  } finally {
    await source.close();
  }
}
