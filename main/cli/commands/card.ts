import type { Command } from 'commander';
import {
  cardFindings,
  type ApplicationName,
  type AuthorityState,
  type CardReport,
  type CertificateState,
} from '../../core/inspection/card-report.js';
import type { KeyRole, ReaderInfo } from '../../core/ports.js';
import { authorityText } from '../authority-text.js';
import { validityText } from '../dates.js';
import { displayText } from '../../core/consent/display-text.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import { pinLine } from '../pin-text.js';

const INDENT = '  ';
const APPLICATIONS: readonly ApplicationName[] = ['jpki', 'text', 'visual'];
const PINS = ['authentication', 'signing', 'profile', 'number-b'] as const;
const KEYS: readonly KeyRole[] = ['authentication', 'signing'];

export function addCardCommands(program: Command, run: RunCommand): void {
  program
    .command('readers')
    .description('list card readers')
    .action(() =>
      run((context) =>
        context.withClient(async ({ readers }) => {
          const list = await readers.list({ pinPads: true });
          const { t } = context;
          context.output.result(
            list.map(({ name, cardPresent, virtual, pinPad = 'none' }) => ({ name, cardPresent, virtual, pinPad })),
            list.length === 0 ? t('readers.none') : list.flatMap((reader) => readerLines(reader, t)),
          );
          return ExitCode.DONE;
        }),
      ),
    );
  program
    .command('card')
    .description('what the card tells without a PIN: kind of card, tries left, certificates and their authorities')
    .action(() =>
      run((context) =>
        context.withClient(async ({ inspection }) => {
          const report = await inspection.inspect((readers) => context.chooseReader(readers), context.signal);
          context.output.result({ ...report, findings: cardFindings(report) }, reportLines(report, context.t));
          return ExitCode.DONE;
        }),
      ),
    );
}

function readerLines({ name, cardPresent, pinPad }: ReaderInfo, t: Translate): string[] {
  const lines = [t(cardPresent ? 'readers.withCard' : 'readers.empty', { name: displayText(name) })];
  if (pinPad === 'present-not-used') lines.push(INDENT + t('readers.pinPadNotUsed'));
  return lines;
}

function reportLines(report: CardReport, t: Translate): string[] {
  const lines = [t('report.reader', { name: displayText(report.readerName) })];
  if (report.testCard) lines.push(t('card.testCard'));
  lines.push(t('report.medium', { name: t(`report.media.${report.medium}`) }), '', `${t('report.applications')}:`);
  for (const name of APPLICATIONS) {
    lines.push(INDENT + t('report.application', { name: t(`report.applicationName.${name}`), state: presence(name) }));
  }
  lines.push('', `${t('report.pins')}:`);
  lines.push(...PINS.map((role) => INDENT + pinLine(role, report.pins[role], t)));
  for (const role of KEYS) {
    const { certificates, authorities } = report;
    lines.push('', `${t(`certificateKind.${role}`)}:`);
    lines.push(INDENT + certificateText(role, certificates[role], t), INDENT + authorityLine(authorities[role], t));
  }
  return [...lines, ...findingLines(report, t)];

  function presence(name: ApplicationName): string {
    const state = report.applications[name];
    return state.status === 'unreadable' ? t('report.unreadable', { code: state.code }) : t(`report.${state.status}`);
  }
}

function certificateText(role: KeyRole, state: CertificateState, t: Translate): string {
  switch (state.status) {
    case 'readable':
      return validityText(state, t);
    case 'pin-needed':
      return t('report.pinNeeded', { context: role });
    case 'recorded-absent':
      return t('report.recordedAbsent');
    case 'absent':
      return t('report.absent');
    case 'unreadable':
      return t('report.unreadable', { code: state.code });
  }
}

function authorityLine(state: AuthorityState, t: Translate): string {
  switch (state.status) {
    case 'readable':
      return t('report.authority', { value: authorityText({ authority: state, issuer: state.issuer }, t) });
    case 'pin-needed':
      return t('report.authority', { value: t('authority.unknown') });
    case 'absent':
      return t('report.authority', { value: t('report.absent') });
    case 'unreadable':
      return t('report.authority', { value: t('report.unreadable', { code: state.code }) });
  }
}

function findingLines(report: CardReport, t: Translate): string[] {
  const findings = cardFindings(report).map(({ finding, normal }) => {
    const text = t(`report.finding.${finding}`, { context: report.medium });
    return `${INDENT}・${text}${normal ? t('report.normal') : ''}`;
  });
  return findings.length === 0 ? [] : ['', `${t('report.findings')}:`, ...findings];
}
