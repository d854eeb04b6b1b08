import { Option, type Command } from 'commander';
import { ATTRIBUTE_NAMES, type AttributeName } from '../../../sdk/protocol/index.js';
import type { AttributeChecks } from '../../core/attributes/attribute-checks.js';
import type { CardAttributes } from '../../core/attributes/attribute-file.js';
import type { AttributeReading } from '../../core/attributes/read-attributes.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

interface AttributesOptions {
  readonly with: 'pin' | 'number-b';
  readonly name?: true;
  readonly address?: true;
  readonly birthdate?: true;
  readonly gender?: true;
}

export function addAttributesCommand(program: Command, run: RunCommand): void {
  program
    .command('attributes')
    .description('read name, address, birth date and sex from the card; all four where none is named')
    .option('--name', 'read the name')
    .option('--address', 'read the address')
    .option('--birthdate', 'read the birth date')
    .option('--gender', 'read the sex')
    .addOption(
      new Option('--with <secret>', 'secret to enter: the 4-digit PIN (券面事項入力補助用) or 照合番号B (14 digits)')
        .choices(['pin', 'number-b'])
        .default('pin'),
    )
    .action((options: AttributesOptions) => run((context) => showAttributes(context, options)));
}

async function showAttributes(context: ProgramContext, options: AttributesOptions): Promise<ExitCode> {
  const pinRole = options.with === 'pin' ? 'profile' : 'number-b';
  const reading = await context.withClient(({ attributes }) =>
    attributes.readAttributes({ attributes: selected(options), pinRole }, context.signal),
  );
  context.output.result(reading, attributeLines(reading, context.t));
  return ExitCode.DONE;
}

function selected({ name, address, birthdate, gender }: AttributesOptions): readonly AttributeName[] {
  const chosen = { name, address, birthDate: birthdate, gender };
  return ATTRIBUTE_NAMES.filter((attribute) => chosen[attribute]);
}

function attributeLines({ attributes, checks, testCard }: AttributeReading, t: Translate): string[] {
  const values = ATTRIBUTE_NAMES.flatMap((name) => {
    const value = shownValue(name, attributes, t);
    return value === undefined ? [] : [t(`attributes.${name}`, { value })];
  });
  return [...values, ...(testCard ? [t('card.testCard')] : []), ...checkLines(checks, t)];
}

function shownValue(name: AttributeName, attributes: CardAttributes, t: Translate): string | undefined {
  switch (name) {
    case 'birthDate':
      return attributes.birthDate?.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
    case 'gender':
      return attributes.gender && t(`attributes.genderCode.${attributes.gender}`);
    case 'name':
    case 'address':
      return attributes[name];
  }
}

/** Nothing is said about the key of a signature that was not checked. */
function checkLines({ digest, signature, issuer }: AttributeChecks, t: Translate): string[] {
  const lines = [t(digest === 'matches' ? 'attributes.digestMatches' : 'attributes.digestNotChecked')];
  if (signature === 'not-checked') return [...lines, t('attributes.signatureNotChecked')];
  return [
    ...lines,
    t('attributes.signatureHolds'),
    t(issuer === 'holds' ? 'attributes.issuerHolds' : 'attributes.issuerNotChecked'),
  ];
}
