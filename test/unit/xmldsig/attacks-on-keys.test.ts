import { holderExtensions, issueHolder, testKey } from '../../support/test-pki.js';
import {
  digestOf,
  DS,
  EXC_C14N,
  keyInfo,
  reference,
  rsaValue,
  signature,
  SIGNED_PROPERTIES,
  transform,
} from '../../support/xml-signatures.js';
import {
  authority,
  holder,
  attacker,
  CONTENT,
  form,
  wholeReference,
  GOOD,
  signedProperties,
  qualifying,
  propertiesReference,
  xades,
  type Attack,
  algorithmAttack,
  method,
  publicKeyHmac,
  MORE,
  DIGEST,
  INVALID,
  sameKeyCertificate,
  describeAttacks,
} from './signed-xml.js';

const ALGORITHMS: readonly Attack[] = [
  [
    'HMAC with the public key for its key',
    algorithmAttack(method(`${MORE}hmac-sha256`), publicKeyHmac),
    'ERR_SIGN_ALGORITHM xml-hmac',
  ],
  [
    'HMAC cut to nothing',
    algorithmAttack(method(`${DS}hmac-sha1`, '<HMACOutputLength>0</HMACOutputLength>'), () => ''),
    'ERR_SIGN_ALGORITHM xml-hmac-output-length',
  ],
  [
    'RSASSA-PSS',
    algorithmAttack(method('http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1')),
    'ERR_SIGN_ALGORITHM xml-rsa-pss',
  ],
  [
    'RSASSA-PSS with parameters',
    algorithmAttack(
      method(
        'http://www.w3.org/2007/05/xmldsig-more#rsa-pss',
        '<RSAPSSParams xmlns="http://www.w3.org/2007/05/xmldsig-more#"></RSAPSSParams>',
      ),
    ),
    'ERR_SIGN_ALGORITHM xml-rsa-pss',
  ],
  ['an unknown algorithm', algorithmAttack(method('urn:x')), 'ERR_SIGN_ALGORITHM xml-signature-algorithm'],
  [
    'no algorithm',
    algorithmAttack('<SignatureMethod></SignatureMethod>'),
    'ERR_SIGN_ALGORITHM xml-signature-algorithm',
  ],
  ['ECDSA said of an RSA key', algorithmAttack(method(`${MORE}ecdsa-sha256`)), 'ERR_SIGN_ALGORITHM xml-key-kind'],
  ['another digest in the signature', algorithmAttack(method(`${MORE}rsa-sha512`)), INVALID],
  [
    'a signature over SHA-1',
    algorithmAttack(method(`${DS}rsa-sha1`), (text) => rsaValue(holder.key.privateKey, text, 'sha1')),
    'ERR_SIGN_ALGORITHM xml-sha1-legacy',
  ],
  [
    'a digest by SHA-1',
    form(
      signature(holder, {
        references: [
          reference({
            digestMethod: `<DigestMethod Algorithm="${DS}sha1"></DigestMethod>`,
            digestValue: digestOf(form(''), 'sha1'),
          }),
        ],
      }),
    ),
    'ERR_SIGN_ALGORITHM xml-sha1-legacy',
  ],
  [
    'SHA-1, and the content is another',
    algorithmAttack(method(`${DS}rsa-sha1`)).replace('1000', '9000'),
    'failure xml-legacy-digests-differ',
  ],
  [
    'a digest by MD5',
    form(
      signature(holder, {
        references: [
          reference({
            digestMethod: `<DigestMethod Algorithm="${MORE}md5"></DigestMethod>`,
            digestValue: digestOf(form(''), 'md5'),
          }),
        ],
      }),
    ),
    'ERR_SIGN_ALGORITHM xml-digest-algorithm',
  ],
  ['a method changed after signing', GOOD.replace('rsa-sha256', 'rsa-sha384'), INVALID],
];

