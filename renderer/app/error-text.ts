import type { WireError } from '../../sdk/protocol/index.js';
import { useTexts } from './text.js';

export type ShownError = Pick<WireError, 'code' | 'details'>;

export interface ErrorText {
  readonly what: string;
  /** What helps; the empty string where nothing is known to. */
  readonly remedy: string;
}

/** `error.<code>.what` and `.remedy`; codes without texts of their own share those of their area. */
export function useErrorText(): (error: ShownError) => ErrorText {
  const { lookUp } = useTexts();
  return ({ code, details }) => {
    const area = code.split('_').slice(0, 2).join('_');
    const values = Object.fromEntries(Object.entries(details).map(([key, value]) => [key, String(value)]));
    const count = typeof details['triesLeft'] === 'number' ? { count: details['triesLeft'] } : {};
    const pin = typeof details['role'] === 'string' ? lookUp(`common.pinName.${details['role']}`, {}) : '';
    const role = pin === '' ? {} : { context: 'role', pin };
    const textOf = (part: 'what' | 'remedy'): string =>
      lookUp(`error.${code}.${part}`, { ...values, ...count, ...role }) || lookUp(`error.${area}.${part}`, values);
    return { what: textOf('what'), remedy: textOf('remedy') };
  };
}
