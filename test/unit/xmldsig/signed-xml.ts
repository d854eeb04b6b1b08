/** Good documents and the pieces that attacks on them are made of. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/certificate.js';
import type { VerifyDocumentOptions } from '../../../sdk/formats/signature-report.js';
import { memorySource } from '../../support/piecewise-source.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';
import {
  digestOf,
  DS,
  ENVELOPED,
  EXC_C14N,
  outcomeOf,
  reference,
  SHA256,
  signature,
  SIGNED_PROPERTIES,
  transform,
  XADES,
  type SignatureTemplate,
} from '../../support/xml-signatures.js';

export const authority = issueAuthority('signing');
export const holder = issueHolder('signing', authority);
export const attacker = issueHolder('signing', issueAuthority('signing', 'attacker-ca'), { key: testKey('attacker') });
export const options: Partial<VerifyDocumentOptions> = { trustAnchors: [parseCertificate(authority.certificate)] };

// ------------------------------------------------------------------------------------------------- good documents

export const CONTENT = '<額>1000</額><宛先 Id="to">A</宛先>';
export const form = (signed: string, content = CONTENT): string => `<申請 Id="form">${content}${signed}</申請>`;
export const wholeReference = reference({ digestValue: digestOf(form('')) });
export const GOOD = form(signature(holder, { references: [wholeReference] }));

/** An element signed by its ID, with the signature beside it. */
export const ELEMENT = '<額 Id="sum">1000</額>';
export const elementReference = (template: Partial<Parameters<typeof reference>[0]> = {}): string =>
  reference({ attributes: 'URI="#sum"', transforms: transform(EXC_C14N), digestValue: digestOf(ELEMENT), ...template });
export const beside = (template: Partial<SignatureTemplate> = {}): string =>
  `<申請>${ELEMENT}${signature(holder, { references: [elementReference()], ...template })}</申請>`;

/** A signature over a file. */
export const FILE = Buffer.from('<a>\r\n</a>');
export const files: Record<string, Uint8Array> = { 'a.xml': FILE };
export const withFiles: Partial<VerifyDocumentOptions> = {
  ...options,
  resolve: async (name) => {
    const bytes = files[name];
    return bytes && memorySource(bytes);
  },
};
export const ofFile = (uri: string, transforms?: string): string =>
  `<署名>${signature(holder, {
    references: [reference({ attributes: `URI="${uri}"`, transforms, digestValue: digestOf(FILE) })],
  })}</署名>`;

// ------------------------------------------------------------------------------------------------- XAdES

export interface PropertiesTemplate {
  readonly certificate?: Uint8Array;
  readonly target?: string;
  readonly digestAlgorithm?: readonly [uri: string, hash: string];
}

export const signedProperties = ({ certificate = holder.certificate, digestAlgorithm }: PropertiesTemplate): string => {
  const [uri, hash] = digestAlgorithm ?? [SHA256, 'sha256'];
  return (
    `<x:SignedProperties xmlns:x="${XADES}" Id="properties"><x:SignedSignatureProperties>` +
    '<x:SigningTime>2026-11-21T01:02:03Z</x:SigningTime><x:SigningCertificateV2><x:Cert><x:CertDigest>' +
    `<DigestMethod xmlns="${DS}" Algorithm="${uri}"></DigestMethod>` +
    `<DigestValue xmlns="${DS}">${digestOf(certificate, hash)}</DigestValue>` +
    '</x:CertDigest></x:Cert></x:SigningCertificateV2></x:SignedSignatureProperties></x:SignedProperties>'
  );
};
export const qualifying = (properties: string, { target = '#sig' }: PropertiesTemplate = {}): string =>
  `<Object><x:QualifyingProperties xmlns:x="${XADES}" Target="${target}">${properties}</x:QualifyingProperties></Object>`;