const KEYS: readonly Attack[] = [
  ['a certificate of the attacker', GOOD.replace(keyInfo(holder.certificate), keyInfo(attacker.certificate)), INVALID],
  [
    'a certificate of the attacker put first',
    GOOD.replace(keyInfo(holder.certificate), keyInfo(attacker.certificate, holder.certificate)).replace(
      '1000',
      '9000',
    ),
    DIGEST,
  ],
  ['no KeyInfo', GOOD.replace(keyInfo(holder.certificate), ''), 'ERR_CERT_MISSING xml-certificate-missing'],
  [
    'a KeyValue alone',
    GOOD.replace(keyInfo(holder.certificate), '<KeyInfo><KeyValue><RSAKeyValue/></KeyValue></KeyInfo>'),
    'ERR_CERT_MISSING xml-certificate-missing',
  ],
  [
    'a certificate that is none',
    GOOD.replace(keyInfo(holder.certificate), keyInfo(Buffer.from('x'))),
    'ERR_CERT_MALFORMED xml-certificate-malformed',
  ],
  [
    'a certificate in another namespace',
    GOOD.replace('<X509Certificate>', '<X509Certificate xmlns="urn:x">'),
    'ERR_CERT_MISSING xml-certificate-missing',
  ],
  [
    'two certificates of the same key',
    GOOD.replace(keyInfo(holder.certificate), keyInfo(sameKeyCertificate, holder.certificate)),
    'ERR_SIGN_FORMAT xml-certificate-ambiguous',
  ],
  [
    'a hundred certificates',
    GOOD.replace(keyInfo(holder.certificate), keyInfo(...Array<Uint8Array>(100).fill(holder.certificate))),
    'ERR_SIGN_FORMAT xml-key-info',
  ],
  ['another value', GOOD.replace('<SignatureValue>', '<SignatureValue>AAAA'), INVALID],
  [
    'SignedInfo changed with its content',
    GOOD.replace('1000', '9000').replace(digestOf(form('')), digestOf(form('').replace('1000', '9000'))),
    INVALID,
  ],
  [
    'a short key',
    (() => {
      const weak = issueHolder('signing', authority, {
        key: testKey('weak', 'rsa1024'),
        extensions: holderExtensions('signing'),
      });
      return form(signature(weak, { references: [wholeReference] }));
    })(),
    'ERR_SIGN_ALGORITHM xml-key-kind',
  ],
];

const PROPERTIES: readonly Attack[] = [
  [
    'another certificate named',
    xades({ certificate: attacker.certificate }),
    'ERR_SIGN_MISMATCH xades-certificate-mismatch',
  ],
  [
    'another certificate of the same key put there',
    xades().replace(keyInfo(holder.certificate), keyInfo(sameKeyCertificate)),
    'ERR_SIGN_MISMATCH xades-certificate-mismatch',
  ],
  [
    'properties that are not signed',
    xades({}, { references: [wholeReference] }),
    'ERR_SIGN_FORMAT xades-signed-properties',
  ],
  [
    'properties signed without the Type',
    xades({}, { references: [wholeReference, propertiesReference(signedProperties({}), 'URI="#properties"')] }),
    'ERR_SIGN_FORMAT xades-signed-properties',
  ],
  [
    'properties signed twice',
    xades({}, { references: [wholeReference, ...Array<string>(2).fill(propertiesReference(signedProperties({})))] }),
    'ERR_SIGN_FORMAT xades-signed-properties',
  ],
  [
    'the Type on something else',
    xades(
      {},
      {
        references: [
          wholeReference,
          reference({
            attributes: `Type="${SIGNED_PROPERTIES}" URI="#to"`,
            transforms: transform(EXC_C14N),
            digestValue: digestOf('<宛先 Id="to">A</宛先>'),
          }),
        ],
      },
    ),
    'ERR_SIGN_FORMAT xades-signed-properties',
  ],
  [
    'properties outside of the signature',
    form(
      signature(holder, {
        references: [wholeReference, propertiesReference(signedProperties({}))],
        attributes: ' Id="sig"',
      }),
      CONTENT + signedProperties({}),
    ),
    'ERR_SIGN_FORMAT xades-signed-properties',
  ],
  ['properties of another signature', xades({ target: '#another' }), 'ERR_SIGN_FORMAT xades-structure'],
  [
    'properties twice',
    xades().replace('</Signature>', `${qualifying('')}</Signature>`),
    'ERR_SIGN_FORMAT xades-structure',
  ],
  ['changed properties', xades().replace('2026-11-21', '2020-01-01'), DIGEST],
  [
    'properties and nothing else',
    xades({}, { references: [propertiesReference(signedProperties({}))] }),
    'ERR_SIGN_FORMAT xml-nothing-signed',
  ],
  [
    'the certificate named by an unknown digest',
    xades({ digestAlgorithm: ['urn:x', 'sha256'] }),
    'ERR_SIGN_ALGORITHM xml-digest-algorithm',
  ],
];

describeAttacks('algorithms', ALGORITHMS);
describeAttacks('keys', KEYS);
describeAttacks('signed properties', PROPERTIES);
