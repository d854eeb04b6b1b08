/** What a Signature may carry that nobody signs: key information (XMLDSig §4.5) and unsigned properties (EN 319 132-1 §5). */
import type { XmlElement } from '../xml/index.js';
import { DSIG_NAMESPACE, XADES_NAMESPACE } from './algorithms.js';

const PREFIXES: ReadonlyMap<string, string> = new Map([
  [DSIG_NAMESPACE, 'ds'],
  ['http://www.w3.org/2009/xmldsig11#', 'ds11'],
  ['http://www.w3.org/2001/10/xml-exc-c14n#', 'exc'],
  [XADES_NAMESPACE, 'x'],
  ['http://uri.etsi.org/01903/v1.4.1#', 'x141'],
]);

/** The name of an element with the prefix that is used here; undefined in a namespace that has no place in a Signature. */
export function vocabularyName({ namespaceUri, localName }: XmlElement): string | undefined {
  const prefix = PREFIXES.get(namespaceUri);
  return prefix === undefined ? undefined : `${prefix}:${localName}`;
}

const TIME_STAMP = 'x:Include x:ReferenceInfo ds:CanonicalizationMethod x:EncapsulatedTimeStamp';
const DIGEST = 'ds:DigestMethod ds:DigestValue';
const VALIDATION_VALUES = 'x:CertificateValues x:RevocationValues';

/** Elements that only have children, with these. Where a schema allows anything, nothing is listed: that is content. */
const CONTAINERS: Readonly<Record<string, string>> = {
  'ds:KeyInfo':
    'ds:KeyName ds:KeyValue ds:RetrievalMethod ds:X509Data ds:PGPData ds:SPKIData ds:MgmtData ' +
    'ds11:DEREncodedKeyValue ds11:KeyInfoReference',
  'ds:KeyValue': 'ds:DSAKeyValue ds:RSAKeyValue ds11:ECKeyValue',
  'ds:DSAKeyValue': 'ds:P ds:Q ds:G ds:Y ds:J ds:Seed ds:PgenCounter',
  'ds:RSAKeyValue': 'ds:Modulus ds:Exponent',
  'ds11:ECKeyValue': 'ds11:NamedCurve ds11:PublicKey',
  'ds:X509Data': 'ds:X509IssuerSerial ds:X509SKI ds:X509SubjectName ds:X509Certificate ds:X509CRL ds11:X509Digest',
  'ds:X509IssuerSerial': 'ds:X509IssuerName ds:X509SerialNumber',
  'ds:PGPData': 'ds:PGPKeyID ds:PGPKeyPacket',
  'ds:SPKIData': 'ds:SPKISexp',
  'ds:RetrievalMethod': 'ds:Transforms',
  'ds:Transforms': 'ds:Transform',
  'ds:Transform': 'exc:InclusiveNamespaces',
  'ds:Object': 'ds:Manifest ds:SignatureProperties x:QualifyingProperties',
  'ds:Manifest': 'ds:Reference',
  'ds:Reference': `ds:Transforms ${DIGEST}`,
  'ds:SignatureProperties': 'ds:SignatureProperty',
  'ds:CanonicalizationMethod': 'exc:InclusiveNamespaces',
  'x:QualifyingProperties': 'x:UnsignedProperties',
  'x:UnsignedProperties': 'x:UnsignedSignatureProperties x:UnsignedDataObjectProperties',
  'x:UnsignedDataObjectProperties': 'x:UnsignedDataObjectProperty',
  'x:UnsignedSignatureProperties':
    'x:CounterSignature x:SignatureTimeStamp x:CompleteCertificateRefs x:CompleteRevocationRefs ' +
    'x:AttributeCertificateRefs x:AttributeRevocationRefs x:SigAndRefsTimeStamp x:RefsOnlyTimeStamp ' +
    'x:CertificateValues x:RevocationValues x:AttrAuthoritiesCertValues x:AttributeRevocationValues ' +
    'x:ArchiveTimeStamp x141:ArchiveTimeStamp x141:TimeStampValidationData x141:CompleteCertificateRefsV2 ' +
    'x141:AttributeCertificateRefsV2 x141:SigAndRefsTimeStampV2 x141:RefsOnlyTimeStampV2 x141:SignaturePolicyStore',
  'x:CounterSignature': '',
  'x:SignatureTimeStamp': TIME_STAMP,
  'x:SigAndRefsTimeStamp': TIME_STAMP,
  'x:RefsOnlyTimeStamp': TIME_STAMP,
  'x:ArchiveTimeStamp': TIME_STAMP,
  'x141:ArchiveTimeStamp': TIME_STAMP,
  'x141:SigAndRefsTimeStampV2': TIME_STAMP,
  'x141:RefsOnlyTimeStampV2': TIME_STAMP,
  'x:Include': 'ds:Transforms',
  'x:ReferenceInfo': DIGEST,
  'x:CompleteCertificateRefs': 'x:CertRefs',
  'x:AttributeCertificateRefs': 'x:CertRefs',
  'x141:CompleteCertificateRefsV2': 'x141:CertRefs',
  'x141:AttributeCertificateRefsV2': 'x141:CertRefs',
  'x:CertRefs': 'x:Cert',
  'x141:CertRefs': 'x:Cert',
  'x:Cert': 'x:CertDigest x:IssuerSerial x:IssuerSerialV2',
  'x:CertDigest': DIGEST,
  'x:IssuerSerial': 'ds:X509IssuerName ds:X509SerialNumber',
  'x:CompleteRevocationRefs': 'x:CRLRefs x:OCSPRefs',
  'x:AttributeRevocationRefs': 'x:CRLRefs x:OCSPRefs',
  'x:CRLRefs': 'x:CRLRef',
  'x:CRLRef': 'x:DigestAlgAndValue x:CRLIdentifier',
  'x:CRLIdentifier': 'x:Issuer x:IssueTime x:Number',
  'x:OCSPRefs': 'x:OCSPRef',
  'x:OCSPRef': 'x:OCSPIdentifier x:DigestAlgAndValue',
  'x:OCSPIdentifier': 'x:ResponderID x:ProducedAt',
  'x:ResponderID': 'x:ByName x:ByKey',
  'x:DigestAlgAndValue': DIGEST,
  'x:CertificateValues': 'x:EncapsulatedX509Certificate',
  'x:AttrAuthoritiesCertValues': 'x:EncapsulatedX509Certificate',
  'x:RevocationValues': 'x:CRLValues x:OCSPValues',
  'x:AttributeRevocationValues': 'x:CRLValues x:OCSPValues',
  'x:CRLValues': 'x:EncapsulatedCRLValue',
  'x:OCSPValues': 'x:EncapsulatedOCSPValue',
  'x141:TimeStampValidationData': VALIDATION_VALUES,
  'x141:SignaturePolicyStore': 'x141:SignaturePolicyDocument',
};

