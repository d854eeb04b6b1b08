import { watch, type FSWatcher } from 'node:fs';
import { ClientError } from '../../core/errors.js';
import type { ClientPolicy } from '../../core/policy/policy.js';
import {
  resolvePolicy,
  type PolicyProblem,
  type PolicyReading,
  type PolicySource,
  type ResolvedPolicy,
} from '../../core/policy/resolve.js';
import { isPolicyName } from '../../core/policy/definitions.js';
import type { Log } from '../../core/ports.js';
import { systemPolicySources } from './places.js';
import { policyFileSource, type PolicyPlace } from './policy-file.js';

/** How often sources are read again that cannot be watched, in milliseconds. */
const REFRESH_MILLISECONDS = 60_000;
/** After a change in a folder, until whoever writes there has probably finished, in milliseconds. */
const SETTLE_MILLISECONDS = 100;

/** The administrator's policy, kept up to date. */
export interface PolicyStore {
  /** What is in force. */
  current(): ResolvedPolicy;
  /**
   * Reads all sources again. One that cannot be used now counts as it was when it could be: what is not known is not absent.
   */
  refresh(): void;
  /** From now on, refreshes by itself. Keeps no process alive. */
  watch(): void;
  /**
   * Hears of every change, and has the store watch.
   * @returns what ends it
   */
  onChange(listener: () => void): () => void;
  close(): void;
}

export interface PolicyStoreOptions {
  readonly sources?: readonly PolicySource[];
  readonly log?: Log;
}

/**
 * Opens the policy of this PC.
 * @throws ClientError `ERR_INTERNAL_FILE` where a source cannot be used: the program must not start without rules that were
 * meant for it
 */
export function openPolicy({ sources = systemPolicySources(), log }: PolicyStoreOptions = {}): PolicyStore {
  return new SourcesPolicyStore(sources, log);
}

/** All that is there, with its problems, whether it can be used or not. */
export function inspectPolicy(sources: readonly PolicySource[] = systemPolicySources()): ResolvedPolicy {
  return resolvePolicy(sources.flatMap((source) => source.read()));
}

/**
 * The policy of one file.
 * @throws ClientError as `openPolicy`, naming file and member
 */
export function loadPolicy(place: PolicyPlace): ClientPolicy {
  return openPolicy({ sources: [policyFileSource(place)] }).current().policy;
}

/** For the place of the system's sources; need not be an administrator's. For tests. */
export function policyFileSources(policyFile: string | undefined): Pick<PolicyStoreOptions, 'sources'> {
  return policyFile === undefined ? {} : { sources: [policyFileSource({ path: policyFile, owner: undefined })] };
}

class SourcesPolicyStore implements PolicyStore {
  readonly #sources: readonly PolicySource[];
  readonly #log: Log | undefined;
  /** Of each source, as it was when it could be used last. */
  readonly #known = new Map<PolicySource, readonly PolicyReading[]>();
  readonly #listeners = new Set<() => void>();
  #current: ResolvedPolicy;
  #watchers: FSWatcher[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;

  constructor(sources: readonly PolicySource[], log: Log | undefined) {
    this.#sources = sources;
    this.#log = log;
    this.#current = this.#read();
    const stopping = this.#current.problems.find(({ stops }) => stops);
    this.#report();
    if (stopping) throw unusable(stopping);
  }

  current(): ResolvedPolicy {
    return this.#current;
  }

  refresh(): void {
    const before = JSON.stringify(this.#current);
    this.#current = this.#read();
    if (JSON.stringify(this.#current) === before) return;
    this.#log?.event('policy.changed');
    this.#report();
    for (const listener of [...this.#listeners]) listener();
  }

  watch(): void {
    if (this.#watchers) return;
    this.#watchers = this.#sources.flatMap(({ watched }) => watched).flatMap((folder) => this.#watchFolder(folder));
    this.#timer = setInterval(() => this.refresh(), REFRESH_MILLISECONDS).unref();
  }

  onChange(listener: () => void): () => void {
    const own = (): void => {
      listener();
    };
    this.#listeners.add(own);
    this.watch();
    return () => this.#listeners.delete(own);
  }

  close(): void {
    this.#listeners.clear();
    for (const watcher of this.#watchers ?? []) watcher.close();
    this.#watchers = undefined;
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
  }

  #read(): ResolvedPolicy {
    const problems: PolicyProblem[] = [];
    const readings = this.#sources.flatMap((source) => {
      const found = source.read();
      const stopping = resolvePolicy(found).problems.filter(({ stops }) => stops);
      problems.push(...stopping);
      if (stopping.length === 0) this.#known.set(source, found);
      return this.#known.get(source) ?? [];
    });
    const resolved = resolvePolicy(readings);
    return { ...resolved, problems: [...problems, ...resolved.problems] };
  }

  #report(): void {
    for (const { kind, name = '' } of this.#current.problems) {
      this.#log?.event('policy.problem', { kind, ...(isPolicyName(name) && { name }) });
    }
  }

  /** A folder that is not there yet is found by the timer. */
  #watchFolder(folder: string): FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => this.refresh(), SETTLE_MILLISECONDS).unref();
      });
      watcher.on('error', () => watcher.close());
      return [watcher];
    } catch {
      return [];
    }
  }
}

function unusable({ source, name, reason }: PolicyProblem): ClientError {
  const message = "the administrator's policy cannot be used";
  const where = name === undefined ? source : `${source}: ${name}`;
  return new ClientError('ERR_INTERNAL_FILE', message, { details: { reason: `${where}: ${reason}` } });
}