export const propertiesReference = (
  properties: string,
  attributes = `Type="${SIGNED_PROPERTIES}" URI="#properties"`,
): string => reference({ attributes, transforms: transform(EXC_C14N), digestValue: digestOf(properties) });
export const xades = (template: PropertiesTemplate = {}, change: Partial<SignatureTemplate> = {}): string => {
  const properties = signedProperties(template);
  const references = [wholeReference, propertiesReference(properties)];
  const objects = qualifying(properties, template);
  return form(signature(holder, { references, objects, attributes: ' Id="sig"', ...change }));
};

// ------------------------------------------------------------------------------------------------- wrapping

export const assertion = (signed: string, { id = 'a', user = 'hanako' } = {}): string =>
  `<Assertion ID="${id}">${signed}<Subject>${user}</Subject></Assertion>`;
export const envelopedIn = (id: string, content: string, objects = ''): string =>
  signature(holder, {
    references: [
      reference({
        attributes: `URI="#${id}"`,
        transforms: transform(ENVELOPED) + transform(EXC_C14N),
        digestValue: digestOf(content),
      }),
    ],
    objects,
  });
export const signatureOfAssertion = (objects = ''): string => envelopedIn('a', assertion(''), objects);
export const response = (content: string, id = 'r'): string => `<Response ID="${id}">${content}</Response>`;
export const SIGNED_ASSERTION = response(assertion(signatureOfAssertion()));
export const unsignedResponse = response(assertion(''));
export const signatureOfResponse = envelopedIn('r', unsignedResponse);
export const SIGNED_RESPONSE = response(signatureOfResponse + assertion(''));
export const evil = (signed = ''): string => assertion(signed, { id: 'evil', user: 'taro' });
/** `child` put into `text` before the end tag. */
export const within = (text: string, child: string, endTag = '</Signature>'): string =>
  text.replace(endTag, child + endTag);

export type Attack = readonly [name: string, forged: string | Uint8Array, said: string];

export const algorithmAttack = (signatureMethod: string, sign?: (text: string) => string): string =>
  form(signature(holder, { references: [wholeReference], signatureMethod, ...(sign && { sign }) }));
export const method = (uri: string, content = ''): string =>
  `<SignatureMethod Algorithm="${uri}">${content}</SignatureMethod>`;
export const publicKeyHmac = (text: string): string =>
  createHmac('sha256', holder.key.spki).update(text).digest('base64');
export const withTransforms = (transforms: string): string =>
  form(signature(holder, { references: [reference({ transforms, digestValue: digestOf(form('')) })] }));
export const withUri = (uri: string, digestValue = digestOf(ELEMENT)): string =>
  beside({ references: [elementReference({ attributes: `URI="${uri}"`, digestValue })] });
export const xpath = (algorithm: string, expression: string): string =>
  transform(algorithm, `<XPath>${expression}</XPath>`);
export const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
export const STRUCTURE = 'ERR_SIGN_FORMAT xml-signature-structure';
export const TRANSFORM = 'ERR_SIGN_ALGORITHM xml-transform';
export const TRANSFORM_FORM = 'ERR_SIGN_FORMAT xml-transform';
export const URI = 'ERR_SIGN_FORMAT xml-reference-uri';
export const TARGET = 'ERR_SIGN_FORMAT xml-reference-target';
export const DIGEST = 'ERR_SIGN_DIGEST xml-reference-digest';
export const INVALID = 'ERR_SIGN_INVALID xml-signature-value';
export const TWIN = 'failure xml-unsigned-twin';
export const UNSIGNED_OBJECT = 'failure xml-unsigned-object';
export const sameKeyCertificate = issueHolder('signing', authority, {
  key: holder.key,
  serialNumber: 77,
  subject: [['CN', 'somebody else']],
}).certificate;

/** Runs a table of attacks. */
export function describeAttacks(title: string, attacks: readonly Attack[]): void {
  describe(`attacks on ${title}`, () => {
    it.each(attacks)('%s', async (_name, forged, said) => {
      const outcome = await outcomeOf(forged, withFiles);
      expect(outcome.said).toContain(said);
      // A warning leaves the signature what it is; everything else must not pass.
      if (!said.startsWith('warning')) expect(['thrown', 'total-failed']).toContain(outcome.verdict);
    });
  });
}
