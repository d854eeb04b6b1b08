import { InvalidArgumentError, type Command } from 'commander';
import { parseRequestOrigin, unicodeOrigin } from '../../core/bridge/origin.js';
import { displayedUnicodeOrigin } from '../../core/consent/display-text.js';
import { openSiteMemory, type Site, type SiteStore } from '../../node/site-memory.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';
import type { Translate } from '../messages.js';

type Act = (sites: SiteStore, origin: string) => Promise<boolean> | boolean;

export function addSitesCommands(program: Command, run: RunCommand): void {
  const sites = program.command('sites').description('what you decided about websites for later');
  sites
    .command('list')
    .description('blocked sites, and those whose explanation is shortened')
    .action(() =>
      run(({ output, stateDirectory, t }) => {
        const all = openSiteMemory(stateDirectory).list();
        output.result(all, all.length > 0 ? all.map((site) => siteText(site, t)) : t('sites.none'));
        return Promise.resolve(ExitCode.DONE);
      }),
    );
  const addForOrigin = (name: 'block' | 'unblock' | 'forget', description: string, act: Act): void => {
    sites
      .command(name)
      .description(description)
      .argument('<origin>', 'https://www.example.jp; of an address only this part counts', parseOrigin)
      .action((origin: string) =>
        run(async (context) => {
          const done = await act(openSiteMemory(context.stateDirectory), origin);
          const { output, t } = context;
          output.result({ origin, done }, t(`sites.${name}`, { origin: shownOrigin(origin), context: String(done) }));
          return done ? ExitCode.DONE : ExitCode.NEGATIVE;
        }),
      );
  };
  addForOrigin('block', 'let a site ask nothing any more', async (memory, origin) => {
    await memory.block(origin, true);
    return true;
  });
  addForOrigin('unblock', 'let a blocked site ask again', (memory, origin) => memory.unblock(origin));
  addForOrigin('forget', 'have a site’s explanation in full again', (memory, origin) => memory.forget(origin));
  sites
    .command('reset')
    .description('forget everything about all sites, blocks included; also where the file is damaged')
    .action(() =>
      run(({ output, stateDirectory, t }) => {
        openSiteMemory(stateDirectory).reset();
        output.result({ done: true }, t('sites.reset'));
        return Promise.resolve(ExitCode.DONE);
      }),
    );
}

function siteText({ origin, blocked, remembered }: Site, t: Translate): string {
  const facts = [
    ...(blocked === 'no' ? [] : [t(`sites.blocked.${blocked}`)]),
    ...remembered.map((operation) => t(`sites.remembered.${operation}`)),
  ];
  return `${shownOrigin(origin)}  ${facts.join(', ')}`;
}

function shownOrigin(origin: string): string {
  const unicode = displayedUnicodeOrigin(unicodeOrigin(origin));
  return unicode === undefined ? origin : `${origin} (${unicode})`;
}

/** The origin of an address as a person copies it, serialised. */
function parseOrigin(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  try {
    if (!url || url.username !== '' || url.password !== '') throw new TypeError('not a plain address');
    return parseRequestOrigin(url.origin);
  } catch {
    throw new InvalidArgumentError('https://…');
  }
}
