import { InvalidArgumentError, Option, type Command } from 'commander';
import { CARD_PROFILE_NAMES, CardProfileError, loadCardProfile, type CardProfile } from '../node/card-profiles.js';
import { LANGUAGES, type Language } from './languages.js';

/** Options every command takes, as commander hands them over. */
export interface GlobalOptions {
  readonly reader: string;
  readonly profile?: CardProfile;
  readonly phoneAddress?: string;
  readonly pair?: true;
  readonly pinStdin?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly language?: Language;
  readonly verbose?: true;
}

export function addGlobalOptions(program: Command): Command {
  return program
    .option(
      '--reader <auto|virtual|phone|phone-usb|NAME>',
      'card reader to use; virtual is the built-in test card, phone a phone (see docs/phone-reader.md)',
      parseReader,
      'auto',
    )
    .option(
      '--profile <name|FILE.json>',
      `profile of the built-in test card: ${CARD_PROFILE_NAMES.join(', ')}`,
      parseProfile,
    )
    .option('--phone-address <address>', 'with --reader phone: this PC’s address in the phone’s network')
    .option('--pair', 'with --reader phone: pair another phone')
    .option('--pin-stdin', 'read the PIN from standard input, one line; pin change: the old one, then the new one')
    .option('--yes', 'agree to the request without a question (never to the last PIN try)')
    .option('--json', 'print results and errors as JSON')
    .addOption(new Option('--language <language>', 'language of texts').choices(LANGUAGES))
    .option('--verbose', 'log events as JSON lines to standard error');
}

function parseProfile(value: string): CardProfile {
  try {
    return loadCardProfile(value);
  } catch (error) {
    if (error instanceof CardProfileError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function parseReader(value: string): string {
  if (value === '') throw new InvalidArgumentError('the name is empty');
  return value;
}
