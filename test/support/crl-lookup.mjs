/** One lookup in a CRL from `dist/`, for measuring: node crl-lookup.mjs CRL.der ISSUER.der CERTIFICATE.der */
import { readFileSync } from 'node:fs';
import { nodeCrypto } from '../../dist/main/node/node-crypto.js';
import { parseCertificate } from '../../dist/sdk/formats/certificate.js';
import { CrlChecker } from '../../dist/sdk/formats/revocation/crl-checker.js';

const [crl = '', issuer = '', certificate = ''] = process.argv.slice(2);
const checker = new CrlChecker(readFileSync(crl), nodeCrypto);
const now = new Date();
const { status } = await checker.status(
  { certificate: parseCertificate(readFileSync(certificate)), issuer: parseCertificate(readFileSync(issuer)) },
  { at: now, now },
);
process.stdout.write(`${status}\n`);
