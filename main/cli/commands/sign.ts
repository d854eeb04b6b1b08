import { Option, type Command } from 'commander';
import { basename } from 'node:path';
import { decodeBase64 } from '../../../sdk/formats/index.js';
import type { SignedItem } from '../../../sdk/protocol/index.js';
import { ClientError } from '../../core/errors.js';
import { fileByteSource } from '../../node/node-crypto.js';
import { ExitCode } from '../exit-codes.js';
import { fileError, writeNewFile } from '../files.js';
import type { RunCommand } from '../main.js';
import { errorText } from '../output.js';
import type { ProgramContext } from '../program-context.js';

interface SignOptions {
  readonly format: 'cms';
  readonly output?: string;
}

export function addSignCommand(program: Command, run: RunCommand): void {
  program
    .command('sign')
    .description('sign files with the signing certificate: one consent and one PIN for all of them')
    .argument('<file...>', 'files to sign')
    .addOption(new Option('--format <format>', 'signature format').choices(['cms']).makeOptionMandatory())
    .option('--output <file>', 'signature file, for one file; FILE.p7s otherwise. Must not exist yet')
    .action((files: string[], options: SignOptions) => run((context) => signFiles(context, files, options)));
}

async function signFiles(context: ProgramContext, files: readonly string[], options: SignOptions): Promise<ExitCode> {
  if (options.output !== undefined && files.length > 1) {
    throw new ClientError('ERR_PROTOCOL_MALFORMED', 'one --output for several files', {
      details: { reason: '--output: one file only' },
    });
  }
  const items = await Promise.all(files.map(openItem));
  const signed = await context.withClient(({ operations }) =>
    operations.sign({ operation: 'sign', requester: { kind: 'self' }, format: options.format, items }, context.signal),
  );
  return writeSignatures(context, files, { signed, options });
}

async function openItem(file: string) {
  try {
    return { unverifiedName: basename(file), content: await fileByteSource(file) };
  } catch (error) {
    throw fileError(file, error);
  }
}

async function writeSignatures(
  context: ProgramContext,
  files: readonly string[],
  { signed, options }: { readonly signed: readonly SignedItem[]; readonly options: SignOptions },
): Promise<ExitCode> {
  const written: unknown[] = [];
  const lines: string[] = [];
  let failed = false;
  for (const [index, item] of signed.entries()) {
    const name = files[index] ?? item.name;
    if (item.status === 'failed') {
      failed = true;
      written.push({ file: name, error: item.error });
      const error = new ClientError(item.error.code, item.error.message, { details: item.error.details });
      lines.push(context.t('sign.itemFailed', { name, message: errorText(error, context.t) }));
      continue;
    }
    const file = options.output ?? `${name}.p7s`;
    await writeNewFile(file, decodeBase64(item.signature));
    written.push({ file: name, signature: file });
    lines.push(context.t('sign.written', { name, file }));
  }
  context.output.result({ items: written }, lines);
  return failed ? ExitCode.NEGATIVE : ExitCode.DONE;
}
