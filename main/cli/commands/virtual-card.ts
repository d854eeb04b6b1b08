import { InvalidArgumentError, type Command } from 'commander';
import { join } from 'node:path';
import { encodePemCertificate } from '../../../sdk/formats/index.js';
import { insertIntoVpcd, openTestCard, testCardDirectory } from '../../node/test-card.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { ExitCode } from '../exit-codes.js';
import { fileError } from '../../node/file-source.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';

interface Address {
  readonly host: string;
  readonly port: number;
}

export function addVirtualCardCommand(program: Command, run: RunCommand): void {
  program
    .command('virtual-card')
    .description('the built-in test card: show its PINs and authorities, or insert it into a vpcd reader')
    .option('--vpcd <host:port>', 'insert the card into the virtual reader of a pcscd (vsmartcard-vpcd)', parseAddress)
    .action((options: { readonly vpcd?: Address }) => run((context) => virtualCard(context, options.vpcd)));
}

async function virtualCard(context: ProgramContext, vpcd: Address | undefined): Promise<ExitCode> {
  const { t, output } = context;
  const directory = testCardDirectory(context.stateDirectory);
  const card = await openTestCard(context.stateDirectory, context.options.profile);
  const authorities = await writeAuthorities(directory, card.testAuthorities());
  const pins = card.currentPins();
  output.result({ pins, stateDirectory: directory, authorities }, [
    t('virtualCard.intro'),
    t('virtualCard.pins', pins),
    t('virtualCard.state', { directory }),
    t('virtualCard.authorities', authorities),
  ]);
  if (!vpcd) return ExitCode.DONE;
  const connection = await insertIntoVpcd(card, { ...vpcd, signal: context.signal });
  output.note(t('virtualCard.connected', { address: `${vpcd.host}:${String(vpcd.port)}` }));
  await connection.closed;
  if (context.signal.aborted) return ExitCode.DONE;
  output.note(t('virtualCard.closed'));
  return ExitCode.CARD;
}

/** The test authorities as PEM files, for verifiers that are to trust the test card. */
async function writeAuthorities(
  directory: string,
  authorities: { readonly authentication: Uint8Array; readonly signing: Uint8Array },
) {
  const files = {
    authentication: join(directory, 'authentication-ca.pem'),
    signing: join(directory, 'signing-ca.pem'),
  };
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(files.authentication, encodePemCertificate(authorities.authentication));
    await writeFile(files.signing, encodePemCertificate(authorities.signing));
  } catch (error) {
    throw fileError(directory, error);
  }
  return files;
}

function parseAddress(value: string): Address {
  const match = /^(\[[0-9a-f:]+\]|[^:]+):(\d{1,5})$/i.exec(value);
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65_535) throw new InvalidArgumentError('HOST:PORT');
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}
