import { Option, type Command } from 'commander';
import {
  encodePemCertificate,
  formatDistinguishedName,
  parseCertificate,
  type Certificate,
} from '../../../sdk/formats/index.js';
import { CERTIFICATE_KINDS, type CertificateKind } from '../../core/inspection/card-inspection.js';
import { displayText } from '../../core/consent/display-text.js';
import { holderAttributes } from '../../core/inspection/holder-attributes.js';
import { isoDate } from '../dates.js';
import { ExitCode } from '../exit-codes.js';
import { writeNewFile } from '../files.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

interface ShowOptions {
  readonly which: CertificateKind;
}

interface ExportOptions extends ShowOptions {
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
    .action((options: ShowOptions) => run((context) => show(context, options)));
  certificate
    .command('export')
    .description('write a certificate to a file, or to standard output')
    .addOption(whichOption())
    .option('--output <file>', 'file to write; must not exist yet')
    .option('--pem', 'PEM in place of DER')
    .action((options: ExportOptions) => run((context) => exportCertificate(context, options)));
}

function read(context: ProgramContext, kind: CertificateKind): Promise<Uint8Array> {
  return context.withClient(({ inspection }) =>
    inspection.readCertificate(kind, (readers) => context.chooseReader(readers), context.signal),
  );
}

async function show(context: ProgramContext, { which }: ShowOptions): Promise<ExitCode> {
  const certificate = parseCertificate(await read(context, which));
  context.output.result(jsonCertificate(which, certificate), certificateLines(which, certificate, context.t));
  return ExitCode.DONE;
}

async function exportCertificate(context: ProgramContext, options: ExportOptions): Promise<ExitCode> {
  const der = await read(context, options.which);
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
function jsonCertificate(kind: CertificateKind, certificate: Certificate): unknown {
  return {
    kind,
    subject: formatDistinguishedName(certificate.subject),
    issuer: formatDistinguishedName(certificate.issuer),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    keyUsage: keyUsages(certificate),
    holder: holderAttributes(certificate) ?? null,
    revocation: 'not-checked',
  };
}

function certificateLines(kind: CertificateKind, certificate: Certificate, t: Translate): string[] {
  const holder = holderAttributes(certificate);
  const lines = [
    t(`certificateKind.${kind}`),
    t('certificate.subject', { value: displayText(formatDistinguishedName(certificate.subject)) }),
    t('certificate.issuer', { value: displayText(formatDistinguishedName(certificate.issuer)) }),
    t('certificate.validity', { from: isoDate(certificate.notBefore), to: isoDate(certificate.notAfter) }),
    t('certificate.keyUsage', { value: keyUsages(certificate).join(', ') }),
  ];
  if (holder) {
    lines.push(
      t('certificate.name', { value: holder.name }),
      t('certificate.address', { value: holder.address }),
      t('certificate.birthDate', { value: holder.birthDate }),
      t('certificate.sex', { value: holder.sex }),
    );
  }
  return [...lines, t('certificate.revocationNotChecked')];
}

function keyUsages(certificate: Certificate): readonly string[] {
  return [...(certificate.extensions.keyUsage ?? [])];
}
