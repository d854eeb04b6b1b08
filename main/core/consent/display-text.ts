/**
 * Foreign text made safe to show next to our own words. Control characters (terminal escapes among them) and line breaks
 * become the replacement character; characters that reorder or hide their neighbours are written out as `<U+202E>`.
 */
export function displayText(unverifiedText: string, maxLength = 255): string {
  const shown = Array.from(unverifiedText, (character) => displayCharacter(character)).join('');
  return shown.length > maxLength ? `${shown.slice(0, maxLength - 1)}…` : shown;
}

/** Bidirectional controls, zero-width and other invisible format characters, tags, and unpaired surrogates. */
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/u;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

function displayCharacter(character: string): string {
  if (CONTROL.test(character)) return '\ufffd';
  if (!INVISIBLE.test(character)) return character;
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
