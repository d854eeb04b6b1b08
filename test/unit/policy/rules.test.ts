import { beforeAll, describe, expect, it } from 'vitest';
import { authorizeOrigin } from '../../../main/core/bridge/origin.js';
import { DEFAULT_POLICY, NO_POLICY, requireDiagnosisExport, type Policy } from '../../../main/core/policy/policy.js';
import { systemRandom } from '../../../main/node/system.js';
import { registryVerifierSchema, type RegistryVerifier } from '../../../sdk/protocol/index.js';
import { errorCode } from '../../support/error-code.js';
import { decryptionKey } from '../../support/signed-registry.js';
import { bridgeUnderTest } from '../bridge/bridge-under-test.js';
import { asker, AUTHENTICATE, fakeRegistry, ORIGIN, OTHER_ORIGIN } from '../bridge/fakes.js';

const LOCAL = 'http://localhost:3000';
const NAME = { ja: '試験', en: 'Test' };

let verifier: RegistryVerifier;
let jwk: object;

beforeAll(async () => {
  const key = await decryptionKey();
  jwk = key.jwk;
  verifier = registryVerifierSchema.parse({ id: 'verifier', name: NAME, operator: NAME, keys: [key.jwk] });
});

function bridgeWith(policy: () => Partial<Policy>, developerMode = false) {
  const registry = fakeRegistry({ verifiers: [verifier] });
  const all = (): Policy => ({ ...DEFAULT_POLICY, ...policy() });
  return bridgeUnderTest({ registry, random: systemRandom, policy: all, developerMode });
}

/** The code that a page's request is refused with; `none` where the person is asked. */
async function refusal(policy: Partial<Policy>, request: object = AUTHENTICATE, origin = ORIGIN): Promise<string> {
  const envelope = await bridgeWith(() => policy).tryOpen(asker(origin), request);
  return envelope.ok ? 'none' : envelope.error.code;
}

describe('a blocked origin', () => {
  const authorize = (settings: object, origin = ORIGIN) =>
    errorCode(() => authorizeOrigin(origin, { developerMode: true, ...settings })) ?? 'none';

  it('may not ask, also where it is allowed', () => {
    expect(authorize({ blockedOrigins: [ORIGIN] })).toBe('ERR_POLICY_ORIGIN');
    expect(authorize({ blockedOrigins: [ORIGIN], allowedOrigins: [ORIGIN] })).toBe('ERR_POLICY_ORIGIN');
    expect(authorize({ blockedOrigins: [OTHER_ORIGIN] })).toBe('none');
  });

  it('is nothing but that origin', () => {
    expect(authorize({ blockedOrigins: [`${ORIGIN}:8443`, ORIGIN.replace('https', 'http')] })).toBe('none');
    expect(authorize({ blockedOrigins: [] })).toBe('none');
  });

  it('is each one with *', () => {
    for (const origin of [ORIGIN, OTHER_ORIGIN, LOCAL]) {
      expect(authorize({ blockedOrigins: ['*'], allowedOrigins: [origin] }, origin)).toBe('ERR_POLICY_ORIGIN');
    }
  });

  it('opens no session at the bridge', async () => {
    expect(await refusal({ blockedOrigins: [ORIGIN] })).toBe('ERR_POLICY_ORIGIN');
    expect(await refusal({ blockedOrigins: [OTHER_ORIGIN] })).toBe('none');
  });
});

describe('encryption that is required', () => {
  it('lets only results for a verifier of the registry through', async () => {
    const toVerifier = { ...AUTHENTICATE, encryptTo: { verifier: 'verifier' } };
    const toOwnKey = { ...AUTHENTICATE, encryptTo: { jwk } };
    const policy = { requireEncryption: true } as const;
    expect(await refusal(policy, toVerifier)).toBe('none');
    expect(await refusal(policy)).toBe('ERR_POLICY_ENCRYPTION_KEY');
    expect(await refusal(policy, toOwnKey)).toBe('ERR_POLICY_ENCRYPTION_KEY');
    expect(await refusal({ ...policy, requesterKeys: 'allow' }, toOwnKey)).toBe('ERR_POLICY_ENCRYPTION_KEY');
    expect(await refusal({})).toBe('none');
  });

  it('holds for signatures and attributes too', async () => {
    const policy = { requireEncryption: true, unlistedSigning: 'allow' } as const;
    const sign = { operation: 'sign', items: [{ name: 'a', content: 'AAAA' }] };
    const read = { operation: 'readAttributes', required: ['name'], purpose: 'x' };
    expect(await refusal(policy, sign)).toBe('ERR_POLICY_ENCRYPTION_KEY');
    expect(await refusal(policy, read)).toBe('ERR_POLICY_ENCRYPTION_KEY');
  });
});

it('developer mode that is forbidden while the program runs lets no http: page ask any more', () => {
  let policy: Partial<Policy> = {};
  const under = bridgeWith(() => policy, true);
  expect(under.bridge.authorize(LOCAL)).toBe(LOCAL);
  policy = { developerMode: false };
  expect(errorCode(() => under.bridge.authorize(LOCAL))).toBe('ERR_ORIGIN_NOT_ALLOWED');
  policy = { developerMode: true };
  expect(under.bridge.authorize(LOCAL)).toBe(LOCAL);
});

it('a diagnosis is written out unless that is refused', () => {
  expect(errorCode(() => requireDiagnosisExport(NO_POLICY))).toBeUndefined();
  expect(errorCode(() => requireDiagnosisExport({ diagnosisExport: 'refuse' }))).toBe('ERR_POLICY_OPERATION');
});
