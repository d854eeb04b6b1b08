import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBER } from 'asn1js';
import { Certificate } from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVirtualCard, TEST_HOLDER, type VirtualCard } from '../../../native/virtual-card/index.js';
import {
  hex,
  JPKI_AID,
  readCurrentFile,
  selectAid,
  selectEf,
  SIGNING_PIN,
  succeed,
  withoutFiller,
} from '../../support/virtual-card.js';

const CREATED = new Date('2026-03-04T05:06:07.890Z');
const NAMES = ['signing', 'authentication', 'signing-ca', 'authentication-ca'] as const;
type Name = (typeof NAMES)[number];
const FILES: Readonly<Record<Name, string>> = {
  signing: '0001',
  authentication: '000a',
  'signing-ca': '0002',
  'authentication-ca': '000b',
};
const directory = mkdtempSync(join(tmpdir(), 'madoguchi-certificates-'));

let card: VirtualCard;
let certificates: Readonly<Record<Name, Uint8Array>>;

beforeAll(async () => {
  card = await openVirtualCard({ clock: () => CREATED });
  card.powerOn();
  succeed(card, selectAid(JPKI_AID), `0020009b${SIGNING_PIN}`);
  const read = (name: Name) => {
    succeed(card, selectEf(FILES[name]));
    return withoutFiller(readCurrentFile(card));
  };
  certificates = {
    signing: read('signing'),
    authentication: read('authentication'),
    'signing-ca': read('signing-ca'),
    'authentication-ca': read('authentication-ca'),
  };
  for (const name of NAMES)
    writeFileSync(join(directory, `${name}.pem`), new X509Certificate(certificates[name]).toString());
});
afterAll(() => rmSync(directory, { recursive: true }));

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What openssl prints of one extension, without indentation; releases differ in the blanks around `=`. */
function extension(name: Name, extensionName: string): string {
  const printed = openssl(
    'x509',
    '-in',
    `${name}.pem`,
    '-noout',
    '-ext',
    extensionName,
    '-nameopt',
    'utf8,sep_comma_plus_space',
  );
  return printed
    .replaceAll(/^ +| +$/gm, '')
    .replaceAll(' = ', '=')
    .trimEnd();
}

/** Tags and values of the certificate, one a line. */
const structure = (name: Name) => openssl('asn1parse', '-in', `${name}.pem`);
const subjectOf = (name: Name) =>
  openssl('x509', '-in', `${name}.pem`, '-noout', '-subject', '-nameopt', 'RFC2253').trim();
const issuerOf = (name: Name) =>
  openssl('x509', '-in', `${name}.pem`, '-noout', '-issuer', '-nameopt', 'RFC2253').trim();

