import type { LocalisedText } from '../../../sdk/protocol/index.js';
import { displayText } from '../../core/consent/display-text.js';

/** Code points of a file's name as a window shows it. */
export const SHOWN_NAME_LENGTH = 120;

/** A name in a registry or a history, made safe to display. */
export function shownText({ ja, en }: LocalisedText): LocalisedText {
  return { ja: displayText(ja), en: displayText(en) };
}
