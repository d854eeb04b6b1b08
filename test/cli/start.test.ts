import { Command } from 'commander';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_TABLE } from '../../main/cli/command-table.js';
import { madoguchi } from '../support/command-line.js';

describe('the table of commands', () => {
  it('names what each file adds, so that no command is reached by accident of another', async () => {
    for (const [names, load] of COMMAND_TABLE) {
      const program = new Command();
      (await load())(program, () => Promise.resolve());
      expect(program.commands.map((command) => command.name())).toEqual(names);
    }
  });
});

describe('a command loads what it needs', () => {
  let directory = '';
  let loaded = '';
  let env: Record<string, string> = {};

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-start-'));
    loaded = join(directory, 'loaded');
    const hooks = join(directory, 'hooks.mjs');
    writeFileSync(
      hooks,
      `import { appendFileSync } from 'node:fs';
      export function load(url, context, next) {
        appendFileSync(${JSON.stringify(loaded)}, url + '\\n');
        return next(url, context);
      }`,
    );
    const register = join(directory, 'register.mjs');
    writeFileSync(
      register,
      `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(hooks).href)});`,
    );
    env = { MADOGUCHI_STATE_DIRECTORY: join(directory, 'state') };
    // Makes the test card, which loads what issues its certificates.
    await madoguchi(['virtual-card'], { env });
    env = { ...env, NODE_OPTIONS: `--import=${pathToFileURL(register).href}` };
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  /** How many modules of ours a run loads, and which packages. */
  async function loadedBy(args: readonly string[]): Promise<{ modules: number; packages: readonly string[] }> {
    rmSync(loaded, { force: true });
    expect(await madoguchi(args, { env })).toMatchObject({ exitCode: 0, stderr: '' });
    const urls = readFileSync(loaded, 'utf8').split('\n');
    const packages = urls.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
    return {
      modules: urls.filter((url) => url.includes('/dist/')).length,
      packages: [...new Set(packages)].sort(),
    };
  }

  // Each module costs about half a millisecond of a start. What goes beyond is loaded where it is needed, with `import()`.
  it.each([
    { args: ['--version'], most: 20, packages: ['commander'] },
    { args: ['settings', 'list'], most: 110, packages: ['commander', 'i18next', 'pino', 'zod'] },
    { args: ['sites', 'list'], most: 110, packages: ['commander', 'i18next', 'pino', 'zod'] },
  ])('$args', async ({ args, most, packages }) => {
    const found = await loadedBy(args);
    expect(found.packages).toEqual(packages);
    expect(found.modules).toBeLessThanOrEqual(most);
  });

  it.each([['readers'], ['card'], ['pin', 'status']])(
    '%s without a web server, signed registries, phones or an issuer',
    async (...args) => {
      const found = await loadedBy(['--reader', 'virtual', ...args]);
      expect(found.packages.filter((name) => ['fastify', 'jose', 'pkijs', 'uqr'].includes(name))).toEqual([]);
      expect(found.modules).toBeLessThanOrEqual(280);
    },
  );

  it('shows the whole help where a command is unknown or none is named, and its own for one', async () => {
    const names = COMMAND_TABLE.flatMap(([of]) => of);
    for (const args of [['--help'], ['--language', 'xx', 'card']]) {
      const { stdout, stderr } = await madoguchi(args);
      for (const name of names) expect(stdout + stderr, args.join(' ')).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect((await madoguchi(['help', 'pin'])).stdout).toMatch(/^Usage: madoguchi pin /);
    expect((await madoguchi(['cart'])).stderr).toContain('Did you mean card?');
  });
});
