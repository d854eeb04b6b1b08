import type { PreparedDocument } from '../document.js';
import type { DocumentCrypto, RandomAccessSource } from '../ports.js';
import { placeForEnveloped } from '../xmldsig/co-signature.js';
import { prepareXmlSignature } from '../xmldsig/prepare-xml-signature.js';
import { readSource } from '../xmldsig/read-source.js';
import { readXmlWithSignatures } from '../xmldsig/signature-element.js';

/** An XML document with its signature inside: enveloped, over the whole document, XAdES B-B or B-T (EN 319 132-1 §6). */
export const xadesProfile = {
  id: 'xades',
  /** @throws FormatError `ERR_SIGN_FORMAT` for what is no XML in UTF-8, and where earlier signatures leave no place */
  async prepare(source: RandomAccessSource, crypto: DocumentCrypto): Promise<PreparedDocument> {
    const place = placeForEnveloped(readXmlWithSignatures(await readSource(source)));
    return prepareXmlSignature(
      place,
      {
        references: [{ uri: '', c14n: 'exc-c14n' }],
        c14n: 'exc-c14n',
        prefix: 'ds',
        xades: { withIssuerSerial: true },
      },
      crypto,
    );
  },
} as const;
