import type { RegistryClaims, RegistryService, RegistryVerifier } from '../../../sdk/protocol/index.js';
import type { Log } from '../ports.js';
import {
  isExpired,
  judgeRegistry,
  type RegistryEnvironment,
  type RegistryFault,
  type RegistryTrust,
} from './judge-registry.js';
import type { ListedService } from './list-services.js';
import { LookAlikes } from './look-alikes.js';
import type { ServiceRegistry } from './service-registry.js';

/** Who put a registry on this PC. */
export type RegistryKind = 'developer' | 'administrator' | 'shipped';

/** A registry that was in force. */
export interface RememberedRegistry {
  /** The highest version ever in force. */
  readonly version: number;
  /** Compact JWS of that version. */
  readonly jws: string;
}

/** Keeps one registry beyond the end of the program. */
export interface RegistryMemory {
  /** Undefined where nothing is kept that can be read. */
  load(): Promise<RememberedRegistry | undefined>;
  store(registry: RememberedRegistry): Promise<void>;
}

/** Where one registry comes from. */
export interface RegistryFile {
  readonly kind: RegistryKind;
  /** For whoever set it up: a path. */
  readonly name: string;
  readonly trust: RegistryTrust;
  /** The compact JWS as it is now. Rejects where it cannot be read. */
  read(): Promise<string>;
  /** Absent: an older one may follow a newer when the program starts again. */
  readonly memory?: RegistryMemory;
}

/** One registry of this PC as it stands. */
export interface RegistryStatus {
  readonly kind: RegistryKind;
  readonly name: string;
  /** Undefined: nothing of it counts. */
  readonly inForce?: {
    readonly version: number;
    readonly issued: Date;
    readonly expires: Date;
    readonly services: number;
    readonly verifiers: number;
  };
  /** What is wrong with the file; an older edition may be in force nevertheless. */
  readonly problem?: { readonly fault: RegistryFault; readonly reason: string } | undefined;
}

/** A registry with a problem. The person has to be told. */
export type RegistryNotice = RegistryStatus & { readonly problem: NonNullable<RegistryStatus['problem']> };

export interface ServiceRegistrySource {
  /** Always says what is in force at the moment of the question. */
  readonly registry: ServiceRegistry;
  /** Every service in force, those of the registry that counts first before the others. */
  services(): readonly ListedService[];
  status(): readonly RegistryStatus[];
  notices(): readonly RegistryNotice[];
  /** Reads the files again and puts what is good about them in force. Never rejects. */
  refresh(): Promise<void>;
}

export interface RegistrySourceEnvironment extends RegistryEnvironment {
  readonly log: Log;
  /** Told of each problem when it appears, also while the registries are being opened. */
  readonly onNotice?: ((notice: RegistryNotice) => void) | undefined;
}

/**
 * All registries of this PC as one. Where two speak of one origin or verifier, the earlier of `files` counts. A file that is
 * not accepted changes nothing: what was in force stays in force until it expires, also after a restart, and `notices` and
 * the log say so.
 */
