import { beforeEach, describe, expect, it } from 'vitest';
import { GOVERNMENT_PATTERN, GovernmentSites } from '../../../resources/extension/government-sites.js';
import { FakeExtensionApi } from './fake-extension-api.js';

const ON = {
  enabled: true,
  forced: false,
  extensionVersion: '24',
  appVersion: '29',
  origins: [] as string[],
  windowsUserAgent: [] as string[],
};
const OFF = { ...ON, enabled: false };

let api: FakeExtensionApi;
let sites: GovernmentSites;
/** What the client answers; undefined where none does. */
let status: object | undefined;
let asked: boolean[];
beforeEach(() => {
  api = new FakeExtensionApi();
  status = ON;
  asked = [];
  sites = new GovernmentSites(api, (permission) => {
    asked.push(permission);
    return Promise.resolve(status ? { ok: true, result: status } : { ok: false, error: {} });
  });
});

async function agree(): Promise<void> {
  api.allow(GOVERNMENT_PATTERN);
  await sites.permissionAdded([GOVERNMENT_PATTERN]);
}

const scripts = (): string[] => api.registered.map(({ id, matches }) => [id, ...matches].join(' '));

describe('before anybody agrees', () => {
  it('a start asks no client and registers nothing', async () => {
    await sites.begin();
    expect(asked).toEqual([]);
    expect(scripts()).toEqual([]);
  });

  it('the popup says whether the app has it on, and nothing else happens', async () => {
    expect(await sites.order('look')).toEqual({ state: 'ask', forced: false, patterns: [GOVERNMENT_PATTERN] });
    status = { ...OFF, forced: true };
    expect(await sites.order('look')).toEqual({ state: 'off', forced: true, patterns: [] });
    status = undefined;
    expect(await sites.order('look')).toMatchObject({ state: 'unreachable' });
    expect(asked).toEqual([false, false, false]);
    expect(scripts()).toEqual([]);
  });

  it('the person’s word does not stand for the browser’s', async () => {
    expect(await sites.order('agree')).toMatchObject({ state: 'ask' });
    expect(scripts()).toEqual([]);
  });

  it('another permission is none for this', async () => {
    api.allow('https://example.com/*');
    await sites.permissionAdded(['https://example.com/*']);
    expect(scripts()).toEqual([]);
    expect(asked).toEqual([]);
  });

  it.each([
    ['no object', 'on'],
    ['no word of it', {}],
    ['a word that is no truth value', { ...ON, enabled: 'true' }],
  ])('a client that answers %s is none', async (_what, answer) => {
    status = answer as object;
    expect(await sites.order('look')).toMatchObject({ state: 'unreachable' });
  });
});

describe('once the person agreed', () => {
  it('the script is registered for top frames before the page begins, and once', async () => {
    await agree();
    await sites.order('look');
    expect(api.registered).toEqual([
      {
        id: 'government-page',
        matches: [GOVERNMENT_PATTERN],
        js: ['government-page.js'],
        runAt: 'document_start',
        allFrames: false,
      },
    ]);
    expect(api.registrations).toBe(1);
    expect(await sites.order('look')).toMatchObject({ state: 'on' });
  });

  it('where the browser needs no question, the button alone does it', async () => {
    api.allow(GOVERNMENT_PATTERN);
    expect(await sites.order('look')).toMatchObject({ state: 'ask' });
    expect(scripts()).toEqual([]);
    expect(await sites.order('agree')).toMatchObject({ state: 'on' });
  });

  it('an origin that an administrator adds is asked for, and used once the browser allows it', async () => {
    await agree();
    status = { ...ON, origins: ['https://kikan.example', 'https://port.example:8443', 'http://plain.example', 'x'] };
    const patterns = [GOVERNMENT_PATTERN, 'https://kikan.example/*', 'https://port.example/*'];
    expect(await sites.order('look')).toEqual({ state: 'ask', forced: false, patterns });
    expect(scripts()).toEqual([`government-page ${GOVERNMENT_PATTERN}`]);
    for (const pattern of patterns) api.allow(pattern);
    // The popup is gone, as browsers close it when they ask.
    await sites.permissionAdded(patterns.slice(1));
    expect(scripts()).toEqual([`government-page ${patterns.join(' ')}`]);
    expect(await sites.order('look')).toMatchObject({ state: 'on' });
  });

  it('pages are told of Windows on the origins that the client names, and only where the browser allows it', async () => {
    await agree();
    const origins = ['https://picky.go.jp', 'https://other.example', 'https://port.go.jp:8443'];
    for (const origin of ['https://picky.go.jp/*', 'https://port.go.jp/*']) api.allow(origin);
    status = { ...ON, windowsUserAgent: origins };
    await sites.order('look');
    expect(api.registered[1]).toMatchObject({
      matches: ['https://picky.go.jp/*'],
      world: 'MAIN',
      runAt: 'document_start',
      allFrames: false,
    });
    status = ON;
    await sites.order('look');
    expect(scripts()).toEqual([`government-page ${GOVERNMENT_PATTERN}`]);
  });

  it('a client that does not run changes nothing', async () => {
    await agree();
    status = undefined;
    await sites.begin();
    await sites.order('look');
    expect(scripts()).toHaveLength(1);
  });

  it('an update of the extension, which takes scripts away, costs nothing even then', async () => {
    await agree();
    api.registered.length = 0;
    status = undefined;
    await sites.begin();
    expect(scripts()).toEqual([`government-page ${GOVERNMENT_PATTERN}`]);
  });

  const ended = (): void => {
    expect(scripts()).toEqual([]);
    expect(api.stored).toEqual({});
    expect(api.told).toEqual([
      [1, { madoguchi: 1, governmentSites: 'off' }],
      [2, { madoguchi: 1, governmentSites: 'off' }],
    ]);
    expect(api.allowed).toEqual([]);
  };

  it.each(['a start', 'the popup', 'a page that tells of its markers', 'a request that the client refuses'])(
    'the app’s off ends it with the next contact: %s',
    async (contact) => {
      await agree();
      status = OFF;
      const envelope = { ok: true, result: OFF } as const;
      if (contact === 'a start') await sites.begin();
      else if (contact === 'the popup') await sites.order('look');
      else if (contact.startsWith('a page')) {
        await sites.learn({ method: 'governmentSites', permission: true, marker: 'placed' }, envelope);
      } else await sites.learn({ method: 'governmentOpen', request: '{}' }, { ok: false, error: {} });
      ended();
    },
  );

  it('the popup’s other button ends it in this browser', async () => {
    await agree();
    expect(await sites.order('stop')).toMatchObject({ state: 'ask' });
    ended();
  });

  it('so does the browser’s own setting', async () => {
    await agree();
    api.allowed.length = 0;
    await sites.permissionRemoved();
    ended();
  });

  it('what another script needs is not given back', async () => {
    api.required.push('https://*/*');
    api.allow('https://*/*');
    await agree();
    await sites.order('stop');
    expect(api.allowed).toEqual(['https://*/*']);
  });

  it('a request that succeeds asks the client nothing', async () => {
    await agree();
    asked.length = 0;
    await sites.learn({ method: 'governmentOpen', request: '{}' }, { ok: true, result: {} });
    expect(asked).toEqual([]);
  });
});
