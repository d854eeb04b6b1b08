import type { PreparedDocument } from '../document.js';
import type { DocumentCrypto, RandomAccessSource } from '../ports.js';
import { placeForEnveloped } from '../xmldsig/co-signature.js';
import { prepareXmlSignature } from '../xmldsig/prepare-xml-signature.js';
import { readSource } from '../xmldsig/read-source.js';
import { readXmlWithSignatures } from '../xmldsig/signature-element.js';

/** An XML document with its signature inside: enveloped, over the whole document, plain XMLDSig. */
export const xmldsigProfile = {
  id: 'xmldsig',
  /**
   * @throws FormatError `ERR_SIGN_FORMAT` for what is no XML in UTF-8, and where earlier signatures leave no place; with a
   * time stamper, from `begin`
   */
  async prepare(source: RandomAccessSource, crypto: DocumentCrypto): Promise<PreparedDocument> {
    const place = placeForEnveloped(readXmlWithSignatures(await readSource(source)));
    return prepareXmlSignature(place, { references: [{ uri: '' }], prefix: 'ds' }, crypto);
  },
} as const;
