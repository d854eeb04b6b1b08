import { join } from 'node:path';
import { toClientError } from '../../core/errors.js';
import type { EndedRequest } from '../../core/history/history-entry.js';
import type { History, HistoryKeyPort } from '../../core/history/history.js';
import type { Clock, Log } from '../../core/ports.js';
import { historyKeeping, type HistoryKeeping } from '../../core/settings/settings.js';
import type { ServedHistory } from '../app-socket/index.js';
import type { BridgeSocket } from '../bridge-socket/index.js';
import { openPersonSettings } from '../settings/index.js';
import { systemClock } from '../system.js';
import { isHistoryProblem } from './history-error.js';
import { openHistoryFiles } from './history-files.js';
import { HistoryStore } from './history-store.js';
import type { FindSystemKey } from './master-key.js';

/** How often the day is looked at, in milliseconds, and for how long a start is left alone first. */
const LOOK_MILLISECONDS = 60 * 60 * 1_000;
const FIRST_LOOK_MILLISECONDS = 5_000;

export interface OpenHistoryOptions {
  readonly stateDirectory: string;
  /** The system's key store: this program is the app. Without one, a key file, or the app where it holds the key. */
  readonly systemKey?: HistoryKeyPort;
  /** Of the app: looks for it again at each use, where it was locked or not there at the start. */
  readonly findSystemKey?: FindSystemKey;
  /** Something was recorded or erased, here or through the app's socket. */
  readonly onChange?: () => void;
  /** How long entries are kept; asked at each use. */
  readonly keeping: () => HistoryKeeping;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface OpenedHistory extends History {
  /** Waits for what is being recorded, ends the socket and zeroes keys. */
  close(): Promise<void>;
}

/**
 * The history of this user. Nothing is read or made before it is used. Where this program is the app, it serves the others,
 * and moves a history that began with a key file to the system's key store.
 */
export function openHistory(options: OpenHistoryOptions): OpenedHistory {
  const { stateDirectory, systemKey, findSystemKey, clock, log, keeping, onChange = () => undefined } = options;
  const isApp = systemKey !== undefined || findSystemKey !== undefined;
  const store = new HistoryStore({
    files: openHistoryFiles(join(stateDirectory, 'history')),
    ...(systemKey && { systemKey }),
    ...(findSystemKey && { findSystemKey: () => findAndServe(findSystemKey) }),
    clock,
    localDay,
    keeping,
    log,
  });
  const place = { stateDirectory, environment: process.env, platform: process.platform };
  const told = <Result>(changing: Promise<Result>): Promise<Result> =>
    changing.then((result) => {
      onChange();
      return result;
    });
  const own: ServedHistory = {
    add: (facts) => told(store.add(facts)),
    record: (request) => told(store.record(request)),
    list: (filter) => store.list(filter),
    verify: () => store.verify(),
    erase: (erasure) => told(store.erase(erasure)),
    expire: () => told(store.expire()),
  };
  let socket: Promise<BridgeSocket | undefined> | undefined;
  const serve = (): void => {
    socket ??= loadAppSocket()
      .then(({ startAppSocket }) => startAppSocket({ ...place, history: own, log }))
      .catch(() => {
        log.event('app.socket.unavailable');
        return undefined;
      });
  };
  const findAndServe = async (find: FindSystemKey): Promise<HistoryKeyPort | undefined> => {
    const found = await find();
    if (found && !isClosed) serve();
    return found;
  };
  let isClosed = false;
  if (systemKey) serve();
  const underWay = new Set<Promise<unknown>>();
  /** Here, or in the app where that has the key. */
  const use = <Result>(work: (history: History) => Promise<Result>): Promise<Result> => {
    const working = work(own).catch(async (thrown: unknown) => {
      if (isApp || !isHistoryProblem(thrown, 'history-in-app')) throw thrown;
      return work((await loadAppSocket()).historyOfApp(place));
    });
    underWay.add(working);
    void working.catch(() => undefined).finally(() => underWay.delete(working));
    return working;
  };
  const timer = startExpiry(store, log);
  return {
    record: (request: EndedRequest) =>
      use((history) => history.record(request)).catch((thrown: unknown) => {
        // The store tells its own failures.
        if (isHistoryProblem(thrown, 'history-in-app')) store.noteFailure(toClientError(thrown).code);
        throw thrown;
      }),
    list: (filter) => use((history) => history.list(filter)),
    verify: () => use((history) => history.verify()),
    erase: (erasure) => use((history) => history.erase(erasure)),
    expire: () => use((history) => history.expire()),
    async close() {
      timer.stop();
      await Promise.allSettled(underWay);
      isClosed = true;
      await (await socket)?.close();
      store.close();
    },
  };
}

/** Needed where the app runs, and by the app. */
const loadAppSocket = () => import('../app-socket/index.js');

/**
 * The same for a command of its own, kept as long as the person and the administrator decided.
 * @throws ClientError as `openPersonSettings`
 */
export function openPersonHistory({ stateDirectory, log }: { stateDirectory: string; log: Log }): OpenedHistory {
  const settings = openPersonSettings({ stateDirectory, log });
  const keeping = (): HistoryKeeping => historyKeeping(settings.read().settings);
  const history = openHistory({ stateDirectory, keeping, clock: systemClock, log });
  return {
    ...history,
    async close() {
      await history.close();
      settings.close();
    },
  };
}

/** Soon after the start, and then often enough that no day is missed, also on a PC that sleeps. Keeps no program running. */
function startExpiry(store: HistoryStore, log: Log): { stop(): void } {
  const look = (): void => {
    if (!store.isThere()) return;
    store.expire().catch((thrown: unknown) => {
      // The app, which has the key, sees to it.
      if (isHistoryProblem(thrown, 'history-in-app')) return;
      log.event('history.expiry-failed', { code: toClientError(thrown).code });
    });
  };
  const first = setTimeout(look, FIRST_LOOK_MILLISECONDS).unref();
  const timer = setInterval(look, LOOK_MILLISECONDS).unref();
  return {
    stop() {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}

/** The day in the zone of this PC. */
export function localDay(moment: Date): string {
  const [year, month, day] = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()];
  return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
}
