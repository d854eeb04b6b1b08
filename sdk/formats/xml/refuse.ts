import { FormatError } from '../format-error.js';

/** Why a document is refused; the `reason` of the `FormatError`. */
export type XmlReason =
  | 'xml-encoding'
  | 'xml-utf8'
  | 'xml-character'
  | 'xml-reference'
  | 'xml-entity'
  | 'xml-character-reference'
  | 'xml-doctype'
  | 'xml-declaration'
  | 'xml-version'
  | 'xml-name'
  | 'xml-tag'
  | 'xml-tag-mismatch'
  | 'xml-unclosed'
  | 'xml-no-root'
  | 'xml-two-roots'
  | 'xml-outside-root'
  | 'xml-attribute'
  | 'xml-duplicate-attribute'
  | 'xml-unbound-prefix'
  | 'xml-namespace'
  | 'xml-relative-namespace'
  | 'xml-cdata-end'
  | 'xml-comment'
  | 'xml-processing-instruction'
  | 'xml-duplicate-id'
  | 'xml-depth'
  | 'xml-limit';

/** @throws FormatError `ERR_SIGN_FORMAT` with `reason`; the message tells the octet offset and no content */
export function refuse(reason: XmlReason, offset: number): never {
  throw new FormatError('ERR_SIGN_FORMAT', `${reason.replace('xml-', 'XML: ')} at octet ${offset}`, { reason });
}
