import { leIsOpen, type CardResponse, type CommandApdu } from '../apdu.js';
import { currentFile, requireAccess, selectByShortFileId, type CardSession } from '../card-session.js';
import { Refusal, STATUS_WORDS } from '../status-words.js';

/** READ BINARY (ISO/IEC 7816-4 §11.2.3), even INS: offset of 15 bits, or of 8 bits after a short EF identifier in P1. */
export function readBinary(session: CardSession, command: CommandApdu): CardResponse {
  if (command.data.length > 0 || command.le === undefined) throw new Refusal(STATUS_WORDS.WRONG_LENGTH);
  const byShortFileId = (command.p1 & 0x80) !== 0;
  if (byShortFileId) selectByShortFileId(session, command.p1);
  const offset = byShortFileId ? command.p2 : (command.p1 << 8) | command.p2;
  const file = currentFile(session);
  if (file.kind !== 'transparent') throw new Refusal(STATUS_WORDS.INCOMPATIBLE_FILE);
  requireAccess(session, file.read);
  if (offset >= file.content.length) throw new Refusal(STATUS_WORDS.OFFSET_OUTSIDE_FILE);
  const data = file.content.subarray(offset, offset + command.le);
  const complete = data.length === command.le || leIsOpen(command.le);
  return { statusWord: complete ? STATUS_WORDS.SUCCESS : STATUS_WORDS.END_OF_FILE, data };
}
