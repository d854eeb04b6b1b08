import {
  C14N,
  digestOf,
  DS,
  ENVELOPED,
  EXC_C14N,
  reference,
  RSA_SHA256,
  signature,
  transform,
} from '../../support/xml-signatures.js';
import {
  holder,
  form,
  wholeReference,
  GOOD,
  ELEMENT,
  elementReference,
  ofFile,
  within,
  type Attack,
  method,
  withTransforms,
  xpath,
  STRUCTURE,
  TRANSFORM,
  TRANSFORM_FORM,
  DIGEST,
  describeAttacks,
} from './signed-xml.js';

const STRUCTURES: readonly Attack[] = [
  ['two SignedInfo', GOOD.replace('<SignatureValue>', '<SignedInfo></SignedInfo><SignatureValue>'), STRUCTURE],
  ['a second SignedInfo behind', GOOD.replace('<KeyInfo>', '<SignedInfo></SignedInfo><KeyInfo>'), STRUCTURE],
  ['two SignatureValue', GOOD.replace('<KeyInfo>', '<SignatureValue>AAAA</SignatureValue><KeyInfo>'), STRUCTURE],
  ['no SignatureValue', GOOD.replace(/<SignatureValue>.*<\/SignatureValue>/, ''), STRUCTURE],
  ['no SignedInfo', GOOD.replace(/<SignedInfo>.*<\/SignedInfo>/, ''), STRUCTURE],
  ['KeyInfo twice', within(GOOD, '<KeyInfo></KeyInfo>'), STRUCTURE],
  ['an element of another namespace in Signature', within(GOOD, '<x xmlns="urn:x"/>'), STRUCTURE],
  ['a Reference beside SignedInfo', within(GOOD, wholeReference), STRUCTURE],
  ['text in Signature', within(GOOD, 'x'), STRUCTURE],
  ['a comment in Signature', within(GOOD, '<!-- -->'), STRUCTURE],
  ['SignedInfo in another namespace', GOOD.replace('<SignedInfo>', '<SignedInfo xmlns="urn:x">'), STRUCTURE],
  [
    'Signature in another namespace',
    GOOD.replace(`<Signature xmlns="${DS}"`, '<Signature xmlns="urn:x"'),
    'ERR_SIGN_FORMAT xml-no-signature',
  ],
  ['no Reference', form(signature(holder, { references: [] })), STRUCTURE],
  [
    'an element too many in a Reference',
    form(
      signature(holder, { references: [wholeReference.replace('</Reference>', '<x xmlns="urn:x"></x></Reference>')] }),
    ),
    STRUCTURE,
  ],
  [
    'two DigestValue',
    form(
      signature(holder, {
        references: [wholeReference.replace('</Reference>', '<DigestValue>AAAA</DigestValue></Reference>')],
      }),
    ),
    STRUCTURE,
  ],
  [
    'an attribute too many in a Reference',
    form(signature(holder, { references: [wholeReference.replace('URI=""', 'URI="" x=""')] })),
    STRUCTURE,
  ],
  ['text among the references', form(signature(holder, { references: ['x', wholeReference] })), STRUCTURE],
  [
    'a comment in DigestValue',
    GOOD.replace('<DigestValue>', '<DigestValue>AAAA<!-- -->'),
    'ERR_SIGN_FORMAT xml-signature-markup',
  ],
  [
    'a comment that hides a digest (CVE-2025-29775)',
    GOOD.replace(/<DigestValue>([^<]+)/, `<DigestValue><!--${digestOf('x')}-->$1`),
    'ERR_SIGN_FORMAT xml-signature-markup',
  ],
  [
    'a processing instruction in SignedInfo',
    GOOD.replace('<Reference', '<?x?><Reference'),
    'ERR_SIGN_FORMAT xml-signature-markup',
  ],
  [
    'CDATA in SignatureValue',
    GOOD.replace(/(<SignatureValue>)([^<]+)/, '$1<![CDATA[$2]]>'),
    'ERR_SIGN_FORMAT xml-signature-markup',
  ],
  [
    'a comment in a certificate',
    GOOD.replace('<X509Certificate>', '<X509Certificate><!-- -->'),
    'ERR_SIGN_FORMAT xml-signature-markup',
  ],
  ['an element within SignatureValue', GOOD.replace('</SignatureValue>', '<x></x></SignatureValue>'), STRUCTURE],
  ['junk in base64', GOOD.replace('<SignatureValue>', '<SignatureValue>-'), 'ERR_SIGN_FORMAT xml-base64'],
  [
    'base64 without its padding',
    GOOD.replace('==</SignatureValue>', '</SignatureValue>'),
    'ERR_SIGN_FORMAT xml-base64',
  ],
  [
    'base64 with text behind its padding',
    GOOD.replace('</SignatureValue>', 'AAAA</SignatureValue>'),
    'ERR_SIGN_FORMAT xml-base64',
  ],
  [
    'no-break space in base64',
    GOOD.replace('</SignatureValue>', '\u00a0</SignatureValue>'),
    'ERR_SIGN_FORMAT xml-base64',
  ],
  [
    'a digest cut short',
    form(signature(holder, { references: [reference({ digestValue: digestOf(form('')).slice(0, 8) })] })),
    DIGEST,
  ],
  ['an empty digest', form(signature(holder, { references: [reference({ digestValue: '' })] })), DIGEST],
];

