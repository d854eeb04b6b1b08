import type { Command } from 'commander';
import type { PinStatus } from '../../core/card/jpki-application.js';
import type { CardReport } from '../../core/inspection/card-inspection.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import { isoDate } from '../dates.js';

export function addCardCommands(program: Command, run: RunCommand): void {
  program
    .command('readers')
    .description('list card readers')
    .action(() =>
      run((context) =>
        context.withClient(async ({ readers }) => {
          const list = await readers.list();
          const { t } = context;
          context.output.result(
            list.map(({ name, cardPresent, virtual }) => ({ name, cardPresent, virtual })),
            list.length === 0
              ? t('readers.none')
              : list.map(({ name, cardPresent }) => t(cardPresent ? 'readers.withCard' : 'readers.empty', { name })),
          );
          return ExitCode.DONE;
        }),
      ),
    );
  program
    .command('card')
    .description('what the card tells without a PIN: certificates, tries left')
    .action(() =>
      run((context) =>
        context.withClient(async ({ inspection }) => {
          const report = await inspection.inspect((readers) => context.chooseReader(readers), context.signal);
          context.output.result(jsonReport(report), reportLines(report, context.t));
          return ExitCode.DONE;
        }),
      ),
    );
}

function jsonReport({ authenticationValidity, ...report }: CardReport): unknown {
  return {
    ...report,
    authenticationValidity: authenticationValidity
      ? {
          notBefore: authenticationValidity.notBefore.toISOString(),
          notAfter: authenticationValidity.notAfter.toISOString(),
        }
      : null,
  };
}

function reportLines(report: CardReport, t: Translate): string[] {
  const lines = [t('report.reader', { name: report.readerName })];
  if (report.testCard) lines.push(t('card.testCard'));
  lines.push(
    t('report.pinAuthentication', { status: pinStatusText(report.pins.authentication, t) }),
    t('report.pinSigning', { status: pinStatusText(report.pins.signing, t) }),
  );
  const validity = report.authenticationValidity;
  if (validity) {
    lines.push(t('report.validity', { from: isoDate(validity.notBefore), to: isoDate(validity.notAfter) }));
    if (validity.notAfter < new Date()) lines.push(t('report.expired'));
  } else {
    lines.push(t('report.noAuthenticationCertificate'));
  }
  return [...lines, t('report.signingHidden')];
}

function pinStatusText(status: PinStatus, t: Translate): string {
  switch (status.status) {
    case 'tries-left':
      return t('report.triesLeft', { count: status.triesLeft });
    case 'blocked':
      return t('report.blocked');
    case 'still-verified':
      return t('report.stillVerified');
  }
}
