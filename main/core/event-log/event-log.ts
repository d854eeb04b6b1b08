import { ERROR_CODES } from '../../../sdk/protocol/index.js';
import { POLICY_NAMES } from '../policy/definitions.js';
import type { Clock, Log } from '../ports.js';

export type EventSeverity = 'notice' | 'warning' | 'error';

/** One line for the administrator. Holds nothing but what the table below allows. */
export interface AdministratorEvent {
  /** Stable; 100 to 199. */
  readonly id: number;
  readonly severity: EventSeverity;
  /** ASCII, without line breaks. */
  readonly text: string;
}

/** Where administrators look: the system's own log. Never throws, and waits for nothing. */
export interface EventSink {
  write(event: AdministratorEvent): void;
}

/** What a field may say: one of these words, or a number. Everything else is left out, whatever it is. */
type Allowed = readonly string[] | 'number' | 'version';

interface EventDefinition {
  readonly id: number;
  readonly severity: EventSeverity;
  readonly text: string;
  readonly fields?: Readonly<Record<string, Allowed>>;
}

const HTTP_REASONS = [
  'address',
  'private-address',
  'offline',
  'unreachable',
  'timeout',
  'status',
  'content-type',
  'too-long',
];
const FEED_FAULTS = ['signature', 'content', 'rollback', 'not-yet-valid', 'expired'];
const UPDATE_REASONS = [
  ...HTTP_REASONS.map((one) => `http-${one}`),
  ...FEED_FAULTS.map((one) => `feed-${one}`),
  'size',
  'hash',
];

/** The events that an administrator sees, by the names they have in the program's own log. Origins are somebody's browsing: none. */
export const ADMINISTRATOR_EVENTS = {
  'program.started': { id: 100, severity: 'notice', text: 'started', fields: { version: 'version' } },
  'program.stopped': { id: 101, severity: 'notice', text: 'stopped' },
  'policy.problem': {
    id: 110,
    severity: 'error',
    text: 'something is wrong with a policy',
    fields: { kind: ['unreadable', 'unknown', 'malformed'], name: POLICY_NAMES },
  },
  'policy.changed': { id: 111, severity: 'notice', text: 'the policies have changed' },
  'registry.refused': {
    id: 120,
    severity: 'warning',
    text: 'a service registry is not taken',
    fields: {
      kind: ['developer', 'administrator', 'shipped'],
      fault: ['unreadable', 'signature', 'content', 'rollback', 'not-yet-valid', 'expired'],
      versionInForce: 'number',
    },
  },
  'bridge.no-port': { id: 130, severity: 'error', text: 'no port is free for requests of web pages' },
  'bridge.unavailable': {
    id: 131,
    severity: 'error',
    text: 'web pages cannot be answered',
    fields: { code: ERROR_CODES },
  },
  'bridge.socket.refused': {
    id: 132,
    severity: 'warning',
    text: 'another program was refused at the extension\u2019s socket',
  },
  'app.socket.refused': { id: 133, severity: 'warning', text: 'another program was refused at the app\u2019s socket' },
  'history.failed': {
    id: 140,
    severity: 'error',
    text: 'the history cannot be written',
    fields: { code: ERROR_CODES },
  },
  'history.expiry-failed': {
    id: 141,
    severity: 'warning',
    text: 'old history cannot be erased',
    fields: { code: ERROR_CODES },
  },
  'update.found': { id: 150, severity: 'notice', text: 'a newer version is there', fields: { version: 'version' } },
  'update.check-failed': {
    id: 151,
    severity: 'warning',
    text: 'newer versions cannot be looked for',
    fields: { reason: UPDATE_REASONS },
  },
  'update.download-failed': {
    id: 152,
    severity: 'warning',
    text: 'a newer version was not taken',
    fields: { reason: UPDATE_REASONS },
  },
} as const satisfies Readonly<Record<string, EventDefinition>>;

const VERSION = /^[0-9]{1,5}(?:\.[0-9]{1,5}){2}$/;
/** Of one kind, in one period; what is more is counted. */
const MOST_IN_PERIOD = 5;
const PERIOD_MILLISECONDS = 10 * 60 * 1_000;

/** What an administrator reads of an event of the program's log; undefined where it is none of theirs. */
export function administratorEvent(
  name: string,
  fields: Readonly<Record<string, unknown>> = {},
): AdministratorEvent | undefined {
  if (!Object.hasOwn(ADMINISTRATOR_EVENTS, name)) return undefined;
  const definition: EventDefinition = ADMINISTRATOR_EVENTS[name as keyof typeof ADMINISTRATOR_EVENTS];
  const words = Object.entries(definition.fields ?? {}).flatMap(([field, allowed]) => {
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
    return isAllowed(value, allowed) ? [`${field}=${String(value)}`] : [];
  });
  const { id, severity, text } = definition;
  return { id, severity, text: [`[${id}] ${text.replaceAll('\u2019', "'")}`, ...words].join(' ') };
}

function isAllowed(value: unknown, allowed: Allowed): boolean {
  switch (allowed) {
    case 'number':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1_000_000;
    case 'version':
      return typeof value === 'string' && VERSION.test(value);
    default:
      return typeof value === 'string' && allowed.includes(value);
  }
}

/** A log that also tells the administrator. Of one kind of event a few are told in ten minutes, then how many more there were. */
export function withAdministratorEvents(log: Log, sink: EventSink, clock: Pick<Clock, 'monotonic'>): Log {
  const periods = new Map<number, { readonly began: number; told: number; leftOut: number }>();
  return {
    event(name, fields) {
      log.event(name, fields);
      const event = administratorEvent(name, fields);
      if (!event) return;
      const now = clock.monotonic();
      let period = periods.get(event.id);
      if (period === undefined || now - period.began >= PERIOD_MILLISECONDS) {
        if (period && period.leftOut > 0) {
          sink.write({ ...event, text: `[${event.id}] ${period.leftOut} more of these were left out` });
        }
        period = { began: now, told: 0, leftOut: 0 };
        periods.set(event.id, period);
      }
      if (period.told >= MOST_IN_PERIOD) {
        period.leftOut += 1;
        return;
      }
      period.told += 1;
      sink.write(event);
    },
  };
}
