import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certificateLength,
  decodePemCertificates,
  encodeHex,
  encodePemCertificate,
  FormatError,
  formatDistinguishedName,
  isJpkiTestCertificate,
  jpkiCaRole,
  jpkiPersonalAttributes,
  MAX_CERTIFICATE_BYTES,
  nameValues,
  parseCertificate,
  requireJpkiKeyUsage,
} from '../../../sdk/formats/index.js';
import { element, sequence } from '../../../sdk/formats/asn1/write.js';
import { expectFormatError } from '../../support/expect-format-error.js';
import {
  authorityName,
  basicConstraints,
  extKeyUsage,
  holderExtensions,
  issueAuthority,
  issueCertificate,
  issueHolder,
  keyUsage,
  otherNames,
  testKey,
  unknownExtension,
} from '../../support/test-pki.js';

const authority = issueAuthority('signing');
const { certificate: holderDer } = issueHolder('signing', authority);

/** The certificate with some octets, in hexadecimal, replaced; its signature no longer holds. */
function withReplacedBytes(der: Uint8Array, from: string, to: string): Uint8Array {
  const text = encodeHex(der);
  expect(text.split(from).length, 'the octets to replace occur once').toBe(2);
  return Uint8Array.from(Buffer.from(text.replace(from, to), 'hex'));
}

describe('parsing', () => {
  it('agrees with node:crypto', () => {
    const certificate = parseCertificate(holderDer);
    const x509 = new X509Certificate(holderDer);
    expect(certificate.der).toEqual(holderDer);
    expect(certificate.serialNumber).toBe(x509.serialNumber.toLowerCase());
    expect(certificate.notBefore).toEqual(new Date(x509.validFrom));
    expect(certificate.notAfter).toEqual(new Date(x509.validTo));
    expect(formatDistinguishedName(certificate.subject)).toBe(x509.subject.replaceAll('\n', ', '));
    expect(formatDistinguishedName(certificate.issuer)).toBe(x509.issuer.replaceAll('\n', ', '));
    expect(Buffer.from(certificate.subjectPublicKeyInfo)).toEqual(
      x509.publicKey.export({ type: 'spki', format: 'der' }),
    );
    expect(certificate.signatureAlgorithm).toBe('RS256');
    expect(certificate.signature.length).toBe(256);
  });

  it('reads the extensions of JPKI’s profile', () => {
    const { extensions } = parseCertificate(holderDer);
    expect([...(extensions.keyUsage ?? [])]).toEqual(['digitalSignature', 'nonRepudiation']);
    expect(extensions.certificatePolicies).toEqual(['1.2.392.200149.8.5.1.0.20']);
    expect([...extensions.critical]).toEqual(['2.5.29.15', '2.5.29.32']);
    expect(extensions.basicConstraints).toBeUndefined();
    const ca = parseCertificate(authority.certificate).extensions;
    expect(ca.basicConstraints).toEqual({ cA: true, pathLenConstraint: undefined });
    expect(ca.subjectKeyIdentifier?.length).toBe(20);
  });

  it('reads personal attributes with characters outside the BMP and variation selectors', () => {
    expect(jpkiPersonalAttributes(parseCertificate(holderDer))).toEqual({
      name: '𠮷野　葛\u{E0100}子',
      nameSubstitutions: '10000',
      sex: '2',
      birthDate: '419900229',
      address: '東京都清瀬市中里６丁目',
      addressSubstitutions: '00000000000',
    });
    const { certificate } = issueHolder('authentication', issueAuthority('authentication'));
    expect(Object.values(jpkiPersonalAttributes(parseCertificate(certificate)))).toEqual(Array(6).fill(undefined));
  });

  it('knows P-384, pathLenConstraint and extKeyUsage', () => {
    const key = testKey('p384', 'P-384');
    const extensions = [basicConstraints(true, 2), extKeyUsage(true, '1.3.6.1.5.5.7.3.2')];
    const der = issueCertificate({ subject: [['CN', 'x']], key, digest: 'sha384', extensions });
    const certificate = parseCertificate(der);
    expect(certificate.signatureAlgorithm).toBe('ES384');
    expect(certificate.extensions.basicConstraints).toEqual({ cA: true, pathLenConstraint: 2 });
    expect(certificate.extensions.extKeyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.extensions.critical.has('2.5.29.37')).toBe(true);
  });

  it('names SHA-1 by OID only', () => {
    const certificate = parseCertificate(issueHolder('signing', authority, { digest: 'sha1' }).certificate);
    expect(certificate.signatureAlgorithm).toBeUndefined();
    expect(certificate.signatureAlgorithmOid).toBe('1.2.840.113549.1.1.5');
  });

  it('keeps no hold of the input', () => {
    const input = Buffer.from(holderDer);
    const certificate = parseCertificate(input);
    input.fill(0);
    expect(certificate.der).toEqual(holderDer);
    expect(encodeHex(certificate.tbsCertificate).slice(0, 2)).toBe('30');
  });

  it('escapes what could be taken for structure in a name', () => {
    const subject = [['CN', 'a, O=b\u0000\n"'] as const];
    const certificate = parseCertificate(issueCertificate({ subject, key: testKey('signing-ca') }));
    expect(formatDistinguishedName(certificate.subject)).toBe('CN=a\\, O\\=b\\00\\0a\\"');
    expect(nameValues(certificate.subject, 'CN')).toEqual(['a, O=b\u0000\n"']);
  });
});

