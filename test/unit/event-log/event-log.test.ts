import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  administratorEvent,
  ADMINISTRATOR_EVENTS,
  withAdministratorEvents,
  type AdministratorEvent,
} from '../../../main/core/event-log/event-log.js';
import { systemEventSink } from '../../../main/node/event-log/index.js';

type EventName = keyof typeof ADMINISTRATOR_EVENTS;
const NAMES = Object.keys(ADMINISTRATOR_EVENTS) as EventName[];
const FIELDS = [
  'kind',
  'name',
  'code',
  'reason',
  'version',
  'fault',
  'versionInForce',
  'origin',
  'port',
  'path',
  'user',
];

/** What must never be read by an administrator, in every shape. */
const PERSONAL = [
  '山田花子',
  'hanako',
  '1234',
  'ABC123',
  '123456789012',
  'https://clinic.example',
  '/srv/hanako/.local/state',
  'feed-hanako',
  'http-hanako',
  'ERR_HANAKO',
  '1.2.3 hanako',
  '1.2.3\nhanako',
  'unreadable\n<0>forged',
  123_456_789_012,
  -1,
  1.5,
  true,
];

describe('an event for administrators', () => {
  it.each(NAMES)('%s says nothing of a person, whatever its fields hold', (name) => {
    const plain = administratorEvent(name)?.text;
    for (const value of PERSONAL) {
      const fields = Object.fromEntries(FIELDS.map((field) => [field, value]));
      expect(administratorEvent(name, fields)?.text).toBe(plain);
    }
    expect(
      administratorEvent(name, JSON.parse('{"__proto__":{"code":"hanako"}}') as Record<string, unknown>)?.text,
    ).toBe(plain);
    expect(plain).toMatch(/^[\x20-\x7e]{8,120}$/);
  });

  it('says what the table allows', () => {
    expect(administratorEvent('policy.problem', { kind: 'malformed', name: 'signItems', source: '/etc' })).toEqual({
      id: 110,
      severity: 'error',
      text: '[110] something is wrong with a policy kind=malformed name=signItems',
    });
    expect(administratorEvent('update.found', { version: '1.3.0' })?.text).toMatch(/version=1\.3\.0$/);
  });

  it('is none where the table has none', () => {
    for (const name of ['bridge.session.not-opened', 'toString', '__proto__', '']) {
      expect(administratorEvent(name, { origin: 'https://clinic.example' })).toBeUndefined();
    }
  });

  it('has an id of its own, which the documents name with its text', () => {
    const ids = NAMES.map((name) => ADMINISTRATOR_EVENTS[name].id);
    expect(new Set(ids).size).toBe(ids.length);
    const text = readFileSync(join(import.meta.dirname, '../../../docs/deployment.md'), 'utf8').replaceAll(/ +/g, ' ');
    const rows = text.match(/^\| 1[0-9][0-9] \|.*$/gm);
    expect(rows).toEqual(
      NAMES.map((name) => {
        const { id, severity } = ADMINISTRATOR_EVENTS[name];
        return `| ${id} | ${severity} | ${(administratorEvent(name)?.text ?? '').slice('[100] '.length)} |`;
      }),
    );
  });

  it('does not flood the log', () => {
    const told: AdministratorEvent[] = [];
    const own: string[] = [];
    let now = 0;
    const clock = { monotonic: () => now };
    const log = withAdministratorEvents(
      { event: (name) => own.push(name) },
      { write: (event) => told.push(event) },
      clock,
    );
    for (let round = 0; round < 1_000; round++) log.event('bridge.socket.refused');
    log.event('history.failed', { code: 'ERR_INTERNAL_FILE' });
    expect(own).toHaveLength(1_001);
    expect(told.map(({ id }) => id)).toEqual([132, 132, 132, 132, 132, 140]);
    now = 600_000;
    log.event('bridge.socket.refused');
    expect(told.slice(6).map(({ text }) => text)).toEqual([
      '[132] 995 more of these were left out',
      "[132] another program was refused at the extension's socket",
    ]);
  });
});

describe('the system’s own log', () => {
  const event = { id: 110, severity: 'error', text: '[110] text; $(id) --flag' } as const;
  const written = (platform: NodeJS.Platform, environment: NodeJS.ProcessEnv) => {
    const said: unknown[] = [];
    systemEventSink({
      platform,
      environment,
      run: (program, args) => said.push([program, ...args]),
      writeLine: (line) => said.push(line),
      standardError: () => '8:15',
    }).write(event);
    return said;
  };

  it('is the journal only where standard error is connected to it', () => {
    expect(written('linux', { JOURNAL_STREAM: '8:15' })).toEqual([`<3>${event.text}\n`]);
    const logger = ['/usr/bin/logger', '-t', 'madoguchi', '-p', 'user.err', '--', event.text];
    expect(written('linux', { JOURNAL_STREAM: '8:16' })).toEqual([logger]);
    expect(written('darwin', {})).toEqual([logger]);
  });

  it('is the Application log on Windows', () => {
    expect(written('win32', { SystemRoot: 'C:\\W' })).toEqual([
      [
        'C:\\W\\System32\\eventcreate.exe',
        '/L',
        'APPLICATION',
        '/SO',
        'Madoguchi',
        '/T',
        'ERROR',
        '/ID',
        '110',
        '/D',
        event.text,
      ],
    ]);
  });

  it.skipIf(process.platform !== 'linux')('gets the lines of a real process, as systemd connects it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'madoguchi-events-'));
    const file = join(folder, 'journal');
    const descriptor = openSync(file, 'w');
    const { dev, ino } = statSync(file);
    const module = join(import.meta.dirname, '../../../dist/main/node/event-log/index.js');
    const script = `(await import(${JSON.stringify(module)})).systemEventSink().write(${JSON.stringify(event)})`;
    const env = { ...process.env, JOURNAL_STREAM: `${dev}:${ino}` };
    spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env,
      stdio: ['ignore', 'ignore', descriptor],
    });
    expect(readFileSync(file, 'utf8')).toBe(`<3>${event.text}\n`);
    rmSync(folder, { recursive: true });
  });

  it.skipIf(!existsSync('/usr/bin/logger'))('is written by options that the real logger takes', async () => {
    const server = createSocket('udp4');
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const heard = once(server, 'message') as Promise<[Buffer]>;
    const [line] = written('linux', {}) as [[string, ...string[]]];
    const [program, ...args] = line;
    const socket = ['--server', '127.0.0.1', '--port', String(server.address().port), '--udp'];
    const child = spawn(program, [...socket, ...args], { stdio: 'ignore' });
    expect(await once(child, 'close')).toEqual([0, null]);
    // RFC 5424: facility user (1), severity error (3).
    expect((await heard)[0].toString()).toMatch(/^<11>.* madoguchi .*\[110\] text; \$\(id\) --flag$/);
    server.close();
  });
});
