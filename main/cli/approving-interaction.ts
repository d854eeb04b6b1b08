import { TEST_CARD_PINS } from '../node/test-card.js';
import type { ConsentDialog, PinPrompt, UserInteraction } from '../core/ports.js';
import { ClientError } from '../core/errors.js';
import type { ConsentModel } from '../core/consent/consent-model.js';
import { consentText } from './consent-text.js';
import type { Translate } from './messages.js';
import type { Terminal } from './terminal.js';

/**
 * Plays the person against the built-in test card: prints each consent, agrees, and enters the test card's own PIN, once.
 * Its PINs are public constants; a real card never gets one of them, because the virtual reader stands alone.
 */
export function createApprovingInteraction(terminal: Pick<Terminal, 'write'>, t: Translate): UserInteraction {
  return { open: (consent) => approvingDialog(consent, terminal, t) };
}

function approvingDialog(consent: ConsentModel, terminal: Pick<Terminal, 'write'>, t: Translate): ConsentDialog {
  terminal.write(`\n${consentText(consent, t)}\n`);
  return {
    showPreparation(preparation) {
      if (preparation.status !== 'ready') return;
      if (!preparation.testCard)
        throw new ClientError('ERR_POLICY_TEST_CARD', 'approve-all met a card that is no test card');
      terminal.write(`${t('card.testCard')}\n${t('card.triesLeft', { count: preparation.triesLeft })}\n`);
    },
    chooseReader: (readers) => Promise.resolve(readers[0]?.name ?? ''),
    decide: () => Promise.resolve('agreed'),
    confirmLastTry: () => Promise.resolve(false),
    enterPin: (prompt) => Promise.resolve(testCardPin(prompt)),
    // No page can ask for another PIN.
    enterNewPin: () => Promise.resolve(undefined),
    confirmTrivialPin: () => Promise.resolve(false),
    showProgress: () => undefined,
    close(outcome) {
      if (outcome.status === 'done') terminal.write(`${t('outcome.done')}\n`);
    },
  };
}

/** What the test card calls its secrets. */
const SECRETS = {
  authentication: 'authentication',
  signing: 'signing',
  profile: 'text',
  'number-b': 'numberB',
} as const satisfies Record<PinPrompt['role'], keyof typeof TEST_CARD_PINS>;

function testCardPin({ role, reason }: PinPrompt): Uint8Array | undefined {
  return reason ? undefined : new TextEncoder().encode(TEST_CARD_PINS[SECRETS[role]]);
}