describe('refused as malformed', () => {
  const malformed = (der: Uint8Array): void => {
    expectFormatError(() => parseCertificate(der), 'ERR_CERT_MALFORMED');
  };

  it('nothing, filler, and a certificate cut short or followed by anything', () => {
    malformed(new Uint8Array());
    malformed(new Uint8Array(64).fill(0xff));
    malformed(holderDer.subarray(0, -1));
    malformed(Buffer.concat([holderDer, Buffer.of(0)]));
    malformed(Buffer.concat([holderDer, holderDer]));
  });

  it('versions 1 and 2', () => {
    malformed(issueCertificate({ subject: [['CN', 'x']], key: testKey('signing-ca'), version: 0 }));
    malformed(issueCertificate({ subject: [['CN', 'x']], key: testKey('signing-ca'), version: 1 }));
  });

  it('an extension given twice', () => {
    malformed(
      issueHolder('signing', authority, { extensions: [unknownExtension(false), unknownExtension(false)] }).certificate,
    );
    const extensions = [...holderExtensions('signing'), keyUsage('digitalSignature')];
    malformed(issueHolder('signing', authority, { extensions }).certificate);
  });

  it('a second signature algorithm', () => {
    // The outer AlgorithmIdentifier is the last one: sha256 to sha384.
    const text = encodeHex(holderDer);
    const last = text.lastIndexOf('2a864886f70d01010b');
    const changed = `${text.slice(0, last)}2a864886f70d01010c${text.slice(last + 18)}`;
    malformed(Uint8Array.from(Buffer.from(changed, 'hex')));
  });

  it('a negative serial number', () => {
    // Version 3, then serial number 0x1234.
    malformed(withReplacedBytes(holderDer, 'a00302010202021234', 'a00302010202029234'));
  });

  it.each([
    ['of 30 February', '300230000000Z'],
    ['of a 13th month', '301328000000Z'],
    ['at 24 o’clock', '300228240000Z'],
    ['with 60 minutes', '300228006000Z'],
    ['with 60 seconds', '300228000060Z'],
    ['with a space', '30022800000 Z'],
    ['without a zone', '3002280000000'],
  ])('a time %s', (_, wrong) => {
    const { certificate } = issueHolder('signing', authority, { notAfter: new Date('2030-02-28T00:00:00Z') });
    const replaced = (time: string): Uint8Array =>
      withReplacedBytes(certificate, encodeHex(Buffer.from('300228000000Z')), encodeHex(Buffer.from(time)));
    malformed(replaced(wrong));
    expect(parseCertificate(replaced('300227000000Z')).notAfter).toEqual(new Date('2030-02-27T00:00:00Z'));
  });

  it.each([
    ['a KeyUsage without bits', '030206c0', '03020600'],
    ['a KeyUsage with bits in the unused part', '030206c0', '030206e0'],
    ['a KeyUsage with trailing zeros', '030206c0', '030205c0'],
    ['a KeyUsage of nine unused bits', '030206c0', '030209c0'],
    ['a critical flag that is not DER', '0603551d0f0101ff', '0603551d0f010101'],
    ['critical FALSE written out', '0603551d0f0101ff', '0603551d0f010100'],
  ])('%s', (_, from, to) => {
    malformed(withReplacedBytes(holderDer, from, to));
  });

  it('a text that is not UTF-8 is shown as hexadecimal, never guessed', () => {
    const changed = withReplacedBytes(
      issueCertificate({ subject: [['CN', '氏']], issuer: authority, key: testKey('signing-holder') }),
      '0c03e6b08f',
      '0c03ffb08f',
    );
    expect(formatDistinguishedName(parseCertificate(changed).subject)).toBe('CN=#0c03ffb08f');
  });

  it('more than the limit', () => {
    malformed(sequence(new Uint8Array(MAX_CERTIFICATE_BYTES)));
    malformed(
      issueHolder('signing', authority, { extensions: [otherNames({ '1.2.3': 'x'.repeat(17_000) })] }).certificate,
    );
  });
});

