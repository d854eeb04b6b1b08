import { digestOf, DS, ENVELOPED, signature, transform } from '../../support/xml-signatures.js';
import {
  holder,
  form,
  wholeReference,
  elementReference,
  beside,
  ofFile,
  type Attack,
  withUri,
  TRANSFORM_FORM,
  URI,
  TARGET,
  INVALID,
  describeAttacks,
} from './signed-xml.js';

const REFERENCES: readonly Attack[] = [
  [
    'SignedInfo itself',
    beside({ references: [elementReference({ attributes: 'URI="#info"' })] }).replace(
      '<SignedInfo>',
      '<SignedInfo Id="info">',
    ),
    TARGET,
  ],
  ['the own SignatureValue', withUri('#value').replace('<SignatureValue>', '<SignatureValue Id="value">'), TARGET],
  ['the own Signature', withUri('#sig').replace('<Signature ', '<Signature Id="sig" '), TARGET],
  [
    'the own Signature, taken away by its transform',
    beside({
      references: [
        elementReference({ attributes: 'URI="#o"', transforms: transform(ENVELOPED), digestValue: digestOf('') }),
      ],
      objects: '<Object Id="o"></Object>',
    }),
    TRANSFORM_FORM,
  ],
  [
    'the Object of another signature',
    beside()
      .replace(
        '</申請>',
        `${signature(holder, { references: [elementReference({ attributes: 'URI="#other"' })] })}</申請>`,
      )
      .replace('</Signature>', '<Object Id="other"/></Signature>'),
    TARGET,
  ],
  ['nothing', withUri('#none'), TARGET],
  ['an XPointer to the document', withUri('#xpointer(/)'), URI],
  ['an XPointer to an ID', withUri("#xpointer(id('sum'))"), URI],
  ['an empty fragment', withUri('#'), URI],
  ['no URI', beside({ references: [elementReference({ attributes: 'Id="x"' })] }), URI],
  [
    'a fragment with two meanings',
    beside({ references: [elementReference({ attributes: 'URI="#s%75m"' })] }).replace(
      '</申請>',
      '<x Id="s%75m"/></申請>',
    ),
    URI,
  ],
  ['percent-encoding that is not UTF-8', withUri('#%FF'), URI],
  ['an overlong encoding', ofFile('%C0%AE%C0%AE'), URI],
  ['a parent folder', ofFile('../a.xml'), URI],
  ['a parent folder, percent-encoded', ofFile('%2e%2e'), URI],
  ['a parent folder, encoded with its slash', ofFile('%2e%2e%2fa.xml'), URI],
  ['a parent folder, encoded twice', ofFile('%252e%252e'), URI],
  ['the current folder', ofFile('.'), URI],
  ['an absolute path', ofFile('/etc/passwd'), URI],
  ['a path of Windows', ofFile('x\\a.xml'), URI],
  ['a drive letter', ofFile('C:a.xml'), URI],
  ['a drive letter, percent-encoded', ofFile('C%3Aa.xml'), URI],
  ['an alternate data stream', ofFile('a.xml:x'), URI],
  ['a name that Windows cuts', ofFile('a.xml.'), URI],
  ['http', ofFile('http://example.jp/a.xml'), URI],
  ['file', ofFile('file:a.xml'), URI],
  ['a query', ofFile('a.xml?x'), URI],
  ['NUL', ofFile('a.xml%00.pdf'), URI],
  ['a lone percent sign', ofFile('a%.xml'), URI],
  ['a file that is not there', ofFile('b.xml'), 'ERR_SIGN_DIGEST xml-reference-missing'],
  ['a file that is another', ofFile('a.xml').replace('a.xml', 'b.xml'), INVALID],
  [
    '10,000 references',
    form(signature(holder, { references: Array<string>(10_000).fill(wholeReference) })),
    'ERR_SIGN_FORMAT xml-limit',
  ],
  [
    '2,000 references',
    form(signature(holder, { references: Array<string>(2000).fill(wholeReference) })),
    'ERR_SIGN_FORMAT xml-too-many-references',
  ],
  [
    'a Manifest in place of content',
    beside({ references: [elementReference({ attributes: `Type="${DS}Manifest" URI="#sum"` })] }),
    'ERR_SIGN_FORMAT xml-nothing-signed',
  ],
  [
    '64 signatures, each over a megabyte',
    `<申請 Id="form">${'x'.repeat(1_000_000)}${signature(holder, { references: [wholeReference] }).repeat(64)}</申請>`,
    'ERR_SIGN_FORMAT xml-reference-work',
  ],
  [
    '300 signatures',
    form('<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'.repeat(300)),
    'ERR_SIGN_FORMAT xml-too-many-signatures',
  ],
];

describeAttacks('references', REFERENCES);
