import { randomBytes } from 'node:crypto';
import { isCalendarDay } from '../../core/history/calendar-day.js';
import { judgeClock } from '../../core/history/expiry.js';
import {
  historyFacts,
  type EndedRequest,
  type HistoryEntry,
  type HistoryFacts,
} from '../../core/history/history-entry.js';
import type {
  History,
  HistoryErasure,
  HistoryFilter,
  HistoryKeyPort,
  HistoryListing,
  HistoryLoss,
  HistoryState,
  HistoryVerification,
} from '../../core/history/history.js';
import type { Clock, Log } from '../../core/ports.js';
import type { HistoryKeeping } from '../../core/settings/settings.js';
import { toClientError } from '../../core/errors.js';
import { dayOfFile, HEADER_BYTES } from './day-records.js';
import { append, isLeftover, replace, shred, shredOrRemove } from './durable-files.js';
import { historyError, isHistoryProblem, toHistoryError } from './history-error.js';
import type { HistoryFiles } from './history-files.js';
import { KEY_BYTES, type MasterKeys } from './history-keys.js';
import { historyKeyFile, type HistoryKeyFile } from './key-file.js';
import { INDEX_FILE, LARGEST_MASTER, MASTER_FILE, MasterKey, type FindSystemKey } from './master-key.js';
import { keyIdOf, readOrNothing, UnlockedHistory } from './unlocked-history.js';

/** Says that everything is being erased, until it is. */
const ERASING_FILE = 'erasing-all';
const KEY_FILE = 'key';
/** Days of what could not be recorded, a line each, from programs that have no key; moved into the index by one that has. */
const UNRECORDED_FILE = 'unrecorded';
const OWN_FILES: readonly string[] = [MASTER_FILE, INDEX_FILE, KEY_FILE, ERASING_FILE, UNRECORDED_FILE];
const LARGEST_UNRECORDED = 64 * 1024;
/** How often a change of the master key by others is waited out. */
const ATTEMPTS = 5;
/** More are not told one by one. */
const MOST_LOSSES = 1_000;

export interface HistoryStoreOptions {
  readonly files: HistoryFiles;
  /** Where this shell has the system's key store. A key file is used otherwise. */
  readonly systemKey?: HistoryKeyPort;
  readonly findSystemKey?: FindSystemKey;
  readonly clock: Pick<Clock, 'now'>;
  /** The day at that moment where the PC is, `YYYY-MM-DD`. */
  readonly localDay: (moment: Date) => string;
  /** Asked at each use. */
  readonly keeping: () => HistoryKeeping;
  readonly log: Log;
}

/** The history in the files of one folder. Several of them, in several processes, may work on the same folder. */
export class HistoryStore implements History {
  readonly #options: HistoryStoreOptions;
  readonly #files: HistoryFiles;
  readonly #keyFile: HistoryKeyFile;
  readonly #master: MasterKey;
  /** Days of what could not be recorded and could not be written down either. */
  #unrecorded: readonly string[] = [];

