import { resolve } from 'node:path';
import type { Command } from 'commander';
import { displayText } from '../../core/consent/display-text.js';
import { ClientError } from '../../core/errors.js';
import type { DownloadResult, Updates, UpdateState } from '../../core/updates/updates.js';
import { createLog } from '../../node/log.js';
import { openPolicy } from '../../node/policy/index.js';
import { openPersonSettings } from '../../node/settings/index.js';
import { systemClock } from '../../node/system.js';
import { downloadsFolder, openUpdates } from '../../node/updates/index.js';
import { isoDate } from '../dates.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';
import type { ProgramContext } from '../program-context.js';

interface DownloadOptions {
  readonly to?: string;
  readonly major?: true;
}

export function addUpdateCommands(program: Command, run: RunCommand): void {
  const update = program.command('update').description('newer versions of this program');
  update
    .command('check')
    .description('ask whether there is a newer version; sends nothing about you or this PC')
    .action(() => run((context) => withUpdates(context, (updates) => check(context, updates))));
  update
    .command('download')
    .description('download the newer version and check it; installing it is yours')
    .option('--to <folder>', 'where to, in place of your folder for downloads')
    .option('--major', 'also a new major version, which may work differently')
    .action((options: DownloadOptions) =>
      run((context) => withUpdates(context, (updates) => download(context, updates, options))),
    );
}

/** Without the rest of the program: it has to work where that is kept from being used because it is too old. */
async function withUpdates(
  { options, stateDirectory }: ProgramContext,
  work: (updates: Updates) => Promise<ExitCode>,
): Promise<ExitCode> {
  const log = createLog(options.verbose ? 'info' : 'silent');
  const policyStore = openPolicy({ log });
  const settings = openPersonSettings({ stateDirectory, log, policyStore });
  const policy = () => policyStore.current().policy;
  const updates = openUpdates({ stateDirectory, settings, policy, clock: systemClock, log });
  try {
    return await work(updates);
  } finally {
    updates.close();
    settings.close();
    policyStore.close();
  }
}

/** Negative where nobody could be asked. */
async function check({ output, t }: ProgramContext, updates: Updates): Promise<ExitCode> {
  const state = await updates.check(true);
  const { version, installation } = updates;
  output.result({ version, installation, channel: updates.channel(), ...state }, stateLines(state, updates, t));
  return state.status === 'current' || state.status === 'available' ? ExitCode.DONE : ExitCode.NEGATIVE;
}

async function download(context: ProgramContext, updates: Updates, { to, major }: DownloadOptions): Promise<ExitCode> {
  const { output, t, signal } = context;
  const state = await updates.check(true);
  if (state.status !== 'available') return check(context, updates);
  const { version, change } = state.offer;
  if (state.offer.package && change === 'major' && major !== true) {
    throw new ClientError('ERR_POLICY_OPERATION', '--major is needed', { details: { rule: 'update-major' } });
  }
  const folder = to === undefined ? downloadsFolder() : resolve(to);
  const result = await updates.download({ version, folder, agreedToMajor: major === true, signal });
  output.result({ version, ...result }, downloadLines(result, t));
  return result.status === 'saved' ? ExitCode.DONE : ExitCode.NEGATIVE;
}

function downloadLines(result: DownloadResult, t: Translate): string[] {
  if (result.status === 'saved') {
    return [t('update.saved', { path: displayText(result.path) }), t('update.installYourself')];
  }
  return [t('update.notSaved', { reason: reasonText(result.failure, t) })];
}

function stateLines(state: UpdateState, { version, installation }: Updates, t: Translate): string[] {
  switch (state.status) {
    case 'unconfigured':
      return [t('update.unconfigured', { version })];
    case 'unasked':
      return [t('update.unasked')];
    case 'off':
      return [t('update.off')];
    case 'failed':
      return [t('update.failed', { reason: reasonText(state.failure, t) })];
    case 'current':
      return [t('update.current', { version }), ...minimumLines(state, t)];
    case 'available': {
      const { offer, checkedAt } = state;
      return [
        t('update.available', { version: offer.version, current: version, date: isoDate(checkedAt) }),
        ...minimumLines(state, t),
        ...(offer.change === 'major' ? [t('update.major')] : []),
        ...(offer.notes === undefined ? [] : [t('update.notes', { address: offer.notes })]),
        offer.package ? t('update.canDownload') : t(`update.how.${installation}`),
      ];
    }
  }
}

function minimumLines({ belowMinimum }: { readonly belowMinimum: boolean }, t: Translate): string[] {
  return belowMinimum ? [t('update.belowMinimum')] : [];
}

function reasonText(failure: string, t: Translate): string {
  return t(`update.reason.${failure}`, { defaultValue: t('update.reason.other', { reason: failure }) });
}
