import type { Command } from 'commander';
import type { LocalisedText } from '../../../sdk/protocol/index.js';
import { displayText } from '../../core/consent/display-text.js';
import type { JudgedRegistry, RegistryFault } from '../../core/registry/judge-registry.js';
import type { RegistryKind, RegistryNotice, RegistryStatus } from '../../core/registry/registry-source.js';
import { checkRegistryFile } from '../../node/service-registry.js';
import { isoDate } from '../dates.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

export function addRegistryCommands(program: Command, run: RunCommand): void {
  const registry = program.command('registry').description('the list of services whose names are shown');
  registry
    .command('show')
    .description('show which registries are in force, until when, and what is wrong with them')
    .action(() => run(show));
  registry
    .command('check <file>')
    .description('check a registry’s signature, form and dates, without putting it in force')
    .requiredOption('--keys <file>', 'JWK Set of the keys it may be signed with')
    .action((file: string, { keys }: { keys: string }) => run((context) => check(context, file, keys)));
}

async function show(context: ProgramContext): Promise<ExitCode> {
  const { output, t } = context;
  const status = await context.withClient(async (client) => (await client.registry()).status());
  output.result(status.map(jsonStatus), statusLines(status, t));
  return ExitCode.DONE;
}

async function check({ output, t }: ProgramContext, file: string, keysFile: string): Promise<ExitCode> {
  const judged = await checkRegistryFile({ file, keysFile });
  if ('fault' in judged) {
    output.result({ accepted: false, ...judged }, [problemText(judged, t), `  ${judged.reason}`]);
    return ExitCode.NEGATIVE;
  }
  output.result(jsonChecked(judged), checkedLines(judged, t));
  return ExitCode.DONE;
}

type Accepted = Extract<JudgedRegistry, { claims: unknown }>;

/** Whether it lists `http:` origins, which nobody but a developer can put in force. */
function isForDevelopers({ claims }: Accepted): boolean {
  return claims.services.some(({ origins }) => origins.some((origin) => origin.startsWith('http:')));
}

function jsonChecked(accepted: Accepted) {
  const { version, iat, exp, services, verifiers } = accepted.claims;
  return {
    accepted: true,
    version,
    issued: new Date(iat * 1_000).toISOString(),
    expires: new Date(exp * 1_000).toISOString(),
    services: services.map(({ id, name, origins }) => ({ id, name, origins })),
    verifiers: verifiers.map(({ id, name }) => ({ id, name })),
    developerModeOnly: isForDevelopers(accepted),
  };
}

function checkedLines(accepted: Accepted, t: Translate): string[] {
  const { version, exp, services, verifiers } = accepted.claims;
  const lines = [t('registry.accepted', { version, expires: isoDate(new Date(exp * 1_000)) })];
  if (isForDevelopers(accepted)) lines.push(t('registry.developersOnly'));
  for (const { id, name, origins } of services)
    lines.push(`  ${displayText(localised(name, t))}: ${origins.join(' ')} (${id})`);
  for (const { id, name } of verifiers)
    lines.push(`  ${t('registry.verifier')} ${displayText(localised(name, t))} (${id})`);
  return lines;
}

function localised({ ja, en }: LocalisedText, t: Translate): string {
  return t('consent.localised', { ja, en });
}

function jsonStatus({ kind, name, inForce, problem }: RegistryStatus) {
  return { kind, name, inForce: inForce ?? null, problem: problem ?? null };
}

function statusLines(all: readonly RegistryStatus[], t: Translate): string[] {
  if (all.length === 0) return [t('registry.none')];
  return all.flatMap((status) => [
    `${t(`registry.kind.${status.kind}`)}: ${displayText(status.name)}`,
    `  ${inForceText(status, t)}`,
    ...(status.problem ? [`  ${problemText(status.problem, t, status.kind)}`] : []),
  ]);
}

function problemText(problem: { readonly fault: RegistryFault }, t: Translate, kind?: RegistryKind): string {
  return t('registry.problem', { fault: faultText(problem, t, kind) });
}

/** `kind`: whose registry it is, where that is known. */
function faultText({ fault }: { readonly fault: RegistryFault }, t: Translate, kind?: RegistryKind): string {
  return t(`registry.fault.${fault}`, { context: kind ?? '' });
}

function inForceText({ inForce }: RegistryStatus, t: Translate): string {
  if (!inForce) return t('registry.notInForce');
  const { version, expires, services, verifiers } = inForce;
  return t('registry.inForce', { version, expires: isoDate(expires), services, verifiers });
}

/** For whoever runs the bridge: what is wrong with which registry, and what counts now. */
export function registryNoticeText(notice: RegistryNotice, t: Translate): string {
  return t('registry.notice', {
    registry: `${t(`registry.kind.${notice.kind}`)} (${displayText(notice.name)})`,
    fault: faultText(notice.problem, t, notice.kind),
    instead: inForceText(notice, t),
  });
}
