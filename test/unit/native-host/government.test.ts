import { describe, expect, it, vi } from 'vitest';
import type { PageOperation, RunPageOperation } from '../../../main/core/government-sites/page-operations.js';
import { openPersonSettings } from '../../../main/node/settings/index.js';
import { openSites } from '../../../main/node/government-sites/index.js';
import { systemClock } from '../../../main/node/system.js';
import { DEFAULT_POLICY } from '../../../main/core/policy/policy.js';
import { wakeCommandPath } from '../../../main/node/native-host/index.js';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { governmentSitesResultSchema, nativeCallSchema } from '../../../sdk/protocol/index.js';
import { eventually } from '../../support/eventually.js';
import { logInRequest, OTHER_SITE, SITE } from '../../support/government-core.js';
import { OTHER_ORIGIN, only } from '../bridge/fakes.js';
import { codeOf, HostedBrowser, RawHost, request, serveClient, STATUS_RESULT, temporaryState } from './fixture.js';

const EXTENSION = 'chrome-extension://jookiaoicdnbmkpebimjhjhjcphohcki';
const ASKS = { method: 'governmentOpen', request: JSON.stringify(logInRequest('x')) };
const says = (permission: boolean, marker?: 'placed' | 'official') => ({
  method: 'governmentSites',
  permission,
  ...(marker && { marker }),
});

interface Run {
  readonly operation: PageOperation;
  readonly signal: AbortSignal;
  readonly answer: (detail: string) => void;
}

/** A client over a real bridge and real settings; what the card would do waits for the test. */
async function serve({ on = true } = {}) {
  const state = temporaryState();
  const log = { event: () => undefined };
  const settings = openPersonSettings({ stateDirectory: state, log, policyFile: join(state, 'none.json') });
  if (on) await settings.change('governmentSites', true);
  const policy = () => DEFAULT_POLICY;
  const sites = openSites({ stateDirectory: state, settings, policy, clock: systemClock });
  const runs: Run[] = [];
  const run: RunPageOperation = (operation, signal) =>
    new Promise((answer, reject) => {
      runs.push({ operation, signal, answer });
      signal.addEventListener('abort', () => reject(new Error('gone')));
    });
  const client = await serveClient(state, { governmentPages: { rules: sites, run } });
  const host = new RawHost(client.socket.address);
  host.hello('/usr/bin/firefox');
  return { ...client, state, settings, sites, runs, host };
}

async function answered(host: { answers: RawHost['answers'] }, id: number) {
  await eventually(() => expect(host.answers.some((answer) => answer.id === id)).toBe(true));
  return host.answers.find((answer) => answer.id === id)?.envelope;
}

describe('the extension says where it stands', () => {
  it('by its own origin, from which nothing follows, and learns what it has to know', async () => {
    const { host, sites } = await serve();
    await sites.setWindowsUserAgent(SITE, true);
    host.send(request(1, says(true), EXTENSION));
    const envelope = await answered(host, 1);
    expect(governmentSitesResultSchema.parse(envelope?.result)).toEqual({
      enabled: true,
      forced: false,
      extensionVersion: '24',
      appVersion: '29',
      origins: [],
      windowsUserAgent: [SITE],
    });
    expect(sites.status().browsers).toEqual([{ name: expect.any(String) as string, permission: true }]);
  });

  it('and of a page, under the page’s origin', async () => {
    const { host, sites } = await serve();
    host.send(request(1, says(true, 'official'), SITE), request(2, says(true, 'placed'), OTHER_SITE));
    await answered(host, 2);
    expect(sites.status().browsers).toMatchObject([{ lastPage: { origin: OTHER_SITE, marker: 'placed' } }]);
    host.send(request(3, says(true, 'placed'), OTHER_ORIGIN), request(4, says(true, 'placed'), EXTENSION));
    await answered(host, 4);
    expect([codeOf(host.answers, 3), codeOf(host.answers, 4)]).toEqual([
      'ERR_ORIGIN_NOT_ALLOWED',
      'ERR_ORIGIN_NOT_ALLOWED',
    ]);
    expect(sites.status().browsers).toMatchObject([{ lastPage: { origin: OTHER_SITE } }]);
  });

  it('while the mode is off, and learns no site', async () => {
    const { host, sites } = await serve({ on: false });
    await sites.setWindowsUserAgent(SITE, true);
    host.send(request(1, says(false), EXTENSION));
    expect((await answered(host, 1))?.result).toMatchObject({ enabled: false, origins: [], windowsUserAgent: [] });
  });
});