  constructor(options: HistoryStoreOptions) {
    const { files, systemKey, findSystemKey } = options;
    this.#options = options;
    this.#files = files;
    this.#keyFile = historyKeyFile(files);
    this.#master = new MasterKey({
      files,
      keyFile: this.#keyFile,
      ...(systemKey && { systemKey }),
      ...(findSystemKey && { findSystemKey }),
    });
  }

  record(request: EndedRequest): Promise<void> {
    return this.add(historyFacts(request));
  }

  /** Records what is kept of a request. */
  async add(facts: HistoryFacts): Promise<void> {
    if (!this.#options.keeping().record) return;
    const at = this.#options.clock.now();
    try {
      const day = this.#day(at);
      const entry = { id: randomBytes(16).toString('hex'), at: at.toISOString(), day, ...facts };
      await this.#withHistory((history) => {
        history.add(entry);
      });
    } catch (thrown) {
      const error = toHistoryError(thrown);
      // Where the app holds the key, whoever calls asks the app.
      if (!isHistoryProblem(error, 'history-in-app')) this.noteFailure(error.code);
      throw error;
    }
  }

  /** Something of now could not be recorded, here or on the way here. Never throws. */
  noteFailure(code: string): void {
    this.#options.log.event('history.failed', { code });
    try {
      const days = [...this.#unrecorded, this.#day(this.#options.clock.now())];
      // A thousand are as bad as more.
      this.#unrecorded = days.slice(-1_000);
      this.#files.locked(() => {
        if (!this.#files.isFile(UNRECORDED_FILE)) this.#files.create(UNRECORDED_FILE);
        append(this.#files, UNRECORDED_FILE, Buffer.from(days.map((day) => `${day}\n`).join('')));
      });
      this.#unrecorded = [];
    } catch {
      // Told by this process as long as it runs.
    }
  }

  async list(filter: HistoryFilter = {}): Promise<HistoryListing> {
    const { entries, state } = await this.#readAll();
    const fitting = entries.filter((entry) => fits(entry, filter));
    // Those of the same moment in the order of the file, last first.
    const newestFirst = fitting.reverse().sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
    return { ...state, entries: newestFirst.slice(0, filter.limit) };
  }

  async verify(): Promise<HistoryVerification> {
    const { entries, erased, days, state } = await this.#readAll();
    return { ...state, entries: entries.length, erased, days };
  }

  async erase(erasure: HistoryErasure): Promise<number> {
    switch (erasure.kind) {
      case 'entry':
        return this.#withStored((history) => (history.eraseEntry(erasure.id) ? 1 : 0), 0);
      case 'day':
        return this.#withStored((history) => {
          const names = this.#dayFiles().filter((name) => dayOfFile(name) === erasure.day);
          history.eraseFiles(names);
          return names.length;
        }, 0);
      case 'all':
        return inTime(() => this.#files.locked(() => this.#eraseAll()));
    }
  }

  async expire(): Promise<number> {
    const today = this.#day(this.#options.clock.now());
    const { believed, erased } = await this.#withStored(
      (history) => {
        history.finishEntries();
        return history.expire(today, this.#options.keeping().keepDays);
      },
      { believed: true, erased: 0 },
    );
    if (erased > 0) this.#options.log.event('history.expired', { files: erased });
    if (!believed) this.#options.log.event('history.expiry-held-back');
    return erased;
  }

  /** Whether anything is kept, or was. Never throws. */
  isThere(): boolean {
    try {
      return this.#files.names().length > 0;
    } catch {
      return true;
    }
  }

  /** Zeroes the keys in memory. */
  close(): void {
    this.#master.forget();
  }

  #day(moment: Date): string {
    const day = Number.isNaN(moment.getTime()) ? '' : this.#options.localDay(moment);
    if (!isCalendarDay(day)) throw historyError('history-file-unusable');
    return day;
  }

  /** Everything that can be read, and what cannot. */
  async #readAll() {
    const today = this.#day(this.#options.clock.now());
    const entries: HistoryEntry[] = [];
    const losses: HistoryLoss[] = [];
    let erased = 0;
    let files = 0;
    let expiryHeldBack = false;
    await this.#withAny((history) => {
      losses.push(...this.#strangers(history));
      if (!history) return;
      for (const indexed of history.index.files) {
        const read = history.read(indexed);
        // One by one: there may be more than a call takes.
        for (const entry of read.entries) entries.push(entry);
        losses.push(...read.losses);
        erased += read.erased;
        files += 1;
      }
      expiryHeldBack = !judgeClock(history.index.clock, today).believed;
    });
    for (const unrecordedDay of this.#unrecorded) losses.push({ kind: 'not-recorded', day: unrecordedDay, count: 1 });
    const keeping = this.#options.keeping();
    const state: HistoryState = {
      losses: losses.slice(0, MOST_LOSSES),
      keptDays: keeping.record ? (keeping.keepDays ?? 0) : 0,
      protection: this.#master.protection(),
      expiryHeldBack,
    };
    return { entries, erased, days: files, state };
  }

  /** Files that are not in the index, and what the index itself tells. */
  #strangers(history: UnlockedHistory | undefined): HistoryLoss[] {
    const known = new Set(history?.names());
    const losses: HistoryLoss[] = this.#notedFailures().map((day) => ({ kind: 'not-recorded', day, count: 1 }));
    const master = readOrNothing(this.#files, MASTER_FILE, LARGEST_MASTER);
    if (!history && master) losses.push({ kind: 'key-missing', file: MASTER_FILE, count: 1 });
    for (const name of this.#files.names()) {
      const day = dayOfFile(name);
      if (known.has(name) || OWN_FILES.includes(name)) continue;
      if (day === undefined) losses.push({ kind: 'foreign-file', file: name, count: 1 });
      else losses.push({ kind: this.#strangeness(name, history), day, file: name, count: 1 });
    }
    if (history?.index.lostOn !== undefined) {
      losses.push({ kind: 'index-lost', day: history.index.lostOn, file: INDEX_FILE, count: 1 });
    }
    for (const { day, count } of history?.index.unrecorded ?? []) losses.push({ kind: 'not-recorded', day, count });
    return losses;
  }

  #strangeness(name: string, history: UnlockedHistory | undefined): HistoryLoss['kind'] {
    const bytes = readOrNothing(this.#files, name, Number.MAX_SAFE_INTEGER);
    if (!bytes) return 'unreadable';
    if (!history) return 'key-missing';
    return keyIdOf(bytes) === history.keyId ? 'foreign-file' : 'key-missing';
  }

  /** With a history, which is begun where there is none. */
  async #withHistory<Result>(work: (history: UnlockedHistory) => Result): Promise<Result> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const done = await this.#attempt(await this.#unlock(), (history) => history && { result: work(history) });
      if (done?.answer) return done.answer.result;
      if (done) await this.#master.create();
    }
    throw historyError('history-file-unusable');
  }

  /** With the history; `otherwise` where there is none. */
  async #withStored<Result>(work: (history: UnlockedHistory) => Result, otherwise: Result): Promise<Result> {
    if (!this.isThere()) return otherwise;
    return this.#retried((history) => (history ? work(history) : otherwise));
  }

  /** The same where its key is gone, too. */
  async #withAny(work: (history: UnlockedHistory | undefined) => void): Promise<void> {
    if (!this.isThere()) return;
    try {
      await this.#retried(work);
    } catch (thrown) {
      if (!isHistoryProblem(thrown, 'history-key-missing')) throw thrown;
      await inTime(() => this.#files.locked(() => work(undefined)));
    }
  }

  async #retried<Result>(work: (history: UnlockedHistory | undefined) => Result): Promise<Result> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const done = await this.#attempt(await this.#unlock(), work);
      if (done) return done.answer;
    }
    throw historyError('history-file-unusable');
  }

  /** Undefined where another process changed the master key meanwhile. */
  #attempt<Result>(
    keys: MasterKeys | undefined,
    work: (history: UnlockedHistory | undefined) => Result,
  ): Promise<{ readonly answer: Result } | undefined> {
    return inTime(() =>
      this.#files.locked(() => {
        if (this.#finishErasingAll() || !this.#master.isCurrent(keys)) return undefined;
        this.#clean();
        const today = this.#day(this.#options.clock.now());
        const history = keys && new UnlockedHistory(this.#files, keys, today);
        if (history) this.#moveFailures(history);
        return { answer: work(history) };
      }),
    );
  }

  #notedFailures(): string[] {
    const bytes = readOrNothing(this.#files, UNRECORDED_FILE, LARGEST_UNRECORDED);
    return bytes?.toString('latin1').split('\n').filter(isCalendarDay) ?? [];
  }

  /** A crash in the middle of this counts them twice, never not at all. */
  #moveFailures(history: UnlockedHistory): void {
    if (!this.#files.isFile(UNRECORDED_FILE)) return;
    history.noteUnrecorded(this.#notedFailures());
    this.#files.remove(UNRECORDED_FILE);
    this.#files.syncFolder();
  }

  async #unlock(): Promise<MasterKeys | undefined> {
    try {
      const text = this.#files.locked(() => {
        this.#finishErasingAll();
        return this.#master.read();
      });
      return await this.#master.unlock(text);
    } catch (thrown) {
      throw toHistoryError(thrown);
    }
  }

  /** @returns whether there was anything to finish */
  #finishErasingAll(): boolean {
    if (!this.#files.names().includes(ERASING_FILE)) return false;
    this.#eraseAll();
    return true;
  }

  /** The master key first: from then on nothing can be decrypted. @returns how many days' files there were */
  #eraseAll(): number {
    if (!this.#files.names().includes(ERASING_FILE)) replace(this.#files, ERASING_FILE, Buffer.from('\n'));
    this.#master.forget();
    this.#unrecorded = [];
    this.#clean();
    const names = this.#files.names();
    if (names.includes(MASTER_FILE)) shred(this.#files, MASTER_FILE, this.#sizeOf(MASTER_FILE));
    if (names.includes(KEY_FILE)) this.#keyFile.destroy();
    const days = this.#dayFiles();
    for (const name of days) shredOrRemove(this.#files, name, HEADER_BYTES);
    for (const name of [INDEX_FILE, UNRECORDED_FILE, ERASING_FILE]) this.#files.remove(name);
    this.#files.syncFolder();
    return days.length;
  }

  #sizeOf(name: string): number {
    return readOrNothing(this.#files, name, LARGEST_MASTER)?.length ?? KEY_BYTES;
  }

  /** Files by the names of days' files, in the index or not. */
  #dayFiles(): string[] {
    return this.#files.names().filter((name) => dayOfFile(name) !== undefined && this.#files.isFile(name));
  }

  /** What a crash left of files that were being made. A folder or link of such a name is as foreign as any other. */
  #clean(): void {
    for (const name of this.#files.names().filter(isLeftover)) {
      if (this.#files.isFile(name)) shredOrRemove(this.#files, name, HEADER_BYTES);
    }
  }
}

function fits(entry: HistoryEntry, { origin, day }: HistoryFilter): boolean {
  const { requester } = entry;
  return (
    (day === undefined || entry.day === day) &&
    (origin === undefined || (requester.kind === 'origin' && requester.origin === origin))
  );
}

/** As a promise that rejects with a `ClientError`. */
function inTime<Result>(work: () => Result): Promise<Result> {
  return new Promise<Result>((resolve) => resolve(work())).catch((thrown: unknown) => {
    throw toClientError(toHistoryError(thrown));
  });
}
