import { equalBytes } from '../../../sdk/formats/index.js';
import type { CardApplication } from '../card/card-application.js';
import type { PinEntry } from '../card/card-generation.js';
import type { ConsentModel } from '../consent/consent-model.js';
import { ClientError, toClientError } from '../errors.js';
import type { PinRole } from '../ports.js';
import { keyTarget, readIdentityIfAny, textTarget, type CardTarget } from '../signing/card-target.js';
import { runSigningSession, type SessionEnvironment } from '../signing/signing-session.js';
import { enterNewPin } from './enter-new-pin.js';

/** The PINs a person may choose. 照合番号B is printed on the card. */
export const CHANGEABLE_PINS = ['authentication', 'signing', 'profile'] as const satisfies readonly PinRole[];
export type ChangeablePin = (typeof CHANGEABLE_PINS)[number];

export interface PinChange {
  /**
   * Replaces a PIN, in a dialog: the old one, then the new one twice, and only then the card, which verifies the old one
   * once. A wrong old one is asked again, at the person's choice; the new one is not.
   * @throws ClientError as every request, and with `details.change`: `refused`, the old PIN still holds; `unknown`, the
   * card was gone before it answered, so either may hold.
   */
  change(pin: ChangeablePin, signal: AbortSignal): Promise<void>;
}

export function createPinChange(environment: SessionEnvironment): PinChange {
  return { change: (pin, signal) => changePin(environment, pin, signal) };
}

async function changePin(environment: SessionEnvironment, role: ChangeablePin, signal: AbortSignal): Promise<void> {
  const consent: ConsentModel = {
    operation: 'change-pin',
    requester: { kind: 'self' },
    pinRole: role,
    disclosed: [],
    items: [],
  };
  let newPin: Uint8Array | undefined;
  try {
    await runSigningSession(
      environment,
      {
        consent,
        target: changeTarget(role),
        onPinEntered: async (dialog, oldPin, { pinEntry, testCard }) => {
          // Chosen before the first old one turned out wrong, and still another than the old one.
          if (newPin && !equalBytes(newPin, oldPin)) return;
          newPin?.fill(0);
          newPin = undefined;
          newPin = await enterNewPin(dialog, { pinEntry, oldPin, testCard });
        },
        work: async (application, { pinEntry }, show) => {
          if (!newPin) throw new Error('the card was used before a new PIN was chosen');
          show('changing-pin');
          await sendChange(application, pinEntry, newPin);
        },
      },
      signal,
    );
  } finally {
    newPin?.fill(0);
  }
}

/** Unlike a signature, a new PIN needs no certificate: neither one in force nor any. */
function changeTarget(role: ChangeablePin): CardTarget<CardApplication, PinEntry> {
  const target = role === 'profile' ? textTarget(role) : keyTarget(role);
  return { ...target, readFree: (_application, context) => readIdentityIfAny(context) };
}

async function sendChange(application: CardApplication, pin: PinEntry, value: Uint8Array): Promise<void> {
  try {
    await application.changePin(pin, value);
  } catch (thrown) {
    const error = toClientError(thrown);
    if (error.code === 'ERR_USER_CANCELLED') throw error;
    const change = 'statusWord' in error.details ? 'refused' : 'unknown';
    throw new ClientError(error.code, error.message, { details: { ...error.details, change }, cause: thrown });
  }
}
