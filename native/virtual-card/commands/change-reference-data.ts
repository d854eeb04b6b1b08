import { SUCCESS, type CardResponse, type CommandApdu } from '../apdu.js';
import { requireAccess, type CardSession } from '../card-session.js';
import { PIN_RULES, pinFormatHolds } from '../pins.js';
import { Refusal, STATUS_WORDS } from '../status-words.js';
import { referencedPin } from './verify.js';

/** CHANGE REFERENCE DATA (ISO/IEC 7816-4 §11.5.7) with P1 = 01: the data is the new PIN only, the old one is verified. */
export function changeReferenceData(session: CardSession, command: CommandApdu): CardResponse {
  if (command.p1 !== 0x01) throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
  const pin = referencedPin(session, command.p2);
  if (!PIN_RULES[pin].changeable) throw new Refusal(STATUS_WORDS.CONDITIONS_NOT_SATISFIED);
  requireAccess(session, { anyOf: [pin] });
  if (!pinFormatHolds(pin, command.data)) throw new Refusal(STATUS_WORDS.WRONG_DATA);
  session.pins.change(pin, command.data);
  return SUCCESS;
}
