/**
 * Which characters pass for which: the part of UTS #39 (Unicode Security Mechanisms, §4) that host names need in Japan.
 * Covered are Latin letters, and what Cyrillic, Greek, Armenian and the rest of Latin have in their shape; digits for
 * letters; letter pairs for letters; katakana for kanji, kanji for each other; strokes for hyphens, dots and slashes. Not
 * covered are other scripts. Coarser than UTS #39 where it says i and l apart, and leaves out marks.
 */
const SHAPES: Readonly<Record<string, string>> = {
  a: 'аɑαáàӑǎ',
  b: 'ьвƅƀ',
  c: 'сϲƈ',
  d: 'ԁđðɗ',
  e: 'еєҽəɛε',
  f: 'ƒғ',
  g: 'ɡցɠ',
  h: 'һհħнђ',
  i: 'іıιɩɪ',
  j: 'јϳ',
  k: 'кκĸқ',
  l: 'ӏłƚǀ',
  m: 'мϻ',
  n: 'пոŋηɴ',
  o: 'оοօøσөσ',
  p: 'рρþƿ',
  q: 'ԛգզ',
  r: 'гɾʀ',
  s: 'ѕƽꜱ',
  t: 'тτŧ',
  u: 'υսиʋμ',
  v: 'νѵ',
  w: 'ԝшѡω',
  x: 'хχ',
  y: 'уүγʏў',
  z: 'ᴢƶʐ',
  ae: 'æӕ',
  oe: 'œ',
  口: 'ロ囗',
  力: 'カ',
  夕: 'タ',
  二: 'ニ',
  八: 'ハ',
  工: 'エ',
  卜: 'ト',
  千: 'チ',
  才: 'オ',
  へ: 'ヘ',
  ン: 'ソ',
  ツ: 'シッ',
  日: '曰',
  未: '末',
  土: '士',
  己: '已巳',
  人: '入',
  '-': 'ー一‐‑–—―−ノ丿〳〵⁄∕・·‧。',
};

const BY_CHARACTER = new Map(
  Object.entries(SHAPES).flatMap(([shape, characters]) =>
    Array.from(characters, (character) => [character, shape] as const),
  ),
);

/** Two letters that pass for one, before `i` and `l` become the same. */
const PAIRS = [
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/cl/g, 'd'],
] as const;

/**
 * What a text looks like: two texts with one skeleton can be taken for each other (UTS #39 §4). Lower case, without accents;
 * what separates words is a hyphen, and a full stop stays one. To be compared, never to be shown.
 */
export function skeleton(text: string): string {
  // Katakana keep their voicing marks: they tell names apart.
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase();
  const shaped = Array.from(plain, (character) => BY_CHARACTER.get(character) ?? character).join('');
  const paired = PAIRS.reduce((result, [pair, letter]) => result.replace(pair, letter), shaped);
  return paired.replaceAll('0', 'o').replace(/[1i]/g, 'l');
}
