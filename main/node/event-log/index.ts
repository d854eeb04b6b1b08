import { spawn } from 'node:child_process';
import { existsSync, fstatSync, writeSync } from 'node:fs';
import { win32 } from 'node:path';
import type { AdministratorEvent, EventSeverity, EventSink } from '../../core/event-log/event-log.js';

const STANDARD_ERROR = 2;
/** RFC 5424 §6.2.1. */
const PRIORITIES: Readonly<Record<EventSeverity, number>> = { error: 3, warning: 4, notice: 5 };
const LOGGER = '/usr/bin/logger';
/** Programs that write at the same time; events beyond are lost. */
const MOST_AT_ONCE = 4;
const LONGEST_RUN_MILLISECONDS = 5_000;

export interface EventSinkSurroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  /** Starts a program without waiting for it. */
  readonly run: (program: string, args: readonly string[]) => void;
  /** Writes to standard error. */
  readonly writeLine: (line: string) => void;
  /** `device:inode` of standard error, as systemd writes it; undefined where there is none. */
  readonly standardError: () => string | undefined;
}

/**
 * The system's own log: systemd's journal where standard error is connected to it (`sd-daemon(3)`: a line begins with its
 * priority), else syslog, or macOS' unified log, by `logger`; on Windows the Application log by `eventcreate`. Where none of
 * them is there, nothing is written.
 */
export function systemEventSink(surroundings: EventSinkSurroundings = thisSystem()): EventSink {
  const { platform, environment, run, writeLine } = surroundings;
  if (platform === 'win32') {
    const program = win32.join(environment['SystemRoot'] ?? 'C:\\Windows', 'System32', 'eventcreate.exe');
    return { write: (event) => run(program, eventCreateArguments(event)) };
  }
  const stream = environment['JOURNAL_STREAM'];
  if (stream !== undefined && stream === surroundings.standardError()) {
    return { write: ({ severity, text }) => writeLine(`<${PRIORITIES[severity]}>${text}\n`) };
  }
  return {
    write: ({ severity, text }) =>
      run(LOGGER, ['-t', 'madoguchi', '-p', `user.${severity === 'error' ? 'err' : severity}`, '--', text]),
  };
}

function eventCreateArguments({ id, severity, text }: AdministratorEvent): string[] {
  const type = { error: 'ERROR', warning: 'WARNING', notice: 'INFORMATION' }[severity];
  return ['/L', 'APPLICATION', '/SO', 'Madoguchi', '/T', type, '/ID', String(id), '/D', text];
}

function thisSystem(): EventSinkSurroundings {
  let running = 0;
  return {
    platform: process.platform,
    environment: process.env,
    run(program, args) {
      if (running >= MOST_AT_ONCE || !existsSync(program)) return;
      running += 1;
      const options = { stdio: 'ignore', windowsHide: true, timeout: LONGEST_RUN_MILLISECONDS } as const;
      const child = spawn(program, [...args], options);
      child.unref();
      child.on('error', () => undefined);
      child.on('close', () => {
        running -= 1;
      });
    },
    writeLine(line) {
      try {
        writeSync(STANDARD_ERROR, line);
      } catch {
        // Nobody reads it any more.
      }
    },
    standardError() {
      try {
        const { dev, ino } = fstatSync(STANDARD_ERROR);
        return `${dev}:${ino}`;
      } catch {
        return undefined;
      }
    },
  };
}
