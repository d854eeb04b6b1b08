import type { Command } from 'commander';
import { verdictOf, type Verdict } from '../../../sdk/formats/signature-report.js';
import { ClientError, toClientError, toWireError } from '../../core/errors.js';
import { readTrustedCertificates } from '../../node/trusted-certificates.js';
import { verifyFile } from '../../node/verify-file.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';
import { reportLines, reportObject, unreadableLines } from '../report-text.js';

interface VerifyOptions {
  readonly content?: string;
  readonly trust: readonly string[];
  readonly tsaTrust: readonly string[];
  readonly revocation?: true;
}

export function addVerifyCommand(program: Command, run: RunCommand): void {
  program
    .command('verify')
    .description('check signed files of every kind; exit code 0 only where all hold and lead to a given authority')
    .argument('<file...>', 'signed files or detached signatures')
    .option('--content <file>', 'the file that a detached signature is over; FILE without .p7s otherwise')
    .option('--trust <file>', 'PEM or DER certificate of a trusted authority; may be repeated', collect, [])
    .option('--tsa-trust <file>', 'the same for time stamps; those of --trust otherwise', collect, [])
    .option('--revocation', 'ask the addresses in the certificates whether they were revoked')
    .action((files: string[], options: VerifyOptions) => run((context) => verify(context, files, options)));
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

async function verify(context: ProgramContext, files: readonly string[], options: VerifyOptions): Promise<ExitCode> {
  const { t, output } = context;
  const trustAnchors = await readTrustedCertificates(options.trust);
  const timeStampAnchors = await readTrustedCertificates(options.tsaTrust);
  const results: unknown[] = [];
  const lines: string[] = [];
  const verdicts = new Set<Verdict>();
  for (const file of files) {
    const report = await verifyFile(file, {
      ...(options.content !== undefined && { content: options.content }),
      ...(trustAnchors.length > 0 && { trustAnchors }),
      ...(timeStampAnchors.length > 0 && { timeStampAnchors }),
      revocation: options.revocation === true,
    }).catch((thrown: unknown) => {
      // One that cannot be looked at does not take the others with it.
      if (files.length === 1) throw thrown;
      return toClientError(thrown);
    });
    verdicts.add(report instanceof ClientError ? 'total-failed' : verdictOf(report));
    results.push(report instanceof ClientError ? { file, error: toWireError(report) } : reportObject(file, report));
    lines.push(...(report instanceof ClientError ? unreadableLines(file, report, t) : reportLines(file, report, t)));
  }
  const verdict = (['total-failed', 'indeterminate'] as const).find((bad) => verdicts.has(bad)) ?? 'total-passed';
  output.result({ verdict, files: results }, lines);
  return verdict === 'total-passed' ? ExitCode.DONE : ExitCode.NEGATIVE;
}
