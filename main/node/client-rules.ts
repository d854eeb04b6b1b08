import { ClientError } from '../core/errors.js';
import type { ServiceRegistrySource } from '../core/registry/registry-source.js';
import { loadPolicy, type ClientPolicy } from './policy.js';
import { openServiceRegistry, type ServiceRegistryOptions } from './service-registry.js';

/** How often the files of registries are looked at again, in milliseconds. */
const REFRESH_MILLISECONDS = 60_000;

export interface ClientRulesOptions extends Omit<ServiceRegistryOptions, 'policy'> {
  readonly developerMode: boolean;
  /** Takes the place of the system's policy file; need not be an administrator's. For tests. */
  readonly policyFile?: string;
}

/** What says who may ask for what on this PC. */
export interface ClientRules {
  readonly policy: ClientPolicy;
  /** The services in force; opened at the first call, then kept up to date. Rejects as `openServiceRegistry`. */
  registry(): Promise<ServiceRegistrySource>;
  close(): void;
}

/** @throws ClientError as `loadPolicy`; `ERR_PROTOCOL_MALFORMED` for a registry of one's own outside developer mode */
export function openClientRules(options: ClientRulesOptions): ClientRules {
  const { developerMode, policyFile, developerRegistry } = options;
  if (developerRegistry && !developerMode) {
    const reason = 'only developer mode takes a registry of your own';
    throw new ClientError('ERR_PROTOCOL_MALFORMED', reason, { details: { reason } });
  }
  const policy = policyFile === undefined ? loadPolicy() : loadPolicy({ path: policyFile, owner: undefined });
  let opened: Promise<ServiceRegistrySource> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const open = async (): Promise<ServiceRegistrySource> => {
    const source = await openServiceRegistry({ ...options, policy });
    timer = setInterval(() => void source.refresh(), REFRESH_MILLISECONDS).unref();
    return source;
  };
  return {
    policy,
    registry: () => (opened ??= open()),
    close: () => clearInterval(timer),
  };
}
