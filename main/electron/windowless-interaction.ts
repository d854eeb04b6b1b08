import { ClientError } from '../core/errors.js';
import type { ConsentDialog, UserInteraction } from '../core/ports.js';

const refusal = (): ClientError => new ClientError('ERR_USER_CANCELLED', 'this version has no window to ask in');

/**
 * Stands where the consent window will be: nobody can be asked, so everything is refused, and no PIN is ever asked for.
 * @param onRefused called for each request, to tell the person why nothing happened
 */
export function windowlessInteraction(onRefused: () => void): UserInteraction {
  const dialog: ConsentDialog = {
    showReading: () => undefined,
    showItems: () => undefined,
    showPreparation: () => undefined,
    showProgress: () => undefined,
    chooseReader: () => Promise.reject(refusal()),
    confirmSeparateStep: () => Promise.resolve(false),
    decide: () => Promise.resolve({ answer: 'refused' }),
    acknowledge: () => Promise.resolve({ answer: 'refused' }),
    confirmLastTry: () => Promise.resolve(false),
    enterPin: () => Promise.resolve(undefined),
    enterNewPin: () => Promise.resolve(undefined),
    confirmTrivialPin: () => Promise.resolve(false),
    close: () => undefined,
  };
  return {
    open() {
      onRefused();
      return dialog;
    },
  };
}
