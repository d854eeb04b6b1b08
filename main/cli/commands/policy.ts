import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { displayText } from '../../core/consent/display-text.js';
import { browserPolicies, POLICY_BROWSERS, type PolicyBrowser } from '../../core/policy/browser-policies.js';
import { POLICY_NAMES, policyDefinition, type PolicyName } from '../../core/policy/definitions.js';
import type { PolicyProblem, ResolvedPolicy } from '../../core/policy/resolve.js';
import { BROWSER_FORMATS, browserPolicyFiles, type BrowserFormat } from '../../core/policy/templates/browser-files.js';
import { inspectPolicy, openPolicy } from '../../node/policy/index.js';
import { ExitCode } from '../exit-codes.js';
import { writeNewFile } from '../files.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';
import { usageError } from '../serving.js';

interface BrowserOptions {
  readonly format: BrowserFormat;
  readonly browser: PolicyBrowser;
  readonly origin?: readonly string[];
  readonly extensionSource?: string;
  readonly out?: string;
}

export function addPolicyCommands(program: Command, run: RunCommand): void {
  const policy = program.command('policy').description('what the administrator of this PC decided');
  policy
    .command('show')
    .description('every policy, its value, where it comes from, and what is wrong')
    .action(() => run((context) => show(context)));
  policy
    .command('browser')
    .description('policies of a browser, so that the allowed sites reach this program without its question')
    .addOption(new Option('--format <format>', 'how it is deployed').choices(BROWSER_FORMATS).makeOptionMandatory())
    .addOption(new Option('--browser <name>', 'browser').choices(POLICY_BROWSERS).default('chrome'))
    .option('--origin <origins...>', 'sites, in place of the policy allowedOrigins')
    .option('--extension-source <url>', 'install the extension from here: update manifest, or .xpi for Firefox')
    .option('--out <folder>', 'write files there; necessary for admx')
    .action((options: BrowserOptions) => run((context) => writeBrowserPolicies(context, options)));
}

/** Negative where something is wrong. */
function show({ output, t }: ProgramContext): Promise<ExitCode> {
  const resolved = inspectPolicy();
  const { problems } = resolved;
  const usable = !problems.some(({ stops }) => stops);
  const policies = POLICY_NAMES.map((name) => policyResult(name, resolved));
  output.result({ usable, policies, problems }, [
    ...POLICY_NAMES.map((name) => policyLine(name, resolved, t)),
    ...problems.map((problem) => problemLine(problem, t)),
    ...(usable ? [] : [t('policy.stops')]),
  ]);
  return Promise.resolve(problems.length === 0 ? ExitCode.DONE : ExitCode.NEGATIVE);
}

function policyResult(name: PolicyName, { policy, entries }: ResolvedPolicy): object {
  const entry = entries.find((candidate) => candidate.name === name);
  const { setting, mode } = policyDefinition(name);
  const value = policy[name];
  return {
    name,
    ...(value !== undefined && { value }),
    source: entry?.source ?? 'default',
    locked: entry !== undefined && mode !== 'default',
    ...(setting !== undefined && { setting }),
    ...(entry?.malformed && { malformed: true }),
  };
}

function policyLine(name: PolicyName, { policy, entries }: ResolvedPolicy, t: Translate): string {
  const entry = entries.find((candidate) => candidate.name === name);
  const { mode } = policyDefinition(name);
  const value = policy[name];
  const shown = value === undefined ? t('policy.notSet') : displayText(JSON.stringify(value));
  const words = [
    entry ? t('policy.from', { source: displayText(entry.source) }) : t('policy.byDefault'),
    ...(entry && mode !== 'rule' ? [t(`policy.mode.${mode}`)] : []),
    ...(entry?.malformed ? [t('policy.isMalformed')] : []),
  ];
  return t('policy.line', { name, value: shown, words: words.join(t('policy.separator')) });
}

function problemLine({ kind, source, name, reason }: PolicyProblem, t: Translate): string {
  const values = { source: displayText(source), name: displayText(name ?? ''), reason: displayText(reason) };
  return t(`policy.problem.${kind}`, values);
}

async function writeBrowserPolicies(context: ProgramContext, options: BrowserOptions): Promise<ExitCode> {
  const { browser, format, out } = options;
  if (format === 'admx' && out === undefined) throw usageError('--format admx is several files: say where with --out');
  const policies = browserPolicies({
    browser,
    unverifiedOrigins: options.origin ?? allowedSites(),
    extensionSource: options.extensionSource,
  });
  const files = browserPolicyFiles(browser, policies, format);
  const { output, t } = context;
  if (policies['LoopbackNetworkAllowedForUrls'] === undefined && policies['LocalNetworkAccess'] === undefined) {
    output.note(t('policy.noSites'));
  }
  if (out === undefined) {
    output.result(
      { files },
      files.map(({ text }) => text.trimEnd()),
    );
    return ExitCode.DONE;
  }
  for (const { name, text } of files) {
    const path = join(out, name);
    await mkdir(dirname(path), { recursive: true });
    await writeNewFile(path, new TextEncoder().encode(text));
  }
  const names = files.map(({ name }) => name);
  output.result(
    { written: names },
    names.map((name) => t('policy.written', { name })),
  );
  return ExitCode.DONE;
}

/** Those of developer mode are of no use to a browser's policy: it keeps http: pages out in any case. */
function allowedSites(): readonly string[] {
  const { allowedOrigins = [] } = openPolicy().current().policy;
  return allowedOrigins.filter((origin) => origin.startsWith('https:'));
}
