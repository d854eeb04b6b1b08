import { leIsOpen, type CardResponse, type CommandApdu } from '../apdu.js';
import { currentFile, requireAccess, selectByShortFileId, type CardSession } from '../card-session.js';
import { Refusal, STATUS_WORDS } from '../status-words.js';

/** Low bits of P2: P1 is the record's number. */
const BY_NUMBER = 0x04;

/** READ RECORD (ISO/IEC 7816-4 §11.4.3) of one record by its number, of the current EF or one by its short identifier in P2. */
export function readRecord(session: CardSession, command: CommandApdu): CardResponse {
  if (command.data.length > 0 || command.le === undefined) throw new Refusal(STATUS_WORDS.WRONG_LENGTH);
  if ((command.p2 & 0x07) !== BY_NUMBER) throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
  const shortFileId = command.p2 >> 3;
  if (shortFileId !== 0) selectByShortFileId(session, 0x80 | shortFileId);
  const file = currentFile(session);
  if (file.kind !== 'records') throw new Refusal(STATUS_WORDS.INCOMPATIBLE_FILE);
  requireAccess(session, file.read);
  const record = file.records[command.p1 - 1];
  if (!record) throw new Refusal(STATUS_WORDS.RECORD_NOT_FOUND);
  const data = record.subarray(0, command.le);
  if (data.length < command.le && !leIsOpen(command.le)) {
    return { statusWord: STATUS_WORDS.END_OF_FILE, data };
  }
  return { statusWord: STATUS_WORDS.SUCCESS, data };
}
