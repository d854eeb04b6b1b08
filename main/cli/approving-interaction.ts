import type { TestCardPins } from '../node/test-card.js';
import type { ConsentDialog, PinPrompt, UserInteraction } from '../core/ports.js';
import { ClientError } from '../core/errors.js';
import type { ConsentModel } from '../core/consent/consent-model.js';
import { consentText, separateStepText } from './consent-text.js';
import type { Translate } from './messages.js';
import type { Terminal } from './terminal.js';

/**
 * Plays the person against the built-in test card: prints each consent, agrees to all of it, and enters the test card's own PIN, once.
 * Its PINs are nobody's secret; a real card never gets one of them, because the virtual reader stands alone.
 */
export function createApprovingInteraction(options: ApprovingInteractionOptions): UserInteraction {
  return { open: (consent) => approvingDialog(consent, options) };
}

export interface ApprovingInteractionOptions {
  readonly terminal: Pick<Terminal, 'write'>;
  readonly t: Translate;
  /** The test card's PINs as they are now. */
  readonly pins: () => TestCardPins;
}

function approvingDialog(consent: ConsentModel, { terminal, t, pins }: ApprovingInteractionOptions): ConsentDialog {
  const print = (model: ConsentModel): void => {
    terminal.write(`\n${consentText(model, t)}\n`);
  };
  if (!consent.beingRead) print(consent);
  return {
    showReading: () => undefined,
    showItems: print,
    showPreparation(preparation) {
      if (preparation.status !== 'ready') return;
      if (!preparation.testCard)
        throw new ClientError('ERR_POLICY_TEST_CARD', 'approve-all met a card that is no test card');
      terminal.write(`${t('card.testCard')}\n${t('card.triesLeft', { count: preparation.triesLeft })}\n`);
    },
    chooseReader: (readers) => Promise.resolve(readers[0]?.name ?? ''),
    confirmSeparateStep() {
      terminal.write(`${separateStepText(consent, t)}\n`);
      return Promise.resolve(true);
    },
    decide: () => Promise.resolve({ answer: 'agreed' }),
    acknowledge: () => Promise.resolve({ answer: 'refused' }),
    confirmLastTry: () => Promise.resolve(false),
    enterPin: (prompt) => Promise.resolve(testCardPin(prompt, pins())),
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
} as const satisfies Record<PinPrompt['role'], keyof TestCardPins>;

function testCardPin({ role, reason }: PinPrompt, pins: TestCardPins): Uint8Array | undefined {
  return reason ? undefined : new TextEncoder().encode(pins[SECRETS[role]]);
}
