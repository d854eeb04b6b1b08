import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
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
  readonly optional_host_permissions: readonly string[];
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
  it('ask for native messaging, and for sites only when the person wants it', () => {
    for (const manifest of Object.values(manifests)) {
      // The last two come without a question: they reach no page by themselves.
      expect(manifest.permissions).toEqual(['nativeMessaging', 'scripting', 'storage']);
      expect(manifest.optional_host_permissions).toEqual(['https://*.go.jp/*', 'https://*/*']);
      for (const member of ['host_permissions', 'optional_permissions', 'web_accessible_resources']) {
        expect(manifest).not.toHaveProperty(member);
      }
    }
  });

  it('have these members and no others, and stay small', () => {
    const common = ['manifest_version', 'name', 'description', 'default_locale', 'version', 'icons', 'action'];
    const permissions = ['permissions', 'optional_host_permissions'];
    const chromium = ['minimum_chrome_version', 'key', 'background', 'externally_connectable'];
    expect(Object.keys(manifests.chrome)).toEqual([...common, ...permissions, ...chromium]);
    expect(Object.keys(manifests.edge)).toEqual(Object.keys(manifests.chrome));
    const firefox = ['browser_specific_settings', 'background', 'content_scripts'];
    expect(Object.keys(manifests.firefox)).toEqual([...common, ...permissions, ...firefox]);
    for (const target of Object.keys(manifests)) {
      const files = readdirSync(join(directory, target), { recursive: true, withFileTypes: true });
      const sizes = files.filter((file) => file.isFile() && /\.(js|html|css|json)$/.test(file.name));
      const bytes = sizes.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
      expect(bytes).toBeLessThan(64 * 1024);
    }
  });

  it('bring no script from elsewhere in the popup', () => {
    const html = readFileSync(join(directory, 'chrome', 'popup.html'), 'utf8');
    expect(html.match(/<script[^>]*>/g)).toEqual(['<script src="popup.js" defer>']);
    expect(html).not.toMatch(/https?:|\son\w+=/);
  });

  it('have every text in both languages', () => {
    const texts = (language: string): Record<string, { message: string }> =>
      JSON.parse(readFileSync(join(directory, 'chrome', '_locales', language, 'messages.json'), 'utf8')) as never;
    const [en, ja] = [texts('en'), texts('ja')];
    expect(Object.keys(en)).toEqual(Object.keys(ja));
    const script = readFileSync(join(directory, 'chrome', 'popup.js'), 'utf8');
    const wanted = ['unreachable', 'off', 'ask', 'on'].map((state) => `government_${state}`);
    const named = [...script.matchAll(/'(government_[a-z_]+|language)'/g)].map(([, key]) => key ?? '');
    expect(Object.keys(en).sort()).toEqual([...new Set(['name', 'description', ...wanted, ...named])].sort());
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

  it('know the versions and the name of the setting that the app has', () => {
    const json = (...path: string[]): Record<string, string> =>
      JSON.parse(readFileSync(join(import.meta.dirname, '../../..', ...path), 'utf8')) as Record<string, string>;
    const { extensionVersion, appVersion } = json('resources', 'government-sites.json');
    const page = readFileSync(join(directory, 'chrome', 'government-page.js'), 'utf8');
    expect(page).toContain(
      `{ 'extension-is-installed': '${String(extensionVersion)}', 'app-is-installed': '${String(appVersion)}' }`,
    );
    for (const language of ['en', 'ja']) {
      const title = json('renderer', 'locales', language, 'government.json')['title'];
      const messages = readFileSync(join(directory, 'firefox', '_locales', language, 'messages.json'), 'utf8');
      expect(messages).toContain(title);
    }
  });

  it('have limits that the host’s contain', () => {
    expect(LIMITS.requestLength).toBe(PROTOCOL_LIMITS.bodyBytes);
    expect(LIMITS.originLength).toBe(PROTOCOL_LIMITS.originLength);
    expect(LIMITS.governmentRequestLength).toBe(NATIVE_LIMITS.governmentRequestLength);
    expect(LIMITS.pollWaitSeconds).toBe(PROTOCOL_LIMITS.pollWaitSeconds);
    // Besides the pages' calls there is one to cancel for each session that a page may have.
    const calls = LIMITS.pages * (LIMITS.callsPerPage + PROTOCOL_LIMITS.sessionsPerOrigin);
    expect(calls).toBeLessThanOrEqual(NATIVE_LIMITS.outstandingCalls);
  });
});