describe('a page of a government site', () => {
  it('has its session, and its answer once', async () => {
    const { host, runs } = await serve();
    host.send(request(1, ASKS, SITE));
    const sessionId = (await answered(host, 1))?.result?.sessionId ?? '';
    await eventually(() => expect(runs).toHaveLength(1));
    expect(only(runs).operation.requester).toMatchObject({ origin: SITE, route: 'extension', confirmed: true });
    host.send(request(2, { method: 'poll', sessionId, waitSeconds: 25 }, SITE));
    only(runs).answer('{"result":"0"}');
    expect(await answered(host, 2)).toEqual({
      ok: true,
      result: { status: 'done', output: { operation: 'governmentPage', detail: '{"result":"0"}' } },
    });
    host.send(request(3, { method: 'poll', sessionId, waitSeconds: 0 }, SITE));
    await answered(host, 3);
    expect(codeOf(host.answers, 3)).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
  });

  it('has a session that no other origin and no other host can reach', async () => {
    const { host, socket } = await serve();
    host.send(request(1, ASKS, SITE));
    const sessionId = (await answered(host, 1))?.result?.sessionId ?? '';
    const other = new RawHost(socket.address);
    other.hello();
    for (const [id, from, origin] of [
      [2, host, OTHER_SITE],
      [3, other, SITE],
    ] as const) {
      from.send(request(id, { method: 'poll', sessionId, waitSeconds: 0 }, origin));
      from.send(request(id + 10, { method: 'cancel', sessionId }, origin));
      await answered(from, id + 10);
      expect(codeOf(from.answers, id)).toBe('ERR_PROTOCOL_SESSION_UNKNOWN');
    }
  });

  it('is held to the limits of every site', async () => {
    const { host } = await serve();
    host.send(request(1, ASKS, SITE));
    await answered(host, 1);
    // Another name below the same registered one is the same site to the limits.
    host.send(request(2, ASKS, 'https://other.tax.go.jp'));
    await answered(host, 2);
    host.send(request(3, ASKS, SITE), request(4, ASKS, OTHER_SITE));
    await answered(host, 3);
    await answered(host, 4);
    const codes = [1, 2, 3, 4].map((id) => codeOf(host.answers, id));
    expect(codes).toEqual([undefined, undefined, 'ERR_PROTOCOL_BUSY', undefined]);
  });

  it.each(['cancel', 'disconnect'] as const)('ends it: %s', async (how) => {
    const { host, runs } = await serve();
    host.send(request(1, ASKS, SITE));
    const sessionId = (await answered(host, 1))?.result?.sessionId ?? '';
    await eventually(() => expect(runs).toHaveLength(1));
    if (how === 'cancel') host.send(request(2, { method: 'cancel', sessionId }, SITE));
    else host.socket.destroy();
    await eventually(() => expect(only(runs).signal.aborted).toBe(true));
  });

  it.each([
    ['another origin', request(1, ASKS, OTHER_ORIGIN), 'ERR_ORIGIN_NOT_ALLOWED'],
    ['the extension', request(1, ASKS, EXTENSION), 'ERR_ORIGIN_NOT_ALLOWED'],
    ['what is no request', request(1, { ...ASKS, request: '{}' }, SITE), 'ERR_PROTOCOL_MALFORMED'],
  ])('is refused: %s', async (_what, message, code) => {
    const { host, runs } = await serve();
    host.send(message);
    await answered(host, 1);
    expect(codeOf(host.answers, 1)).toBe(code);
    expect(runs).toEqual([]);
  });

  it('is refused by a client that knows nothing of them', async () => {
    const { socket } = await serveClient(temporaryState());
    const host = new RawHost(socket.address);
    host.hello();
    host.send(request(1, ASKS, SITE), request(2, says(true), EXTENSION), request(3, { method: 'status' }));
    await answered(host, 1);
    await answered(host, 2);
    expect([codeOf(host.answers, 1), codeOf(host.answers, 2)]).toEqual([
      'ERR_POLICY_OPERATION',
      'ERR_POLICY_OPERATION',
    ]);
    expect(await answered(host, 3)).toEqual(STATUS_RESULT);
  });

  it('loses the connection with more than a page may say', async () => {
    const { host, runs } = await serve();
    host.send(request(1, { method: 'governmentOpen', request: 'a'.repeat(65_537) }, SITE));
    await host.closed;
    expect(runs).toEqual([]);
  });
});

describe('a client that is not running', () => {
  it('is started for a page’s request, and not by what the extension says of itself', async () => {
    const state = temporaryState();
    mkdirSync(state, { recursive: true });
    const started = join(state, 'started');
    const command = [process.execPath, '-e', `require('node:fs').writeFileSync(${JSON.stringify(started)}, '')`];
    writeFileSync(wakeCommandPath(state), JSON.stringify({ command }), { mode: 0o600 });
    const browser = new HostedBrowser(state, { wakeMilliseconds: 300 });
    browser.send(request(1, says(true), EXTENSION), request(2, says(true, 'placed'), SITE));
    await answered(browser, 2);
    expect(codeOf(browser.answers, 1)).toBe('ERR_PROTOCOL_UNREACHABLE');
    expect(existsSync(started)).toBe(false);
    browser.send(request(3, ASKS, SITE));
    await vi.waitFor(() => expect(existsSync(started)).toBe(true), { timeout: 5_000 });
  });
});

it('is no call of the page’s own contract', () => {
  for (const call of [says(true), says(true, 'placed'), ASKS]) {
    expect(nativeCallSchema.safeParse(call).success).toBe(true);
    expect(nativeCallSchema.safeParse({ ...call, more: 1 }).success).toBe(false);
  }
});