describe('trimming a card file', () => {
  it('finds the end of a certificate from its first four octets', () => {
    expect(certificateLength(holderDer.subarray(0, 4))).toBe(holderDer.length);
    const file = Buffer.concat([holderDer, Buffer.alloc(100, 0xff)]);
    expect(parseCertificate(file.subarray(0, certificateLength(file))).der).toEqual(holderDer);
  });

  it.each([
    ['308203e8', 1004],
    ['30823ffc', MAX_CERTIFICATE_BYTES],
    ['3081ff', 258],
    ['307f', 129],
    ['3000', 2],
    ['3083000100', 261],
    ['308400000100', 262],
  ])('%s… is %i octets', (text, length) => {
    expect(certificateLength(Buffer.from(text, 'hex'))).toBe(length);
  });

  it.each(['', '30', '3080', '308203', '30823ffd', '3082ffff', '3083ffffff', '3084ffffffff', '30850000000001', '0400'])(
    '%j starts no certificate',
    (text) => {
      if (text === '') expectFormatError(() => certificateLength(new Uint8Array()), 'ERR_CERT_MALFORMED');
      else expectFormatError(() => certificateLength(Buffer.from(text, 'hex')), 'ERR_CERT_MALFORMED');
    },
  );

  it.each(['00000000', 'ffffffff'])('%s is a file without one', (text) => {
    expectFormatError(() => certificateLength(Buffer.from(text, 'hex')), 'ERR_CERT_MISSING');
  });
});

describe('PEM', () => {
  it('is what node:crypto reads and writes', () => {
    const pem = encodePemCertificate(holderDer);
    expect(pem).toBe(new X509Certificate(holderDer).toString());
    expect(decodePemCertificates(pem)).toEqual([holderDer]);
  });

  it('may hold several certificates, other things, and CRLF', () => {
    const pem = `Subject: x\n${encodePemCertificate(holderDer)}-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n`;
    const bundle = pem + encodePemCertificate(authority.certificate).replaceAll('\n', '\r\n');
    expect(decodePemCertificates(bundle)).toEqual([holderDer, authority.certificate]);
  });

  it.each([
    ['nothing', ''],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['no end', '-----BEGIN CERTIFICATE-----\nAAAA\n'],
    ['not base64', '-----BEGIN CERTIFICATE-----\nA?AA\n-----END CERTIFICATE-----\n'],
    ['more than a megabyte', `-----BEGIN CERTIFICATE-----\n${'A'.repeat(2 ** 20)}\n-----END CERTIFICATE-----\n`],
  ])('refuses %s', (_, pem) => {
    expectFormatError(() => decodePemCertificates(pem), 'ERR_CERT_MALFORMED');
  });
});

