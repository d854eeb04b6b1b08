import { expect, it } from 'vitest';
import {
  C14N,
  digestOf,
  ENVELOPED,
  outcomeOf,
  reference,
  signature,
  transform,
  XADES,
} from '../../support/xml-signatures.js';
import {
  holder,
  form,
  wholeReference,
  GOOD,
  ELEMENT,
  beside,
  xades,
  assertion,
  signatureOfAssertion,
  response,
  unsignedResponse,
  signatureOfResponse,
  evil,
  within,
  type Attack,
  STRUCTURE,
  TRANSFORM_FORM,
  DIGEST,
  options,
  SIGNED_ASSERTION,
  TWIN,
  UNSIGNED_OBJECT,
  describeAttacks,
} from './signed-xml.js';

const WRAPPING: readonly Attack[] = [
  [
    'XSW1: the original response within the signature',
    response(within(signatureOfResponse, unsignedResponse) + evil(), 'e'),
    STRUCTURE,
  ],
  [
    'XSW2: the original response before the signature',
    response(unsignedResponse + signatureOfResponse + evil(), 'e'),
    TWIN,
  ],
  ['XSW3: a forged assertion before the original', response(evil() + assertion(signatureOfAssertion())), TWIN],
  ['XSW4: the original within a forged assertion', response(evil(assertion(signatureOfAssertion()))), TWIN],
  [
    'XSW5: the signature in the forged one, the original behind',
    response(evil(signatureOfAssertion()) + assertion('')),
    TWIN,
  ],
  [
    'XSW6: the original within the signature of the forged one',
    response(evil(within(signatureOfAssertion(), assertion('')))),
    STRUCTURE,
  ],
  [
    'XSW7: a forged one with the same ID in Extensions',
    response(`<Extensions>${assertion('', { user: 'taro' })}</Extensions>${assertion(signatureOfAssertion())}`),
    'ERR_SIGN_FORMAT xml-duplicate-id',
  ],
  [
    'XSW7: the same with another ID',
    response(`<Extensions>${evil()}</Extensions>${assertion(signatureOfAssertion())}`),
    TWIN,
  ],
  [
    'XSW8: the original in an Object of the signature of the forged one',
    response(
      evil(signatureOfAssertion(`<Object>${assertion('').replace('<Assertion', '<Assertion xmlns=""')}</Object>`)),
    ),
    TRANSFORM_FORM,
  ],
  [
    'XSW8: the same where the transform does not give it away',
    beside({ objects: `<Object>${ELEMENT.replace('<額', '<額 xmlns=""')}</Object>` }).replace(
      ELEMENT,
      '<額 Id="e">9</額>',
    ),
    TWIN,
  ],
  [
    'a forged twin in another namespace',
    response(evil().replace('<Assertion', '<Assertion xmlns="urn:evil"') + assertion(signatureOfAssertion())),
    TWIN,
  ],
  [
    'unsigned content in an Object of a signature over everything',
    within(GOOD, '<Object><額>9999</額></Object>'),
    UNSIGNED_OBJECT,
  ],
  [
    'unsigned content of another namespace in an Object',
    within(GOOD, '<Object><額 xmlns="">9999</額></Object>'),
    UNSIGNED_OBJECT,
  ],
  ['unsigned text in an Object', within(GOOD, '<Object>9999</Object>'), UNSIGNED_OBJECT],
  ['unsigned content in KeyInfo', within(GOOD, '<額 xmlns="">9999</額>', '</KeyInfo>'), UNSIGNED_OBJECT],
  [
    'unsigned content among unsigned properties',
    xades().replace(
      '</x:QualifyingProperties>',
      `<x:UnsignedProperties><x:UnsignedSignatureProperties><額 xmlns="">9999</額></x:UnsignedSignatureProperties></x:UnsignedProperties></x:QualifyingProperties>`,
    ),
    UNSIGNED_OBJECT,
  ],
  ['unsigned attributes of KeyInfo', GOOD.replace('<KeyInfo>', '<KeyInfo 額="9999">'), UNSIGNED_OBJECT],
  ['unsigned text in KeyInfo', within(GOOD, '9999', '</KeyInfo>'), UNSIGNED_OBJECT],
  ['unsigned text in a value', GOOD.replace('<X509Data>', '<X509Data><X509SKI>額 9999</X509SKI>'), UNSIGNED_OBJECT],
  [
    'unsigned text that names a key',
    GOOD.replace('<KeyInfo>', '<KeyInfo><KeyName>9999</KeyName>'),
    'warning xml-unsigned-object',
  ],
  ['unsigned attributes of an Object', within(GOOD, '<Object 額="9999"></Object>'), UNSIGNED_OBJECT],
  ['unsigned attributes with a prefix', within(GOOD, '<Object xmlns:e="urn:e" e:Id="9999"></Object>'), UNSIGNED_OBJECT],
  ['unsigned attributes of the Signature', GOOD.replace('<Signature ', '<Signature 額="9999" '), UNSIGNED_OBJECT],
  ['a processing instruction in an Object', within(GOOD, '<Object><?額 9999?></Object>'), UNSIGNED_OBJECT],
  [
    'unsigned content that claims the namespace of XAdES',
    within(GOOD, `<Object><x:額 xmlns:x="${XADES}">9999</x:額></Object>`),
    UNSIGNED_OBJECT,
  ],
  [
    'a whole form that claims the namespace of XAdES',
    within(GOOD, `<Object><申請 xmlns="${XADES}" Id="form2"><額>9999</額></申請></Object>`),
    UNSIGNED_OBJECT,
  ],
  [
    'unsigned content that claims that of XAdES 1.4.1',
    within(GOOD, '<Object><額 xmlns="http://uri.etsi.org/01903/v1.4.1#">9999</額></Object>'),
    UNSIGNED_OBJECT,
  ],
  [
    'an element of XAdES where it has no place',
    within(GOOD, `<Object><x:Number xmlns:x="${XADES}">9999</x:Number></Object>`),
    UNSIGNED_OBJECT,
  ],
  [
    'unsigned signature properties',
    within(
      GOOD,
      '<Object><SignatureProperties><SignatureProperty Target="#x">9999</SignatureProperty></SignatureProperties></Object>',
    ),
    UNSIGNED_OBJECT,
  ],
  [
    'unsigned content in the signature of an element that is signed by its ID',
    within(SIGNED_ASSERTION, '<Object><Subject xmlns="">taro</Subject></Object>'),
    UNSIGNED_OBJECT,
  ],
  [
    'a signature over everything moved into the content',
    form('', `<額>1000${signature(holder, { references: [wholeReference] })}</額><宛先 Id="to">B</宛先>`),
    DIGEST,
  ],
  ['a second root around a good document', `<束>${GOOD}</束>`, DIGEST],
];

