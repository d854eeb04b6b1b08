import { equalBytes } from '../../../sdk/formats/index.js';
import type { PinEntry } from '../card/card-generation.js';
import { isTrivialPin, normalizeNewPin, normalizePin, pinRuleDetails } from '../card/pin-format.js';
import { ClientError } from '../errors.js';
import type { ConsentDialog, NewPinPrompt, NewPinRefusal } from '../ports.js';

export interface NewPinContext {
  readonly pinEntry: PinEntry;
  /** As entered and normalised; not yet known to be right. Read only. */
  readonly oldPin: Uint8Array;
  readonly testCard: boolean;
}

/**
 * The new PIN, entered twice, normalised, of the right form and not the old one. The card takes no part. The caller is its
 * only owner and zeroes it; entries that were not taken are zeroed here.
 * @throws ClientError ERR_PIN_FORMAT with `details.rule` where the person gives up after a refusal, ERR_USER_CANCELLED
 */
export async function enterNewPin(dialog: ConsentDialog, context: NewPinContext): Promise<Uint8Array> {
  let reason: NewPinRefusal | undefined;
  for (;;) {
    const pin = await ask(dialog, context, { entry: 'first', ...(reason && { reason }) });
    if (!pin) throw givenUp(reason, context.pinEntry);
    let taken = false;
    try {
      reason = await refusal(dialog, context, pin);
      taken = reason === undefined;
      if (taken) return pin;
    } finally {
      if (!taken) pin.fill(0);
    }
  }
}

/** Why `pin` cannot be the new one; undefined once it was entered twice. Normalises it in place. */
async function refusal(
  dialog: ConsentDialog,
  context: NewPinContext,
  pin: Uint8Array,
): Promise<NewPinRefusal | undefined> {
  const { pinEntry, oldPin } = context;
  const fault = normalizeNewPin(pin, pinEntry.pinFormat);
  if (fault !== undefined) return fault;
  if (equalBytes(pin, oldPin)) return 'unchanged';
  if (isTrivialPin(pin, pinEntry.pinFormat) && !(await dialog.confirmTrivialPin(pinEntry.role))) return 'trivial';
  const again = await ask(dialog, context, { entry: 'again' });
  if (!again) throw givenUp(undefined, pinEntry);
  try {
    normalizePin(again, pinEntry.pinFormat);
    return equalBytes(pin, again) ? undefined : 'mismatch';
  } finally {
    again.fill(0);
  }
}

function ask(
  dialog: ConsentDialog,
  { pinEntry, testCard }: NewPinContext,
  entry: Pick<NewPinPrompt, 'entry' | 'reason'>,
): Promise<Uint8Array | undefined> {
  const { role, pinFormat } = pinEntry;
  const { minLength, maxLength } = pinFormat;
  return dialog.enterNewPin({ role, minLength, maxLength, testCard, ...entry });
}

function givenUp(reason: NewPinRefusal | undefined, pinEntry: PinEntry): ClientError {
  return reason === undefined
    ? new ClientError('ERR_USER_CANCELLED', 'the person entered no new PIN')
    : new ClientError('ERR_PIN_FORMAT', 'the new PIN cannot be taken; the card was not asked', {
        details: pinRuleDetails(reason, pinEntry),
      });
}