describe('the test hierarchy', () => {
  it('is verified by openssl, each certificate by its own authority only', () => {
    for (const role of ['signing', 'authentication']) {
      const verified = openssl(
        'verify',
        '-x509_strict',
        '-attime',
        '1790000000',
        '-CAfile',
        `${role}-ca.pem`,
        `${role}.pem`,
      );
      expect(verified).toBe(`${role}.pem: OK\n`);
    }
    expect(() => openssl('verify', '-attime', '1790000000', '-CAfile', 'signing-ca.pem', 'authentication.pem')).toThrow(
      'unable to get local issuer certificate',
    );
  });

  it('satisfies a validator that requires the policy', () => {
    const policy = ['-policy_check', '-explicit_policy', '-attime', '1790000000', '-CAfile', 'signing-ca.pem'];
    expect(openssl('verify', ...policy, '-policy', '1.2.392.200149.8.5.1.0.20', 'signing.pem')).toContain('OK');
    expect(() => openssl('verify', ...policy, '-policy', '1.2.392.200149.8.5.1.0.21', 'signing.pem')).toThrow();
  });

  it('is what the card names as its authorities', () => {
    expect(hex(card.testAuthorities().signing)).toBe(hex(certificates['signing-ca']));
    expect(hex(card.testAuthorities().authentication)).toBe(hex(certificates['authentication-ca']));
  });

  it('names itself a test and never JPKI', () => {
    const tail = 'O=JPKI-TEST,C=JP';
    expect(issuerOf('signing')).toBe(`issuer=OU=Madoguchi virtual card,OU=JPKI for digital signature,${tail}`);
    expect(issuerOf('authentication')).toBe(`issuer=OU=Madoguchi virtual card,OU=JPKI for user authentication,${tail}`);
    for (const role of ['signing', 'authentication'] as const) {
      expect(subjectOf(`${role}-ca`).slice('subject'.length)).toBe(issuerOf(role).slice('issuer'.length));
      expect(issuerOf(`${role}-ca`)).toBe(issuerOf(role));
    }
  });

  it('encodes countries as PrintableString, everything else as UTF8String, one attribute in each RDN', () => {
    for (const name of NAMES) {
      const attributes = [...structure(name).matchAll(/OBJECT +:(\w+(?:Name|ityName))\n.* prim: (\w+)/g)];
      expect(attributes.length).toBeGreaterThanOrEqual(6);
      for (const [, type, encoding] of attributes) {
        expect([type, encoding]).toEqual([type, type === 'countryName' ? 'PRINTABLESTRING' : 'UTF8STRING']);
      }
      expect(subjectOf(name)).not.toContain('+');
    }
  });

  it('names holders as JPKI does: by an identifier, and for signing by their municipality', () => {
    expect(subjectOf('signing')).toMatch(/^subject=CN=20260304050607\d{13},L=Chiyoda-ku,L=Tokyo-to,C=JP$/);
    expect(subjectOf('authentication')).toMatch(/^subject=CN=\d{8}A13101,C=JP$/);
  });

  it('is valid from its creation for five years, authorities for ten', () => {
    for (const name of NAMES) {
      const { validFrom, validTo } = new X509Certificate(certificates[name]);
      expect(new Date(validFrom).toISOString()).toBe('2026-03-04T05:06:07.000Z');
      expect(new Date(validTo).toISOString()).toBe(`${name.endsWith('ca') ? 2036 : 2031}-03-04T05:06:07.000Z`);
    }
  });

  it('has positive serial numbers of eight bytes, all different', () => {
    const serials = NAMES.map((name) => new X509Certificate(certificates[name]).serialNumber);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{15}$/);
    expect(new Set(serials).size).toBe(4);
  });

  it('is signed with sha256WithRSAEncryption and NULL parameters, by keys of 2048 bits', () => {
    for (const name of NAMES) {
      const algorithms = structure(name).match(/OBJECT +:sha256WithRSAEncryption\n.* NULL/g);
      expect(algorithms).toHaveLength(2);
      expect(structure(name)).not.toMatch(/:sha\d*WithRSAEncryption\n(?!.* NULL)/);
      const { asymmetricKeyDetails } = new X509Certificate(certificates[name]).publicKey;
      expect(asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65537n });
    }
  });
});

