import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../resources/extension/broker.js';
import {
  CHROMIUM_EXTENSION_ID,
  FIREFOX_EXTENSION_ID,
  LIMITS as PROTOCOL_LIMITS,
  NATIVE_HOST_NAME,
  NATIVE_LIMITS,
} from '../../../sdk/protocol/index.js';
import { buildExtensions } from '../../../tools/extension.js';

interface Manifest {
  readonly key: string;
  readonly permissions: readonly string[];
  readonly externally_connectable?: { readonly matches: readonly string[]; readonly ids?: unknown };
  readonly content_scripts?: readonly { readonly matches: readonly string[]; readonly all_frames: boolean }[];
  readonly browser_specific_settings?: { readonly gecko: { readonly id: string } };
}

let directory: string;
let manifests: Record<'chrome' | 'edge' | 'firefox', Manifest>;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-extension-'));
  await buildExtensions(directory);
  const read = (target: string): Manifest =>
    JSON.parse(readFileSync(join(directory, target, 'manifest.json'), 'utf8')) as Manifest;
  manifests = { chrome: read('chrome'), edge: read('edge'), firefox: read('firefox') };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the builds of the extension', () => {
  it('ask for native messaging and for nothing else', () => {
    for (const manifest of Object.values(manifests)) {
      expect(manifest.permissions).toEqual(['nativeMessaging']);
      for (const member of ['host_permissions', 'optional_permissions', 'optional_host_permissions']) {
        expect(manifest).not.toHaveProperty(member);
      }
    }
  });

  it('have a content script in Firefox alone, for top frames, and direct messages elsewhere', () => {
    expect(manifests.firefox.content_scripts).toMatchObject([{ all_frames: false }]);
    expect(manifests.firefox).not.toHaveProperty('externally_connectable');
    for (const manifest of [manifests.chrome, manifests.edge]) {
      expect(manifest).not.toHaveProperty('content_scripts');
      // Without `ids` no other extension can connect.
      expect(Object.keys(manifest.externally_connectable ?? {})).toEqual(['matches']);
    }
    expect(readdirSync(join(directory, 'firefox'))).toContain('relay.js');
    expect(readdirSync(join(directory, 'chrome'))).not.toContain('relay.js');
  });

  it('are for https, and for http on this PC', () => {
    const patterns = [
      ...(manifests.chrome.externally_connectable?.matches ?? []),
      ...(manifests.firefox.content_scripts ?? []).flatMap(({ matches }) => matches),
    ];
    for (const pattern of patterns)
      expect(pattern).toMatch(/^https:\/\/\*\/\*$|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])\/\*$/);
  });

  it('have the identifiers that host and pages know', () => {
    const digest = createHash('sha256').update(Buffer.from(manifests.chrome.key, 'base64')).digest('hex').slice(0, 32);
    const id = digest.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
    expect(id).toBe(CHROMIUM_EXTENSION_ID);
    expect(manifests.edge.key).toBe(manifests.chrome.key);
    expect(manifests.firefox.browser_specific_settings?.gecko.id).toBe(FIREFOX_EXTENSION_ID);
    const background = readFileSync(join(directory, 'chrome', 'background.js'), 'utf8');
    expect(background).toContain(`'${NATIVE_HOST_NAME}'`);
  });

  it('have limits that the host’s contain', () => {
    expect(LIMITS.requestLength).toBe(PROTOCOL_LIMITS.bodyBytes);
    expect(LIMITS.originLength).toBe(PROTOCOL_LIMITS.originLength);
    expect(LIMITS.pollWaitSeconds).toBe(PROTOCOL_LIMITS.pollWaitSeconds);
    // Besides the pages' calls there is one to cancel for each session that a page may have.
    const calls = LIMITS.pages * (LIMITS.callsPerPage + PROTOCOL_LIMITS.sessionsPerOrigin);
    expect(calls).toBeLessThanOrEqual(NATIVE_LIMITS.outstandingCalls);
  });
});
