/** openssl's time-stamping authority behind HTTP, and openssl as the verifier of what we hand on. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { httpTimeStamper, type HttpTimeStamperOptions } from '../../../main/node/time-stamp-client.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { encodePemCertificate, parseCertificate } from '../../../sdk/formats/index.js';
import { readTokenContent } from '../../../sdk/formats/time-stamp/token-content.js';
import { verifyTimeStampToken } from '../../../sdk/formats/time-stamp/verify-token.js';
import { AuthorityServer, bodyOf, refusalOf } from '../../support/authority-server.js';
import { Openssl, opensslMissing } from '../../support/openssl.js';
import {
  issueTestCa,
  issueTimeStampAuthority,
  minutesFromNow,
  TEST_POLICY,
  timeStampResponse,
  timeStampToken,
} from '../../support/test-authorities.js';
import { childrenOf, sha256 } from '../../support/test-cms.js';
import { testKey } from '../../support/test-pki.js';

const missing = opensslMissing();
if (missing !== undefined) process.emitWarning(`skipped: time stamps by openssl, because ${missing}`);

const ca = issueTestCa('TSA CA', { key: testKey('tsa ca') });
const otherCa = issueTestCa('Other CA');
const authority = issueTimeStampAuthority(ca, { key: testKey('tsa') });
const anchors = [parseCertificate(ca.certificate)];
const content = Buffer.from('署名値\n');
const digest = sha256(content);
const OTHER_POLICY = '1.3.6.1.4.1.99999.3.2';

const openssl = new Openssl();
afterAll(() => openssl.close());
const caFile = openssl.write('ca.pem', encodePemCertificate(ca.certificate));
openssl.writeHolder('tsa', authority);
openssl.write('serial', '01');
const config = openssl.write(
  'tsa.cnf',
  `[tsa]
serial = ${openssl.path('serial')}
signer_cert = ${openssl.path('tsa.pem')}
signer_key = ${openssl.path('tsa.key')}
certs = ${caFile}
signer_digest = sha256
default_policy = ${TEST_POLICY}
other_policies = ${OTHER_POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`,
);

/** openssl's answer to a query. */
function reply(query: Uint8Array, more: readonly string[] = []): Uint8Array {
  const queryFile = openssl.write('query.tsq', query);
  const replyFile = openssl.path('reply.tsr');
  const files = ['-queryfile', queryFile, '-out', replyFile];
  openssl.must('ts', '-reply', '-config', config, '-section', 'tsa', ...files, ...more);
  return openssl.read('reply.tsr');
}

const answering =
  (answer: (query: Uint8Array) => Uint8Array): RequestListener =>
  (request, response) => {
    void bodyOf(request).then((query) => {
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer(query));
    });
  };

let server: AuthorityServer | undefined;
afterEach(() => server?.close());

async function stamp(listener: RequestListener, options: Partial<HttpTimeStamperOptions> = {}): Promise<Uint8Array> {
  server = await AuthorityServer.start(listener);
  const stamper = httpTimeStamper({ url: server.url('/tsa'), timeStampAnchors: anchors, ...options });
  return stamper({ digestAlgorithm: 'SHA-256', digest });
}

/** What openssl says of the token: over this content, by an authority below this CA. */
function opensslVerifies(token: Uint8Array, data: Uint8Array = content): boolean {
  const tokenFile = openssl.write('token.der', token);
  const dataFile = openssl.write('data', data);
  return openssl.run('ts', '-verify', '-in', tokenFile, '-token_in', '-data', dataFile, '-CAfile', caFile).ok;
}

describe.skipIf(missing !== undefined)('an authority by openssl', () => {
  it.each([
    ['its own policy', {}, TEST_POLICY],
    ['the policy asked for', { policy: OTHER_POLICY }, OTHER_POLICY],
  ])('stamps under %s, and openssl takes what we hand on', async (_, options, policy) => {
    const before = Date.now();
    const token = await stamp(answering(reply), options);
    expect(server?.asked).toEqual(['POST /tsa']);
    expect(opensslVerifies(token)).toBe(true);
    expect(opensslVerifies(token, Buffer.from('another'))).toBe(false);
    const { tstInfo } = readTokenContent(token);
    expect(tstInfo).toMatchObject({ policy, accuracyMilliseconds: 1500.1 });
    expect(Math.abs(tstInfo.genTime.getTime() - before)).toBeLessThan(10_000);
  });

  it.each(['sha1', 'sha256', 'sha512'])('is believed with ESS by %s', async (algorithm) => {
    const settings = openssl.write(
      'ess.cnf',
      Buffer.from(openssl.read('tsa.cnf'))
        .toString()
        .replace('ess_cert_id_alg = sha256', `ess_cert_id_alg = ${algorithm}`),
    );
    openssl.must(
      'ts',
      '-query',
      '-digest',
      Buffer.from(digest).toString('hex'),
      '-sha256',
      '-cert',
      '-out',
      openssl.path('q'),
    );
    const files = ['-queryfile', openssl.path('q'), '-out', openssl.path('t'), '-token_out'];
    openssl.must('ts', '-reply', '-config', settings, '-section', 'tsa', ...files);
    const imprint = { digestAlgorithm: 'SHA-256', digest } as const;
    const trust = { timeStampAnchors: anchors, at: new Date() };
    expect(await verifyTimeStampToken(openssl.read('t'), imprint, trust, nodeCrypto)).toMatchObject({
      status: 'intact',
      path: { status: 'trusted' },
    });
  });

  it('refuses a policy it does not know, and that is told', async () => {
    expect(await refusalOf(stamp(answering(reply), { policy: '1.2.3.4' }))).toEqual({
      code: 'ERR_SIGN_TIME_STAMP',
      reason: 'time-stamp-rejected-unaccepted-policy',
    });
  });

  it('agrees with openssl about tokens of ours', () => {
    const ours = timeStampToken({ authority, digest, certificates: [authority.certificate] });
    expect(opensslVerifies(ours)).toBe(true);
    expect(
      opensslVerifies(timeStampToken({ authority, digest, tamper: (octets) => new Uint8Array(octets.length) })),
    ).toBe(false);
  });
});

