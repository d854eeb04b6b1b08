import { Option, type Command } from 'commander';
import { ClientError } from '../../core/errors.js';
import { CHANGEABLE_PINS, type ChangeablePin } from '../../core/pin-change/pin-change.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import { pinLine } from '../pin-text.js';
import type { ProgramContext } from '../program-context.js';

const PINS = [...CHANGEABLE_PINS, 'number-b'] as const;

interface StatusOptions {
  readonly which?: ChangeablePin;
}

interface ChangeOptions {
  readonly which: ChangeablePin;
}

function whichOption(): Option {
  return new Option(
    '--which <pin>',
    'authentication (利用者証明用), signing (署名用), profile (券面事項入力補助用)',
  ).choices(CHANGEABLE_PINS);
}

export function addPinCommands(program: Command, run: RunCommand): void {
  const pin = program.command('pin').description('tries left of the PINs, and changing them');
  pin
    .command('status')
    .description('tries left; costs none')
    .addOption(whichOption())
    .action((options: StatusOptions) => run((context) => status(context, options)));
  pin
    .command('change')
    .description('change a PIN: the old one, then the new one twice; --pin-stdin takes two lines, the old one first')
    .addOption(whichOption().makeOptionMandatory())
    .action((options: ChangeOptions) => run((context) => change(context, options)));
}

async function status(context: ProgramContext, { which }: StatusOptions): Promise<ExitCode> {
  const { pins, readerName } = await context.withClient(({ inspection }) =>
    inspection.pinStatus((readers) => context.chooseReader(readers), context.signal),
  );
  const roles = which ? [which] : PINS;
  context.output.result(
    { readerName, pins: Object.fromEntries(roles.map((role) => [role, pins[role]])) },
    roles.map((role) => pinLine(role, pins[role], context.t)),
  );
  return ExitCode.DONE;
}

async function change(context: ProgramContext, { which }: ChangeOptions): Promise<ExitCode> {
  const { t, output, signal } = context;
  try {
    await context.withClient(({ pinChange }) => pinChange.change(which, signal), { pinLines: 2 });
  } catch (error) {
    const outcome = error instanceof ClientError ? error.details['change'] : undefined;
    if (outcome === 'unknown' || outcome === 'refused') output.note(t(`pin.change.${outcome}`));
    throw error;
  }
  output.result({ changed: which }, t('pin.changed', { name: t(`report.pinName.${which}`), context: which }));
  return ExitCode.DONE;
}