const SIGNATURE = signature(holder, { references: [wholeReference] });
const LEAF = reference({ digestValue: digestOf('<a>1000</a>') });
const SPLITS = 'failure xml-signature-splits-text';
const splitBy = (between: string): string => form('').replace('1000', between.replace('S', SIGNATURE));

const SPLIT_TEXTS: readonly Attack[] = [
  ['a value split by the signature', splitBy('1S000'), SPLITS],
  ['a value before the signature', splitBy('1000S'), SPLITS],
  ['a value behind the signature', splitBy('S1000'), SPLITS],
  ['a value split, with comments between', splitBy('1<!-- <a --><!-- > -->S<!-- -->000'), SPLITS],
  ['a value split as CDATA', splitBy('<![CDATA[1]]>S000'), SPLITS],
  ['a value split as references', splitBy('&#x31;S&#48;00'), SPLITS],
  ['a text split within the root', `<a>1${signature(holder, { references: [LEAF] })}000</a>`, SPLITS],
];

const CONTENTS: readonly Attack[] = [
  ['another value', GOOD.replace('1000', '9000'), DIGEST],
  ['an added element', GOOD.replace('<額>', '<額>0</額><額>'), DIGEST],
  ['a value hidden in a processing instruction', GOOD.replace('1000', '<?x 1000?>'), DIGEST],
  ['a value split by a processing instruction', GOOD.replace('1000', '1<?x 000?>'), DIGEST],
  ['another attribute', GOOD.replace('Id="to"', 'Id="to" x=""'), DIGEST],
  ['another namespace on the root', GOOD.replace('<申請 ', '<申請 xmlns="urn:x" '), DIGEST],
  [
    'another prefix declared, canonicalized inclusively',
    form(
      signature(holder, {
        references: [
          reference({ transforms: transform(ENVELOPED) + transform(C14N), digestValue: digestOf(form('')) }),
        ],
      }),
    ).replace('<申請 ', '<申請 xmlns:x="urn:x" '),
    DIGEST,
  ],
  ['text after the signature', GOOD.replace('</申請>', 'x</申請>'), DIGEST],
  ['a processing instruction after the root', `${GOOD}<?x?>`, DIGEST],
  [
    'a stylesheet before a root signed by ID',
    `<?xml-stylesheet href="x"?>${beside()}`,
    'warning xml-instructions-not-covered',
  ],
  ['a value split by a comment', GOOD.replace('1000', '10<!-- -->00'), 'warning xml-comments-not-covered'],
  ['an entity', `<!DOCTYPE 申請 [<!ENTITY e "1000">]>${GOOD.replace('1000', '&e;')}`, 'ERR_SIGN_FORMAT xml-doctype'],
  [
    'an external entity',
    `<!DOCTYPE 申請 [<!ENTITY e SYSTEM "file:///etc/passwd">]>${GOOD}`,
    'ERR_SIGN_FORMAT xml-doctype',
  ],
  ['an entity without a declaration', GOOD.replace('1000', '&e;'), 'ERR_SIGN_FORMAT xml-entity'],
  [
    'a default attribute from a document type',
    `<!DOCTYPE 申請 [<!ATTLIST 額 x CDATA "1">]>${GOOD}`,
    'ERR_SIGN_FORMAT xml-doctype',
  ],
  [
    'the same ID under Id and ID',
    beside().replace('</申請>', '<額 ID="sum">9</額></申請>'),
    'ERR_SIGN_FORMAT xml-duplicate-id',
  ],
  [
    'the same ID under Id and id',
    beside().replace('</申請>', '<額 id="sum">9</額></申請>'),
    'ERR_SIGN_FORMAT xml-duplicate-id',
  ],
  [
    'the same ID under Id and xml:id',
    beside().replace('</申請>', '<額 xml:id="sum">9</額></申請>'),
    'ERR_SIGN_FORMAT xml-duplicate-id',
  ],
  ['octets that are not UTF-8', Buffer.from(GOOD.replace('1000', '1000\u00ff'), 'latin1'), 'ERR_SIGN_FORMAT xml-utf8'],
];

describeAttacks('what is signed: wrapping', WRAPPING);
describeAttacks('the content', CONTENTS);
describeAttacks('a text that is split', SPLIT_TEXTS);

it.each([
  ['before', `<a>1000${signature(holder, { references: [LEAF] })}</a>`],
  ['behind', `<a>${signature(holder, { references: [LEAF] })}1000</a>`],
])('a signature over a text may stand at its end: %s', async (_name, document) => {
  expect((await outcomeOf(document, options)).said).toEqual(['intact']);
});
