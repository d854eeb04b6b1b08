import { Option, type Command } from 'commander';
import { decodeBase64 } from '../../../sdk/formats/index.js';
import type { SignedItem } from '../../../sdk/protocol/index.js';
import { displayText } from '../../core/consent/display-text.js';
import { ClientError, toClientError, toWireError } from '../../core/errors.js';
import { fileByteSource } from '../../node/node-crypto.js';
import { ExitCode } from '../exit-codes.js';
import { createNewFile, fileError, type NewFile } from '../files.js';
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
  const outputs: NewFile[] = [];
  try {
    // Before anybody is asked: a PIN spent on a signature that cannot be kept helps nobody.
    for (const file of files) outputs.push(await createNewFile(options.output ?? `${file}.p7s`));
    const signed = await context.withClient(({ operations }) =>
      operations.sign(
        { operation: 'sign', requester: { kind: 'self' }, format: options.format, items },
        context.signal,
      ),
    );
    return await writeSignatures(context, files, { signed, outputs });
  } finally {
    for (const output of outputs) await output.discard();
  }
}

async function openItem(file: string) {
  try {
    return { unverifiedName: file, content: await fileByteSource(file) };
  } catch (error) {
    throw fileError(file, error);
  }
}

/** Writes what was signed, item by item: one that failed, or cannot be written, does not take the others with it. */
async function writeSignatures(
  context: ProgramContext,
  files: readonly string[],
  { signed, outputs }: { readonly signed: readonly SignedItem[]; readonly outputs: readonly NewFile[] },
): Promise<ExitCode> {
  const { t } = context;
  const written: unknown[] = [];
  const lines: string[] = [];
  let exitCode: ExitCode = ExitCode.DONE;
  for (const [index, item] of signed.entries()) {
    const file = files[index] ?? item.name;
    const name = displayText(file);
    try {
      const output = await writeSignature(item, outputs[index]);
      written.push({ file, signature: output.path });
      lines.push(t('sign.written', { name, file: displayText(output.path) }));
    } catch (thrown) {
      const error = toClientError(thrown);
      exitCode = error.code === 'ERR_INTERNAL_FILE' ? ExitCode.FILE : ExitCode.NEGATIVE;
      written.push({ file, error: toWireError(error) });
      lines.push(t('sign.itemFailed', { name, message: errorText(error, t) }));
    }
  }
  context.output.result({ items: written }, lines);
  return exitCode;
}

async function writeSignature(item: SignedItem, output: NewFile | undefined): Promise<NewFile> {
  if (item.status === 'failed')
    throw new ClientError(item.error.code, item.error.message, { details: item.error.details });
  if (!output) throw new RangeError('more signatures than files');
  await output.write(decodeBase64(item.signature));
  return output;
}
