import { Argument, type Command } from 'commander';
import { displayText, LONGEST_SHOWN_ORIGIN } from '../../core/consent/display-text.js';
import type { GovernmentSites } from '../../core/government-sites/government-sites.js';
import type { SettingsStore } from '../../core/settings/settings.js';
import { openSites } from '../../node/government-sites/index.js';
import { createLog } from '../../node/log.js';
import { openPolicy } from '../../node/policy/index.js';
import { openPersonSettings } from '../../node/settings/index.js';
import { systemClock } from '../../node/system.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { ProgramContext } from '../program-context.js';

type Act = (sites: GovernmentSites, settings: SettingsStore) => Promise<ExitCode>;

export function addGovernmentSitesCommands(program: Command, run: RunCommand): void {
  const sites = program
    .command('government-sites')
    .description('use with today’s sites of government services (go.jp)');
  sites
    .command('status')
    .description('whether it is on, who decided it, and what differs from site to site')
    .action(() => run((context) => withSites(context, (opened) => showStatus(context, opened))));
  for (const name of ['on', 'off'] as const) {
    sites
      .command(name)
      .description(
        name === 'on' ? 'let these sites ask, by the browser’s extension alone' : 'let them ask no more, at once',
      )
      .action(() =>
        run((context) =>
          withSites(context, async (_opened, settings) => {
            const setting = await settings.change('governmentSites', name === 'on');
            context.output.result(setting, context.t(`governmentSites.${name}`));
            return ExitCode.DONE;
          }),
        ),
      );
  }
  sites
    .command('user-agent')
    .description('tell the pages of one site that this PC runs Windows, or no longer')
    .argument('<origin>', 'such as https://www.example.go.jp')
    .addArgument(new Argument('<state>', 'on or off').choices(['on', 'off']))
    .action((origin: string, state: string) =>
      run((context) =>
        withSites(context, async (opened) => {
          const on = state === 'on';
          await opened.setWindowsUserAgent(origin, on);
          const shown = displayText(origin, LONGEST_SHOWN_ORIGIN);
          const text = context.t('governmentSites.userAgent', { origin: shown, context: String(on) });
          context.output.result({ origin, windowsUserAgent: on }, text);
          return ExitCode.DONE;
        }),
      ),
    );
  sites
    .command('reset-identifiers')
    .description('give every site new identifiers from now on; there is no way back')
    .action(() =>
      run((context) =>
        withSites(context, async (opened) => {
          await opened.resetIdentifiers();
          context.output.result({ done: true }, context.t('governmentSites.reset'));
          return ExitCode.DONE;
        }),
      ),
    );
}

/** Without a card or a running app: what is decided here holds for both at once. */
async function withSites({ options, stateDirectory }: ProgramContext, act: Act): Promise<ExitCode> {
  const log = createLog(options.verbose ? 'info' : 'silent');
  const policyStore = openPolicy({ log });
  const settings = openPersonSettings({ stateDirectory, log, policyStore });
  try {
    const policy = () => policyStore.current().policy;
    return await act(openSites({ stateDirectory, settings, policy, clock: systemClock }), settings);
  } finally {
    settings.close();
    policyStore.close();
  }
}

function showStatus({ output, t }: ProgramContext, sites: GovernmentSites): Promise<ExitCode> {
  const { setting, origins, windowsUserAgent } = sites.status();
  const { value, source, lockedBy } = setting;
  const who = lockedBy === undefined ? t(`settings.source.${source}`) : t('settings.lockedBy', { from: lockedBy });
  const list = (texts: readonly string[]): string => texts.join(t('governmentSites.separator'));
  output.result({ setting, origins, windowsUserAgent }, [
    t('governmentSites.state', { value: value ? 'on' : 'off', source: who }),
    ...(origins.length > 0 ? [t('governmentSites.origins', { list: list(origins) })] : []),
    ...(windowsUserAgent.length > 0 ? [t('governmentSites.windows', { list: list(windowsUserAgent) })] : []),
    t('governmentSites.where'),
  ]);
  return Promise.resolve(ExitCode.DONE);
}