describe('extensions', () => {
  it('are the ones of the profile, in both kinds', () => {
    const ids = (name: Name) =>
      Certificate.fromBER(Uint8Array.from(certificates[name])).extensions?.map(
        ({ extnID, critical }) => `${extnID}${critical ? ' critical' : ''}`,
      );
    const holder = ['2.5.29.15 critical', '2.5.29.32 critical', '2.5.29.18', '2.5.29.31', '2.5.29.35', '2.5.29.14'];
    expect(ids('authentication')).toEqual(holder);
    expect(ids('signing')).toEqual([...holder.slice(0, 2), '2.5.29.17', ...holder.slice(2)]);
    const authority = ['2.5.29.15 critical', '2.5.29.19 critical', '2.5.29.17', '2.5.29.31', '2.5.29.14'];
    expect(ids('signing-ca')).toEqual(authority);
    expect(ids('authentication-ca')).toEqual(authority);
  });

  it('give key usages', () => {
    const title = 'X509v3 Key Usage: critical';
    expect(extension('signing', 'keyUsage')).toBe(`${title}\nDigital Signature, Non Repudiation`);
    expect(extension('authentication', 'keyUsage')).toBe(`${title}\nDigital Signature`);
    expect(extension('signing-ca', 'keyUsage')).toBe(`${title}\nCertificate Sign, CRL Sign`);
    const encoded = NAMES.map((name) => /Key Usage\n.*\n.*DUMP\]:(\w+)/.exec(structure(name))?.[1]);
    expect(encoded).toEqual(['030206C0', '03020780', '03020106', '03020106']);
    expect(extension('signing-ca', 'basicConstraints')).toBe('X509v3 Basic Constraints: critical\nCA:TRUE');
  });

  it('give the policies of test certificates', () => {
    const cps = '\nCPS: http://www.jpki.go.jp/cps.html';
    const title = 'X509v3 Certificate Policies: critical';
    expect(extension('signing', 'certificatePolicies')).toBe(`${title}\nPolicy: 1.2.392.200149.8.5.1.0.20${cps}`);
    expect(extension('authentication', 'certificatePolicies')).toBe(
      `${title}\nPolicy: 1.2.392.200149.8.5.1.0.30${cps}`,
    );
  });

  it('give six otherNames in order, in the signing certificate only', () => {
    const names = extension('signing', 'subjectAltName').split('\n')[1]?.split(', ');
    const prefix = 'othername: 1.2.392.200149.8.5.5.';
    expect(names).toEqual([
      `${prefix}1::試験\u3000花子`,
      `${prefix}4::419900401`,
      `${prefix}3::2`,
      `${prefix}5::${TEST_HOLDER.address}`,
      `${prefix}2::00010`,
      `${prefix}6::${'0'.repeat(TEST_HOLDER.address.length)}`,
    ]);
  });

  it('wrap every otherName in an explicit tag of its own', () => {
    const extensions = Certificate.fromBER(Uint8Array.from(certificates['signing'])).extensions ?? [];
    const value = extensions.find(({ extnID }) => extnID === '2.5.29.17')?.extnValue.valueBlock.valueHexView;
    expect(hex(value ?? new Uint8Array())).toContain(
      // [0] { 1.2.392.200149.8.5.5.3, [0] { UTF8String "2" } }
      'a011060a2a83088c9b550805 0503 a0030c0132'.replaceAll(' ', ''),
    );
    expect(fromBER(value ?? new Uint8Array()).offset).toBe(value?.length);
  });

  it('name the service and the revocation list in the directory', () => {
    const point =
      'X509v3 CRL Distribution Points:\nFull Name:\nDirName:C=JP, O=JPKI-TEST, OU=JPKI for digital signature';
    expect(extension('signing', 'crlDistributionPoints')).toBe(
      `${point}, OU=CRL Distribution Points, OU=Tokyo-to, CN=Chiyoda-ku CRLDP`,
    );
    expect(extension('signing-ca', 'crlDistributionPoints')).toBe(`${point}, OU=Madoguchi virtual card`);
    expect(extension('signing', 'issuerAltName')).toMatch(/\nDirName:\/C=JP\/O=/);
    expect(extension('signing-ca', 'subjectAltName')).toMatch(/\nDirName:\/C=JP\/O=/);
  });

  it('tie certificates to their authority by key identifier', () => {
    for (const role of ['signing', 'authentication'] as const) {
      const [, authorityKey] = extension(role, 'authorityKeyIdentifier').split('\n');
      const [, caKey] = extension(`${role}-ca`, 'subjectKeyIdentifier').split('\n');
      expect(authorityKey).toMatch(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
      expect(authorityKey).toBe(caKey);
      expect(extension(role, 'subjectKeyIdentifier')).not.toContain(caKey);
    }
  });
});
