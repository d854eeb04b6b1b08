import { pino } from 'pino';
import type { Log } from '../core/ports.js';

export type LogLevel = 'silent' | 'info';

/** JSON lines on standard error. Without host name, process number or user: a log must be safe to post. */
export function createLog(level: LogLevel): Log {
  const logger = pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
  return {
    event(name, fields) {
      logger.info(fields ?? {}, name);
    },
  };
}
