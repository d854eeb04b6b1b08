/** openssl as CA that lists, as OCSP responder, and as the other verifier; over files and over HTTP. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { httpRevocationCheck, type HttpRevocationOptions } from '../../../main/node/revocation-client.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { encodePemCertificate, parseCertificate, type Certificate } from '../../../sdk/formats/index.js';
import { CrlChecker } from '../../../sdk/formats/revocation/crl-checker.js';
import { indexCrl } from '../../../sdk/formats/revocation/crl-index.js';
import { parseCrl } from '../../../sdk/formats/revocation/crl.js';
import { encodeOcspRequest } from '../../../sdk/formats/revocation/ocsp-request.js';
import { givenRevocationCheck } from '../../../sdk/formats/revocation/revocation-check.js';
import { verifyOcspResponse } from '../../../sdk/formats/revocation/verify-ocsp.js';
import type { RevocationReport } from '../../../sdk/formats/signature-report.js';
import { AuthorityServer, bodyOf } from '../../support/authority-server.js';
import { largeCrl } from '../../support/large-crl.js';
import { Openssl, opensslMissing } from '../../support/openssl.js';
import {
  crlDistributionPoints,
  issueBelow,
  issueCrl,
  issueOcspResponder,
  issueTestCa,
  minutesFromNow,
  ocspAddress,
  ocspResponse,
  uri,
} from '../../support/test-authorities.js';
import { testKey } from '../../support/test-pki.js';

const missing = opensslMissing();
if (missing !== undefined) process.emitWarning(`skipped: revocation by openssl, because ${missing}`);

const ca = issueTestCa('Issuing CA', { key: testKey('issuing ca') });
const responder = issueOcspResponder(ca, { key: testKey('responder') });
const good = issueBelow(ca, 'good', { serialNumber: 0x1001 });
const revoked = issueBelow(ca, 'revoked', { serialNumber: 0x1002 });
const held = issueBelow(ca, 'held', { serialNumber: 0x1003 });
const stranger = issueBelow(ca, 'stranger', { serialNumber: 0x1004 });
const issuer = parseCertificate(ca.certificate);
const revokedAt = minutesFromNow(-120);

const openssl = new Openssl();
afterAll(() => openssl.close());
const caFile = openssl.write('ca.pem', encodePemCertificate(ca.certificate));
openssl.writeHolder('ca', ca);
openssl.writeHolder('responder', responder);
for (const [name, holder] of Object.entries({ good, revoked, held, stranger })) openssl.writeHolder(name, holder);

const time = (date: Date): string => `${date.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`;
const expiry = time(minutesFromNow(100_000));
const index = openssl.write(
  'index.txt',
  [
    `V\t${expiry}\t\t1001\tunknown\t/C=JP/CN=good`,
    `R\t${expiry}\t${time(revokedAt)},keyCompromise\t1002\tunknown\t/C=JP/CN=revoked`,
    `R\t${expiry}\t${time(revokedAt)},certificateHold\t1003\tunknown\t/C=JP/CN=held`,
    '',
  ].join('\n'),
);
openssl.write('crlnumber', '1001');
const config = openssl.write(
  'ca.cnf',
  `[ca]
default_ca = here
[here]
database = ${index}
crlnumber = ${openssl.path('crlnumber')}
default_md = sha256
default_crl_days = 2
crl_extensions = crl_ext
[crl_ext]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @idp
[idp]
onlyuser = TRUE
`,
);

/** The CRL that openssl makes of its index, DER. */
function opensslCrl(): Uint8Array {
  const signer = ['-cert', caFile, '-keyfile', openssl.path('ca.key')];
  openssl.must('ca', '-config', config, '-gencrl', ...signer, '-out', openssl.path('crl.pem'));
  openssl.must('crl', '-in', openssl.path('crl.pem'), '-outform', 'DER', '-out', openssl.path('crl.der'));
  return openssl.read('crl.der');
}

/** openssl's answer to a request. */
function respond(request: Uint8Array, more: readonly string[] = []): Uint8Array {
  const requestFile = openssl.write('request.der', request);
  const signer = ['-rsigner', openssl.path('responder.pem'), '-rkey', openssl.path('responder.key'), '-rmd', 'sha256'];
  const files = ['-reqin', requestFile, '-respout', openssl.path('response.der')];
  openssl.must('ocsp', '-index', index, '-CA', caFile, ...signer, ...files, '-nmin', '60', ...more);
  return openssl.read('response.der');
}

function issued(holder: { readonly certificate: Uint8Array }): { certificate: Certificate; issuer: Certificate } {
  return { certificate: parseCertificate(holder.certificate), issuer };
}

const moment = (): { at: Date; now: Date } => ({ at: new Date(), now: new Date() });

