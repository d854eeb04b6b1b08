import type { GovernmentSites } from '../../../resources/extension/government-sites.js';
import { FakeEvent } from './fake-ports.js';

type Api = ConstructorParameters<typeof GovernmentSites>[0];
type Script = Awaited<ReturnType<Api['scripting']['getRegisteredContentScripts']>>[number];

/** A browser's own part, as far as the extension uses it for government sites; two tabs are open. */
export class FakeExtensionApi implements Pick<Api, 'permissions' | 'scripting' | 'storage' | 'tabs'> {
  /** Patterns that the browser allows. */
  readonly allowed: string[] = [];
  /** Of other content scripts. */
  readonly required: string[] = [];
  readonly registered: Script[] = [];
  registrations = 0;
  readonly stored: Record<string, unknown> = {};
  /** Messages to tabs, the second of which has nobody who hears. */
  readonly told: [number, unknown][] = [];

  allow(pattern: string): void {
    if (!this.allowed.includes(pattern)) this.allowed.push(pattern);
  }

  readonly runtime = {
    getManifest: () => ({ content_scripts: [{ matches: this.required }] }),
  } as unknown as Api['runtime'];

  readonly permissions: Api['permissions'] = {
    onAdded: new FakeEvent(),
    onRemoved: new FakeEvent(),
    contains: ({ origins = [] }) => Promise.resolve(origins.every((origin) => this.allowed.includes(origin))),
    getAll: () => Promise.resolve({ origins: [...this.allowed] }),
    request: () => Promise.resolve(false),
    remove: ({ origins = [] }) => {
      for (const origin of origins) this.allowed.splice(this.allowed.indexOf(origin), 1);
      return Promise.resolve(true);
    },
  };

  readonly scripting: Api['scripting'] = {
    getRegisteredContentScripts: (filter) =>
      Promise.resolve(this.registered.filter(({ id }) => filter?.ids.includes(id) ?? true)),
    registerContentScripts: (scripts) => {
      this.registered.push(...scripts);
      this.registrations += 1;
      return Promise.resolve();
    },
    unregisterContentScripts: ({ ids }) => {
      const rest = this.registered.filter(({ id }) => !ids.includes(id));
      this.registered.splice(0, this.registered.length, ...rest);
      return Promise.resolve();
    },
  };

  readonly storage: Api['storage'] = {
    local: {
      get: (key) => Promise.resolve({ [key]: this.stored[key] }),
      set: (values) => Promise.resolve(void Object.assign(this.stored, values)),
      remove: (key) => Promise.resolve(void Reflect.deleteProperty(this.stored, key)),
    },
  };

  readonly tabs: Api['tabs'] = {
    query: () => Promise.resolve([{ id: 1 }, { id: 2 }, {}]),
    sendMessage: (id, message) => {
      this.told.push([id, message]);
      return id === 2 ? Promise.reject(new Error('nobody hears')) : Promise.resolve();
    },
  };
}
