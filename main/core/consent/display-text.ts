/** Text made safe to show, and whether all of it is there. */
export interface DisplayedText {
  readonly text: string;
  /** True where the end was cut off; the text then ends with `…`. */
  readonly truncated: boolean;
}

/**
 * Foreign text made safe to show next to our own words. Control characters (terminal escapes among them) and line breaks
 * become the replacement character; characters that reorder or hide their neighbours are written out as `<U+202E>`.
 */
export function displayText(unverifiedText: string, maxLength = 255): string {
  return boundedDisplayText(unverifiedText, maxLength).text;
}

/** Longer than any origin is once each of its characters is written out, in code points: none is ever cut. */
export const LONGEST_SHOWN_ORIGIN = 4_096;

/**
 * An origin's Unicode form as it is to be shown: untouched. Undefined where it holds anything that could not be shown as it
 * is, so that the ASCII form is the only one.
 */
export function displayedUnicodeOrigin(unverifiedUnicode: string | undefined): string | undefined {
  if (unverifiedUnicode === undefined) return undefined;
  return displayText(unverifiedUnicode, LONGEST_SHOWN_ORIGIN) === unverifiedUnicode ? unverifiedUnicode : undefined;
}

/**
 * As `displayText`, telling whether anything was cut off. `maxLength` counts code points of what is shown, the `…`
 * included; a character is shown whole or not at all, one that is written out likewise.
 */
export function boundedDisplayText(unverifiedText: string, maxLength: number): DisplayedText {
  const shown: string[] = [];
  let length = 0;
  for (const character of unverifiedText) {
    const displayed = displayCharacter(character);
    shown.push(displayed);
    length += codePoints(displayed);
    if (length > maxLength) return { text: cut(shown, length, maxLength), truncated: true };
  }
  return { text: shown.join(''), truncated: false };
}

function cut(shown: string[], length: number, maxLength: number): string {
  let left = length;
  while (left > maxLength - 1 && shown.length > 0) left -= codePoints(shown.pop() ?? '');
  return `${shown.join('')}…`;
}

function codePoints(text: string): number {
  return Array.from(text).length;
}

const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/**
 * What a person cannot see, or what changes how its neighbours are seen: bidirectional controls, zero-width and other
 * invisible format characters, variation selectors, fillers, unpaired surrogates, tags; the empty Braille pattern and the
 * interlinear annotation marks, which Unicode does not count as ignorable.
 */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cs}\u2800\ufff9-\ufffb]/u;
/** They choose the form of an ideograph (UTS #37); Japanese names are written with them. */
const IDEOGRAPHIC_VARIATION_SELECTOR = /[\u{e0100}-\u{e01ef}]/u;

function displayCharacter(character: string): string {
  if (CONTROL.test(character)) return '\ufffd';
  if (!HIDDEN.test(character) || IDEOGRAPHIC_VARIATION_SELECTOR.test(character)) return character;
  const codePoint = character.codePointAt(0) ?? 0;
  return `<U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;
}
