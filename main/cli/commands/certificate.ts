import { Option, type Command } from 'commander';
import { encodePemCertificate, formatDistinguishedName } from '../../../sdk/formats/index.js';
import { displayText } from '../../core/consent/display-text.js';
import { isoCalendarDate } from '../../core/inspection/birth-date.js';
import {
  CERTIFICATE_KINDS,
  type CertificateDetails,
  type CertificateKind,
  type PolicyName,
} from '../../core/inspection/certificate-details.js';
import type { HolderAttributes, SubstitutableText } from '../../core/inspection/holder-attributes.js';
import { authorityText } from '../authority-text.js';
import { validityText } from '../dates.js';
import { ExitCode } from '../exit-codes.js';
import { writeNewFile } from '../files.js';
import { birthDateText } from '../japanese-dates.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

interface ShowOptions {
  readonly which: CertificateKind;
  readonly serial?: true;
}

interface ExportOptions {
  readonly which: CertificateKind;
  readonly output?: string;
  readonly pem?: true;
}

function whichOption(): Option {
  return new Option('--which <certificate>', 'which certificate').choices(CERTIFICATE_KINDS).makeOptionMandatory();
}

export function addCertificateCommands(program: Command, run: RunCommand): void {
  const certificate = program.command('certificate').description('the certificates on the card');
  certificate
    .command('show')
    .description('show a certificate in plain words')
    .addOption(whichOption())
    .option('--serial', 'show the serial number too; it is the same at every service')
    .action((options: ShowOptions) => run((context) => show(context, options)));
  certificate
    .command('export')
    .description('write a certificate to a file, or to standard output')
    .addOption(whichOption())
    .option('--output <file>', 'file to write; must not exist yet')
    .option('--pem', 'PEM in place of DER')
    .action((options: ExportOptions) => run((context) => exportCertificate(context, options)));
}

async function show(context: ProgramContext, { which, serial }: ShowOptions): Promise<ExitCode> {
  const details = await context.withClient(({ inspection }) =>
    inspection.describeCertificate(which, (readers) => context.chooseReader(readers), context.signal),
  );
  const { serialNumber } = details.certificate;
  const json = serial ? { ...jsonDetails(details), serialNumber } : jsonDetails(details);
  const lines = detailLines(details, context.t);
  if (serial) lines.push(context.t('certificate.serial', { value: serialNumber }));
  context.output.result(json, lines);
  return ExitCode.DONE;
}

async function exportCertificate(context: ProgramContext, options: ExportOptions): Promise<ExitCode> {
  const der = await context.withClient(({ inspection }) =>
    inspection.readCertificate(options.which, (readers) => context.chooseReader(readers), context.signal),
  );
  const pem = encodePemCertificate(der);
  const bytes = options.pem ? new TextEncoder().encode(pem) : der;
  if (options.output !== undefined) {
    await writeNewFile(options.output, bytes);
    context.output.result({ file: options.output }, context.t('certificate.written', { file: options.output }));
  } else if (context.output.json) {
    context.output.result({ pem }, []);
  } else {
    process.stdout.write(bytes);
  }
  return ExitCode.DONE;
}

/** Without the serial number: it is the same at every service, and output is pasted into places. */
function jsonDetails({ kind, certificate, validity, policies, holder, authority, issuer }: CertificateDetails) {
  return {
    kind,
    subject: formatDistinguishedName(certificate.subject),
    issuer: formatDistinguishedName(certificate.issuer),
    notBefore: validity.notBefore.toISOString(),
    notAfter: validity.notAfter.toISOString(),
    daysLeft: validity.daysLeft,
    validity: validity.state,
    keyUsage: keyUsages({ certificate }),
    policies,
    authority: authority ?? null,
    issuerStanding: issuer,
    holder: holder ? jsonHolder(holder) : null,
    revocation: 'not-checked',
  };
}

function jsonHolder({ name, address, birthDate, sex }: HolderAttributes) {
  const { date } = birthDate;
  return {
    name: name.text,
    nameSubstitutions: name.substitutions ?? null,
    address: address.text,
    addressSubstitutions: address.substitutions ?? null,
    birthDate: { encoded: birthDate.encoded, date: date ? isoCalendarDate(date) : null, era: date?.era ?? null },
    sex: { encoded: sex.encoded, meaning: sex.meaning ?? null },
  };
}

function detailLines(details: CertificateDetails, t: Translate): string[] {
  const { kind, certificate, validity, policies, holder } = details;
  const lines = [
    t(`certificateKind.${kind}`),
    ...(holder ? holderLines(holder, t) : []),
    t('certificate.subject', { value: displayText(formatDistinguishedName(certificate.subject)) }),
    t('certificate.issuer', { value: displayText(formatDistinguishedName(certificate.issuer)) }),
    validityText(validity, t),
    t('certificate.keyUsage', { value: listed(keyUsages(details).map((usage) => t(`keyUsage.${usage}`))) }),
  ];
  if (policies.length > 0) {
    lines.push(t('certificate.policies', { value: listed(policies.map((policy) => policyText(policy, t))) }));
  }
  lines.push(t('report.authority', { value: authorityText(details, t) }), t('certificate.revocationNotChecked'));
  if (kind === 'authentication' || kind === 'signing') lines.push(t('certificate.revocationWhere'));
  return lines;

  function listed(values: readonly string[]): string {
    return values.join(t('certificate.separator'));
  }
}

function holderLines({ name, address, birthDate, sex }: HolderAttributes, t: Translate): string[] {
  return [
    t('certificate.name', { value: name.text }),
    ...substitutionLines(name, t),
    t('certificate.address', { value: address.text }),
    ...substitutionLines(address, t),
    t('certificate.birthDate', {
      value: birthDate.date
        ? birthDateText(birthDate.date, t)
        : t('certificate.asEncoded', { value: birthDate.encoded }),
    }),
    t('certificate.sex', {
      value: sex.meaning ? t(`sex.${sex.meaning}`) : t('certificate.asEncoded', { value: sex.encoded }),
    }),
  ];
}

/** Below the text rather than within it: the name stays one that can be read aloud and copied. */
function substitutionLines({ substitutions }: SubstitutableText, t: Translate): string[] {
  if (substitutions === undefined) return [`  ${t('certificate.substitutionsUnknown')}`];
  if (substitutions.length === 0) return [];
  const value = substitutions.map((one) => t('certificate.substitution', { ...one })).join(t('certificate.separator'));
  return [`  ${t('certificate.substitutions', { value })}`];
}

function policyText({ oid, role, test }: PolicyName, t: Translate): string {
  if (role === undefined) return oid;
  return t(test ? 'certificate.policyTest' : 'certificate.policy', { name: t(`certificateKind.${role}`), oid });
}

function keyUsages({ certificate }: Pick<CertificateDetails, 'certificate'>) {
  return [...(certificate.extensions.keyUsage ?? [])];
}