describe('JPKI’s profile', () => {
  it('tells a test hierarchy and the role of a CA by name', () => {
    expect(isJpkiTestCertificate(parseCertificate(holderDer))).toBe(true);
    expect(jpkiCaRole(parseCertificate(authority.certificate))).toBe('signing');
    expect(jpkiCaRole(parseCertificate(issueAuthority('authentication').certificate))).toBe('authentication');
    expect(jpkiCaRole(parseCertificate(holderDer))).toBeUndefined();
    const real = issueAuthority('signing', 'signing-ca', { subject: authorityName('signing', 'JPKI') });
    expect(isJpkiTestCertificate(parseCertificate(real.certificate))).toBe(false);
    expect(jpkiCaRole(parseCertificate(real.certificate))).toBe('signing');
    const foreign = issueAuthority('signing', 'signing-ca', { subject: authorityName('signing', 'JPKI-LIKE') });
    expect(jpkiCaRole(parseCertificate(foreign.certificate))).toBeUndefined();
  });

  it('tells the two certificates apart by nonRepudiation alone', () => {
    const signing = parseCertificate(holderDer);
    const authentication = parseCertificate(
      issueHolder('authentication', issueAuthority('authentication')).certificate,
    );
    expect(() => requireJpkiKeyUsage(signing, 'signing')).not.toThrow();
    expect(() => requireJpkiKeyUsage(authentication, 'authentication')).not.toThrow();
    expectFormatError(() => requireJpkiKeyUsage(signing, 'authentication'), 'ERR_CERT_USAGE');
    expectFormatError(() => requireJpkiKeyUsage(authentication, 'signing'), 'ERR_CERT_USAGE');
  });

  it('gives no role to a CA, nor to a certificate without KeyUsage', () => {
    const ca = issueHolder('authentication', authority, {
      extensions: [keyUsage('digitalSignature'), basicConstraints(true)],
    });
    const bare = issueHolder('authentication', authority, { extensions: [] });
    for (const { certificate } of [ca, bare]) {
      expectFormatError(() => requireJpkiKeyUsage(parseCertificate(certificate), 'authentication'), 'ERR_CERT_USAGE');
    }
  });
});

describe('the parser under random input', () => {
  const parses = (der: Uint8Array): void => {
    try {
      parseCertificate(der);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      expect(error.code).toBe('ERR_CERT_MALFORMED');
    }
  };

  it('throws a FormatError or nothing for any octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), parses), { numRuns: 2000 });
  });

  it('throws a FormatError or nothing for a certificate with octets changed', () => {
    const change = fc.record({ at: fc.nat(holderDer.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = new Uint8Array(holderDer);
        for (const { at, to } of changes) changed[at] = to;
        parses(changed);
      }),
      { numRuns: 3000 },
    );
  });

  it('throws a FormatError or nothing for well-formed ASN.1 in every extension it reads', () => {
    const oids = [14, 15, 17, 19, 30, 32, 35, 37];
    const value = fc.letrec<{ node: Uint8Array }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc
          .record({
            identifier: fc.constantFrom(1, 2, 3, 4, 5, 6, 12, 23, 30, 128, 164),
            contents: fc.uint8Array({ maxLength: 6 }),
          })
          .map(({ identifier, contents }) => element(identifier & ~0x20, contents)),
        fc
          .record({
            identifier: fc.constantFrom(48, 49, 160, 163, 164),
            parts: fc.array(tie('node'), { maxLength: 4 }),
          })
          .map(({ identifier, parts }) => element(identifier, ...parts)),
      ),
    })).node;
    fc.assert(
      fc.property(fc.constantFrom(...oids), value, (arc, extnValue) => {
        parses(rebuiltWithExtension(arc, extnValue));
      }),
      { numRuns: 1000 },
    );
  });
});

/** A certificate whose only extension is 2.5.29.`arc` with this value; its signature does not hold. */
function rebuiltWithExtension(arc: number, extnValue: Uint8Array): Uint8Array {
  const tbs = parseCertificate(issueBare()).tbsCertificate;
  const extension = sequence(element(0x06, Uint8Array.of(0x55, 0x1d, arc)), element(0x04, extnValue));
  const fields = tbs.subarray(4);
  const algorithm = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
  return sequence(sequence(fields, element(0xa3, sequence(extension))), algorithm, element(0x03, Uint8Array.of(0, 1)));
}

let bare: Uint8Array | undefined;
function issueBare(): Uint8Array {
  bare ??= issueCertificate({ subject: [['CN', 'x']], key: testKey('signing-ca') });
  return bare;
}
