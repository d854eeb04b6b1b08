import type { ConsentPreview } from './consent-model.js';
import { boundedDisplayText } from './display-text.js';

/** Longest content shown, in bytes; and what of it, in lines and code points. */
const MAX_BYTES = 64 * 1024;
const MAX_LINES = 40;
const MAX_LINE_LENGTH = 200;

/**
 * Plain text as the person may read it before agreeing, line by line and made safe to show. Undefined for content that is
 * not UTF-8 text, or too long to be read in a dialog: nothing is shown then rather than a part that misleads by its form.
 */
export function previewText(content: Uint8Array): ConsentPreview | undefined {
  if (content.length === 0 || content.length > MAX_BYTES) return undefined;
  const text = decodeText(content);
  if (text === undefined) return undefined;
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const shown = lines
    .slice(0, MAX_LINES)
    .map((line) => boundedDisplayText(line.replaceAll('\t', '    '), MAX_LINE_LENGTH));
  const cutLines = shown.filter((line) => line.truncated).length;
  const omittedLines = lines.length - shown.length;
  return {
    lines: shown.map((line) => line.text),
    cutLines,
    omittedLines,
    complete: cutLines === 0 && omittedLines === 0,
  };
}

function decodeText(content: Uint8Array): string | undefined {
  if (content.some(isBinary)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

/** NUL and its neighbours are not in text that people write; white space and escape sequences may be. */
function isBinary(byte: number): boolean {
  return byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b);
}
