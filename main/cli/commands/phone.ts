import type { Command } from 'commander';
import { displayText } from '../../core/consent/display-text.js';
import { forgetPhone, pairedPhones } from '../../node/phone-reader.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';

export function addPhoneCommands(program: Command, run: RunCommand): void {
  const phone = program.command('phone').description('phones that may be used as card readers');
  phone
    .command('list')
    .description('paired phones')
    .action(() =>
      run(({ output, stateDirectory, t }) => {
        const phones = pairedPhones(stateDirectory);
        const lines = phones.map(({ name, fingerprint }) => `${displayText(name)}  ${fingerprint}`);
        output.result(phones, lines.length > 0 ? lines : t('phone.none'));
        return Promise.resolve(ExitCode.DONE);
      }),
    );
  phone
    .command('forget')
    .description('end trust in a paired phone')
    .argument('<fingerprint>', 'as shown by phone list')
    .action((fingerprint: string) =>
      run(({ output, stateDirectory, t }) => {
        const forgotten = forgetPhone(stateDirectory, fingerprint);
        output.result({ forgotten }, t(forgotten ? 'phone.forgotten' : 'phone.unknown'));
        return Promise.resolve(forgotten ? ExitCode.DONE : ExitCode.NEGATIVE);
      }),
    );
}