describe.skipIf(missing !== undefined)('an OCSP responder by openssl', () => {
  const nonce = new Uint8Array(32).fill(9);
  const ask = async (holder: typeof good, digestAlgorithm: 'SHA-1' | 'SHA-256'): Promise<unknown> => {
    const request = await encodeOcspRequest({ ...issued(holder), digestAlgorithm, nonce, crypto: nodeCrypto });
    const options = { ...issued(holder), ...moment(), nonce, requireNonce: true, crypto: nodeCrypto };
    return verifyOcspResponse(respond(request), options);
  };

  it.each(['SHA-1', 'SHA-256'] as const)('understands our requests by %s, and we its answers', async (algorithm) => {
    expect(await ask(good, algorithm)).toMatchObject({ status: 'good' });
    expect(await ask(revoked, algorithm)).toMatchObject({
      status: 'revoked',
      revocation: { revocationDate: revokedAt, reason: 'keyCompromise' },
    });
    expect(await ask(stranger, algorithm)).toMatchObject({ status: 'unknown' });
  });

  it('may be the CA itself, and name itself by its key', async () => {
    const request = await encodeOcspRequest({ ...issued(good), digestAlgorithm: 'SHA-1', crypto: nodeCrypto });
    const self = ['-rsigner', caFile, '-rkey', openssl.path('ca.key'), '-resp_no_certs', '-resp_key_id'];
    const options = { ...issued(good), ...moment(), crypto: nodeCrypto };
    expect(await verifyOcspResponse(respond(request, self), options)).toMatchObject({ status: 'good' });
  });

  it('agrees about responses of ours', () => {
    const verify = (der: Uint8Array): boolean => {
      const file = openssl.write('ours.der', der);
      const about = ['-issuer', caFile, '-cert', openssl.path('good.pem'), '-CAfile', caFile];
      return openssl.run('ocsp', '-respin', file, ...about).stderr.includes('Response verify OK');
    };
    const responses = [{ certificate: good.certificate, issuer: ca.certificate }];
    expect(verify(ocspResponse({ signer: responder, responses }))).toBe(true);
    expect(verify(ocspResponse({ signer: responder, responses, tamper: (octets) => octets.toReversed() }))).toBe(false);
  });
});

describe.skipIf(missing !== undefined)('a CRL by openssl', () => {
  it('is read as openssl reads it', async () => {
    const checker = new CrlChecker(opensslCrl(), nodeCrypto);
    expect(await checker.status(issued(good), moment())).toMatchObject({ status: 'good' });
    expect(await checker.status(issued(revoked), moment())).toMatchObject({
      status: 'revoked',
      revocation: { revocationDate: revokedAt, reason: 'keyCompromise' },
    });
    expect(await checker.status(issued(held), moment())).toMatchObject({ revocation: { reason: 'certificateHold' } });
    expect(parseCrl(opensslCrl())).toMatchObject({ crlNumber: Uint8Array.of(0x10, 0x02) });
  });

  it('is refused where openssl refuses it', () => {
    const verify = (der: Uint8Array): boolean => {
      const file = openssl.write('ours.der', der);
      return openssl
        .run('crl', '-inform', 'DER', '-in', file, '-CAfile', caFile, '-noout')
        .stderr.includes('verify OK');
    };
    const entries = [{ serialNumber: 0x1002, reason: 1, invalidityDate: revokedAt }];
    expect(verify(issueCrl({ issuer: ca, entries }))).toBe(true);
    expect(verify(issueCrl({ issuer: ca, entries, tamper: (octets) => octets.toReversed() }))).toBe(false);
  });

  it('may have a hundred thousand entries', async () => {
    const serialNumber = Buffer.from('400102030405060708090a0b0c0d0e0f', 'hex');
    const crl = largeCrl({ issuer: ca, entries: 100_000, lastSerial: serialNumber });
    const file = openssl.write('large.der', crl);
    expect(openssl.run('crl', '-inform', 'DER', '-in', file, '-CAfile', caFile, '-noout').stderr).toContain(
      'verify OK',
    );
    const checker = new CrlChecker(crl, nodeCrypto);
    const last = { ...issued(good).certificate, serialNumber: serialNumber.toString('hex') };
    expect(await checker.status(issued(good), moment())).toMatchObject({ status: 'good' });
    expect(await checker.status({ certificate: last, issuer }, moment())).toMatchObject({ status: 'revoked' });
    expect(indexCrl(checker.crl)).toMatchObject({ size: 100_001 });
  });

  it('settles a path', async () => {
    const check = givenRevocationCheck({ crls: [opensslCrl()], now: new Date(), crypto: nodeCrypto });
    const path = (holder: typeof good): Certificate[] => [parseCertificate(holder.certificate), issuer];
    expect(await check(path(good), new Date())).toMatchObject({ status: 'good', source: 'crl' });
    expect(await check(path(revoked), new Date())).toMatchObject({ status: 'revoked', revokedAt });
    expect(await check(path(revoked), minutesFromNow(-121))).toMatchObject({ status: 'good', revokedLater: revokedAt });
  });
});

