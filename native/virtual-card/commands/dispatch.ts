import { parseCommandApdu, type CardResponse, type CommandApdu } from '../apdu.js';
import type { CardSession } from '../card-session.js';
import { Refusal, STATUS_WORDS } from '../status-words.js';
import { changeReferenceData } from './change-reference-data.js';
import { computeDigitalSignature } from './compute-digital-signature.js';
import { readBinary } from './read-binary.js';
import { readRecord } from './read-record.js';
import { select } from './select.js';
import { verify } from './verify.js';

interface Command {
  readonly cla: number;
  readonly handle: (session: CardSession, command: CommandApdu) => CardResponse;
}

const INTERINDUSTRY = 0x00;
const PROPRIETARY = 0x80;

const getData: Command = { cla: INTERINDUSTRY, handle: () => ({ statusWord: STATUS_WORDS.REFERENCED_DATA_NOT_FOUND }) };

/** Every command of the card, by INS. */
const COMMANDS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [0x20, { cla: INTERINDUSTRY, handle: verify }],
  [0x24, { cla: INTERINDUSTRY, handle: changeReferenceData }],
  [0x2a, { cla: PROPRIETARY, handle: computeDigitalSignature }],
  [0xa4, { cla: INTERINDUSTRY, handle: select }],
  [0xb0, { cla: INTERINDUSTRY, handle: readBinary }],
  [0xb2, { cla: INTERINDUSTRY, handle: readRecord }],
  [0xca, getData],
  [0xcb, getData],
]);

/** Answers one command APDU. Whatever the bytes are, the answer is a response, never an exception of the parser. */
export function dispatch(session: CardSession, bytes: Uint8Array): CardResponse {
  const command = parseCommandApdu(bytes, session.profile.extendedLength);
  if (!command) return { statusWord: STATUS_WORDS.WRONG_LENGTH };
  try {
    requireSupportedClass(command.cla);
    const entry = COMMANDS.get(command.ins);
    if (!entry) throw new Refusal(STATUS_WORDS.INSTRUCTION_NOT_SUPPORTED);
    if (entry.cla !== command.cla) throw new Refusal(STATUS_WORDS.CLASS_NOT_SUPPORTED);
    return entry.handle(session, command);
  } catch (thrown) {
    if (thrown instanceof Refusal) return { statusWord: thrown.statusWord };
    throw thrown;
  }
}

/** Class byte (ISO/IEC 7816-4 §5.4.1): basic channel, no chaining, no secure messaging. */
function requireSupportedClass(cla: number): void {
  const block = cla & 0xe0;
  const channelFourOrHigher = block === 0x40 || block === 0x60;
  if (!channelFourOrHigher && block !== INTERINDUSTRY && block !== PROPRIETARY) {
    throw new Refusal(STATUS_WORDS.CLASS_NOT_SUPPORTED);
  }
  if (channelFourOrHigher || (cla & 0x03) !== 0) throw new Refusal(STATUS_WORDS.CHANNEL_NOT_SUPPORTED);
  if ((cla & 0x0c) !== 0) throw new Refusal(STATUS_WORDS.SECURE_MESSAGING_NOT_SUPPORTED);
  if ((cla & 0x10) !== 0) throw new Refusal(STATUS_WORDS.CHAINING_NOT_SUPPORTED);
}
