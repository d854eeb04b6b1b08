import { BRIDGE_PORTS } from '../../../sdk/protocol/index.js';

/** What administrators write, rightly and wrongly, in the form of JSON, and what has to come of it in every source. */
export interface PolicyCase {
  readonly title: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Members that are in force; undefined: nothing is, for the policy cannot be used. */
  readonly inForce: Readonly<Record<string, unknown>> | undefined;
  /** `kind name` of each problem. */
  readonly problems?: readonly string[];
}

const ONE = 'https://one.example';
const TWO = 'https://two.example:8443';
const JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: 'one',
};
const REGISTRIES = [{ file: '/etc/madoguchi/registry.jws', keys: [JWK] }];

function good(title: string, values: Readonly<Record<string, unknown>>): PolicyCase {
  return { title, values, inForce: values };
}

function wrong(name: string, value: unknown, instead: unknown): PolicyCase {
  const title = `${name}: ${JSON.stringify(value)}`;
  return { title, values: { [name]: value }, inForce: { [name]: instead }, problems: [`malformed ${name}`] };
}

function stopping(title: string, values: Readonly<Record<string, unknown>>, problem: string): PolicyCase {
  return { title, values, inForce: undefined, problems: [problem] };
}

export const POLICY_CASES: readonly PolicyCase[] = [
  good('nothing', {}),
  good('one origin', { allowedOrigins: [ONE] }),
  good('origins with and without a port', { allowedOrigins: [ONE, TWO, 'http://localhost:3000', 'http://[::1]:8080'] }),
  good('nobody', { allowedOrigins: [] }),
  good('blocked origins', { blockedOrigins: [ONE, TWO] }),
  good('everybody blocked', { blockedOrigins: ['*'] }),
  good('both lists', { allowedOrigins: [ONE], blockedOrigins: [TWO] }),
  good('choices', { unlistedSigning: 'refuse', requesterKeys: 'allow', rememberedConsent: 'refuse' }),
  good('a switch that is on', { requireEncryption: true }),
  good('a switch that is off', { requireEncryption: false }),
  good('a forced extension', { extensionForced: true }),
  good('the fewest items', { signItems: 1 }),
  good('the most items', { signItems: 1_000 }),
  good('origins for digests', { rawDigestOrigins: [ONE] }),
  good('government sites', { governmentSites: true, governmentOrigins: [ONE], governmentSha1: 'allow' }),
  good('no government sites', { governmentSites: false }),
  good('registries', { registries: REGISTRIES, registryMode: 'replace' }),
  good('locks', { language: 'zh-Hans', startWithSystem: true, keypadShuffle: false, update: 'off' }),
  good('locks of what is dangerous', { developerMode: false, phoneReader: false }),
  good('no history', { historyDays: 0 }),
  good('the longest history', { historyDays: 3_650 }),
  good('the usual ports', { ports: [...BRIDGE_PORTS] }),
  good('another port', { ports: [50_000] }),
  good('an authority', { timeStampAuthority: 'http://tsa.example/rfc3161?a=b' }),
  good('network and updates', {
    proxy: 'http://proxy.example:3128',
    updateChannel: 'preview',
    minimumVersion: '1.20.0',
  }),
  wrong('allowedOrigins', 5, []),
  wrong('allowedOrigins', [ONE, 'https://*.example'], [ONE]),
  wrong('allowedOrigins', [`${ONE}/`, TWO, 'HTTPS://ONE.example', '*'], [TWO]),
  wrong('blockedOrigins', [ONE, 'https://*.example'], ['*']),
  wrong('blockedOrigins', 5, ['*']),
  wrong('unlistedSigning', 'sometimes', 'refuse'),
  wrong('requesterKeys', 'ALLOW', 'refuse'),
  wrong('requireEncryption', 'false', true),
  wrong('signItems', 1_001, 1),
  wrong('signItems', 1.5, 1),
  wrong('signItems', '20', 1),
  wrong('rawDigestOrigins', [ONE, `${TWO}/sign`], [ONE]),
  wrong('governmentSites', 'on', false),
  wrong('governmentOrigins', [ONE, 'https://*.go.jp'], [ONE]),
  wrong('governmentSha1', true, 'refuse'),
  wrong('historyDays', 3_651, 0),
  wrong('developerMode', 'yes', false),
  wrong('keypadShuffle', 2, true),
  wrong('language', 'fr', 'system'),
  wrong('diagnosisExport', 'no', 'refuse'),
  wrong('proxy', 'ftp://proxy.example', 'offline'),
  wrong('minimumVersion', '1.2', '65535.65535.65535'),
  wrong('ports', [80], undefined),
  wrong('ports', [41_731, 41_731], undefined),
  wrong('timeStampAuthority', 'http://user:secret@tsa.example/', undefined),
  stopping('a misspelt name', { allowedOrigin: [ONE] }, 'unknown allowedOrigin'),
  stopping('a setting that is no policy', { appearance: 'dark' }, 'unknown appearance'),
  stopping('a registry at a relative path', { registries: [{ file: 'r.jws', keys: [JWK] }] }, 'malformed registries'),
  stopping('a registry without keys', { registries: [{ file: '/r.jws', keys: [] }] }, 'malformed registries'),
  stopping(
    'a private key',
    { registries: [{ file: '/r.jws', keys: [{ ...JWK, d: 'AAAA' }] }] },
    'malformed registries',
  ),
  stopping('a mode nobody knows', { registryMode: 'merge' }, 'malformed registryMode'),
];
