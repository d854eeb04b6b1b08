/** Operators of page contents (ISO 32000-2 §7.8.2), as far as it takes to find text that is not drawn. */

/** A comment, a delimiter of strings, or a word: an operator or its operand. */
const TOKEN = /%[^\r\n]*|[()]|[^\s\0()<>[\]{}/%]+/g;
const IN_STRING = /\\[^]|[()]/g;
const END_OF_IMAGE = /[\s\0]EI(?![^\s\0])/g;
/** The operator in plain sight, whatever is around it. */
const PLAIN = /(?:^|[\s\0\]>)])\+?0*[37](?:\.0*)?[\s\0]+Tr\b/;

/**
 * Whether text is shown in rendering mode 3 or 7 (§9.3.6), neither filled nor stroked: what programs for scanned pages put
 * behind the picture. Takes time in proportion to the length.
 */
export function hasInvisibleText(content: Uint8Array): boolean {
  const text = new TextDecoder('windows-1252').decode(content);
  return PLAIN.test(text) || setsInvisibleMode(text);
}

function setsInvisibleMode(text: string): boolean {
  let operand = '';
  for (let position = 0; ;) {
    const token = matchFrom(TOKEN, text, position);
    if (token === undefined) return false;
    position = token.index + token[0].length;
    const [word] = token;
    if (word.startsWith('%')) continue;
    if (word === 'Tr' && (Number(operand) === 3 || Number(operand) === 7)) return true;
    if (word === '(') position = endOfString(text, position);
    if (word === 'ID') position = endOfImage(text, position);
    operand = word;
  }
}

/** Strings may hold balanced parentheses (§7.3.4.2). */
function endOfString(text: string, start: number): number {
  let depth = 1;
  let position = start;
  while (depth > 0) {
    const match = matchFrom(IN_STRING, text, position);
    if (match === undefined) return text.length;
    position = match.index + match[0].length;
    if (match[0] === '(') depth += 1;
    if (match[0] === ')') depth -= 1;
  }
  return position;
}

/** The data of an inline image (§8.9.7) are no operators. */
function endOfImage(text: string, start: number): number {
  const match = matchFrom(END_OF_IMAGE, text, start);
  return match === undefined ? text.length : match.index + match[0].length;
}

function matchFrom(pattern: RegExp, text: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text) ?? undefined;
}