describe('the client', () => {
  const redirect: RequestListener = (_, response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
  };
  const typed =
    (type: string, headers: Record<string, string> = {}): RequestListener =>
    (_, response) => {
      response.writeHead(200, { 'content-type': type, ...headers }).end('x');
    };
  const endless: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' });
    const more = (): void => {
      while (!response.destroyed && response.write(new Uint8Array(16_384)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  const slow: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).write('x');
  };
  const replayed = timeStampResponse(0, timeStampToken({ authority, digest, nonce: new Uint8Array(16).fill(1) }));

  it.each<[string, RequestListener, string]>([
    ['a redirect', redirect, 'time-stamp-http-status'],
    ['a page', typed('text/html'), 'time-stamp-http-content-type'],
    [
      'something compressed',
      typed('application/timestamp-reply', { 'content-encoding': 'gzip' }),
      'time-stamp-http-content-type',
    ],
    ['an answer without end', endless, 'time-stamp-http-too-long'],
    [
      'a length beyond the limit',
      typed('application/timestamp-reply', { 'content-length': '1000000' }),
      'time-stamp-http-too-long',
    ],
    ['an answer that does not come', slow, 'time-stamp-http-timeout'],
    ['silence', () => undefined, 'time-stamp-http-timeout'],
    ['a broken connection', (request) => request.socket.destroy(), 'time-stamp-http-unreachable'],
    ['an answer to somebody else', answering(() => replayed), 'time-stamp-nonce'],
    ['nonsense', answering(() => content), 'time-stamp-format'],
  ])('refuses %s', async (_, listener, reason) => {
    const start = performance.now();
    const stamped = stamp(listener, { timeoutMilliseconds: 1000 });
    expect(await refusalOf(stamped)).toEqual({ code: 'ERR_SIGN_TIME_STAMP', reason });
    expect(performance.now() - start).toBeLessThan(3000);
    expect(server?.asked.length).toBe(1);
  });

  it.each([
    ['far behind ours', -6, 'time-stamp-past'],
    ['years ahead of ours', 60 * 24 * 700, 'time-stamp-future'],
    ['little behind ours', -4, undefined],
  ])('compares clocks: the authority’s is %s', async (_, minutes, reason) => {
    const genTime = minutesFromNow(minutes);
    const listener = answering((query) => {
      const nonce = childrenOf(query)[2]?.subarray(2) ?? new Uint8Array();
      return timeStampResponse(0, timeStampToken({ authority, digest, genTime, nonce }));
    });
    const stamped = stamp(listener);
    if (reason === undefined) expect(readTokenContent(await stamped).tstInfo.genTime).toEqual(genTime);
    else expect(await refusalOf(stamped)).toEqual({ code: 'ERR_SIGN_TIME_STAMP', reason });
  });

  it.each([
    ['another scheme', 'file:///etc/passwd'],
    ['no address', 'tsa'],
    ['a password in it', 'http://me:secret@127.0.0.1/'],
  ])('goes nowhere for %s', async (_, url) => {
    expect(await refusalOf(stamp(answering(reply), { url }))).toEqual({
      code: 'ERR_SIGN_TIME_STAMP',
      reason: 'time-stamp-http-address',
    });
    expect(server?.asked).toEqual([]);
  });

  it.skipIf(missing !== undefined)('refuses an authority below another anchor', async () => {
    const timeStampAnchors = [parseCertificate(otherCa.certificate)];
    expect(await refusalOf(stamp(answering(reply), { timeStampAnchors }))).toEqual({
      code: 'ERR_SIGN_TIME_STAMP',
      reason: 'time-stamp-untrusted',
    });
  });
});
