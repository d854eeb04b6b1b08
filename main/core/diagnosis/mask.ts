/** Characters of a foreign text that a report has room for. */
const LONGEST_TEXT = 64;
/** Nothing of a longer one is told: PC/SC has none, and what is cut before it is searched may be cut inside a name. */
const LONGEST_UNVERIFIED = 512;
const MASK = '…';
/** Shorter words are masked where they stand alone: inside others they would be everywhere. */
const SHORTEST_PART = 3;

/** Whole phrases that name a place, an address or a person, by their form alone. */
const PHRASES: readonly RegExp[] = [
  // pcscd appends a device's serial number to its name, in parentheses.
  /\([^()]*\)?/g,
  /\S+:\/\/\S*/g,
  /\S+@\S+/g,
  // Whose it is: `Hanako's reader`.
  /\S+['’]s\b/g,
  // Paths, from the first separator on. `RC-S300/P` is no path.
  /(?:^|(?<=[\s"'=:,[]))(?:~|\.{1,2})?\/\S*/g,
  /(?:[A-Za-z]:)?\\.*/g,
  /\d{1,3}(?:\.\d{1,3}){3}/g,
  // IPv6 and MAC addresses.
  /[0-9a-f]*(?:[:-][0-9a-f]{2,4}){5,}|[0-9a-f]*:[0-9a-f]*:[0-9a-f:]*/gi,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+/gi,
];

const SEVERAL_DIGITS = /\d{5}/;
const HEXADECIMAL = /^(?=.*\d)[0-9a-f]{8,}$/i;
const SHORTEST_MIXED = 6;
const MOST_TURNS_IN_A_MODEL = 2;

/**
 * A foreign text, such as a reader's name, without what may tell who or where a person is, or which device this is: known
 * words, whatever is in parentheses, paths, addresses, numbers that look like serial numbers, everything but printable
 * ASCII. What is left is the kind of device. Safe inside Markdown's backquotes.
 * @param identifyingWords names of this PC's user, host and the like
 */
export function maskText(unverifiedText: string, identifyingWords: readonly string[]): string {
  if (unverifiedText.length > LONGEST_UNVERIFIED) return MASK;
  let text = plainText(unverifiedText);
  for (const word of byLength(identifyingWords.map(plainText))) text = text.replace(wordPattern(word), MASK);
  for (const pattern of PHRASES) text = text.replace(pattern, ` ${MASK} `);
  text = text.replace(/[A-Za-z0-9]+/g, (token) => (isSerialLike(token) ? MASK : token));
  text = text.replace(/[^\x20-\x7e]+/g, MASK).replace(/[`<>|]/g, ' ');
  text = text
    .replace(/…(?:\s*…)+/g, MASK)
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1).trimEnd()}${MASK}` : text;
}

/** One way to write each character, and none that does not show: neither hides a word from a search. */
function plainText(text: string): string {
  // Our own mark is a character that has another way to be written.
  const parts = text.split(MASK).map((part) => part.normalize('NFKC').replace(/[\p{Cf}\p{Mn}]/gu, ''));
  return parts.join(MASK);
}

/** A model is letters, then digits, then at most letters again: `ACR1252U`. Serial numbers are long, or mixed. */
function isSerialLike(token: string): boolean {
  if (SEVERAL_DIGITS.test(token) || HEXADECIMAL.test(token)) return true;
  const turns = token.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  return token.length >= SHORTEST_MIXED && turns > MOST_TURNS_IN_A_MODEL;
}

/** The longest first: a name may be part of another. */
function byLength(words: readonly string[]): readonly string[] {
  return words
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .sort((a, b) => b.length - a.length);
}

function wordPattern(word: string): RegExp {
  const escaped = word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return word.length < SHORTEST_PART
    ? new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'giu')
    : new RegExp(escaped, 'giu');
}