let server: AuthorityServer | undefined;
afterEach(() => server?.close());

const listener: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    if (request.url === '/ocsp') {
      response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(respond(body));
    } else if (request.url === '/crl') {
      response.writeHead(200, { 'content-type': 'application/pkix-crl' }).end(opensslCrl());
    } else {
      response.writeHead(404).end();
    }
  });
};

/** The server is on the loopback address. */
const isAllowed = (): boolean => true;

/** Asks about a certificate with these addresses, relative to the server. */
async function checkOnline(
  addresses: { readonly ocsp?: string; readonly crl?: string },
  { serialNumber = 0x1001, ...options }: HttpRevocationOptions & { serialNumber?: number } = {},
): Promise<RevocationReport> {
  server ??= await AuthorityServer.start(listener);
  const extensions = [
    ...(addresses.ocsp === undefined ? [] : [ocspAddress(server.url(addresses.ocsp))]),
    ...(addresses.crl === undefined ? [] : [crlDistributionPoints(uri(server.url(addresses.crl)))]),
  ];
  const holder = issueBelow(ca, 'online', { serialNumber, extensions });
  return httpRevocationCheck({ isAllowed, ...options })([parseCertificate(holder.certificate), issuer], new Date());
}

describe.skipIf(missing !== undefined)('a check over HTTP', () => {
  afterEach(() => {
    server = undefined;
  });

  it('asks the responder first, and the CRL server where that does not help', async () => {
    expect(await checkOnline({ ocsp: '/ocsp', crl: '/crl' }, { requireNonce: true })).toMatchObject({
      status: 'good',
      source: 'ocsp',
    });
    expect(server?.asked).toEqual(['POST /ocsp']);
    expect(await checkOnline({ ocsp: '/gone', crl: '/crl' })).toMatchObject({ status: 'good', source: 'crl' });
    expect(server?.asked).toEqual(['POST /ocsp', 'POST /gone', 'GET /crl']);
  });

  it('tells a revocation, by either', async () => {
    const options = { serialNumber: 0x1002 };
    expect(await checkOnline({ ocsp: '/ocsp' }, options)).toMatchObject({
      status: 'revoked',
      source: 'ocsp',
      revokedAt,
    });
    expect(await checkOnline({ crl: '/crl' }, options)).toMatchObject({ status: 'revoked', source: 'crl', revokedAt });
  });

  it.each([
    ['no address', {}, {}, 'no-address'],
    ['an address that is not allowed', { ocsp: '/ocsp' }, { isAllowed: () => false }, 'address-refused'],
    ['a server that has none', { crl: '/gone' }, {}, 'http-status'],
    ['a CRL that is too long', { crl: '/crl' }, { maxCrlBytes: 100 }, 'http-too-long'],
    ['a page in place of a response', { ocsp: '/crl' }, {}, 'http-content-type'],
    ['a certificate nobody knows', { ocsp: '/ocsp' }, { serialNumber: 0x1004 }, 'ocsp-unknown'],
  ])('says why there is no answer: %s', async (_, addresses, options, reason) => {
    expect(await checkOnline(addresses, options)).toEqual({ status: 'not-checked', reason });
  });

  it('says that a server is not there', async () => {
    const gone = await AuthorityServer.start(listener);
    const url = gone.url('/crl');
    await gone.close();
    const extensions = [crlDistributionPoints(uri(url))];
    const holder = issueBelow(ca, 'online', { extensions });
    const path = [parseCertificate(holder.certificate), issuer];
    expect(await httpRevocationCheck({ isAllowed })(path, new Date())).toEqual({
      status: 'not-checked',
      reason: 'http-unreachable',
    });
  });

  it('fetches a CRL once while it is current', async () => {
    server = await AuthorityServer.start(listener);
    const extensions = [crlDistributionPoints(uri(server.url('/crl')))];
    const check = httpRevocationCheck({ isAllowed });
    for (const serialNumber of [0x1001, 0x1002, 0x1003]) {
      const holder = issueBelow(ca, 'online', { serialNumber, extensions });
      const { status } = await check([parseCertificate(holder.certificate), issuer], new Date());
      expect(status).toBe(serialNumber === 0x1001 ? 'good' : 'revoked');
    }
    expect(server.asked).toEqual(['GET /crl']);
  });

  it('has nothing to ask about an anchor’s own certificate', async () => {
    expect(await httpRevocationCheck()([issuer], new Date())).toEqual({ status: 'not-checked', reason: 'no-data' });
  });
});
