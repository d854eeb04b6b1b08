import { InvalidArgumentError, Option, type Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { parseRequestOrigin } from '../../core/bridge/origin.js';
import { displayText } from '../../core/consent/display-text.js';
import { ClientError } from '../../core/errors.js';
import { isCalendarDay } from '../../core/history/calendar-day.js';
import { exportHistory, HISTORY_FORMATS, type HistoryFormat } from '../../core/history/export-history.js';
import type { History, HistoryErasure, HistoryFilter } from '../../core/history/history.js';
import { fileError } from '../../node/file-source.js';
import { openPersonHistory } from '../../node/history/index.js';
import { createLog } from '../../node/log.js';
import { ExitCode } from '../exit-codes.js';
import { historyEntryLines, historyStateLines } from '../history-text.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';

interface ListOptions {
  readonly site?: string;
  readonly day?: string;
  readonly limit?: number;
}

interface EraseOptions {
  readonly entry?: string;
  readonly day?: string;
  readonly all?: true;
}

export function addHistoryCommands(program: Command, run: RunCommand): void {
  const history = program.command('history').description('what your card was used for, on this PC');
  history
    .command('list')
    .description('uses of the card, newest first; what is kept and for how long')
    .option('--site <origin>', 'only this site: https://www.example.jp', parseOrigin)
    .option('--day <YYYY-MM-DD>', 'only this day', parseDay)
    .option('--limit <number>', 'at most so many', parseLimit)
    .action((options: ListOptions) => run((context) => withHistory(context, (uses) => list(context, uses, options))));
  history
    .command('export')
    .description('write all of it to a file that must not exist yet; - for standard output')
    .argument('<file>', 'FILE or -')
    .addOption(new Option('--format <format>', 'form of the file').choices(HISTORY_FORMATS).default('csv'))
    .action((file: string, { format }: { readonly format: HistoryFormat }) =>
      run((context) => withHistory(context, (uses) => exportTo(context, uses, { file, format }))),
    );
  history
    .command('erase')
    .description('erase for good, by destroying keys; asks first, but not with --yes')
    .option('--entry <id>', 'one use, by the identifier that list shows', parseId)
    .option('--day <YYYY-MM-DD>', 'all of a day', parseDay)
    .option('--all', 'everything, also what cannot be read')
    .action((options: EraseOptions) => run((context) => withHistory(context, (uses) => erase(context, uses, options))));
  history
    .command('verify')
    .description('check that nothing was changed or is missing; exit code 0 only then')
    .action(() => run((context) => withHistory(context, (uses) => verify(context, uses))));
}

async function withHistory(context: ProgramContext, work: (history: History) => Promise<ExitCode>): Promise<ExitCode> {
  const { stateDirectory, options } = context;
  const history = openPersonHistory({ stateDirectory, log: createLog(options.verbose ? 'info' : 'silent') });
  try {
    return await work(history);
  } finally {
    await history.close();
  }
}

async function list({ output, t }: ProgramContext, history: History, options: ListOptions): Promise<ExitCode> {
  const { site: origin, day, limit } = options;
  const filter: HistoryFilter = {
    ...(origin !== undefined && { origin }),
    ...(day !== undefined && { day }),
    ...(limit !== undefined && { limit }),
  };
  const listing = await history.list(filter);
  const { entries, ...state } = listing;
  const uses = entries.length === 0 ? [t('history.none')] : entries.flatMap((entry) => historyEntryLines(entry, t));
  output.result(listing, [...uses, ...historyStateLines(state, t)]);
  return ExitCode.DONE;
}

async function exportTo(
  { output, t, options }: ProgramContext,
  history: History,
  { file, format }: { readonly file: string; readonly format: HistoryFormat },
): Promise<ExitCode> {
  const toStandardOutput = file === '-';
  if (toStandardOutput && options.json) throw usageError('--json: with a file, not with -');
  const listing = await history.list();
  const text = exportHistory(listing, format);
  const { entries, ...state } = listing;
  if (toStandardOutput) {
    process.stdout.write(text);
    for (const line of historyStateLines(state, t)) output.note(line);
  } else {
    await writePrivately(file, text);
    const done = t('history.exported', { count: entries.length, file: displayText(file) });
    output.result({ file, format, entries: entries.length, ...state }, [done, ...historyStateLines(state, t)]);
  }
  return ExitCode.DONE;
}

/** A new file that only this user can read, as the history itself. */
async function writePrivately(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    throw fileError(file, thrown);
  }
}

async function erase(context: ProgramContext, history: History, options: EraseOptions): Promise<ExitCode> {
  const { output, t } = context;
  const erasure = toErasure(options);
  await requireAgreement(context, erasure);
  const erased = await history.erase(erasure);
  // What is not there is not erased; that nothing at all is there is what was asked for.
  const done = erased > 0 || erasure.kind === 'all';
  output.result({ ...erasure, erased, done }, t(`history.erased.${erasure.kind}`, { context: String(done) }));
  return done ? ExitCode.DONE : ExitCode.NEGATIVE;
}

function toErasure({ entry, day, all }: EraseOptions): HistoryErasure {
  const chosen: readonly HistoryErasure[] = [
    ...(entry === undefined ? [] : [{ kind: 'entry', id: entry } as const]),
    ...(day === undefined ? [] : [{ kind: 'day', day } as const]),
    ...(all ? [{ kind: 'all' } as const] : []),
  ];
  const [only, ...others] = chosen;
  if (!only || others.length > 0) throw usageError('--entry, --day, --all: one of them');
  return only;
}

async function requireAgreement({ options, terminal, t, signal }: ProgramContext, { kind }: HistoryErasure) {
  if (options.yes) return;
  if (!terminal.interactive) throw usageError('--yes: where there is no terminal to ask in');
  const entry = await terminal.ask(t(`history.confirm.${kind}`), signal);
  const isYes = entry.status === 'entered' && Buffer.from(entry.bytes).toString('latin1').trim() === 'yes';
  if (!isYes) throw new ClientError('ERR_USER_REFUSED', 'nothing was erased');
}

async function verify({ output, t }: ProgramContext, history: History): Promise<ExitCode> {
  const verification = await history.verify();
  const { entries, erased, days, losses } = verification;
  const isWhole = losses.length === 0;
  output.result({ ...verification, whole: isWhole }, [
    t(`history.verified_${String(isWhole)}`, { entries, erased, days }),
    ...historyStateLines(verification, t),
  ]);
  return isWhole ? ExitCode.DONE : ExitCode.NEGATIVE;
}

function usageError(reason: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'options that do not go together', { details: { reason } });
}

function parseDay(value: string): string {
  if (!isCalendarDay(value)) throw new InvalidArgumentError('YYYY-MM-DD');
  return value;
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError('a number from 1');
  return Number(value);
}

function parseId(value: string): string {
  if (!/^[0-9a-f]{32}$/.test(value)) throw new InvalidArgumentError('32 characters 0-9 and a-f');
  return value;
}

function parseOrigin(value: string): string {
  try {
    return parseRequestOrigin(new URL(value).origin);
  } catch {
    throw new InvalidArgumentError('https://…');
  }
}
