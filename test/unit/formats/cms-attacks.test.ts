/** Forgeries of one good signature, each refused for what is wrong with it. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/index.js';
import {
  element,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  smallInteger,
  tagged,
} from '../../../sdk/formats/asn1/write.js';
import {
  authority,
  content,
  detached,
  edited,
  forged,
  holder,
  refusal,
  replaced,
  signedBut,
  standard,
  type Attack,
  type AttackRow,
} from '../../support/cms-forgeries.js';
import {
  attribute,
  buildCms,
  childrenOf,
  elementsOf,
  essReference,
  includes,
  Oid,
  sha256,
  sorted,
} from '../../support/test-cms.js';
import {
  holderExtensions,
  issueAuthority,
  issueHolder,
  subjectKeyIdentifier,
  testKey,
  yearsFromNow,
} from '../../support/test-pki.js';

const all = Object.values(standard);
const other = issueHolder('signing', authority, { key: testKey('other-holder'), serialNumber: 99 });
const twin = issueHolder('signing', authority, { key: testKey('twin'), notAfter: yearsFromNow(9) });
function attributes(...parts: readonly Uint8Array[]): () => Attack {
  return signedBut({ attributes: sorted(parts) });
}

function withReference(reference: Uint8Array, type: string = Oid.signingCertificateV2): () => Attack {
  return attributes(standard.contentType, standard.messageDigest, attribute(type, reference));
}

function directoryName(certificate: Uint8Array): Uint8Array {
  return sequence(tagged(4, parseCertificate(certificate).issuer.der));
}

function sha1(data: Uint8Array): Uint8Array {
  return createHash('sha1').update(data).digest();
}

/** The same SignerInfo without attributes: its signature is then one over the attributes taken for content. */
function withoutAttributes(): Attack {
  const sent = element(0xa0, ...sorted(all));
  const signerInfo = elementsOf(detached).findLast((part) => part[0] === 0x30 && includes(part, sent));
  const stripped = sequence(...childrenOf(signerInfo ?? sent).filter((part) => part[0] !== 0xa0));
  const signedData = sequence(
    smallInteger(1),
    setOf(sequence(oid(Oid.sha256))),
    sequence(oid(Oid.data)),
    tagged(0, holder.certificate),
    setOf(stripped),
  );
  return { cms: sequence(oid(Oid.signedData), tagged(0, signedData)), over: element(0x31, ...sorted(all)) };
}

function namedByKeyIdentifier(): Attack {
  const extensions = [...holderExtensions('signing'), subjectKeyIdentifier(testKey('signing-holder'))];
  const named = issueHolder('signing', authority, { extensions });
  const sid = element(0x80, new Uint8Array(20).fill(7));
  return { cms: buildCms({ content, signers: [{ holder: named, version: 3, sid }] }) };
}

const legacyAttributes = sorted([standard.contentType, attribute(Oid.messageDigest, octetString(sha1(content)))]);
const flip = (octets: Uint8Array): Uint8Array => octets.with(100, (octets[100] ?? 0) ^ 1);
const serial = element(0x02, Uint8Array.of(0x12, 0x34));
const foreign = issueHolder('authentication', issueAuthority('authentication')).certificate;
const versionOne = (certificate: Uint8Array): Uint8Array =>
  attribute(Oid.signingCertificate, essReference(sha1(certificate)));

const SIGNATURE: readonly AttackRow[] = [
  ['other content', 'ERR_SIGN_DIGEST', 'cms-message-digest-mismatch', () => ({ cms: detached, over: forged })],
  ['no content', 'ERR_SIGN_DIGEST', 'cms-message-digest-mismatch', () => ({ cms: detached, over: new Uint8Array() })],
  ['a flipped bit', 'ERR_SIGN_INVALID', 'cms-signature-invalid', signedBut({ tamper: flip })],
  ['zeros', 'ERR_SIGN_INVALID', 'cms-signature-invalid', signedBut({ tamper: () => new Uint8Array(256) })],
  ['nothing', 'ERR_SIGN_INVALID', 'cms-signature-invalid', signedBut({ tamper: () => new Uint8Array() })],
  ['an octet less', 'ERR_SIGN_INVALID', 'cms-signature-invalid', signedBut({ tamper: (octets) => octets.subarray(1) })],
  [
    'the digest of other content put in',
    'ERR_SIGN_INVALID',
    'cms-signature-invalid',
    edited((cms) => replaced(cms, sha256(content), sha256(forged)), forged),
  ],
  [
    'the signing time moved',
    'ERR_SIGN_INVALID',
    'cms-signature-invalid',
    edited((cms) => replaced(cms, Buffer.from('260102030405Z'), Buffer.from('250102030405Z'))),
  ],
  ['another key', 'ERR_SIGN_INVALID', 'cms-signature-invalid', signedBut({ holder: { ...holder, key: other.key } })],
];

