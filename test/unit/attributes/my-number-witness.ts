import type { ApduLogEntry, VirtualCard } from '../../../native/virtual-card/index.js';

const TEXT_AID = 'd3921000310001010408';
const VISUAL_AID = 'd3921000310001010402';

/** Files that are or hold the My Number, by the application they are in; 照合番号A is the number too. */
const FORBIDDEN: Readonly<Record<string, readonly number[]>> = {
  [TEXT_AID]: [0x0001, 0x0014],
  [VISUAL_AID]: [0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0013],
};

export interface Witness {
  /** Commands that touch a file of the My Number, in hexadecimal. */
  readonly touched: readonly string[];
  /** Every response, the very arrays that were handed out. */
  readonly responses: readonly Uint8Array[];
  /** Copies of the same as they were then. */
  readonly copies: readonly Uint8Array[];
  /** How often EF 0003 was read, in whole or in part. */
  readonly digestReads: number;
}

/**
 * Stands between the card and whoever uses it, and reads every command: which application and file it means, by selection
 * or short identifier. The card itself logs no data, and has no 券面事項確認AP; here that one answers to its name.
 */
export function watch(card: VirtualCard): Witness {
  const transmit = card.transmit.bind(card);
  const seen = { touched: [] as string[], responses: [] as Uint8Array[], copies: [] as Uint8Array[], digestReads: 0 };
  let application = '';
  let file: number | undefined;
  card.transmit = (command) => {
    const [, ins = 0, p1 = 0, p2 = 0] = command;
    const data = Buffer.from(command.subarray(5));
    const visual = ins === 0xa4 && p1 === 0x04 && data.subarray(0, 10).toString('hex') === VISUAL_AID;
    const response = visual ? Uint8Array.of(0x90, 0x00) : transmit(command);
    seen.responses.push(response);
    seen.copies.push(response.slice());
    const done = Buffer.from(response.subarray(-2)).toString('hex') === '9000';
    if (ins === 0xa4 && p1 === 0x04) {
      if (done) [application, file] = [data.subarray(0, 10).toString('hex'), undefined];
      return response;
    }
    const meant = fileOf({ ins, p1, p2 }, data) ?? file;
    if (ins === 0xa4) file = meant;
    if (meant !== undefined && FORBIDDEN[application]?.includes(meant)) {
      seen.touched.push(Buffer.from(command.subarray(0, 4)).toString('hex'));
    }
    if (ins === 0xb0 && application === TEXT_AID && meant === 0x0003 && done) seen.digestReads += 1;
    if (ins === 0xb0 || ins === 0x20) file = meant;
    return response;
  };
  return seen;
}

/** The EF that a command names, whether the card takes it or not. */
function fileOf({ ins, p1, p2 }: Record<'ins' | 'p1' | 'p2', number>, data: Buffer): number | undefined {
  if (ins === 0xa4) return data.length >= 2 ? data.readUInt16BE(0) : undefined;
  if (ins === 0xb0 || ins === 0xb1) return (p1 & 0x80) === 0 ? undefined : p1 & 0x1f;
  return p2 > 0x80 ? p2 & 0x1f : undefined;
}

/** The same question to the card's own log: commands after which such a file was selected. */
export function myNumberFilesIn(log: readonly ApduLogEntry[]): readonly ApduLogEntry[] {
  const forbidden = FORBIDDEN[TEXT_AID] ?? [];
  return log.filter(({ application, fileId }) => application === 'text' && forbidden.includes(fileId ?? 0));
}
