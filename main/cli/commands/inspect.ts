import type { Command } from 'commander';
import { encodeHex } from '../../../sdk/formats/index.js';
import { displayText } from '../../core/consent/display-text.js';
import { inspectFile, type FileInspection } from '../../node/inspect-file.js';
import { ExitCode } from '../exit-codes.js';
import { INDENT, layoutOf } from '../foreign-text.js';
import { previewLines } from '../items-text.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

export function addInspectCommand(program: Command, run: RunCommand): void {
  program
    .command('inspect')
    .description(
      'tell what a file is and what is hidden in it; for signed PDFs, what 登記・供託 would say of their form',
    )
    .argument('<file>', 'any file')
    .action((file: string) => run((context) => inspect(context, file)));
}

async function inspect({ t, output, terminal }: ProgramContext, file: string): Promise<ExitCode> {
  const found = await inspectFile(file);
  const sha256 = encodeHex(found.sha256);
  output.result({ file, ...found, sha256 }, [
    `${displayText(file)}:`,
    INDENT + t('consent.itemSize', { size: found.size.toLocaleString('en-US') }),
    `${INDENT}SHA-256 ${sha256}`,
    ...previewLines(found.preview, layoutOf(t, terminal.columns)),
    ...conformanceLines(found, t),
  ]);
  return ExitCode.DONE;
}

function conformanceLines({ toukiConformance: lines }: FileInspection, t: Translate): string[] {
  if (!lines) return [];
  return [
    INDENT + t('inspect.touki'),
    ...lines.map(({ rule, result, detail }) => {
      const text = t('inspect.rule', { rule: t(`inspect.rules.${rule}`), result: t(`inspect.result.${result}`) });
      return `${INDENT}${INDENT}${[text, detail && displayText(detail, 160)].filter(Boolean).join(' ')}`;
    }),
  ];
}
