import { decodePemCertificates, parseCertificate, type Certificate } from '../../sdk/formats/index.js';
import { toClientError } from '../core/errors.js';
import { readWholeFile } from './files.js';

/** Certificates of files in PEM or DER. @throws ClientError */
export async function readTrustedCertificates(paths: readonly string[]): Promise<readonly Certificate[]> {
  return (await Promise.all(paths.map(readCertificates))).flat();
}

async function readCertificates(path: string): Promise<Certificate[]> {
  const bytes = await readWholeFile(path);
  const isDer = bytes[0] === 0x30;
  try {
    const certificates = isDer ? [bytes] : decodePemCertificates(new TextDecoder().decode(bytes));
    return certificates.map(parseCertificate);
  } catch (error) {
    throw toClientError(error);
  }
}