const CHILDREN: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(CONTAINERS).map(([name, children]) => [name, new Set(children.split(' '))]),
);

/** Whether `child` has a place in `parent`; both names as from `vocabularyName`. */
export function isPlaced(parent: string, child: string): boolean {
  return CHILDREN.get(parent)?.has(child) === true;
}

const BASE64 = /^[A-Za-z0-9+/= \t\r\n]*$/;
/** An integer, or an `xsd:dateTime`. */
const NUMBER = /^[-+0-9T:.Z \t\r\n]*$/;
/** RFC 4514, more or less: at least one attribute with its type. */
const DISTINGUISHED_NAME = /^[ \t\r\n]*(?:[A-Za-z][-A-Za-z0-9 ]*|[0-9.]+)=/;

function valuesOf(pattern: RegExp, names: string): readonly (readonly [string, RegExp])[] {
  return names.split(' ').map((name) => [name, pattern]);
}

/** Elements that carry a text, with what it may be. */
const VALUES: ReadonlyMap<string, RegExp> = new Map([
  ...valuesOf(BASE64, 'ds:P ds:Q ds:G ds:Y ds:J ds:Seed ds:PgenCounter ds:Modulus ds:Exponent ds:DigestValue'),
  ...valuesOf(BASE64, 'ds:X509SKI ds:X509Certificate ds:X509CRL ds:PGPKeyID ds:PGPKeyPacket ds:SPKISexp'),
  ...valuesOf(BASE64, 'ds11:DEREncodedKeyValue ds11:PublicKey ds11:X509Digest x:IssuerSerialV2 x:ByKey'),
  ...valuesOf(BASE64, 'x:EncapsulatedTimeStamp x:EncapsulatedX509Certificate x:EncapsulatedCRLValue'),
  ...valuesOf(BASE64, 'x:EncapsulatedOCSPValue x141:SignaturePolicyDocument'),
  ...valuesOf(NUMBER, 'ds:X509SerialNumber x:Number x:IssueTime x:ProducedAt'),
  ...valuesOf(DISTINGUISHED_NAME, 'ds:X509IssuerName ds:X509SubjectName x:Issuer x:ByName'),
]);

/** Names of keys are free texts (XMLDSig §4.5.1, §4.5.7): nothing can be said of them but that nobody signed them. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['ds:KeyName', 'ds:MgmtData']);

/** What a text within an element is, the name being as from `vocabularyName`. White space is always expected. */
export function textKind(name: string, text: string): 'expected' | 'free' | 'foreign' {
  if (!/[^ \t\r\n]/.test(text)) return 'expected';
  if (FREE_TEXTS.has(name)) return 'free';
  return VALUES.get(name)?.test(text) === true ? 'expected' : 'foreign';
}

/** Attributes of any of them; all are identifiers, algorithms, places or ordinal numbers. */
const ATTRIBUTES: ReadonlySet<string> = new Set(
  'Id Target Algorithm URI uri Type MimeType Encoding PrefixList referencedData Order'.split(' '),
);
const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

/** Whether all attributes are such as XMLDSig and XAdES have; where a schema is to be found says nothing. */
export function hasKnownAttributes({ attributes }: XmlElement): boolean {
  return attributes.every(
    ({ namespaceUri, localName }) =>
      (namespaceUri === '' && ATTRIBUTES.has(localName)) ||
      (namespaceUri === SCHEMA_INSTANCE && localName === 'schemaLocation'),
  );
}
