import { SUCCESS, type CardResponse, type CommandApdu } from '../apdu.js';
import { deselect, selectFile, type CardSession } from '../card-session.js';
import { Refusal, STATUS_WORDS } from '../status-words.js';
import { encodeTlv } from '../tlv.js';

/** Registered application provider identifier: the shortest name that may select an application. */
const SHORTEST_NAME = 5;

/** P2: first or only occurrence, and what comes back. */
const RETURN_FCI = 0x00;
const RETURN_NOTHING = 0x0c;

/** SELECT (ISO/IEC 7816-4 §11.1.1): an application by name, or an EF of the application by its identifier. */
export function select(session: CardSession, command: CommandApdu): CardResponse {
  switch (command.p1) {
    case 0x00:
      return selectMasterFile(session, command);
    case 0x02:
      return selectElementaryFile(session, command);
    case 0x04:
      return selectApplication(session, command);
    default:
      throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
  }
}

/** The card has no master file; without an identifier it answers as cards in use were seen to. */
function selectMasterFile(session: CardSession, command: CommandApdu): CardResponse {
  if (command.data.length > 0) throw new Refusal(STATUS_WORDS.FILE_NOT_FOUND);
  if (!session.application) throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
  return SUCCESS;
}

function selectElementaryFile(session: CardSession, command: CommandApdu): CardResponse {
  const [high, low, extra] = command.data;
  requireKnownP2(command.p2);
  if (high === undefined || low === undefined || extra !== undefined) throw new Refusal(STATUS_WORDS.WRONG_LENGTH);
  selectFile(session, (high << 8) | low);
  return controlInformation(command, 0x83, command.data);
}

function selectApplication(session: CardSession, command: CommandApdu): CardResponse {
  requireKnownP2(command.p2);
  const application = session.applications.find(({ aid }) => isNameOf(command.data, aid));
  if (!application) throw new Refusal(STATUS_WORDS.FILE_NOT_FOUND);
  deselect(session);
  session.application = application;
  return controlInformation(command, 0x84, application.aid);
}

function requireKnownP2(p2: number): void {
  if (p2 !== RETURN_FCI && p2 !== RETURN_NOTHING) throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
}

/** The whole name or, as the card's capabilities announce, the beginning of it. */
function isNameOf(name: Uint8Array, aid: Uint8Array): boolean {
  return name.length >= SHORTEST_NAME && name.length <= aid.length && name.every((byte, index) => byte === aid[index]);
}

/** FCI template with nothing but the name: what a real card puts there is not public. */
function controlInformation(command: CommandApdu, nameTag: number, name: Uint8Array): CardResponse {
  if (command.p2 === RETURN_NOTHING || command.le === undefined) return SUCCESS;
  return { statusWord: STATUS_WORDS.SUCCESS, data: encodeTlv(0x6f, encodeTlv(nameTag, name)) };
}
