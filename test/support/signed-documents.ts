import type { PreparedDocument, SignedOutput, SigningContext } from '../../sdk/formats/document.js';
import type { SignatureAlgorithm } from '../../sdk/formats/ports.js';
import { signWith, type TestHolder } from './test-pki.js';

/** The whole of what signing gave, in memory. */
export async function outputBytes(output: SignedOutput): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (const piece of output) {
    pieces.push(piece instanceof Uint8Array ? piece : await piece.source.read(piece.start, piece.end - piece.start));
  }
  return Buffer.concat(pieces);
}

const DIGESTS = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512', ES256: 'sha256', ES384: 'sha384' } as const;

/** Signs as the card would, with the holder's key. */
export async function signPrepared(
  prepared: PreparedDocument,
  holder: TestHolder,
  options: { algorithm?: SignatureAlgorithm } & Partial<SigningContext> = {},
): Promise<Buffer> {
  const { algorithm = 'RS256', ...context } = options;
  const signature = await prepared.begin({
    certificate: holder.certificate,
    signatureAlgorithm: algorithm,
    signingTime: new Date('2026-11-21T01:02:03Z'),
    ...context,
  });
  return outputBytes(await signature.complete(signWith(holder.key, signature.toBeSigned, DIGESTS[algorithm])));
}
