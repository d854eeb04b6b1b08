/** What is no well-formed SignedData, or has other content attached than was signed. */
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { element, nullValue, octetString, oid, sequence, tagged } from '../../../sdk/formats/asn1/write.js';
import {
  anchor,
  attached,
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
import { buildCms, childrenOf, Oid, sorted, toIndefiniteLength, verifyTestCms } from '../../support/test-cms.js';

const all = Object.values(standard);
const segmented = berAttached();

/** The attached one in BER with indefinite lengths, its content in two segments. */
function berAttached(): Uint8Array {
  const kept = [element(0xa0, ...sorted(all)), holder.certificate, parseCertificate(holder.certificate).issuer.der];
  return toIndefiniteLength(attached, kept);
}

/** The attached one with other octets in place of its OCTET STRING. */
function wrapped(wrappedContent: Uint8Array): () => Attack {
  return () => ({ cms: buildCms({ content, signers: [{ holder }], wrappedContent }), over: null });
}

const EVEN_DEEPER = Array.from({ length: 9 }).reduce<Uint8Array>((inner) => element(0x24, inner), octetString(content));
const manySigners = Array.from({ length: 17 }, () => ({ holder }));
const STRUCTURE: readonly AttackRow[] = [
  ['nothing', 'ERR_SIGN_FORMAT', 'asn1-truncated', () => ({ cms: new Uint8Array() })],
  ['cut off', 'ERR_SIGN_FORMAT', 'asn1-truncated', edited((cms) => cms.subarray(0, -1))],
  ['an octet behind', 'ERR_SIGN_FORMAT', 'asn1-trailing-octets', edited((cms) => Buffer.concat([cms, Buffer.of(0)]))],
  ['another one behind', 'ERR_SIGN_FORMAT', 'asn1-trailing-octets', edited((cms) => Buffer.concat([cms, cms]))],
  [
    'plain data',
    'ERR_SIGN_FORMAT',
    'cms-not-signed-data',
    () => ({ cms: sequence(oid(Oid.data), tagged(0, octetString(content))) }),
  ],
  ['a certificate', 'ERR_SIGN_FORMAT', 'cms-not-signed-data', () => ({ cms: holder.certificate })],
  [
    'a field too many',
    'ERR_SIGN_FORMAT',
    'asn1-unexpected-field',
    () => ({ cms: sequence(...childrenOf(detached), nullValue()) }),
  ],
  [
    'only certificates',
    'ERR_SIGN_FORMAT',
    'cms-certificates-only',
    signedBut({}, { signers: [], certificates: [holder.certificate] }),
  ],
  ['no signer', 'ERR_SIGN_FORMAT', 'cms-no-signer', signedBut({}, { signers: [] })],
  ['too many signers', 'ERR_SIGN_FORMAT', 'cms-too-many-signers', signedBut({}, { signers: manySigners })],
  [
    'too many certificates',
    'ERR_SIGN_FORMAT',
    'cms-too-many-certificates',
    signedBut({}, { certificates: Array.from({ length: 65 }, () => nullValue()) }),
  ],
  [
    'too many digest algorithms',
    'ERR_SIGN_FORMAT',
    'cms-too-many-digest-algorithms',
    signedBut({}, { digestAlgorithms: Array.from({ length: 17 }, () => sequence(oid(Oid.sha256))) }),
  ],
  [
    'unsigned attributes that are none',
    'ERR_SIGN_FORMAT',
    'asn1-unexpected-type',
    signedBut({ unsignedAttributes: element(0xa1, nullValue()) }),
  ],
  [
    'a serial number too long',
    'ERR_SIGN_FORMAT',
    'serial-number',
    signedBut({ sid: sequence(anchor.subject.der, element(0x02, new Uint8Array(22).fill(1))) }),
  ],
  ['an unknown version', 'ERR_SIGN_FORMAT', 'cms-version', signedBut({}, { version: 2 })],
  ['an unknown SignerInfo version', 'ERR_SIGN_FORMAT', 'cms-version', signedBut({ version: 2 })],
  ['a version that does not fit the signer’s name', 'ERR_SIGN_FORMAT', 'asn1-missing-field', signedBut({ version: 3 })],
  ['a time stamp', 'ERR_SIGN_FORMAT', 'cms-content-type', signedBut({}, { eContentType: '1.2.840.113549.1.9.16.1.4' })],
  ['detached, and nothing else', 'ERR_SIGN_FORMAT', 'cms-content-missing', () => ({ cms: detached, over: null })],
];

const ATTACHED: readonly AttackRow[] = [
  ['and other content given', 'ERR_SIGN_FORMAT', 'cms-content-attached', () => ({ cms: attached, over: forged })],
  ['and the same content given', 'ERR_SIGN_FORMAT', 'cms-content-attached', () => ({ cms: attached })],
  [
    'changed',
    'ERR_SIGN_DIGEST',
    'cms-message-digest-mismatch',
    () => ({
      cms: replaced(attached, octetString(content), octetString(content.map((octet) => octet ^ 1))),
      over: null,
    }),
  ],
  [
    'with a segment added',
    'ERR_SIGN_DIGEST',
    'cms-message-digest-mismatch',
    wrapped(element(0x24, octetString(content), octetString(forged))),
  ],
  ['taken out', 'ERR_SIGN_DIGEST', 'cms-message-digest-mismatch', wrapped(octetString(new Uint8Array()))],
  ['of another type', 'ERR_SIGN_FORMAT', 'asn1-octet-string', wrapped(element(0x0c, content))],
  [
    'with a segment of another type',
    'ERR_SIGN_FORMAT',
    'asn1-octet-string',
    wrapped(element(0x24, element(0x0c, content))),
  ],
  [
    'twice',
    'ERR_SIGN_FORMAT',
    'asn1-unexpected-field',
    wrapped(Buffer.concat([octetString(content), octetString(forged)])),
  ],
  ['nested without end', 'ERR_SIGN_FORMAT', 'asn1-too-deep', wrapped(EVEN_DEEPER)],
  [
    'in a primitive without length',
    'ERR_SIGN_FORMAT',
    'asn1-indefinite-primitive',
    wrapped(Uint8Array.of(0x04, 0x80, 0, 0)),
  ],
  ['longer than the file', 'ERR_SIGN_FORMAT', 'asn1-truncated', wrapped(Uint8Array.of(0x04, 0x85, 1, 0, 0, 0, 0))],
  [
    'longer than any number',
    'ERR_SIGN_FORMAT',
    'asn1-length-too-long',
    wrapped(Uint8Array.of(0x04, 0x87, 1, 0, 0, 0, 0, 0, 0)),
  ],
  ['under a tag of many octets', 'ERR_SIGN_FORMAT', 'asn1-tag-number', wrapped(Uint8Array.of(0x1f, 0x81, 0x01, 0x00))],
  ['that is end-of-contents', 'ERR_SIGN_FORMAT', 'asn1-end-of-contents', wrapped(Uint8Array.of(0x00, 0x00))],
  [
    'by a digest that is not announced',
    'ERR_SIGN_ALGORITHM',
    'cms-digest-algorithm-not-listed',
    () => ({ ...signedBut({}, { eContent: content, digestAlgorithms: [sequence(oid(Oid.sha384))] })(), over: null }),
  ],
  ['in segments, cut off', 'ERR_SIGN_FORMAT', 'asn1-truncated', () => ({ cms: segmented.subarray(0, -1), over: null })],
  [
    'in segments, with octets behind',
    'ERR_SIGN_FORMAT',
    'asn1-trailing-octets',
    () => ({ cms: Buffer.concat([segmented, Buffer.of(0, 0)]), over: null }),
  ],
];

describe('what is forged from', () => {
  it('passes in every form', async () => {
    expect(await verifyTestCms({ cms: detached, content, trustAnchors: [anchor] })).toMatchObject({
      verdict: 'total-passed',
    });
    for (const cms of [attached, segmented]) {
      expect(await verifyTestCms({ cms, trustAnchors: [anchor] })).toMatchObject({ verdict: 'total-passed' });
    }
    const { cms } = wrapped(element(0x24, octetString(content.subarray(0, 3)), octetString(content.subarray(3))))();
    expect(await verifyTestCms({ cms, trustAnchors: [anchor] })).toMatchObject({ verdict: 'total-passed' });
  });
});

describe.each([
  ['the structure', STRUCTURE],
  ['attached content', ATTACHED],
])('%s', (_, attacks) => {
  it.each(attacks)('%s: %s, %s', async (_name, code, reason, forge) => {
    expect(await refusal(forge())).toEqual({ code, reason });
  });
});
