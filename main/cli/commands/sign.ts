import { InvalidArgumentError, Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { displayText } from '../../core/consent/display-text.js';
import {
  SIGNATURE_FORMAT_NAMES,
  signatureFormat,
  type SignatureFormat,
  type SignatureFormatFacts,
} from '../../core/documents/signature-formats.js';
import { ClientError } from '../../core/errors.js';
import type { ItemOutcome, SignOperation } from '../../core/signing/operations.js';
import type { FileToSign, VisiblePlace } from '../../node/document-engine/document-engine.js';
import { signedFilePath } from '../../node/document-engine/signed-file-path.js';
import { fileError } from '../../node/file-source.js';
import { openPolicy } from '../../node/policy/index.js';
import { httpTimeStamper, timeStampAddressFault } from '../../node/time-stamp-client.js';
import { readTrustedCertificates } from '../../node/trusted-certificates.js';
import { ExitCode, exitCodeOf } from '../exit-codes.js';
import { assertAbsent } from '../files.js';
import type { RunCommand } from '../main.js';
import { errorText } from '../output.js';
import type { ProgramContext } from '../program-context.js';

interface SignOptions {
  readonly format: SignatureFormat;
  readonly attached?: true;
  readonly tsa?: URL;
  readonly tsaTrust: readonly string[];
  readonly visible?: VisiblePlace;
  readonly output?: string;
  readonly outputDir?: string;
}

/** Files of one consent. */
const MAX_FILES = 1_000;

export function addSignCommand(program: Command, run: RunCommand): void {
  program
    .command('sign')
    .description('sign files with the signing certificate: one consent and one PIN for all of them')
    .argument('<file...>', 'files to sign; for egov-kousei the application’s folder, ZIP or kousei.xml')
    .addOption(
      new Option('--format <format>', 'signature format, by purpose')
        .choices(SIGNATURE_FORMAT_NAMES)
        .makeOptionMandatory(),
    )
    .option('--attached', 'cms, cades: the content inside the signature (FILE.p7m)')
    .option('--tsa <url>', 'cms, cades, xades, pades: get a time stamp from this authority', parseUrl)
    .option('--tsa-trust <file>', 'PEM or DER certificate the time stamp must lead to; may be repeated', collect, [])
    .option(
      '--visible <page,x,y,w,h>',
      'touki-pdf, pades: show the signature there; points from the lower left',
      parsePlace,
    )
    .option('--output <file>', 'name of the result, for one file. Must not exist yet')
    .option('--output-dir <folder>', 'where the results go; beside each file otherwise')
    .action((files: string[], options: SignOptions) => run((context) => signFiles(context, files, options)));
}

async function signFiles(context: ProgramContext, files: readonly string[], given: SignOptions): Promise<ExitCode> {
  const options = withPolicyAuthority(given);
  requireSensible(files, options);
  const stamping = await timeStamping(options, context.signal);
  const jobs = files.map((path): FileToSign => toJob(path, options));
  requireDistinct(jobs);
  // Before anybody is asked: a PIN spent on a signature that cannot be kept helps nobody.
  for (const { output } of jobs) await assertAbsent(output);
  const outcomes = await context.withClient(({ operations, documents }) =>
    operations.sign(
      {
        operation: 'sign',
        requester: { kind: 'self' },
        items: jobs.map((job) => documents.file(job)),
        ...stamping,
      },
      context.signal,
    ),
  );
  return report(context, jobs, outcomes);
}

function toJob(path: string, { format, output, outputDir, attached, visible, tsa }: SignOptions): FileToSign {
  const place = { format, attached: attached === true, ...(outputDir !== undefined && { folder: outputDir }) };
  return {
    path,
    format,
    output: output ?? signedFilePath(path, place),
    options: { timeStamped: tsa !== undefined, attached: attached === true, ...(visible && { visible }) },
  };
}

/** The administrator's authority, where the person names none and the format takes a time stamp. */
function withPolicyAuthority(options: SignOptions): SignOptions {
  const { timeStampAuthority } = openPolicy().current().policy;
  if (options.tsa || timeStampAuthority === undefined || !takesTimeStamp(signatureFormat(options.format)))
    return options;
  return { ...options, tsa: new URL(timeStampAuthority) };
}

async function timeStamping(
  { tsa, tsaTrust }: SignOptions,
  signal: AbortSignal,
): Promise<Pick<SignOperation, 'timeStamper' | 'timeStampAuthority'>> {
  if (!tsa) return {};
  const trust = tsaTrust.length === 0 ? {} : { trustAnchors: await readTrustedCertificates(tsaTrust) };
  return { timeStamper: httpTimeStamper({ url: tsa.href, signal, ...trust }), timeStampAuthority: tsa.host };
}

/** Names of the formats that allow something, for the person. */
function formatsThat(allow: (facts: SignatureFormatFacts) => boolean): string {
  return SIGNATURE_FORMAT_NAMES.filter((name) => allow(signatureFormat(name))).join(', ');
}

const isAttachable = (facts: SignatureFormatFacts): boolean => facts.attached !== undefined;
const takesTimeStamp = (facts: SignatureFormatFacts): boolean => facts.takesTimeStamp;
const isShowable = (facts: SignatureFormatFacts): boolean => facts.isShowable;

/** What cannot be meant is said before a file is read. */
function requireSensible(files: readonly string[], options: SignOptions): void {
  const { format, output, outputDir, attached, tsa, tsaTrust: trust, visible } = options;
  const facts = signatureFormat(format);
  const rules: readonly (readonly [broken: boolean, reason: string])[] = [
    [files.length > MAX_FILES, `at most ${String(MAX_FILES)} files`],
    [output !== undefined && files.length > 1, '--output: one file only'],
    [output !== undefined && outputDir !== undefined, '--output, --output-dir: one of them'],
    [attached === true && !isAttachable(facts), `--attached: ${formatsThat(isAttachable)}`],
    [tsa !== undefined && !takesTimeStamp(facts), `--tsa: ${formatsThat(takesTimeStamp)}`],
    [trust.length > 0 && tsa === undefined, '--tsa-trust: with --tsa'],
    [visible !== undefined && !isShowable(facts), `--visible: ${formatsThat(isShowable)}`],
  ];
  const reason = rules.find(([broken]) => broken)?.[1];
  if (reason !== undefined) {
    throw new ClientError('ERR_PROTOCOL_MALFORMED', 'options that do not go together', { details: { reason } });
  }
}

function requireDistinct(jobs: readonly FileToSign[]): void {
  const outputs = new Set(jobs.map(({ output }) => resolve(output)));
  if (outputs.size < jobs.length) {
    throw fileError('--output-dir', new ClientError('ERR_INTERNAL_FILE', 'two results would have the same name'));
  }
}

function report(
  { output, t }: ProgramContext,
  jobs: readonly FileToSign[],
  outcomes: readonly ItemOutcome[],
): ExitCode {
  const items: unknown[] = [];
  const lines: string[] = [];
  let exitCode: ExitCode | undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const job = jobs[index];
    if (!job) throw new RangeError('more results than files');
    const name = displayText(job.path);
    if (outcome.status === 'signed') {
      items.push({ file: job.path, output: job.output });
      lines.push(t('sign.written', { name, file: displayText(job.output) }));
    } else {
      const { error } = outcome;
      items.push({ file: job.path, error });
      const told = new ClientError(error.code, error.message, { details: error.details });
      exitCode ??= exitCodeOf(told.code);
      lines.push(t('sign.itemFailed', { name, message: errorText(told, t) }));
    }
  }
  // What is known of whether the service takes it, with every result.
  if (jobs[0]?.format === 'etax-xtx') lines.push(t('finding.etax-acceptance-unconfirmed'));
  if (exitCode !== undefined) {
    const done = outcomes.filter(({ status }) => status === 'signed').length;
    lines.push(t('sign.rest', { done, count: outcomes.length }));
  }
  output.result({ items, format: jobs[0]?.format }, lines);
  return exitCode ?? ExitCode.DONE;
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function parseUrl(value: string): URL {
  const fault = timeStampAddressFault(value);
  if (fault !== undefined) throw new InvalidArgumentError(fault);
  return new URL(value);
}

function parsePlace(value: string): VisiblePlace {
  const numbers = value.split(',').map((part) => (/^-?\d+(?:\.\d+)?$/.test(part) ? Number(part) : Number.NaN));
  const [page = 0, x = 0, y = 0, width = 0, height = 0] = numbers;
  const isPlace =
    numbers.length === 5 &&
    numbers.every((number) => Number.isFinite(number) && Math.abs(number) <= 100_000) &&
    Number.isInteger(page) &&
    page >= 1 &&
    width > 0 &&
    height > 0;
  if (!isPlace) throw new InvalidArgumentError('page,x,y,width,height; the page from 1, the rest in points');
  return { page, x, y, width, height };
}
