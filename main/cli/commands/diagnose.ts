import type { Command } from 'commander';
import type { DiagnosisReport, LayerResult } from '../../core/diagnosis/diagnosis.js';
import { reportText } from '../../core/diagnosis/report-text.js';
import { requireDiagnosisExport } from '../../core/policy/policy.js';
import { conclusion, layerLines } from '../diagnosis-text.js';
import { ExitCode } from '../exit-codes.js';
import { createNewFile, type NewFile } from '../files.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';
import { usageError } from '../serving.js';

interface DiagnoseOptions {
  readonly report?: string;
  readonly governmentSites?: boolean;
}

const STANDARD_OUTPUT = '-';

export function addDiagnoseCommand(program: Command, run: RunCommand): void {
  program
    .command('diagnose')
    .description('look for what keeps the card from being used, and say what to do; asks for no PIN')
    .option('--report <FILE|->', 'write a report that is safe to post: no names, serial numbers or addresses')
    .option('--government-sites', 'look also for what keeps today’s government sites from being used')
    .action((options: DiagnoseOptions) => run((context) => diagnose(context, options)));
}

/** Negative where a layer failed. */
async function diagnose(
  context: ProgramContext,
  { report: target, governmentSites = false }: DiagnoseOptions,
): Promise<ExitCode> {
  const toStandardOutput = target === STANDARD_OUTPUT;
  if (toStandardOutput && context.output.json) throw usageError('--report -: without --json');
  const file = target === undefined || toStandardOutput ? undefined : await createNewFile(target);
  try {
    const report = await context.withClient((client) => {
      if (target !== undefined) requireDiagnosisExport(client.policy());
      return client.diagnosis.run((result) => tell(context, result, toStandardOutput), context.signal, {
        governmentSites,
      });
    });
    await finish(context, report, { file, toStandardOutput });
    return report.results.some(({ status }) => status === 'failed') ? ExitCode.NEGATIVE : ExitCode.DONE;
  } finally {
    await file?.discard();
  }
}

/** As they come. With `--json` all of it comes at the end, as one object. */
function tell({ output, t }: ProgramContext, result: LayerResult, isBesideReport: boolean): void {
  if (output.json) return;
  const lines = layerLines(result, t);
  if (isBesideReport) for (const line of lines) output.note(line);
  else output.result(undefined, lines);
}

async function finish(
  { output, t }: ProgramContext,
  report: DiagnosisReport,
  { file, toStandardOutput }: { readonly file: NewFile | undefined; readonly toStandardOutput: boolean },
): Promise<void> {
  const text = reportText(report);
  await file?.write(new TextEncoder().encode(text));
  if (toStandardOutput) {
    output.result(undefined, text.trimEnd());
    return;
  }
  output.result(report, ['', conclusion(report.results, t)]);
  if (file) output.note(t('diagnosis.written', { file: file.path }));
}
