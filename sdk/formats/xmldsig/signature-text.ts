/** The text of a Signature (XMLDSig §4), written in its canonical form wherever that is possible. */
import { encodeBase64 } from '../bytes.js';
import type { DigestAlgorithm, SignatureAlgorithm } from '../ports.js';
import { escapeAttribute, escapeText, type C14nMethod } from '../xml/index.js';
import { c14nUri, digestUri, DSIG_NAMESPACE, ENVELOPED_SIGNATURE, signatureUri } from './algorithms.js';

/** Attributes in the order they are written in; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/** Writes elements under one prefix. */
export class ElementWriter {
  readonly #prefix: string;
  readonly #lineFeed: string;

  /**
   * @param prefix empty for a default namespace
   * @param lineFeeds whether a line feed stands before, between and after child elements
   */
  constructor(prefix: string, lineFeeds: boolean) {
    this.#prefix = prefix;
    this.#lineFeed = lineFeeds ? '\n' : '';
  }

  /** Qualified name. */
  name(localName: string): string {
    return this.#prefix === '' ? localName : `${this.#prefix}:${localName}`;
  }

  /** Name of the attribute that declares the prefix. */
  get declaration(): string {
    return this.#prefix === '' ? 'xmlns' : `xmlns:${this.#prefix}`;
  }

  /** An element with text, or with nothing. */
  leaf(localName: string, attributes: Attributes = {}, text = ''): string {
    return `<${this.#tag(localName, attributes)}>${escapeText(text)}</${this.name(localName)}>`;
  }

  /** An element with elements. */
  branch(localName: string, attributes: Attributes, children: readonly string[]): string {
    const content = children.map((child) => `${this.#lineFeed}${child}`).join('') + this.#lineFeed;
    return `<${this.#tag(localName, attributes)}>${content}</${this.name(localName)}>`;
  }

  #tag(localName: string, attributes: Attributes): string {
    const written = Object.entries(attributes).map(([name, value]) =>
      value === undefined ? '' : ` ${name}="${escapeAttribute(value)}"`,
    );
    return this.name(localName) + written.join('');
  }
}

export interface ReferenceText {
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  readonly uri: string;
  readonly isEnveloped: boolean;
  /** Undefined: the octets as they are. */
  readonly c14n: C14nMethod | undefined;
  readonly digest: Uint8Array;
}

export interface SignedInfoText {
  readonly c14n: C14nMethod;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly digestAlgorithm: Exclude<DigestAlgorithm, 'SHA-1'>;
  readonly references: readonly ReferenceText[];
}

export function signedInfoText(writer: ElementWriter, info: SignedInfoText): string {
  return writer.branch('SignedInfo', {}, [
    writer.leaf('CanonicalizationMethod', { Algorithm: c14nUri(info.c14n) }),
    writer.leaf('SignatureMethod', { Algorithm: signatureUri(info.signatureAlgorithm) }),
    ...info.references.map((reference) => referenceText(writer, reference, info.digestAlgorithm)),
  ]);
}

function referenceText(
  writer: ElementWriter,
  { id, type, uri, isEnveloped, c14n, digest }: ReferenceText,
  algorithm: SignedInfoText['digestAlgorithm'],
): string {
  const transforms = [...(isEnveloped ? [ENVELOPED_SIGNATURE] : []), ...(c14n === undefined ? [] : [c14nUri(c14n)])];
  const children = transforms.map((transform) => writer.leaf('Transform', { Algorithm: transform }));
  return writer.branch('Reference', { Id: id, Type: type, URI: uri }, [
    ...(children.length === 0 ? [] : [writer.branch('Transforms', {}, children)]),
    writer.leaf('DigestMethod', { Algorithm: digestUri(algorithm) }),
    writer.leaf('DigestValue', {}, encodeBase64(digest)),
  ]);
}

export interface SignatureText {
  readonly id: string | undefined;
  readonly signedInfo: string;
  readonly signatureValueId: string | undefined;
  /** Base64. */
  readonly signatureValue: string;
  /** DER. */
  readonly certificates: readonly Uint8Array[];
  readonly objects: readonly string[];
}

export function signatureText(writer: ElementWriter, parts: SignatureText): string {
  const certificates = parts.certificates.map((der) => writer.leaf('X509Certificate', {}, encodeBase64(der)));
  return writer.branch('Signature', { [writer.declaration]: DSIG_NAMESPACE, Id: parts.id }, [
    parts.signedInfo,
    writer.leaf('SignatureValue', { Id: parts.signatureValueId }, parts.signatureValue),
    writer.branch('KeyInfo', {}, [writer.branch('X509Data', {}, certificates)]),
    ...parts.objects,
  ]);
}
