import type { Command } from 'commander';
import {
  decodePemCertificates,
  formatDistinguishedName,
  jpkiRequirements,
  parseCertificate,
  verifyDetachedSignedData,
  type Certificate,
  type SignedDataReport,
  type SignerReport,
} from '../../../sdk/formats/index.js';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { displayText } from '../../core/consent/display-text.js';
import { toClientError } from '../../core/errors.js';
import { fileByteSource, nodeCrypto } from '../../node/node-crypto.js';
import { ExitCode } from '../exit-codes.js';
import { fileError, readWholeFile } from '../files.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

interface VerifyOptions {
  readonly content: string;
  readonly trust: readonly string[];
}

/** EN 319 102-1 §5.1.3: only the first means that who signed is established. */
type Verdict = 'total-passed' | 'indeterminate' | 'total-failed';

export function addVerifyCommand(program: Command, run: RunCommand): void {
  program
    .command('verify')
    .description('check a detached CMS signature; exit code 0 only where it holds and leads to a given authority')
    .argument('<signature>', 'signature file')
    .requiredOption('--content <file>', 'the file that was signed')
    .option('--trust <file>', 'PEM or DER certificate of a trusted authority; may be repeated', collect, [])
    .action((signature: string, options: VerifyOptions) => run((context) => verify(context, signature, options)));
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

async function verify(context: ProgramContext, signature: string, options: VerifyOptions): Promise<ExitCode> {
  const trustAnchors = (await Promise.all(options.trust.map(readCertificates))).flat();
  const content = await openContent(options.content);
  const report = await verifyDetachedSignedData({
    cms: await readWholeFile(signature),
    content,
    crypto: nodeCrypto,
    at: new Date(),
    requirements: (certificate) => jpkiRequirements(certificate, 'signing'),
    ...(trustAnchors.length > 0 && { trustAnchors }),
  });
  const verdict = verdictOf(report);
  context.output.result(
    { verdict, signers: report.signers.map(jsonSigner), revocation: 'not-checked' },
    reportLines(verdict, report, context.t),
  );
  return verdict === 'total-passed' ? ExitCode.DONE : ExitCode.NEGATIVE;
}

function verdictOf(report: SignedDataReport): Verdict {
  if (!report.isIntact) return 'total-failed';
  return report.isTrusted ? 'total-passed' : 'indeterminate';
}

async function openContent(path: string) {
  try {
    return await fileByteSource(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

async function readCertificates(path: string): Promise<Certificate[]> {
  const bytes = await readWholeFile(path);
  const isDer = bytes[0] === 0x30;
  try {
    const certificates = isDer ? [bytes] : decodePemCertificates(new TextDecoder().decode(bytes));
    return certificates.map(parseCertificate);
  } catch (error) {
    throw toClientError(error);
  }
}

function jsonSigner(signer: SignerReport): unknown {
  if (signer.integrity === 'failed') return { integrity: signer.integrity, code: signer.code };
  return {
    integrity: signer.integrity,
    subject: formatDistinguishedName(signer.certificate.subject),
    algorithm: signer.signatureAlgorithm,
    signingTime: signer.signingTime?.toISOString() ?? null,
    path: signer.path.status === 'untrusted' ? signer.path : { status: signer.path.status },
  };
}

function reportLines(verdict: Verdict, report: SignedDataReport, t: Translate): string[] {
  const lines = [t(`verify.${verdict}`, { reason: reasonOf(report, t) })];
  for (const signer of report.signers) {
    if (signer.integrity === 'failed') continue;
    lines.push(t('verify.signer', { value: displayText(formatDistinguishedName(signer.certificate.subject)) }));
    if (signer.signingTime) lines.push(t('verify.signingTime', { value: signer.signingTime.toISOString() }));
  }
  return [...lines, t('certificate.revocationNotChecked')];
}

function reasonOf({ signers }: SignedDataReport, t: Translate): string {
  const codes = new Set<ErrorCode>();
  for (const signer of signers) {
    if (signer.integrity === 'failed') codes.add(signer.code);
    else if (signer.path.status === 'untrusted') codes.add(signer.path.code);
    else if (signer.path.status === 'not-checked') codes.add('ERR_CERT_UNTRUSTED');
  }
  return [...codes].map((code) => `${t(`error.${code}`)} [${code}]`).join(' ');
}
