import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

function helpOf(...command: string[]): string {
  return execFileSync(process.execPath, [join(ROOT, 'bin/madoguchi.js'), ...command, '--help'], { encoding: 'utf8' });
}

/** Names under “Commands:” of a help text. */
function commandsIn(help: string): string[] {
  const listed = /^Commands:\n((?: .*\n)+)/m.exec(help)?.[1] ?? '';
  return [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name ?? '').filter((name) => name !== 'help');
}

describe('README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const listed = /```\n(madoguchi readers[\s\S]*?)```/.exec(readme)?.[1] ?? '';

  it('lists every command', () => {
    const commands = commandsIn(helpOf());
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands) expect(listed).toMatch(new RegExp(`\\b${command}\\b`));
  });

  it('names every option that all commands take', () => {
    const options = [...helpOf().matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option ?? '');
    for (const option of options)
      if (!['--help', '--version'].includes(option)) expect(readme).toContain(`\`${option}`);
  });

  it('gives every exit code', () => {
    const codes = [...readFileSync(join(ROOT, 'main/cli/exit-codes.ts'), 'utf8').matchAll(/: (\d+),$/gm)].map(
      ([, c]) => c,
    );
    expect(codes).toHaveLength(9);
    for (const code of codes) expect(readme).toMatch(new RegExp(`^\\| ${code ?? ''} +\\|`, 'm'));
  });
});
