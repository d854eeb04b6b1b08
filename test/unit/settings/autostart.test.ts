import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  desktopEntryAutostart,
  followAutostart,
  loginItemsAutostart,
  type Autostart,
} from '../../../main/node/settings/index.js';
import { desktopEntry } from '../../../main/node/settings/autostart.js';
import { errorCode } from '../../support/error-code.js';

const COMMAND = { program: '/opt/Madoguchi/madoguchi', args: ['--hidden'] };
/** GLib's own reader of desktop entries. */
const hasGio = spawnSync('gio', ['version']).status === 0;
const hasValidator = spawnSync('desktop-file-validate', ['--help']).status === 0;

let home: string;
let path: string;
let autostart: Autostart;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'madoguchi-autostart-'));
  path = join(home, '.config', 'autostart', 'madoguchi.desktop');
  autostart = desktopEntryAutostart(COMMAND, { HOME: home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const set = (enabled: boolean) =>
  errorCode(() => {
    autostart.set(enabled);
  });

/** Undoes “Possible value types”, then “The Exec key”, as a desktop does. */
function parseExec(entry: string): string[] {
  const value = /^Exec=(.*)$/m.exec(entry)?.[1] ?? '';
  const text = value.replace(
    /\\(.)/g,
    (_, character: string) => ({ s: ' ', n: '\n', t: '\t', r: '\r' })[character] ?? character,
  );
  const words = text.match(/"(?:\\.|[^"\\])*"|[^ ]+/g) ?? [];
  return words
    .map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word))
    .map((word) => word.replaceAll('%%', '%'));
}

describe('an autostart entry', () => {
  it('is written and removed, each as often as one likes', () => {
    expect(autostart.state()).toBe('off');
    autostart.set(false);
    expect(existsSync(join(home, '.config'))).toBe(false);
    autostart.set(true);
    const { ino } = statSync(path);
    autostart.set(true);
    expect([autostart.state(), statSync(path).ino]).toEqual(['on', ino]);
    expect(readdirSync(join(path, '..'))).toEqual(['madoguchi.desktop']);
    autostart.set(false);
    autostart.set(false);
    expect([autostart.state(), existsSync(path)]).toEqual(['off', false]);
  });

  it('is where the desktop’s variable says, if that is an absolute path', () => {
    desktopEntryAutostart(COMMAND, { HOME: home, XDG_CONFIG_HOME: join(home, 'own') }).set(true);
    expect(existsSync(join(home, 'own', 'autostart', 'madoguchi.desktop'))).toBe(true);
    desktopEntryAutostart(COMMAND, { HOME: home, XDG_CONFIG_HOME: 'own' }).set(true);
    expect(existsSync(path)).toBe(true);
  });

  it('is what a desktop reads', () => {
    const lines = desktopEntry(COMMAND).split('\n');
    expect(lines[0]).toBe('[Desktop Entry]');
    expect(lines.at(-1)).toBe('');
    const keys = lines.slice(1, -1).map((line) => /^([A-Za-z0-9-]+(?:\[[A-Za-z_@]+\])?)=(.+)$/.exec(line)?.[1]);
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(['Type', 'Name', 'Exec', 'X-Madoguchi-Autostart']));
    expect(parseExec(desktopEntry(COMMAND))).toEqual(['/opt/Madoguchi/madoguchi', '--hidden']);
  });

  it.skipIf(!hasValidator)('passes desktop-file-validate', () => {
    autostart.set(true);
    expect(execFileSync('desktop-file-validate', [path], { encoding: 'utf8' })).toBe('');
  });

  it.skipIf(!hasGio)('is started by GLib as it was meant', async () => {
    const program = join(home, 'a "strange" $HOME `program` \\ 日本~#*');
    const seen = join(home, 'seen');
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${seen}.part'\nmv '${seen}.part' '${seen}'\n`, {
      mode: 0o755,
    });
    const args = ['--hidden', 'two words', '$(touch x)', '`id`', '"', "'", '\\', '%u', '日本', ';&|<>'];
    desktopEntryAutostart({ program, args }, { HOME: home }).set(true);
    execFileSync('gio', ['launch', path]);
    for (let waited = 0; !existsSync(seen) && waited < 5_000; waited += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(readFileSync(seen, 'utf8').split('\n').slice(0, -1)).toEqual(args);
  });

  it('says the command as it is, whatever is in it', () => {
    const word = fc.string({
      unit: fc.constantFrom(...Array.from('aZ09 "\'`$\\%;&|<>()[]{}*?#~=日本!^')),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        word.map((name) => name.replace(/[%=]/g, '_')),
        fc.array(word, { maxLength: 3 }),
        (name, args) => {
          const command = { program: `/opt/${name}`, args };
          const entry = desktopEntry(command);
          expect(parseExec(entry)).toEqual([command.program, ...args]);
          expect(entry.split('\n').length).toBe(desktopEntry(COMMAND).split('\n').length);
        },
      ),
    );
  });

  it.each(['a\nExec=evil', 'a\rb', 'a\0b', 'a\u001bb'])('is not written for the command %j', (word) => {
    expect(errorCode(() => desktopEntryAutostart({ program: '/opt/m', args: [word] }, { HOME: home }))).toBe(
      'ERR_INTERNAL_FILE',
    );
    expect(errorCode(() => desktopEntry({ program: `/opt/${word}`, args: [] }))).toBe('ERR_INTERNAL_FILE');
  });

  it.each(['relative', './relative', '/opt/a%f', '/opt/a=b', ''])('is not written for the program %j', (program) => {
    expect(errorCode(() => desktopEntry({ program, args: [] }))).toBe('ERR_INTERNAL_FILE');
  });

  it('of a program that moved is brought up to date', () => {
    autostart.set(true);
    const moved = desktopEntryAutostart({ program: '/usr/bin/madoguchi', args: [] }, { HOME: home });
    moved.set(true);
    expect(parseExec(readFileSync(path, 'utf8'))).toEqual(['/usr/bin/madoguchi']);
  });
});

