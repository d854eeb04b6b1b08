/** Scripts of which a label may be written whole; the Japanese and the Korean are several. None is read from right to left. */
const SCRIPTS: readonly RegExp[] = [
  // As far as European languages and Vietnamese write it; not ı, ĸ, ŉ and ſ, which look like other letters.
  /^[a-z\u00df-\u00f6\u00f8-\u0130\u0132-\u0137\u0139-\u0148\u014a-\u017e\u01a1\u01b0\u0219\u021b\u1ea0-\u1ef9]$/u,
  /^[\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}]$/u,
  /^[\p{Script_Extensions=Han}\p{Script_Extensions=Hangul}]$/u,
  /^\p{Script_Extensions=Armenian}$/u,
  /^\p{Script_Extensions=Bengali}$/u,
  /^\p{Script_Extensions=Cyrillic}$/u,
  /^\p{Script_Extensions=Devanagari}$/u,
  /^\p{Script_Extensions=Ethiopic}$/u,
  /^\p{Script_Extensions=Georgian}$/u,
  /^\p{Script_Extensions=Greek}$/u,
  /^\p{Script_Extensions=Gujarati}$/u,
  /^\p{Script_Extensions=Gurmukhi}$/u,
  /^\p{Script_Extensions=Kannada}$/u,
  /^\p{Script_Extensions=Khmer}$/u,
  /^\p{Script_Extensions=Lao}$/u,
  /^\p{Script_Extensions=Malayalam}$/u,
  /^\p{Script_Extensions=Myanmar}$/u,
  /^\p{Script_Extensions=Oriya}$/u,
  /^\p{Script_Extensions=Sinhala}$/u,
  /^\p{Script_Extensions=Tamil}$/u,
  /^\p{Script_Extensions=Telugu}$/u,
  /^\p{Script_Extensions=Thai}$/u,
  /^\p{Script_Extensions=Tibetan}$/u,
];

/** Of every script. */
const SHARED = /^[0-9-]$/;
/** IDNA2008 (RFC 5892) without its exceptions: no symbol, no punctuation, nothing invisible. Lm: some look like punctuation. */
const LETTERS = /^[\p{Ll}\p{Lo}\p{Mn}\p{Mc}\p{Nd}ー々ゝゞヽヾ-]+$/u;
/** A label begins with a letter (RFC 5891 §4.2.3.2), and marks do not pile up over their neighbours. */
const MISPLACED_MARKS = /^\p{M}|\p{M}{4}/u;
/** U+2044, U+2215, U+29F8 and the like are no letters; these are, and look like what an address is divided with. */
const DIVIDERS_ONLY = /^[ノ丿乀乁丶丨一亅ーヽヾゝゞ々0-9-]+$/u;
/** Words that look as if they were written in Latin letters. */
const LATIN_LOOK_ALIKES: readonly RegExp[] = [
  /^[абсԁеһіїјӏкмнорԛѕтԝхуүъьҽпгѵѡґё0-9-]+$/u,
  /^[αβγεηικνορστυχωϲϳ0-9-]+$/u,
  /^[աեզթհոսցքօյլրքգզտվ0-9-]+$/u,
];

/**
 * Whether a label of a host name in Unicode can be shown in place of its ASCII form: nobody could take it for more than one
 * label, or for other letters than it has. One script, and its letters only (UTS #39 §5.2, highly restrictive or stricter).
 */
export function isReadableLabel(label: string): boolean {
  if (!LETTERS.test(label) || MISPLACED_MARKS.test(label) || label !== label.normalize('NFC')) return false;
  if (DIVIDERS_ONLY.test(label) || LATIN_LOOK_ALIKES.some((words) => words.test(label))) return false;
  const characters = Array.from(label).filter((character) => !SHARED.test(character));
  return SCRIPTS.some((script) => characters.every((character) => script.test(character)));
}
