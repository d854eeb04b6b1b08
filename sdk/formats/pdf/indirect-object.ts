import { PdfDictionary, PdfStream, type PdfObject } from './objects.js';
import { refusePdf } from './pdf-error.js';
import type { SourceWindows } from './windows.js';

export interface IndirectObject {
  readonly number: number;
  readonly generation: number;
  readonly object: PdfObject;
  /** As `PdfLexer.isPlain`, a stream's data aside. */
  readonly isPlain: boolean;
  /** The octet after the object, in octets from the start of the source; `endobj` may still follow. */
  readonly end: number;
}

/** The value of a stream's `Length`, which may be a reference. */
export type LengthOf = (length: PdfObject | undefined) => Promise<number>;

/**
 * Reads `12 0 obj … endobj` (ISO 32000-2 §7.3.10).
 * @param offset octets from the start of the source
 * @throws FormatError `ERR_SIGN_FORMAT`: `pdf-object`, `pdf-syntax`, `pdf-stream`, `pdf-too-large`, `pdf-too-deep`
 */
export async function readIndirectObject(
  windows: SourceWindows,
  offset: number,
  lengthOf: LengthOf,
): Promise<IndirectObject> {
  if (offset >= windows.size) refusePdf('pdf-object', 'object is beyond the end');
  await requireNumberStart(windows, offset);
  const { isStream, ...found } = await windows.parse(offset, (lexer) => {
    const [number, generation] = [lexer.natural(), lexer.natural()];
    lexer.keyword('obj');
    const object = lexer.object();
    const isStream = object instanceof PdfDictionary && lexer.tryKeyword('stream');
    if (isStream) lexer.endOfStreamKeyword();
    else lexer.keyword('endobj');
    return { number, generation, object, isStream, isPlain: lexer.isPlain, end: offset + lexer.position };
  });
  const { object, end } = found;
  if (!isStream || !(object instanceof PdfDictionary)) return found;
  const length = await lengthOf(object.get('Length'));
  const streamEnd = await requireEndOfStream(windows, end + length);
  return { ...found, object: new PdfStream(object, end, length), end: streamEnd };
}

/** An offset into the middle of a number would find another object than the one that is written there. */
async function requireNumberStart(windows: SourceWindows, offset: number): Promise<void> {
  const before = (await windows.read(Math.max(offset - 1, 0), 1))[0] ?? 0;
  if (offset > 0 && before >= 0x30 && before <= 0x39) refusePdf('pdf-object', 'offset inside a number');
}

async function requireEndOfStream(windows: SourceWindows, offset: number): Promise<number> {
  if (offset > windows.size) refusePdf('pdf-stream', 'stream is longer than the document');
  return await windows.parse(offset, (lexer) => {
    if (!lexer.tryKeyword('endstream')) refusePdf('pdf-stream', 'stream of another length');
    return offset + lexer.position;
  });
}
