import { pino } from 'pino';
import type { Log } from '../core/ports.js';

export type LogLevel = 'silent' | 'info';

/**
 * JSON lines on standard error. Without host name, process number or user: a log must be safe to post. Where nobody reads it
 * any more, or a desktop program has no standard error, events are lost and nothing else.
 */
export function createLog(level: LogLevel): Log {
  const destination = pino.destination({ fd: 2, sync: true });
  destination.on('error', () => undefined);
  const logger = pino({ level, base: null }, destination);
  return {
    event(name, fields) {
      logger.info(fields ?? {}, name);
    },
  };
}
