import { CardChannel } from '../apdu/card-channel.js';
import { forgetReads } from '../card/insertion-memory.js';
import { toClientError } from '../errors.js';
import type { CardReport, PinState } from '../inspection/card-report.js';
import { readCardReport } from '../inspection/read-card-report.js';
import type { PinRole, ReaderInfo } from '../ports.js';
import type { DiagnosisDetails } from './diagnosis.js';
import type { DiagnosisPorts } from './diagnosis-ports.js';
import type { DiagnosisFinding } from './findings.js';
import { found, type Found } from './layer-result.js';

/** What the card told, or the layer up to which it told nothing. */
export interface CardOutcome {
  readonly card: Found;
  /** Absent where the card could not be looked into. */
  readonly application?: Found;
  readonly report?: CardReport;
}

const PIN_ROLES: readonly PinRole[] = ['authentication', 'signing', 'profile', 'number-b'];
const KEY_PINS: readonly PinRole[] = ['authentication', 'signing'];

/** Reads the card without a PIN, on a shared connection that leaves it as it was. @throws ClientError ERR_USER_CANCELLED */
export async function checkCard(
  ports: DiagnosisPorts,
  usable: readonly ReaderInfo[],
  signal: AbortSignal,
): Promise<CardOutcome> {
  const withCard = usable.filter(({ cardPresent }) => cardPresent);
  const [reader] = withCard;
  if (!reader) return { card: found('card-absent') };
  const card = withCard.length === 1 ? found('card-present') : found('several-cards', { cards: withCard.length });
  try {
    const report = await readReport(ports, reader, signal);
    return { card, application: applicationFinding(report), report };
  } catch (thrown) {
    return failedCard(ports, card, thrown);
  }
}

async function readReport(ports: DiagnosisPorts, reader: ReaderInfo, signal: AbortSignal): Promise<CardReport> {
  const { readers, memories, trust, clock } = ports;
  const memory = memories.of(reader);
  const connection = await readers.connect(reader.name, { shareMode: 'shared', signal });
  try {
    const channel = new CardChannel(connection, signal);
    return await readCardReport({ channel, memory, reader, trust, now: clock.now() });
  } catch (thrown) {
    forgetReads(memory);
    throw thrown;
  } finally {
    await connection.disconnect('leave');
  }
}

function failedCard({ computer }: DiagnosisPorts, card: Found, thrown: unknown): CardOutcome {
  const { code, details } = toClientError(thrown);
  if (code === 'ERR_USER_CANCELLED') throw thrown;
  const status = typeof details['scard'] === 'string' ? { code, scard: details['scard'] } : { code };
  if (computer.isAccessDenied(thrown)) return { card: found('card-access-denied', status) };
  // An answer of the card's own that none of the applications explains.
  if (code === 'ERR_CARD_UNSUPPORTED' && details['scard'] === undefined) {
    return { card, application: found('not-a-my-number-card') };
  }
  return { card: found(CARD_FINDINGS[code] ?? 'check-failed', status) };
}

const CARD_FINDINGS: Readonly<Partial<Record<string, DiagnosisFinding>>> = {
  ERR_PCSC_SHARING_VIOLATION: 'reader-busy',
  // Another program reset it in the middle of our reading.
  ERR_CARD_CHANGED: 'reader-busy',
  ERR_CARD_ABSENT: 'card-removed',
  ERR_CARD_REMOVED: 'card-removed',
  ERR_CARD_RESPONSE: 'card-unresponsive',
  ERR_CARD_UNSUPPORTED: 'card-unresponsive',
  ERR_PCSC_TIMEOUT: 'card-unresponsive',
  ERR_PCSC_READER_GONE: 'reader-failed',
  ERR_PCSC_FAILURE: 'reader-failed',
  ERR_PCSC_UNAVAILABLE: 'reader-failed',
  ERR_PCSC_NO_READER: 'reader-failed',
  ERR_PCSC_PROCESS: 'reader-failed',
};

function applicationFinding({ applications, medium, testCard }: CardReport): Found {
  switch (applications.jpki.status) {
    case 'present':
      return found('jpki-present', { medium, testCard });
    case 'absent':
      return found('no-jpki-application');
    case 'unreadable':
      return found('application-unreadable', { code: applications.jpki.code });
  }
}

/** By date, issuer and presence. No date is told: it is the holder's birthday. */
export function certificateFinding({ certificates, authorities }: CardReport): Found {
  const { authentication, signing } = certificates;
  switch (authentication.status) {
    case 'absent':
    case 'recorded-absent':
      return found('no-authentication-certificate');
    case 'unreadable':
      return found('certificate-unreadable', { code: authentication.code });
    case 'pin-needed':
      return found('certificate-needs-pin');
    case 'readable':
      break;
  }
  switch (authentication.state) {
    case 'expired':
      return found('certificate-expired');
    case 'not-yet-valid':
      return found('certificate-not-yet-valid');
    case 'expires-soon':
      return found('certificate-expires-soon');
    case 'in-force':
      break;
  }
  const authority = authorities.authentication;
  const issuer = authority.status === 'readable' ? authority.issuer : 'unknown';
  if (issuer !== 'listed' && issuer !== 'test') return found('issuer-unknown');
  const hasNoSigning = signing.status === 'absent' || signing.status === 'recorded-absent';
  return found(hasNoSigning ? 'no-signing-certificate' : 'certificate-in-force');
}

/** Tries left, from the card's answer to an empty VERIFY, which costs none. */
export function pinFinding({ pins }: CardReport): Found {
  const details: DiagnosisDetails = Object.fromEntries(PIN_ROLES.map((role) => [role, pinDetail(pins[role])]));
  const has = (roles: readonly PinRole[], holds: (pin: PinState) => boolean): boolean =>
    roles.some((role) => holds(pins[role]));
  if (has(KEY_PINS, ({ status }) => status === 'blocked')) return found('pin-blocked', details);
  if (has(KEY_PINS, ({ status }) => status === 'unreadable')) return found('tries-unreadable', details);
  if (has(PIN_ROLES, ({ status }) => status === 'still-verified')) return found('pin-still-verified', details);
  if (has(PIN_ROLES, (pin) => pin.status === 'tries-left' && pin.triesLeft === 1)) {
    return found('one-try-left', details);
  }
  if (has(PIN_ROLES, ({ status }) => status === 'blocked')) return found('profile-pin-blocked', details);
  return found('pins-ready', details);
}

function pinDetail(pin: PinState): string | number {
  return pin.status === 'tries-left' ? pin.triesLeft : pin.status;
}
