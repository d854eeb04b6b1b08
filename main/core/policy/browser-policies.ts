import { CHROMIUM_EXTENSION_ID, FIREFOX_EXTENSION_ID, NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';
import { ClientError } from '../errors.js';
import { isOrigin } from './values.js';

export const POLICY_BROWSERS = ['chrome', 'edge', 'chromium', 'firefox'] as const;
export type PolicyBrowser = (typeof POLICY_BROWSERS)[number];

/** A policy value of a browser, in the form that JSON has. */
export type BrowserValue = boolean | string | readonly BrowserValue[] | { readonly [name: string]: BrowserValue };
export type BrowserPolicies = Readonly<Record<string, BrowserValue>>;

export interface BrowserPolicyRequest {
  readonly browser: PolicyBrowser;
  /** Sites that reach this program without a question of the browser: origins, as browsers' policies can take them. */
  readonly unverifiedOrigins: readonly string[];
  /** Where the browser gets the extension from: an update manifest (Chromium), the `.xpi` (Firefox). Undefined: it is only allowed. */
  readonly extensionSource: string | undefined;
}

/**
 * What an administrator sets in a browser so that pages of these sites reach this program without a question: leave to reach
 * loopback (Local Network Access), the extension, and the native messaging host it talks to.
 * @throws ClientError `ERR_PROTOCOL_MALFORMED` with a `reason` for an origin that a browser would silently ignore
 */
export function browserPolicies(request: BrowserPolicyRequest): BrowserPolicies {
  const { browser, extensionSource } = request;
  const origins = request.unverifiedOrigins.map(checkSite);
  if (extensionSource !== undefined && !/^https:\/\/[^\s;]+$/.test(extensionSource)) {
    throw refused(extensionSource, 'the extension is fetched from an https: address');
  }
  return browser === 'firefox' ? firefox(origins, extensionSource) : chromium(origins, extensionSource);
}

function chromium(origins: readonly string[], updateUrl: string | undefined): BrowserPolicies {
  return {
    ...(origins.length > 0 && { LoopbackNetworkAllowedForUrls: origins }),
    ExtensionInstallAllowlist: [CHROMIUM_EXTENSION_ID],
    ...(updateUrl !== undefined && { ExtensionInstallForcelist: [`${CHROMIUM_EXTENSION_ID};${updateUrl}`] }),
    NativeMessagingAllowlist: [NATIVE_HOST_NAME],
  };
}

/** Firefox goes by host name alone: all ports of a host are meant. Native messaging needs no policy there. */
function firefox(origins: readonly string[], installUrl: string | undefined): BrowserPolicies {
  const hosts = [...new Set(origins.map((origin) => new URL(origin).hostname))];
  return {
    ...(hosts.length > 0 && { LocalNetworkAccess: { Enabled: true, SkipDomains: hosts } }),
    ExtensionSettings: {
      [FIREFOX_EXTENSION_ID]:
        installUrl === undefined
          ? { installation_mode: 'allowed' }
          : { installation_mode: 'force_installed', install_url: installUrl },
    },
  };
}

/** Forms that Chromium and Firefox take without a word and never match. */
const PITFALLS: readonly (readonly [RegExp, string])[] = [
  [/^http:/, 'browsers keep http: pages from loopback even where a policy lists them; only https: pages can be listed'],
  [/^https:\/\/\*\./, 'browsers ignore https://*.name without a word; list each origin'],
  [/\*/, 'a pattern would let more sites in than are allowed here; list each origin'],
  [/^https:\/\/[^/]+\/./, 'a path is ignored or never matches; only origins are compared'],
  [/^https:\/\/[^/]+\/$/, 'an origin has no slash at its end'],
  [/^[^:/]+$/, 'a host name alone also lets http: pages and all ports in; write https://…'],
  [/[^\x20-\x7e]/, 'a host name in Unicode is not compared; write its ASCII form (xn--…)'],
  [/[A-Z]/, 'host names are compared in lower case'],
  [/:443$/, 'the usual port is never part of an origin'],
];

function checkSite(unverifiedOrigin: string): string {
  if (unverifiedOrigin.startsWith('https:') && isOrigin(unverifiedOrigin)) return unverifiedOrigin;
  const [, reason] = PITFALLS.find(([pattern]) => pattern.test(unverifiedOrigin)) ?? [];
  throw refused(unverifiedOrigin, reason ?? 'not a serialised origin such as https://service.example');
}

function refused(what: string, why: string): ClientError {
  const reason = `${what.slice(0, 255)}: ${why}`;
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'browsers would ignore this', { details: { reason } });
}
