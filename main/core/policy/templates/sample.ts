import type { ClientPolicy } from '../policy.js';
import { mobileconfig } from './plist.js';

/** Every policy with a value it takes. The key is that of RFC 7515, appendix A.3. */
export const SAMPLE_POLICY = {
  allowedOrigins: ['https://portal.example', 'https://apply.example:8443'],
  blockedOrigins: ['https://test.portal.example'],
  registries: [
    {
      file: '/etc/madoguchi/registry.jws',
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
          kid: 'registry-2026',
        },
      ],
    },
  ],
  registryMode: 'add',
  rememberedConsent: 'refuse',
  extensionForced: true,
  governmentSites: false,
  governmentOrigins: [],
  governmentSha1: 'refuse',
  unlistedSigning: 'refuse',
  requesterKeys: 'refuse',
  requireEncryption: false,
  signItems: 20,
  rawDigestOrigins: [],
  timeStampAuthority: 'http://tsa.example/rfc3161',
  language: 'ja',
  startWithSystem: true,
  historyDays: 90,
  keypadShuffle: true,
  developerMode: false,
  phoneReader: false,
  diagnosisExport: 'refuse',
  ports: [41731, 41732, 41733],
  proxy: 'system',
  update: 'off',
  updateChannel: 'stable',
  minimumVersion: '0.1.0',
} as const satisfies ClientPolicy;

/** The same as a configuration profile. */
export function sampleProfile(): string {
  return mobileconfig({
    identifier: 'jp.madoguchi.desktop.policy',
    displayName: 'Madoguchi',
    description: 'Sample of Madoguchi policies. Leave out what you do not want to decide.',
    uuid: '5B1C7C0A-5E0B-4E5B-9C52-0A3B0C4D7E01',
    payloads: [
      {
        domain: 'jp.madoguchi.desktop',
        displayName: 'Madoguchi',
        uuid: '5B1C7C0A-5E0B-4E5B-9C52-0A3B0C4D7E02',
        values: SAMPLE_POLICY,
      },
    ],
  });
}
