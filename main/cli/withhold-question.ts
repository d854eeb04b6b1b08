import type { ConsentModel } from '../core/consent/consent-model.js';
import { attributeNumber, attributeText } from './consent-text.js';
import type { Translate } from './messages.js';

/** Positions in `ConsentModel.attributes` that the person may leave out. */
export function optionalPositions({ attributes = [] }: ConsentModel): readonly number[] {
  return attributes.flatMap(({ required }, position) => (required ? [] : [position]));
}

/** Their numbers as they are shown. */
export function optionalNumbers(model: ConsentModel): string {
  return optionalPositions(model).map(attributeNumber).join(', ');
}

/** Digits of any width between commas, spaces or 読点. Undefined for anything but numbers of optional attributes. */
export function parseWithheld(entry: string, model: ConsentModel): readonly number[] | undefined {
  const numbers = entry
    .normalize('NFKC')
    .split(/[\s,、]+/)
    .filter((part) => part !== '');
  const byNumber = new Map(optionalPositions(model).map((position) => [attributeNumber(position), position]));
  const positions = numbers.map((number) => byNumber.get(number));
  return positions.every((position) => position !== undefined) ? [...new Set(positions)] : undefined;
}

/** What is left once these are left out, in words; undefined where nothing is. */
export function givenText(model: ConsentModel, withheld: readonly number[], t: Translate): string | undefined {
  const given = (model.attributes ?? []).filter((_attribute, position) => !withheld.includes(position));
  if (given.length === 0) return undefined;
  const list = given.map(({ attribute }) => attributeText(attribute, model, t)).join(t('consent.summary.separator'));
  return t('ask.given', { list });
}
