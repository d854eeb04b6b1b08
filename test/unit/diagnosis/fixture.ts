import type { DiagnosisOptions, DiagnosisReport, LayerResult } from '../../../main/core/diagnosis/diagnosis.js';
import type { ComputerPort, DiagnosisPorts } from '../../../main/core/diagnosis/diagnosis-ports.js';
import { createDiagnosis } from '../../../main/core/diagnosis/run-diagnosis.js';
import { InsertionMemories } from '../../../main/core/card/insertion-memory.js';
import { ClientError } from '../../../main/core/errors.js';
import type { CardReaders, Clock, ReaderInfo } from '../../../main/core/ports.js';
import { createTrustAnchors } from '../../../main/core/trust/trust-anchors.js';
import { translatedCardReaders } from '../../../main/node/card-readers.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { systemClock } from '../../../main/node/system.js';
import { virtualCardReaders, type VirtualCard } from '../../../native/virtual-card/index.js';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { ledgeredReaders } from '../../support/pin-ledger.js';

export const never = new AbortController().signal;

/** A PC on which nothing is wrong. */
export function healthyComputer(differences: Partial<ComputerPort> = {}): ComputerPort {
  return {
    programVersion: '0.1.0',
    system: () => Promise.resolve({ name: 'debian', version: '12', architecture: 'x64' }),
    identifyingWords: () => Promise.resolve([]),
    serviceState: () => Promise.reject(new Error('asked without need')),
    isAccessDenied: () => false,
    smartCardDevices: () => Promise.resolve(undefined),
    bridgePorts: () => Promise.resolve([{ port: 41731, holder: { kind: 'client' } }]),
    servesExtension: () => Promise.resolve(false),
    browsers: () => Promise.resolve([{ browser: 'firefox', packaging: 'native', registration: 'current' }]),
    actions: { 'register-extension': () => Promise.resolve(), 'open-clock-settings': () => Promise.resolve() },
    ...differences,
  };
}

export type PortDifferences = Partial<Omit<DiagnosisPorts, 'computer'>> & { readonly computer?: Partial<ComputerPort> };

export function portsOver(readers: CardReaders, { computer, ...differences }: PortDifferences = {}): DiagnosisPorts {
  return {
    readers: ledgeredReaders(readers),
    memories: new InsertionMemories(),
    trust: createTrustAnchors([], nodeCrypto),
    clock: systemClock,
    selection: { kind: 'auto' },
    readerKind: 'pcsc',
    cardWaitMilliseconds: 0,
    computer: healthyComputer(computer),
    ...differences,
  };
}

export function cardReaders(card: VirtualCard): CardReaders {
  return translatedCardReaders(virtualCardReaders(card));
}

export function fakeReader(name: string, cardPresent = true): ReaderInfo {
  return { name, cardPresent, virtual: false, insertion: 1 };
}

/** Readers without a card behind them: what listing and connecting come to. */
export function fakeReaders({
  list = [fakeReader('ACS ACR1252 00 00')],
  connect = new ClientError('ERR_CARD_ABSENT', 'no card'),
}: {
  readonly list?: readonly ReaderInfo[] | Error;
  readonly connect?: Error;
}): CardReaders {
  return {
    list: () => (list instanceof Error ? Promise.reject(list) : Promise.resolve(list)),
    changed: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    connect: () => Promise.reject(connect),
    close: () => Promise.resolve(),
  };
}

export function pcscError(code: ErrorCode, scard?: string): ClientError {
  return new ClientError(code, 'as a reader says it', { details: scard === undefined ? {} : { scard } });
}

export function clockAt(now: Date): Clock {
  return { ...systemClock, now: () => now };
}

/** Runs it, and holds what was told on the way against the report. */
export async function diagnose(
  ports: DiagnosisPorts,
  options: DiagnosisOptions = {},
): Promise<DiagnosisReport & { of(layer: LayerResult['layer']): LayerResult }> {
  const told: LayerResult[] = [];
  const report = await createDiagnosis(ports).run((result) => void told.push(result), never, options);
  if (JSON.stringify(told) !== JSON.stringify(report.results)) throw new Error('told otherwise than reported');
  return {
    ...report,
    of(layer) {
      const result = report.results.find((candidate) => candidate.layer === layer);
      if (!result) throw new Error(`nothing about ${layer}`);
      return result;
    },
  };
}