const TRANSFORMS: readonly Attack[] = [
  ['XSLT', withTransforms(transform('http://www.w3.org/TR/1999/REC-xslt-19991116')), TRANSFORM],
  ['XPath', withTransforms(xpath('http://www.w3.org/TR/1999/REC-xpath-19991116', 'false()')), TRANSFORM],
  [
    'XPath after enveloped-signature',
    withTransforms(transform(ENVELOPED) + xpath('http://www.w3.org/TR/1999/REC-xpath-19991116', 'false()')),
    TRANSFORM,
  ],
  ['XPath filter', withTransforms(xpath('http://www.w3.org/2002/06/xmldsig-filter2', '/')), TRANSFORM],
  ['decryption', withTransforms(transform('http://www.w3.org/2002/07/decrypt#XML')), TRANSFORM],
  ['base64', withTransforms(transform(`${DS}base64`)), TRANSFORM],
  ['an unknown one', withTransforms(transform('urn:x')), TRANSFORM],
  ['none in Transforms', withTransforms(''), TRANSFORM_FORM],
  [
    'enveloped-signature after canonicalization',
    withTransforms(transform(EXC_C14N) + transform(ENVELOPED)),
    TRANSFORM_FORM,
  ],
  ['enveloped-signature twice', withTransforms(transform(ENVELOPED).repeat(2)), TRANSFORM],
  ['canonicalization twice', withTransforms(transform(EXC_C14N).repeat(2)), TRANSFORM_FORM],
  ['a thousand', withTransforms(transform(EXC_C14N).repeat(1000)), TRANSFORM_FORM],
  [
    'enveloped-signature with a parameter',
    withTransforms(transform(ENVELOPED, '<x xmlns="urn:x"></x>')),
    TRANSFORM_FORM,
  ],
  [
    'parameters of inclusive canonicalization',
    withTransforms(transform(C14N, `<InclusiveNamespaces xmlns="${EXC_C14N}" PrefixList="x"></InclusiveNamespaces>`)),
    TRANSFORM_FORM,
  ],
  [
    'too many prefixes',
    withTransforms(
      transform(
        EXC_C14N,
        `<InclusiveNamespaces xmlns="${EXC_C14N}" PrefixList="${'x '.repeat(100)}"></InclusiveNamespaces>`,
      ),
    ),
    TRANSFORM_FORM,
  ],
  ['enveloped-signature on a file', ofFile('a.xml', transform(ENVELOPED)), TRANSFORM_FORM],
  [
    'canonicalization of SignedInfo by XSLT',
    form(
      signature(holder, {
        references: [wholeReference],
        methods: `<CanonicalizationMethod Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></CanonicalizationMethod>${method(RSA_SHA256)}`,
      }),
    ),
    TRANSFORM,
  ],
  [
    'C14N 1.1 of an element that inherits xml:id',
    `<申請 xml:id="x">${ELEMENT}${signature(holder, { references: [elementReference({ transforms: transform('http://www.w3.org/2006/12/xml-c14n11') })] })}</申請>`,
    TRANSFORM,
  ],
];

describeAttacks('the structure', STRUCTURES);
describeAttacks('transforms', TRANSFORMS);