const REFERENCE: readonly AttackRow[] = [
  [
    'to another certificate',
    'ERR_SIGN_MISMATCH',
    'cms-ess-mismatch',
    withReference(essReference(sha256(other.certificate))),
  ],
  [
    'to another serial number',
    'ERR_SIGN_MISMATCH',
    'cms-ess-mismatch',
    withReference(
      essReference(sha256(holder.certificate), sequence(directoryName(holder.certificate), smallInteger(99))),
    ),
  ],
  [
    'to another issuer',
    'ERR_SIGN_MISMATCH',
    'cms-ess-mismatch',
    withReference(essReference(sha256(holder.certificate), sequence(directoryName(foreign), serial))),
  ],
  [
    'of version 1 to another certificate',
    'ERR_SIGN_MISMATCH',
    'cms-ess-mismatch',
    withReference(essReference(sha1(other.certificate)), Oid.signingCertificate),
  ],
  [
    'of version 1 to another certificate than that of version 2',
    'ERR_SIGN_MISMATCH',
    'cms-ess-mismatch',
    attributes(...all, versionOne(other.certificate)),
  ],
  [
    'by SHA-1',
    'ERR_SIGN_ALGORITHM',
    'cms-ess-algorithm',
    withReference(sequence(sequence(sequence(sequence(oid(Oid.sha1)), octetString(sha1(holder.certificate)))))),
  ],
  [
    'by a digest with parameters',
    'ERR_SIGN_ALGORITHM',
    'algorithm-parameters',
    withReference(sequence(sequence(sequence(sequence(oid(Oid.sha256), sequence()), octetString(sha256(content)))))),
  ],
  ['to nothing', 'ERR_SIGN_FORMAT', 'cms-ess-malformed', withReference(sequence(sequence()))],
  ['that is none', 'ERR_SIGN_FORMAT', 'cms-ess-malformed', withReference(nullValue())],
];

const splitDigest = element(
  0x24,
  octetString(sha256(content).subarray(0, 16)),
  octetString(sha256(content).subarray(16)),
);
const longLength = Uint8Array.of(0x30, 0x81, 0x0a, ...attribute('1.2.3.4.5', nullValue()).subarray(2));
const ATTRIBUTES: readonly AttackRow[] = [
  ['not there', 'ERR_SIGN_FORMAT', 'cms-no-signed-attributes', withoutAttributes],
  [
    'unsorted',
    'ERR_SIGN_FORMAT',
    'cms-signed-attributes-unsorted',
    signedBut({ attributes: sorted(all).toReversed() }),
  ],
  [
    'with a digest in two pieces',
    'ERR_SIGN_FORMAT',
    'cms-signed-attributes-not-der',
    attributes(standard.contentType, attribute(Oid.messageDigest, splitDigest)),
  ],
  [
    'with a length that is not minimal',
    'ERR_SIGN_FORMAT',
    'cms-signed-attributes-not-der',
    signedBut({ attributes: [longLength, ...sorted(all)] }),
  ],
  ['without content-type', 'ERR_SIGN_FORMAT', 'cms-content-type-missing', attributes(standard.messageDigest)],
  ['without message-digest', 'ERR_SIGN_FORMAT', 'cms-message-digest-missing', attributes(standard.contentType)],
  ['that are none', 'ERR_SIGN_FORMAT', 'cms-content-type-missing', attributes()],
  ['with content-type twice', 'ERR_SIGN_FORMAT', 'cms-duplicate-attribute', attributes(...all, standard.contentType)],
  [
    'with message-digest twice',
    'ERR_SIGN_FORMAT',
    'cms-duplicate-attribute',
    attributes(...all, attribute(Oid.messageDigest, octetString(sha256(forged)))),
  ],
  [
    'with an unknown attribute twice',
    'ERR_SIGN_FORMAT',
    'cms-duplicate-attribute',
    attributes(...all, attribute('1.2.3', nullValue()), attribute('1.2.3', smallInteger(1))),
  ],
  [
    'with two digests in one',
    'ERR_SIGN_FORMAT',
    'cms-attribute-values',
    attributes(
      standard.contentType,
      attribute(Oid.messageDigest, octetString(sha256(content)), octetString(sha256(forged))),
    ),
  ],
  [
    'with no digest in one',
    'ERR_SIGN_FORMAT',
    'cms-attribute-values',
    attributes(standard.contentType, attribute(Oid.messageDigest)),
  ],
  [
    'with another content type than the content',
    'ERR_SIGN_FORMAT',
    'cms-content-type-mismatch',
    attributes(attribute(Oid.contentType, oid('1.2.3')), standard.messageDigest),
  ],
  [
    'with a content type that is no OID',
    'ERR_SIGN_FORMAT',
    'cms-content-type-missing',
    attributes(attribute(Oid.contentType, nullValue()), standard.messageDigest),
  ],
  [
    'with a digest that is no OCTET STRING',
    'ERR_SIGN_FORMAT',
    'cms-message-digest-missing',
    attributes(standard.contentType, attribute(Oid.messageDigest, nullValue())),
  ],
  [
    'with a time that is none',
    'ERR_SIGN_FORMAT',
    'cms-signing-time',
    attributes(
      standard.contentType,
      standard.messageDigest,
      attribute(Oid.signingTime, element(0x17, Buffer.from('2601020304Z'))),
    ),
  ],
  ['with octets that are no attribute', 'ERR_SIGN_FORMAT', 'asn1-unexpected-type', attributes(...all, nullValue())],
];

