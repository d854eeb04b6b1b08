import { ClientError, toClientError } from '../errors.js';
import { certificateFinding, checkCard, pinFinding, type CardOutcome } from './card-layers.js';
import { checkBridgePort, checkBrowsers, clockFinding } from './computer-layers.js';
import {
  BELOW,
  type ActionOutcome,
  type Diagnosis,
  type DiagnosedSystem,
  type DiagnosisAction,
  type DiagnosisLayer,
  type DiagnosisOptions,
  type DiagnosisReport,
  type LayerResult,
} from './diagnosis.js';
import type { DiagnosisPorts, GovernmentSitesView } from './diagnosis-ports.js';
import { governmentMarkerFinding, governmentPermissionFinding } from './government-layers.js';
import { found, layerResult, notChecked, type Found } from './layer-result.js';
import { checkReaders, checkService } from './reader-layers.js';
import { safeDetails, safeProgramVersion, safeSystem } from './safe-values.js';

/** The diagnosis over whatever readers and PC it is given. */
export function createDiagnosis(ports: DiagnosisPorts): Diagnosis {
  return {
    run: (onLayer, signal, options) => new Run(ports, onLayer, signal).run(options),
    act: (action) => act(ports, action),
  };
}

async function act({ computer }: DiagnosisPorts, action: DiagnosisAction): Promise<ActionOutcome> {
  if (action === 'retry') return { status: 'done' };
  try {
    const perform = computer.actions[action];
    if (perform === undefined) return { status: 'failed', code: 'ERR_INTERNAL' };
    await perform();
    return { status: 'done' };
  } catch (thrown) {
    const { code } = toClientError(thrown);
    return { status: 'failed', code: code === 'ERR_INTERNAL_FILE' ? code : 'ERR_INTERNAL' };
  }
}

/** One run, layer after layer. What does not need the card is begun with the first and told in its turn. */
class Run {
  readonly #ports: DiagnosisPorts;
  readonly #onLayer: (result: LayerResult) => void;
  readonly #signal: AbortSignal;
  readonly #results = new Map<DiagnosisLayer, LayerResult>();

  constructor(ports: DiagnosisPorts, onLayer: (result: LayerResult) => void, signal: AbortSignal) {
    this.#ports = ports;
    this.#onLayer = onLayer;
    this.#signal = signal;
  }

  async run({ governmentSites: isAsked = false }: DiagnosisOptions = {}): Promise<DiagnosisReport> {
    const { computer, clock } = this.#ports;
    this.#assertWanted();
    const bridgePort = begin(() => checkBridgePort(computer));
    const browsers = begin(() => checkBrowsers(computer));
    const system = begin(() => computer.system());
    const report = await this.#checkCardSide();
    await this.#tell('bridge-port', () => bridgePort());
    await this.#tell('browser', () => browsers());
    const { governmentSites } = this.#ports;
    if (governmentSites && (isAsked || governmentSites.isOn)) await this.#tellGovernmentSites(governmentSites);
    await this.#tell('clock', () => clockFinding(clock.now(), report));
    return {
      at: timeOf(clock.now()),
      programVersion: safeProgramVersion(computer.programVersion),
      system: safeSystem(await system().catch((): DiagnosedSystem => ({ name: 'other', architecture: 'other' }))),
      results: [...this.#results.values()],
    };
  }

  async #tellGovernmentSites(sites: GovernmentSitesView): Promise<void> {
    await this.#tell('government-permission', () => governmentPermissionFinding(sites));
    await this.#tell('government-marker', () => governmentMarkerFinding(sites));
  }

  /** @returns what the card told, where it could be looked into */
  async #checkCardSide(): Promise<CardOutcome['report']> {
    const ports = this.#ports;
    const service = await this.#check('pcsc-service', async () => {
      const outcome = await checkService(ports, this.#signal);
      return { outcome, found: outcome.service };
    });
    const readers = await this.#check('reader', async () => {
      const outcome = await checkReaders(ports, service?.readers ?? []);
      return { outcome, found: outcome.reader };
    });
    const card = await this.#check('card', async () => {
      const outcome = await checkCard(ports, readers?.usable ?? [], this.#signal);
      return { outcome, found: outcome.card };
    });
    await this.#tell('application', () => card?.application ?? found('check-failed'));
    const report = card?.report;
    await this.#tell('certificate', () => (report ? certificateFinding(report) : found('check-failed')));
    await this.#tell('pin', () => (report ? pinFinding(report) : found('check-failed')));
    return report;
  }

  async #tell(layer: DiagnosisLayer, look: () => Found | Promise<Found>): Promise<void> {
    await this.#check(layer, async () => ({ outcome: undefined, found: await look() }));
  }

  /** Tells `layer`, looked at or not. @returns what the look brought, where there was one */
  async #check<Outcome>(
    layer: DiagnosisLayer,
    look: () => Promise<{ readonly outcome: Outcome; readonly found: Found }>,
  ): Promise<Outcome | undefined> {
    this.#assertWanted();
    const obstacle = this.#obstacle(layer);
    if (obstacle !== undefined) {
      this.#add(notChecked(layer, obstacle));
      return undefined;
    }
    const looked = await unlessAborted(look(), this.#signal).catch((thrown: unknown) => {
      const { code } = toClientError(thrown);
      if (code === 'ERR_USER_CANCELLED') throw thrown;
      return { outcome: undefined, found: found('check-failed', { code }) };
    });
    this.#assertWanted();
    const { finding, details = {} } = looked.found;
    this.#add(layerResult(layer, { finding, details: safeDetails(details) }, (action) => this.#canAct(action)));
    return looked.outcome;
  }

  /** The failed layer that this one rests on, however far below. */
  #obstacle(layer: DiagnosisLayer): DiagnosisLayer | undefined {
    for (let below = BELOW[layer]; below !== undefined; below = BELOW[below]) {
      if (this.#results.get(below)?.status === 'failed') return below;
    }
    return undefined;
  }

  #add(result: LayerResult): void {
    this.#results.set(result.layer, result);
    this.#onLayer(result);
  }

  #canAct(action: DiagnosisAction): boolean {
    return action === 'retry' || this.#ports.computer.actions[action] !== undefined;
  }

  #assertWanted(): void {
    if (this.#signal.aborted) throw cancelled();
  }
}

function cancelled(): ClientError {
  return new ClientError('ERR_USER_CANCELLED', 'the diagnosis was cancelled');
}

/** A service that hangs is not waited for: what it answers at last is heard by nobody. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(cancelled())));
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Starts `work` now; what it throws waits until it is asked for. */
function begin<Result>(work: () => Promise<Result>): () => Promise<Result> {
  const running = Promise.resolve().then(work);
  running.catch(() => undefined);
  return () => running;
}

function timeOf(now: Date): string {
  return Number.isNaN(now.getTime()) ? 'unknown' : now.toISOString().replace(/\.\d+Z$/, 'Z');
}
