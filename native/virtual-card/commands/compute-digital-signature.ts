import type { CardResponse, CommandApdu } from '../apdu.js';
import { referencedFile, requireAccess, type CardSession } from '../card-session.js';
import { Refusal, STATUS_WORDS } from '../status-words.js';

/**
 * PERFORM SECURITY OPERATION, COMPUTE DIGITAL SIGNATURE, in the card's own form 80 2A 00 80: P1 says how the input is
 * treated (00: as sent, RSA pads it) and P2 which key.
 */
export function computeDigitalSignature(session: CardSession, command: CommandApdu): CardResponse {
  if (command.p1 !== 0) throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
  const file = referencedFile(session, command.p2);
  if (file.kind !== 'private-key') throw new Refusal(STATUS_WORDS.INCOMPATIBLE_FILE);
  requireAccess(session, file.use);
  const { data, le } = command;
  const { shortest, longest } = file.inputLength;
  if (data.length < shortest || data.length > longest || le === undefined) {
    throw new Refusal(STATUS_WORDS.WRONG_LENGTH);
  }
  if (le < file.signatureLength) throw new Refusal(STATUS_WORDS.WRONG_LE | (file.signatureLength & 0xff));
  return { statusWord: STATUS_WORDS.SUCCESS, data: file.sign(data) };
}
