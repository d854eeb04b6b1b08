import { ClientError, toClientError } from '../errors.js';
import type { ReaderInfo } from '../ports.js';
import { waitForCard } from '../signing/prepare-card.js';
import type { DiagnosisFinding } from './findings.js';
import type { DiagnosisPorts, ServiceState } from './diagnosis-ports.js';
import { found, type Found } from './layer-result.js';
import { maskText } from './mask.js';

/** What the service layer hands to the reader layer: its readers, where it let them be listed. */
export interface ServiceOutcome {
  readonly service: Found;
  readonly readers: readonly ReaderInfo[];
}

const SERVICE_FINDINGS: Readonly<Record<ServiceState, DiagnosisFinding>> = {
  'not-installed': 'service-not-installed',
  'socket-inactive': 'service-socket-inactive',
  'not-running': 'service-not-running',
  'access-denied': 'service-access-denied',
  disabled: 'service-disabled',
  'starts-with-reader': 'service-starts-with-reader',
  answers: 'service-failed',
  unknown: 'service-failed',
};

/** Lists the readers, which is the question that the service answers or not. @throws ClientError ERR_USER_CANCELLED */
export async function checkService(ports: DiagnosisPorts, signal: AbortSignal): Promise<ServiceOutcome> {
  if (ports.readerKind === 'phone') await waitForPhone(ports, signal);
  try {
    const readers = await ports.readers.list();
    ports.memories.retain(readers);
    return { service: found(ports.readerKind === 'pcsc' ? 'service-answers' : 'service-not-needed'), readers };
  } catch (thrown) {
    return { service: await serviceFinding(ports, thrown), readers: [] };
  }
}

async function serviceFinding({ computer }: DiagnosisPorts, thrown: unknown): Promise<Found> {
  const { code, details } = toClientError(thrown);
  const status = typeof details['scard'] === 'string' ? { code, scard: details['scard'] } : { code };
  switch (code) {
    case 'ERR_USER_CANCELLED':
      throw thrown;
    case 'ERR_PCSC_NO_READER':
      return found('service-answers');
    case 'ERR_PCSC_BINDING_MISSING':
      return found('binding-missing');
    case 'ERR_PCSC_PROCESS':
      return found('card-process-lost', status);
    case 'ERR_PCSC_UNAVAILABLE':
    case 'ERR_PCSC_TIMEOUT':
    case 'ERR_PCSC_FAILURE': {
      if (computer.isAccessDenied(thrown)) return found('service-access-denied', status);
      const state = await computer.serviceState();
      return found(SERVICE_FINDINGS[state], state === 'starts-with-reader' ? {} : status);
    }
    default:
      return found('check-failed', status);
  }
}

/** A phone connects when its program is opened; it is given the time that every other command gives it. */
async function waitForPhone(ports: DiagnosisPorts, signal: AbortSignal): Promise<void> {
  if (ports.cardWaitMilliseconds === 0) return;
  try {
    await waitForCard(ports, {
      selection: ports.selection,
      waitMilliseconds: ports.cardWaitMilliseconds,
      signal,
      onPreparation: () => undefined,
      chooseReader: ([first]) => Promise.resolve(first?.name ?? ''),
    });
  } catch (thrown) {
    // What is missing is found again below.
    if (thrown instanceof ClientError && thrown.code === 'ERR_USER_CANCELLED') throw thrown;
  }
}

/** The readers that may be used, and what there is to say of them. */
export async function checkReaders(
  { selection, readerKind, computer }: DiagnosisPorts,
  readers: readonly ReaderInfo[],
): Promise<{ readonly reader: Found; readonly usable: readonly ReaderInfo[] }> {
  const usable = selection.kind === 'auto' ? readers : readers.filter(({ name }) => name === selection.readerName);
  const [first] = usable;
  if (!first) return { reader: await missingReader(), usable };
  if (readerKind === 'test-card') return { reader: found('test-card-reader'), usable };
  // Its name may be the phone's, which its owner chose.
  if (readerKind === 'phone') return { reader: found('phone-connected'), usable };
  const shown = usable.find(({ cardPresent }) => cardPresent) ?? first;
  const reader = maskText(shown.name, await computer.identifyingWords());
  return { reader: found('readers-found', { readers: readers.length, reader }), usable };

  async function missingReader(): Promise<Found> {
    if (readerKind === 'phone') return found('phone-not-connected');
    if (selection.kind === 'name' && readers.length > 0) {
      return found('chosen-reader-missing', { readers: readers.length });
    }
    const devices = await computer.smartCardDevices();
    return devices === undefined || devices === 0 ? found('no-reader') : found('reader-without-driver', { devices });
  }
}