describe('what is in the way', () => {
  it('of somebody else stays', () => {
    mkdirSync(join(path, '..'), { recursive: true });
    const foreign = '[Desktop Entry]\nType=Application\nName=Other\nExec=/bin/true\n';
    writeFileSync(path, foreign);
    expect(autostart.state()).toBe('foreign');
    expect(set(true)).toBe('ERR_INTERNAL_FILE');
    expect(set(false)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe(foreign);
  });

  it('as a link to a file is neither written through nor removed', () => {
    const target = join(home, 'victim');
    writeFileSync(target, `precious\nX-Madoguchi-Autostart=true\n`);
    mkdirSync(join(path, '..'), { recursive: true });
    symlinkSync(target, path);
    expect(autostart.state()).toBe('foreign');
    expect(set(true)).toBe('ERR_INTERNAL_FILE');
    expect(set(false)).toBeUndefined();
    expect(readFileSync(target, 'utf8')).toContain('precious');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('as a link to nothing makes no file there', () => {
    mkdirSync(join(path, '..'), { recursive: true });
    symlinkSync(join(home, 'not-yet'), path);
    expect(set(true)).toBe('ERR_INTERNAL_FILE');
    expect(existsSync(join(home, 'not-yet'))).toBe(false);
  });

  it('as a link in place of the folder is not followed', () => {
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(join(home, '.config'));
    symlinkSync(elsewhere, join(home, '.config', 'autostart'));
    writeFileSync(join(elsewhere, 'madoguchi.desktop'), desktopEntry(COMMAND));
    expect([set(true), set(false)]).toEqual(['ERR_INTERNAL_FILE', 'ERR_INTERNAL_FILE']);
    expect(readdirSync(elsewhere)).toEqual(['madoguchi.desktop']);
  });

  it('as a folder that everybody can write to is not used', () => {
    mkdirSync(join(path, '..'), { recursive: true });
    chmodSync(join(path, '..'), 0o777);
    expect(set(true)).toBe('ERR_INTERNAL_FILE');
  });

  it('but a linked configuration folder is the person’s own choice', () => {
    mkdirSync(join(home, 'dotfiles'));
    symlinkSync(join(home, 'dotfiles'), join(home, '.config'));
    expect(set(true)).toBeUndefined();
    expect(autostart.state()).toBe('on');
  });
});

describe('the setting', () => {
  const person = (value: boolean) => ({ value, source: 'person' }) as const;

  it('is followed when it changes and at start', () => {
    followAutostart(person(true), autostart, 'changed');
    expect(autostart.state()).toBe('on');
    followAutostart(person(false), autostart, 'start');
    expect(autostart.state()).toBe('off');
  });

  it.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])('leaves what the desktop’s tool did (%s)', (line) => {
    autostart.set(true);
    writeFileSync(path, `${readFileSync(path, 'utf8').replace('X-GNOME-Autostart-enabled=true\n', '')}${line}\n`);
    expect(autostart.state()).toBe('disabled');
    followAutostart(person(true), autostart, 'start');
    expect(autostart.state()).toBe('disabled');
    followAutostart({ value: true, source: 'administrator', lockedBy: '/policy.json' }, autostart, 'start');
    expect(autostart.state()).toBe('on');
  });

  it('changes nothing where it cannot be read', () => {
    autostart.set(true);
    followAutostart({ value: false, source: 'default', unreadable: true }, autostart, 'start');
    expect(autostart.state()).toBe('on');
  });

  it('goes to the system’s own list where there is one', () => {
    const calls: boolean[] = [];
    let enabled = false;
    const items = {
      isEnabled: () => enabled,
      setEnabled: (value: boolean) => {
        calls.push(value);
        enabled = value;
      },
    };
    const list = loginItemsAutostart(items);
    for (const value of [false, true, true, false]) list.set(value);
    expect([calls, list.state()]).toEqual([[true, false], 'off']);
  });
});
