import { parseRequestOrigin } from '../../core/bridge/origin.js';
import { displayText } from '../../core/consent/display-text.js';
import { searchServices, type ListedService } from '../../core/registry/list-services.js';
import type { RegistryStatus } from '../../core/registry/registry-source.js';
import type { ServiceRegistry } from '../../core/registry/service-registry.js';
import type { Handlers } from '../../ipc/calls.js';
import {
  SERVICES_PER_PAGE,
  type JudgedAddress,
  type LocalisedText,
  type ServicesCalls,
  type ServicesFound,
  type ServicesSearch,
  type ShownRegistry,
  type ShownService,
  type ShownSites,
  type SiteChange,
} from '../../ipc/services.js';
import type { Client } from '../../node/compose.js';
import type { CallContext } from './call-context.js';
import { pageOf } from './page-of.js';
import { readSites } from './read-sites.js';
import { shownText } from './shown-values.js';
import { originOfAddress, shownOrigin } from './site-addresses.js';

/** What these handlers need of a `CallContext`. */
export interface ServicesCallContext extends Pick<CallContext, 'push'> {
  readonly client: Pick<Client, 'registry' | 'sites'>;
}

type Sites = Client['sites'];

export function servicesCalls({ client, push }: ServicesCallContext): Handlers<ServicesCalls> {
  const { sites } = client;
  const changed = (done: boolean): SiteChange => {
    push('services.changed', undefined);
    return { done };
  };
  return {
    'services.find': async (search) => find((await client.registry()).services(), search),
    'services.registries': async () => (await client.registry()).status().map(shownRegistry),
    'services.sites': async () => listSites(sites, (await client.registry()).registry),
    'services.judgeAddress': async ({ address }) => judgeAddress(address, sites, (await client.registry()).registry),
    async 'services.block'({ origin }) {
      await sites.block(parseRequestOrigin(origin), true);
      return changed(true);
    },
    'services.unblock': ({ origin }) => changed(sites.unblock(parseRequestOrigin(origin))),
    'services.forget': ({ origin }) => changed(sites.forget(parseRequestOrigin(origin))),
    'services.resetSites'() {
      sites.reset();
      return changed(true);
    },
  };
}

function find(all: readonly ListedService[], { text, page: wanted }: ServicesSearch): ServicesFound {
  const { shown, ...place } = pageOf(searchServices(all, text), wanted, SERVICES_PER_PAGE);
  return { ...place, services: shown.map(shownService), total: all.length };
}

function shownService({ service, origins, registry }: ListedService): ShownService {
  const { name, operator, purposes, operations, keys } = service;
  return {
    name: shownText(name),
    operator: shownText(operator),
    origins: origins.map(shownOrigin),
    purposes: purposes.map(shownText),
    operations,
    signs: keys.length > 0,
    registry,
  };
}

function shownRegistry({ kind, name, inForce, problem }: RegistryStatus): ShownRegistry {
  return {
    kind,
    shownName: displayText(name),
    ...(inForce && {
      inForce: { ...inForce, issued: inForce.issued.toISOString(), expires: inForce.expires.toISOString() },
    }),
    ...(problem && { fault: problem.fault }),
  };
}

function listSites(sites: Sites, registry: ServiceRegistry): ShownSites {
  const all = readSites(sites);
  if (!all) return { status: 'unusable' };
  return {
    status: 'readable',
    sites: all.map(({ origin, blocked, remembered }) => ({
      ...shownOrigin(origin),
      blocked,
      remembered,
      ...nameOf(registry, origin),
    })),
  };
}

function judgeAddress(unverifiedAddress: string, sites: Sites, registry: ServiceRegistry): JudgedAddress {
  const origin = originOfAddress(unverifiedAddress);
  if (origin === undefined) return { status: 'no-address' };
  const blocked = readSites(sites)?.find((site) => site.origin === origin)?.blocked === 'all';
  return { status: 'site', ...shownOrigin(origin), blocked, ...nameOf(registry, origin) };
}

function nameOf(registry: ServiceRegistry, origin: string): { readonly name?: LocalisedText } {
  const service = registry.serviceOf(origin);
  return service ? { name: shownText(service.name) } : {};
}
