import type { Command } from 'commander';
import { displayText } from '../../core/consent/display-text.js';
import {
  acceptedValues,
  checkSettingName,
  SETTING_DEFINITIONS,
  SETTING_NAMES,
  settingValueFromText,
  type Setting,
  type SettingName,
  type SettingsReport,
  type SettingsStore,
  type SettingValue,
} from '../../core/settings/settings.js';
import { createLog } from '../../node/log.js';
import { openPersonSettings } from '../../node/settings/index.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

export function addSettingsCommands(program: Command, run: RunCommand): void {
  const settings = program.command('settings').description('what you or an administrator decided about this program');
  settings
    .command('list')
    .description('every setting, its value, and who decided it')
    .action(() => run((context) => list(context)));
  settings
    .command('get')
    .description('the value of one setting')
    .argument('<name>', 'as in the list')
    .action((name: string) => run((context) => get(context, name)));
  settings
    .command('set')
    .description('decide one setting')
    .argument('<name>', 'as in the list')
    .argument('<value>', 'true or false, a name, or a number')
    .action((name: string, value: string) => run((context) => set(context, name, value)));
  settings
    .command('reset')
    .description('have one setting as shipped, or all; all also where the file is damaged')
    .argument('[name]', 'as in the list')
    .action((name: string | undefined) => run((context) => reset(context, name)));
}

function open(context: ProgramContext): SettingsStore {
  const log = createLog(context.options.verbose ? 'info' : 'silent');
  return openPersonSettings({ stateDirectory: context.stateDirectory, log });
}

/** Negative where something cannot be read. */
function list(context: ProgramContext): Promise<ExitCode> {
  const report = open(context).read();
  const shown = SETTING_NAMES.filter((name) => SETTING_DEFINITIONS[name].shown);
  const { damage } = report;
  const rows = shown.map((name) => ({ ...settingResult(name, report), accepted: acceptedValues(name) }));
  const { output, t } = context;
  output.result(
    { settings: rows, ...(damage && { damage }) },
    shown.map((name) => settingLine(name, report.settings[name], t)),
  );
  return Promise.resolve(tellDamage(context, report));
}

function get(context: ProgramContext, unverifiedName: string): Promise<ExitCode> {
  const name = checkSettingName(unverifiedName);
  const report = open(context).read();
  const result = settingResult(name, report);
  context.output.result(result, String(result.value));
  return Promise.resolve(result.unreadable ? tellDamage(context, report) : ExitCode.DONE);
}

async function set(context: ProgramContext, name: string, text: string): Promise<ExitCode> {
  const store = open(context);
  const setting = await store.change(name, settingValueFromText(name, text));
  context.output.result({ name, ...setting }, context.t('settings.changed', { name, value: String(setting.value) }));
  return ExitCode.DONE;
}

async function reset(context: ProgramContext, name: string | undefined): Promise<ExitCode> {
  const { output, t } = context;
  await open(context).reset(name);
  output.result({ done: true }, name === undefined ? t('settings.resetAll') : t('settings.reset', { name }));
  return ExitCode.DONE;
}

function settingResult(
  name: SettingName,
  { settings }: SettingsReport,
): Setting<SettingValue> & { readonly name: SettingName } {
  return { name, ...settings[name] };
}

function settingLine(name: SettingName, setting: Setting<SettingValue>, t: Translate): string {
  const { value, source, lockedBy, unreadable } = setting;
  const who = lockedBy === undefined ? t(`settings.source.${source}`) : t('settings.lockedBy', { from: lockedBy });
  const line = t('settings.line', { name, value, source: unreadable ? t('settings.unreadable') : who });
  return `${line}  ${t(`settings.name.${name}`)}`;
}

function tellDamage({ output, t }: ProgramContext, { damage }: SettingsReport): ExitCode {
  if (damage === undefined) return ExitCode.DONE;
  output.note(t(`settings.damage.${damage.kind}`));
  output.note(t('settings.damageFile', { path: displayText(damage.path) }));
  return ExitCode.NEGATIVE;
}
