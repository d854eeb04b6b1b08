import { ClientError } from '../core/errors.js';
import type { ServiceRegistrySource } from '../core/registry/registry-source.js';
import { openPolicy, policyFileSources, type ClientPolicy, type PolicyStore } from './policy/index.js';
import type { ServiceRegistryOptions } from './service-registry.js';

/** How often the files of registries are looked at again, in milliseconds. */
const REFRESH_MILLISECONDS = 60_000;

export interface ClientRulesOptions extends Omit<ServiceRegistryOptions, 'policy'> {
  readonly developerMode: boolean;
  /** Takes the place of the system's policy file; need not be an administrator's. For tests. */
  readonly policyFile?: string;
}

/** What says who may ask for what on this PC. */
export interface ClientRules {
  /** As it is now. */
  readonly policy: ClientPolicy;
  readonly policyStore: PolicyStore;
  /** The services in force; opened at the first call, then kept up to date. Rejects as `openServiceRegistry`. */
  registry(): Promise<ServiceRegistrySource>;
  close(): void;
}

/** @throws ClientError as `openPolicy`; `ERR_PROTOCOL_MALFORMED` for a registry of one's own outside developer mode */
export function openClientRules(options: ClientRulesOptions): ClientRules {
  const { developerMode, policyFile, developerRegistry } = options;
  if (developerRegistry && !developerMode) {
    const reason = 'only developer mode takes a registry of your own';
    throw new ClientError('ERR_PROTOCOL_MALFORMED', reason, { details: { reason } });
  }
  const policyStore = openPolicy({ ...policyFileSources(policyFile), log: options.log });
  let opened: Promise<ServiceRegistrySource> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const open = async (): Promise<ServiceRegistrySource> => {
    const { openServiceRegistry } = await import('./service-registry.js');
    const source = await openServiceRegistry({ ...options, policy: policyStore.current().policy });
    policyStore.watch();
    timer = setInterval(() => void source.refresh(), REFRESH_MILLISECONDS).unref();
    return source;
  };
  return {
    get policy() {
      return policyStore.current().policy;
    },
    policyStore,
    registry: () => (opened ??= open()),
    close() {
      clearInterval(timer);
      policyStore.close();
    },
  };
}