export async function openRegistrySource(
  environment: RegistrySourceEnvironment,
  files: readonly RegistryFile[],
): Promise<ServiceRegistrySource> {
  const watched = await Promise.all(
    files.map(async (file) => {
      const one = new WatchedRegistry(environment, file);
      await one.recall();
      await one.refresh();
      return one;
    }),
  );
  let refreshing: Promise<void> | undefined;
  const status = (): readonly RegistryStatus[] => watched.map((one) => one.status());
  return {
    registry: combine(() => watched.flatMap((one) => one.edition() ?? [])),
    services: () => listServices(watched),
    status,
    notices: () => status().flatMap((one) => (one.problem ? [{ ...one, problem: one.problem }] : [])),
    refresh() {
      refreshing ??= Promise.all(watched.map((one) => one.refresh())).then(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
  };
}

/** Of each service the origins that no registry before its own speaks of; without one left it is not in force. */
function listServices(registries: readonly WatchedRegistry[]): readonly ListedService[] {
  const taken = new Set<string>();
  return registries.flatMap((one) => {
    const services = one.edition()?.claims.services ?? [];
    const listed = services.map((service) => ({
      service,
      origins: service.origins.filter((origin) => !taken.has(origin)),
      registry: one.kind,
    }));
    for (const origin of services.flatMap(({ origins }) => origins)) taken.add(origin);
    return listed.filter(({ origins }) => origins.length > 0);
  });
}

/** One accepted registry, indexed. */
class Edition {
  readonly claims: RegistryClaims;
  readonly lookAlikes: LookAlikes;
  readonly #services: ReadonlyMap<string, RegistryService>;
  readonly #verifiers: ReadonlyMap<string, RegistryVerifier>;

  constructor(claims: RegistryClaims) {
    this.claims = claims;
    this.lookAlikes = new LookAlikes(claims.services);
    this.#services = new Map(claims.services.flatMap((one) => one.origins.map((origin) => [origin, one] as const)));
    this.#verifiers = new Map(claims.verifiers.map((one) => [one.id, one]));
  }

  serviceOf(origin: string): RegistryService | undefined {
    return this.#services.get(origin);
  }

  verifier(id: string): RegistryVerifier | undefined {
    return this.#verifiers.get(id);
  }
}

/** `editions` are those in force now, the one that counts first. */
function combine(editions: () => readonly Edition[]): ServiceRegistry {
  return {
    serviceOf: (origin) => firstOf(editions(), (one) => one.serviceOf(origin)),
    verifier: (id) => firstOf(editions(), (one) => one.verifier(id)),
    lookAlikeOf(origin) {
      const all = editions();
      if (all.some(({ lookAlikes }) => lookAlikes.isOfListedOwner(origin))) return undefined;
      return firstOf(all, ({ lookAlikes }) => lookAlikes.find(origin));
    },
  };
}

function firstOf<Item, Result>(items: readonly Item[], find: (item: Item) => Result | undefined): Result | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Faults of a registry whose signature holds. */
const OUT_OF_DATE: readonly RegistryFault[] = ['expired', 'not-yet-valid'];
const UNREADABLE = { fault: 'unreadable', reason: 'the file cannot be read' } as const;
const RUN_OUT = { fault: 'expired', reason: 'exp' } as const;

/** What a JWS signs; two signatures under one payload are the same edition. */
const signedPart = (jws: string): string => jws.split('.')[1] ?? '';

class WatchedRegistry {
  readonly #environment: RegistrySourceEnvironment;
  readonly #file: RegistryFile;
  #edition: Edition | undefined;
  /** Of the highest version ever in force. */
  #highest: RememberedRegistry | undefined;
  #problem: RegistryStatus['problem'];
  /** The file when it was judged last. */
  #judged: { readonly jws: string; readonly problem: RegistryStatus['problem'] } | undefined;

  constructor(environment: RegistrySourceEnvironment, file: RegistryFile) {
    this.#environment = environment;
    this.#file = file;
  }

  get kind(): RegistryKind {
    return this.#file.kind;
  }

  /** The edition in force. */
  edition(): Edition | undefined {
    return this.#edition && !isExpired(this.#edition.claims, this.#environment.clock.now()) ? this.#edition : undefined;
  }

  status(): RegistryStatus {
    const { kind, name } = this.#file;
    const claims = this.edition()?.claims;
    const problem = this.#problem ?? (this.#edition && !claims ? RUN_OUT : undefined);
    return { kind, name, ...(claims && { inForce: summary(claims) }), ...(problem && { problem }) };
  }

  /** What was in force when the program ended, judged as if it had just come. */
  async recall(): Promise<void> {
    const remembered = await this.#file.memory?.load();
    if (!remembered) return;
    const judged = await judgeRegistry(this.#environment, remembered.jws, this.#file.trust);
    // What a key signed that is trusted no more says nothing of what may follow: whoever had that key could shut out all.
    const isGenuine =
      'fault' in judged ? OUT_OF_DATE.includes(judged.fault) : judged.claims.version === remembered.version;
    if (!isGenuine) return;
    this.#highest = remembered;
    if ('claims' in judged) this.#edition = new Edition(judged.claims);
  }

  async refresh(): Promise<void> {
    const jws = await this.#file.read().catch(() => undefined);
    const problem = jws === undefined ? UNREADABLE : await this.#judgeFile(jws);
    const runOut = this.#edition && !this.edition() ? RUN_OUT : undefined;
    this.#report(problem ?? runOut);
  }

  /** Puts the file's registry in force, or says why not. */
  async #judgeFile(jws: string): Promise<RegistryStatus['problem']> {
    // What is not yet valid becomes so without a change of the file.
    if (jws === this.#judged?.jws && this.#judged.problem?.fault !== 'not-yet-valid') return this.#judged.problem;
    const judged = await judgeRegistry(this.#environment, jws, this.#file.trust);
    const problem = 'fault' in judged ? judged : await this.#accept(judged.claims, jws);
    this.#judged = { jws, problem };
    return problem;
  }

  async #accept(claims: RegistryClaims, jws: string): Promise<RegistryStatus['problem']> {
    const { version } = claims;
    if (this.#isRollback(version, jws)) return { fault: 'rollback', reason: 'version: not higher than before' };
    this.#edition = new Edition(claims);
    if (this.#highest?.jws === jws) return undefined;
    this.#highest = { version, jws };
    const { log } = this.#environment;
    const { kind, memory } = this.#file;
    log.event('registry.accepted', { kind, version });
    await memory?.store(this.#highest).catch(() => {
      log.event('registry.not-remembered', { kind, version });
    });
    return undefined;
  }

  #isRollback(version: number, jws: string): boolean {
    const highest = this.#highest;
    if (highest === undefined || version > highest.version) return false;
    return version < highest.version || signedPart(jws) !== signedPart(highest.jws);
  }

  /** Remembers what is wrong, and logs it where it is news. */
  #report(problem: RegistryStatus['problem']): void {
    const isNews = problem?.fault !== this.#problem?.fault;
    this.#problem = problem;
    if (!problem || !isNews) return;
    const { kind } = this.#file;
    const versionInForce = this.edition()?.claims.version ?? 0;
    this.#environment.log.event('registry.refused', { kind, fault: problem.fault, versionInForce });
    this.#environment.onNotice?.({ ...this.status(), problem });
  }
}

function summary({ version, iat, exp, services, verifiers }: RegistryClaims): RegistryStatus['inForce'] & object {
  return {
    version,
    issued: new Date(iat * 1_000),
    expires: new Date(exp * 1_000),
    services: services.length,
    verifiers: verifiers.length,
  };
}
