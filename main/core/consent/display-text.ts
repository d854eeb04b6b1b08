/**
 * Foreign text made safe to show next to our own words. Control characters (terminal escapes among them) and line breaks
 * become the replacement character; characters that reorder or hide their neighbours are written out as `<U+202E>`.
 */
export function displayText(unverifiedText: string, maxLength = 255): string {
  const shown = Array.from(unverifiedText, (character) => displayCharacter(character)).join('');
  return shown.length > maxLength ? `${shown.slice(0, maxLength - 1)}…` : shown;
}

/**
 * First and last code points of what a person cannot see, or what changes how its neighbours are seen: bidirectional
 * controls, zero-width and other invisible format characters, fillers, unpaired surrogates, tags.
 */
const INVISIBLE: readonly (readonly [first: number, last: number])[] = [
  [0x00ad, 0x00ad],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f],
];
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

function displayCharacter(character: string): string {
  if (CONTROL.test(character)) return '\ufffd';
  const codePoint = character.codePointAt(0) ?? 0;
  if (!INVISIBLE.some(([first, last]) => codePoint >= first && codePoint <= last)) return character;
  return `<U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;
}
