import { SUCCESS, type CardResponse, type CommandApdu } from '../apdu.js';
import { referencedFile, type CardSession } from '../card-session.js';
import { LONGEST_PIN, type PinName } from '../pins.js';
import { Refusal, STATUS_WORDS } from '../status-words.js';

/** VERIFY (ISO/IEC 7816-4 §11.5.6): compares the data with a PIN or, without data, tells the PIN's status. */
export function verify(session: CardSession, command: CommandApdu): CardResponse {
  if (command.p1 !== 0) throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
  const pin = referencedPin(session, command.p2);
  if (command.data.length > LONGEST_PIN) throw new Refusal(STATUS_WORDS.WRONG_LENGTH);
  return command.data.length === 0 ? status(session, pin) : comparison(session, pin, command.data);
}

/** The PIN that P2 means. @throws Refusal 6981 where the file is not a PIN's. */
export function referencedPin(session: CardSession, p2: number): PinName {
  const file = referencedFile(session, p2);
  if (file.kind !== 'pin') throw new Refusal(STATUS_WORDS.INCOMPATIBLE_FILE);
  return file.pin;
}

function status({ profile, pins, verified }: CardSession, pin: PinName): CardResponse {
  const triesLeft = profile.alwaysBlocked.includes(pin) ? 0 : pins.triesLeft(pin);
  if (triesLeft === 0) return { statusWord: profile.blockedQuery };
  if (profile.verifiedQuery === 'success' && verified.has(pin)) return SUCCESS;
  return { statusWord: STATUS_WORDS.TRIES_LEFT | triesLeft };
}

function comparison({ profile, pins, verified }: CardSession, pin: PinName, candidate: Uint8Array): CardResponse {
  verified.delete(pin);
  if (profile.alwaysBlocked.includes(pin)) throw new Refusal(profile.blockedVerify);
  const { outcome, triesLeft } = pins.verify(pin, candidate);
  if (outcome === 'blocked') throw new Refusal(profile.blockedVerify);
  if (outcome === 'wrong') throw new Refusal(STATUS_WORDS.TRIES_LEFT | triesLeft);
  verified.add(pin);
  return SUCCESS;
}
