import type { Command } from 'commander';
import type { RunCommand } from './main.js';

type AddCommands = (program: Command, run: RunCommand) => void;

/**
 * Every command, in the order of the help: the names a person types, and what adds them. Only the one that is asked for is
 * loaded; loading all of them takes longer than most of them run.
 */
export const COMMAND_TABLE: readonly (readonly [names: readonly string[], load: () => Promise<AddCommands>])[] = [
  [['readers', 'card'], async () => (await import('./commands/card.js')).addCardCommands],
  [['diagnose'], async () => (await import('./commands/diagnose.js')).addDiagnoseCommand],
  [['certificate'], async () => (await import('./commands/certificate.js')).addCertificateCommands],
  [['pin'], async () => (await import('./commands/pin.js')).addPinCommands],
  [['attributes'], async () => (await import('./commands/attributes.js')).addAttributesCommand],
  [['authenticate'], async () => (await import('./commands/authenticate.js')).addAuthenticateCommand],
  [['sign'], async () => (await import('./commands/sign.js')).addSignCommand],
  [['verify'], async () => (await import('./commands/verify.js')).addVerifyCommand],
  [['inspect'], async () => (await import('./commands/inspect.js')).addInspectCommand],
  [['phone'], async () => (await import('./commands/phone.js')).addPhoneCommands],
  [['sites'], async () => (await import('./commands/sites.js')).addSitesCommands],
  [['government-sites'], async () => (await import('./commands/government-sites.js')).addGovernmentSitesCommands],
  [['history'], async () => (await import('./commands/history.js')).addHistoryCommands],
  [['settings'], async () => (await import('./commands/settings.js')).addSettingsCommands],
  [['policy'], async () => (await import('./commands/policy.js')).addPolicyCommands],
  [['update'], async () => (await import('./commands/update.js')).addUpdateCommands],
  [['registry'], async () => (await import('./commands/registry.js')).addRegistryCommands],
  [['serve'], async () => (await import('./commands/serve.js')).addServeCommand],
  [['dev-service'], async () => (await import('./commands/dev-service.js')).addDevServiceCommand],
  [['virtual-card'], async () => (await import('./commands/virtual-card.js')).addVirtualCardCommand],
  [
    ['browser-integration'],
    async () => (await import('./commands/browser-integration.js')).addBrowserIntegrationCommand,
  ],
  [['native-host'], async () => (await import('./commands/native-host.js')).addNativeHostCommand],
];

/** Adds the command of this name; all of them for another or none, so that help and suggestions are whole. */
export async function addCommands(program: Command, run: RunCommand, name: string | undefined): Promise<void> {
  const named = COMMAND_TABLE.filter(([names]) => name !== undefined && names.includes(name));
  const loading = (named.length > 0 ? named : COMMAND_TABLE).map(([, load]) => load());
  for (const add of await Promise.all(loading)) add(program, run);
}
