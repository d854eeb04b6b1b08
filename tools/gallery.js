// @ts-check
/**
 * Every window in every state, from fixtures, in a browser.
 * Usage: npm run gallery [-- --port N]
 *        npm run gallery -- --shots DIR [--only PREFIX] [--languages ja,en] [--appearances light,dark]
 */
import { watch } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveFolder } from './gallery/serve-folder.js';
import { takeShots } from './gallery/take-shots.js';
import { buildGallery } from './renderer-pages.js';
import { REPOSITORY, say } from './setup/terminal.js';

const USAGE = `usage: npm run gallery [-- --port N]
       npm run gallery -- --shots DIR [--only PREFIX] [--languages ja,en] [--appearances light,dark,high-contrast]`;

/** What the pages are made of. */
const SOURCES = ['renderer', 'main/ipc', 'main/core', 'sdk/protocol', 'resources/locales'];
/** An editor writes a file in several steps. */
const PAUSE_MILLISECONDS = 150;

const folder = join(REPOSITORY, 'dist', 'gallery');

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        shots: { type: 'string' },
        only: { type: 'string', default: '' },
        languages: { type: 'string', default: 'ja' },
        appearances: { type: 'string', default: 'light,dark' },
      },
    });
    return values;
  } catch {
    say(USAGE);
    return process.exit(2);
  }
}

/** Builds, and says why where it cannot: the last good build stays. */
async function rebuild() {
  const since = performance.now();
  try {
    await buildGallery(folder);
    say(`Built in ${Math.round(performance.now() - since)} ms.`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/** Rebuilds after each change, one build at a time. */
function rebuildOnChange() {
  let running = Promise.resolve();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(rebuild);
    }, PAUSE_MILLISECONDS);
  };
  for (const source of SOURCES) watch(join(REPOSITORY, source), { recursive: true }, changed);
}

const options = readOptions();
await buildGallery(folder);
const server = await serveFolder(folder, Number(options.port));
if (options.shots === undefined) {
  rebuildOnChange();
  say(`The gallery is at ${server.address}/gallery.html (Ctrl-C ends it; reload after a change).`);
  process.once('SIGINT', () => process.exit(0));
} else {
  const complete = await takeShots(server.address, {
    folder: options.shots,
    only: options.only,
    languages: options.languages.split(','),
    appearances: options.appearances.split(','),
  });
  await server.close();
  process.exitCode = complete ? 0 : 1;
}
