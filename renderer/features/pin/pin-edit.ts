/** What a PIN is made of. Letters count alike in upper and lower case: the app upper-cases them, as the card has them. */
export type PinAlphabet = 'digits' | 'letters-and-digits';

/** Why something that was entered is not part of the PIN. Names a class of characters, never one of them. */
export type EntryRefusal =
  | 'full-width'
  | 'composition'
  | 'letter'
  | 'space'
  | 'symbol'
  | 'other'
  | 'full'
  /** More than one character at once: from a password manager, a dictation. */
  | 'at-once'
  | 'paste'
  | 'drop';

/** What a `beforeinput` event means for the PIN. */
export type PinEdit =
  /** `anew`: in place of all there is. */
  | { readonly kind: 'append'; readonly byte: number; readonly anew: boolean }
  | { readonly kind: 'erase-last' }
  | { readonly kind: 'erase-all' }
  | { readonly kind: 'refuse'; readonly refusal: EntryRefusal }
  | { readonly kind: 'nothing' };

/** Of an `InputEvent` (Input Events Level 2, section 4) and of the field it is for. */
export interface EntryEvent {
  readonly inputType: string;
  readonly data: string | null;
  /** Whether bullets are selected. What cannot be seen cannot be selected in part: any selection is of all of it. */
  readonly hasSelection: boolean;
}

const NOTHING: PinEdit = { kind: 'nothing' };
const REFUSED_TYPES: Readonly<Record<string, EntryRefusal>> = {
  insertFromPaste: 'paste',
  insertFromPasteAsQuotation: 'paste',
  insertFromYank: 'paste',
  insertFromDrop: 'drop',
  insertReplacementText: 'at-once',
  insertCompositionText: 'composition',
  insertFromComposition: 'composition',
};

/** The caret is always at the end, where the forward ones would otherwise do nothing. */
const ONE_CHARACTER: readonly string[] = ['deleteContentBackward', 'deleteContentForward', 'deleteContent'];
const WORDS_AND_LINES: readonly string[] = [
  'deleteWordBackward',
  'deleteWordForward',
  'deleteSoftLineBackward',
  'deleteSoftLineForward',
  'deleteEntireSoftLine',
  'deleteHardLineBackward',
  'deleteHardLineForward',
];

/**
 * What to do about a `beforeinput` event. The event itself is cancelled whatever this answers; of its text, nothing but one
 * character of `insertText` is looked at.
 */
export function editFor({ inputType, data, hasSelection }: EntryEvent, alphabet: PinAlphabet): PinEdit {
  if (inputType === 'insertText') return appendEdit(data ?? '', hasSelection, alphabet);
  const refusal = Object.hasOwn(REFUSED_TYPES, inputType) ? REFUSED_TYPES[inputType] : undefined;
  if (refusal !== undefined) return { kind: 'refuse', refusal };
  if (ONE_CHARACTER.includes(inputType)) return { kind: hasSelection ? 'erase-all' : 'erase-last' };
  return WORDS_AND_LINES.includes(inputType) ? { kind: 'erase-all' } : NOTHING;
}

function appendEdit(text: string, anew: boolean, alphabet: PinAlphabet): PinEdit {
  const code = text.codePointAt(0);
  if (code === undefined) return NOTHING;
  const isOneCharacter = text.length === (code > 0xffff ? 2 : 1);
  if (!isOneCharacter) return { kind: 'refuse', refusal: 'at-once' };
  const refusal = refusalOf(code, alphabet);
  return refusal === undefined ? { kind: 'append', byte: code, anew } : { kind: 'refuse', refusal };
}

/** Why no PIN has this character; undefined where one may. */
function refusalOf(code: number, alphabet: PinAlphabet): EntryRefusal | undefined {
  if (isWithin(code, 0x30, 0x39)) return undefined;
  if (isWithin(code, 0x41, 0x5a) || isWithin(code, 0x61, 0x7a)) return alphabet === 'digits' ? 'letter' : undefined;
  if (code === 0x20) return 'space';
  if (isWithin(code, 0x21, 0x7e)) return 'symbol';
  return isFullWidth(code) ? 'full-width' : 'other';
}

/** Blocks of Unicode that a Japanese input method enters from: CJK punctuation, kana, kanji, full-width forms. */
function isFullWidth(code: number): boolean {
  return (
    isWithin(code, 0x3000, 0x30ff) ||
    isWithin(code, 0x3400, 0x9fff) ||
    isWithin(code, 0xff01, 0xff60) ||
    isWithin(code, 0xffe0, 0xffe6)
  );
}

function isWithin(code: number, first: number, last: number): boolean {
  return code >= first && code <= last;
}
