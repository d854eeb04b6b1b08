import { XmlDocument, XmlElement } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import {
  browserPolicies,
  POLICY_BROWSERS,
  type BrowserPolicyRequest,
  type PolicyBrowser,
} from '../../../main/core/policy/browser-policies.js';
import { ClientError } from '../../../main/core/errors.js';
import { browserPolicyFiles, type BrowserFormat } from '../../../main/core/policy/templates/browser-files.js';
import { CHROMIUM_EXTENSION_ID, FIREFOX_EXTENSION_ID } from '../../../sdk/protocol/index.js';
import { hasPython, readPlist } from './encodings.js';

const SITES = ['https://one.example', 'https://one.example:8443', 'https://two.example'];
const SOURCE = 'https://updates.example/extension';

const policies = (parts: Partial<BrowserPolicyRequest> = {}) =>
  browserPolicies({ browser: 'chrome', unverifiedOrigins: SITES, extensionSource: SOURCE, ...parts });
const file = (browser: PolicyBrowser, format: BrowserFormat): string =>
  browserPolicyFiles(browser, policies({ browser }), format)[0]?.text ?? '';

describe('policies of browsers', () => {
  it.each(['chrome', 'edge', 'chromium'] as const)('let the sites reach loopback, in %s', (browser) => {
    expect(policies({ browser })).toEqual({
      LoopbackNetworkAllowedForUrls: SITES,
      ExtensionInstallAllowlist: [CHROMIUM_EXTENSION_ID],
      ExtensionInstallForcelist: [`${CHROMIUM_EXTENSION_ID};${SOURCE}`],
      NativeMessagingAllowlist: ['jp.madoguchi.host'],
    });
  });

  it('name hosts once in Firefox', () => {
    expect(policies({ browser: 'firefox' })).toEqual({
      LocalNetworkAccess: { Enabled: true, SkipDomains: ['one.example', 'two.example'] },
      ExtensionSettings: {
        [FIREFOX_EXTENSION_ID]: { installation_mode: 'force_installed', install_url: SOURCE },
      },
    });
  });

  it('install nothing where nobody says from where, and open nothing where nobody says for whom', () => {
    const parts = { unverifiedOrigins: [], extensionSource: undefined };
    expect(Object.keys(policies(parts))).toEqual(['ExtensionInstallAllowlist', 'NativeMessagingAllowlist']);
    expect(policies({ ...parts, browser: 'firefox' })).toEqual({
      ExtensionSettings: { [FIREFOX_EXTENSION_ID]: { installation_mode: 'allowed' } },
    });
  });

  it.each([
    ['https://*.example', 'without a word'],
    ['https://[*.]example', 'pattern'],
    ['[*.]example', 'pattern'],
    ['*', 'pattern'],
    ['http://one.example', 'http:'],
    ['http://localhost:3000', 'http:'],
    ['https://one.example/', 'slash'],
    ['https://one.example/path', 'path'],
    ['one.example', 'host name alone'],
    ['https://ONE.example', 'lower case'],
    ['https://one.example:443', 'usual port'],
    ['https://市役所.example', 'xn--'],
    ['', 'not a serialised origin'],
  ])('refuse %j, which a browser would take and ignore', (origin, why) => {
    for (const browser of POLICY_BROWSERS) {
      let reason: unknown;
      try {
        policies({ browser, unverifiedOrigins: [...SITES, origin] });
      } catch (thrown) {
        reason = thrown instanceof ClientError ? thrown.details['reason'] : thrown;
      }
      expect(reason).toContain(why);
    }
  });

  it.each(['http://updates.example/', 'https://a.example;https://b.example', 'file:///x'])('refuse %s', (source) => {
    expect(() => policies({ extensionSource: source })).toThrow(ClientError);
  });
});

describe('their files', () => {
  it('are JSON where the browser reads a folder, and one object in Firefox', () => {
    expect(JSON.parse(file('chromium', 'json'))).toEqual(policies());
    expect(JSON.parse(file('firefox', 'json'))).toEqual({ policies: policies({ browser: 'firefox' }) });
  });

  it('number lists from 1 in the registry', () => {
    const text = file('edge', 'reg');
    expect(text.startsWith('Windows Registry Editor Version 5.00\r\n')).toBe(true);
    const list = [
      '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Edge\\LoopbackNetworkAllowedForUrls]',
      ...SITES.map((site, index) => `"${index + 1}"="${site}"`),
    ];
    expect(text).toContain(list.join('\r\n'));
    const firefox = file('firefox', 'reg');
    expect(firefox).toContain('Firefox\\LocalNetworkAccess]\r\n"Enabled"=dword:00000001\r\n');
    expect(firefox).toContain('"ExtensionSettings"="{\\"extension@madoguchi.jp\\":');
  });

  it.skipIf(!hasPython).each(['chrome', 'firefox'] as const)('are a profile for %s', (browser) => {
    const expected = browser === 'firefox' ? { EnterprisePoliciesEnabled: true } : {};
    const profile = readPlist(file(browser, 'mobileconfig'));
    expect(profile).toMatchObject({ PayloadContent: [{ ...policies({ browser }), ...expected }] });
  });

  it.each(POLICY_BROWSERS)('are a template for %s that writes what the registry file has', (browser) => {
    const [admx, ...texts] = browserPolicyFiles(browser, policies({ browser }), 'admx');
    const document = XmlDocument.fromString(admx?.text ?? '');
    const namespace = { p: 'http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions' };
    const items = document.find('//p:enabledList/p:item', namespace).filter((node) => node instanceof XmlElement);
    const written = items.map((item) => `${item.attr('key')?.value ?? ''}\\${item.attr('valueName')?.value ?? ''}`);
    const keys = file(browser, 'reg').split('\r\n');
    expect(written).toHaveLength(keys.filter((line) => line.startsWith('"')).length);
    expect(document.find('//p:disabledList/p:item', namespace)).toHaveLength(written.length);
    expect(texts.map(({ name }) => name.split('/')[0])).toEqual(['ja-JP', 'en-US']);
    const used = [...(admx?.text ?? '').matchAll(/\$\(string\.([^)]+)\)/g)].map(([, id]) => id);
    for (const { text } of texts) {
      const strings = XmlDocument.fromString(text)
        .find('//p:string', namespace)
        .filter((node) => node instanceof XmlElement);
      expect(new Set(strings.map((element) => element.attr('id')?.value))).toEqual(new Set(used));
    }
  });
});
