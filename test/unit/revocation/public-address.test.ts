import { describe, expect, it } from 'vitest';
import { publicLookup } from '../../../main/node/http-exchange.js';
import { isPublicAddress, isPublicHost } from '../../../main/node/public-address.js';
import { httpRevocationCheck } from '../../../main/node/revocation-client.js';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { AuthorityServer } from '../../support/authority-server.js';
import { crlDistributionPoints, issueBelow, issueTestCa, ocspAddress, uri } from '../../support/test-authorities.js';

describe('an address of the internet', () => {
  it.each(['1.1.1.1', '172.15.0.1', '172.32.0.1', '192.169.0.1', '223.255.255.255', '2606:4700::1111'])(
    'is %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a host of the internet', () => {
  it.each([
    'http://crl.test/',
    'http://crl.test.:8080/',
    'http://1.1.1.1/',
    'http://[2606:4700::1111]/',
    'http://local.test/',
  ])('may be that of %s', (address) => {
    expect(isPublicHost(new URL(address))).toBe(true);
  });

  it.each([
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://router/',
    'http://printer.local/',
    'http://printer.LOCAL./',
    'http://metadata.google.internal/',
    'http://nas.home.arpa/',
    'http://127.0.0.1:8080/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://１２７.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:c0a8:1]/',
  ])('is not that of %s', (address) => {
    expect(isPublicHost(new URL(address))).toBe(false);
  });
});

describe('a check over HTTP', () => {
  const ca = issueTestCa('Issuing CA');

  it('does not go to this computer for what a certificate says, unless it is told to', async () => {
    const server = await AuthorityServer.start((_, response) => response.writeHead(404).end());
    try {
      const port = new URL(server.url()).port;
      for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '127.1']) {
        const address = `http://${host}:${port}/`;
        for (const extensions of [[ocspAddress(address)], [crlDistributionPoints(uri(address))]]) {
          const holder = issueBelow(ca, 'holder', { extensions });
          const path = [holder.certificate, ca.certificate].map(parseCertificate);
          expect(await httpRevocationCheck()(path, new Date())).toEqual({
            status: 'not-checked',
            reason: 'address-refused',
          });
        }
      }
      expect(server.asked).toEqual([]);
      const holder = issueBelow(ca, 'holder', { extensions: [ocspAddress(server.url())] });
      const path = [holder.certificate, ca.certificate].map(parseCertificate);
      expect(await httpRevocationCheck({ isAllowed: () => true })(path, new Date())).toMatchObject({
        reason: 'http-status',
      });
      expect(server.asked).toEqual(['POST /']);
    } finally {
      await server.close();
    }
  });

  it('looks at what a name leads to', async () => {
    const found = new Promise((resolve) => publicLookup('localhost', {}, resolve));
    expect(await found).toMatchObject({ reason: 'private-address' });
    const all = new Promise((resolve) => publicLookup('localhost', { all: true }, resolve));
    expect(await all).toMatchObject({ reason: 'private-address' });
    const literal = new Promise((resolve) =>
      publicLookup('1.1.1.1', {}, (error, address) => resolve([error, address])),
    );
    expect(await literal).toEqual([null, '1.1.1.1']);
    const none = new Promise((resolve) => publicLookup('', { family: 6 }, resolve));
    expect(await none).toBeInstanceOf(Error);
  });
});