const rsa = (name: string): Uint8Array => sequence(oid(name), nullValue());
const ALGORITHMS: readonly AttackRow[] = [
  [
    'SHA-1',
    'ERR_SIGN_ALGORITHM',
    'cms-sha1-legacy',
    signedBut({
      digestOid: Oid.sha1,
      digestName: 'sha1',
      signatureAlgorithm: rsa(Oid.rsaEncryption),
      attributes: legacyAttributes,
    }),
  ],
  [
    'a signature over SHA-1',
    'ERR_SIGN_ALGORITHM',
    'cms-sha1-legacy',
    signedBut({ signatureAlgorithm: rsa(Oid.sha1WithRsa) }),
  ],
  ['digests that disagree', 'ERR_SIGN_ALGORITHM', 'cms-algorithm-mismatch', signedBut({ digestOid: Oid.sha384 })],
  ['an unknown digest', 'ERR_SIGN_ALGORITHM', 'cms-algorithm-unknown', signedBut({ digestOid: '1.2.3' })],
  [
    'a digest with parameters',
    'ERR_SIGN_ALGORITHM',
    'algorithm-parameters',
    signedBut({ digestAlgorithm: sequence(oid(Oid.sha256), sequence()) }),
  ],
  [
    'an unknown signature',
    'ERR_SIGN_ALGORITHM',
    'cms-algorithm-unknown',
    signedBut({ signatureAlgorithm: sequence(oid('1.2.3')) }),
  ],
  [
    'RSASSA-PSS',
    'ERR_SIGN_ALGORITHM',
    'cms-rsa-pss',
    signedBut({ signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.10'), sequence()) }),
  ],
  [
    'RSA with parameters',
    'ERR_SIGN_ALGORITHM',
    'algorithm-parameters',
    signedBut({ signatureAlgorithm: sequence(oid(Oid.sha256WithRsa), sequence()) }),
  ],
  [
    'ECDSA by an RSA key',
    'ERR_SIGN_ALGORITHM',
    'cms-key-kind',
    signedBut({ signatureAlgorithm: sequence(oid('1.2.840.10045.4.3.2')) }),
  ],
  [
    'RSA by an EC key',
    'ERR_SIGN_ALGORITHM',
    'cms-key-kind',
    () => signedBut({ holder: issueHolder('signing', authority, { key: testKey('p256', 'P-256') }) })(),
  ],
  [
    'RSA of 1024 bits',
    'ERR_SIGN_ALGORITHM',
    'key-rsa-modulus',
    () => signedBut({ holder: issueHolder('signing', authority, { key: testKey('weak', 'rsa1024') }) })(),
  ],
];

const plain = sorted([standard.contentType, standard.messageDigest]);
const CERTIFICATES: readonly AttackRow[] = [
  ['not there', 'ERR_CERT_MISSING', 'cms-certificate-missing', signedBut({}, { certificates: [] })],
  [
    'somebody else’s',
    'ERR_CERT_MISSING',
    'cms-certificate-missing',
    signedBut({}, { certificates: [other.certificate] }),
  ],
  ['of another key identifier', 'ERR_CERT_MISSING', 'cms-certificate-missing', namedByKeyIdentifier],
  [
    'that cannot be read',
    'ERR_CERT_MALFORMED',
    'cms-certificate-malformed',
    signedBut({}, { certificates: [sequence(nullValue())] }),
  ],
  [
    'one of two under one name',
    'ERR_SIGN_FORMAT',
    'cms-certificate-ambiguous',
    signedBut({ attributes: plain }, { certificates: [twin.certificate, holder.certificate] }),
  ],
  [
    'replaced by one of the same name',
    'ERR_SIGN_MISMATCH',
    'cms-ess-mismatch',
    signedBut({}, { certificates: [twin.certificate] }),
  ],
];

describe.each([
  ['a signature', SIGNATURE],
  ['a reference', REFERENCE],
  ['signed attributes', ATTRIBUTES],
  ['algorithms', ALGORITHMS],
  ['the signer’s certificate', CERTIFICATES],
])('%s', (_, attacks) => {
  it.each(attacks)('%s: %s, %s', async (_name, code, reason, forge) => {
    expect(await refusal(forge())).toEqual({ code, reason });
  });
});
