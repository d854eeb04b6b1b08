import { jpkiPersonalAttributes, type Certificate } from '../../../sdk/formats/index.js';
import { displayText } from '../consent/display-text.js';
import { parseBirthDate, type BirthDate } from './birth-date.js';

/** A character that stands for one the certificate's character set lacks (代替文字). */
export interface SubstitutedCharacter {
  /** Counted from 1. */
  readonly position: number;
  readonly character: string;
}

export interface SubstitutableText {
  /** Made safe to display. */
  readonly text: string;
  /**
   * Empty: every character is the holder's own. Undefined: the certificate's positions do not fit its text, so nothing can
   * be said about any of them.
   */
  readonly substitutions: readonly SubstitutedCharacter[] | undefined;
}

/** The holder's four attributes as the signing certificate carries them. */
export interface HolderAttributes {
  readonly name: SubstitutableText;
  readonly address: SubstitutableText;
  /** `date` is undefined where `encoded`, made safe to display, is no date. */
  readonly birthDate: { readonly encoded: string; readonly date: BirthDate | undefined };
  /** `meaning` is undefined where `encoded`, made safe to display, is none of the profile's codes. */
  readonly sex: { readonly encoded: string; readonly meaning: 'male' | 'female' | 'unknown' | undefined };
}

const SEXES: ReadonlyMap<string, 'male' | 'female' | 'unknown'> = new Map([
  ['1', 'male'],
  ['2', 'female'],
  ['3', 'unknown'],
]);

/** Undefined for certificates without the attributes, such as the authentication certificate. */
export function holderAttributes(certificate: Certificate): HolderAttributes | undefined {
  const attributes = jpkiPersonalAttributes(certificate);
  const { name, address, birthDate, sex } = attributes;
  if (name === undefined || address === undefined || birthDate === undefined || sex === undefined) return undefined;
  return {
    name: substitutableText(name, attributes.nameSubstitutions),
    address: substitutableText(address, attributes.addressSubstitutions),
    birthDate: { encoded: displayText(birthDate), date: parseBirthDate(birthDate) },
    sex: { encoded: displayText(sex), meaning: SEXES.get(sex) },
  };
}

/**
 * `flags`: one `0` or `1` per character of `text`, whether marks and variation selectors were counted on their own or with
 * the character before them. Without flags the profile knows of no substitution.
 */
export function substitutableText(text: string, flags: string | undefined): SubstitutableText {
  const shown = displayText(text);
  if (flags === undefined) return { text: shown, substitutions: [] };
  const withMarks: readonly string[] = text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];
  const characters = [Array.from(text), withMarks].find(({ length }) => length === flags.length);
  if (!characters || !/^[01]*$/.test(flags)) return { text: shown, substitutions: undefined };
  const substitutions = characters.flatMap((character, index) =>
    flags[index] === '1' ? [{ position: index + 1, character: displayText(character) }] : [],
  );
  return { text: shown, substitutions };
}
