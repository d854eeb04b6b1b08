import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { encodePemCertificate } from '../../../sdk/formats/index.js';
import {
  jpkiPersonalAttributes,
  verifySignature,
  VerificationError,
  type SignedDataReport,
  type VerifySignatureOptions,
} from '../../../sdk/verifier/index.js';
import { buildCms } from '../../support/test-cms.js';
import {
  holderExtensions,
  issueAuthority,
  issueHolder,
  yearsFromNow,
  type TestHolder,
} from '../../support/test-pki.js';

const content = Buffer.from('申請書\n');
const authority = issueAuthority('signing');
const authenticationAuthority = issueAuthority('authentication');
const holder = issueHolder('signing', authority);

function verify(by: TestHolder = holder, changes: Partial<VerifySignatureOptions> = {}): Promise<SignedDataReport> {
  const cms = buildCms({ content, signers: [{ holder: by }] });
  return verifySignature({ cms, content, trustAnchors: [authority.certificate], ...changes });
}

describe('a signature by the signing key', () => {
  it.each([
    ['WebCrypto', {}],
    ['node:crypto', { crypto: nodeCrypto }],
    ['PEM anchors', { trustAnchors: [encodePemCertificate(authority.certificate)] }],
  ])('is trusted, revocation left open (%s)', async (_, changes) => {
    const result = await verify(holder, changes);
    expect(result).toMatchObject({
      isTrusted: true,
      signers: [{ path: { status: 'trusted' }, revocation: { status: 'not-checked' } }],
    });
    const [signer] = result.signers;
    if (signer?.integrity !== 'intact') throw new Error('not intact');
    expect(jpkiPersonalAttributes(signer.certificate).birthDate).toBe('419900229');
  });

  it('is not over other content', async () => {
    expect(await verify(holder, { content: Buffer.from('x') })).toMatchObject({
      isIntact: false,
      isTrusted: false,
      signers: [{ integrity: 'failed', code: 'ERR_SIGN_DIGEST', reason: 'cms-message-digest-mismatch' }],
    });
  });
});

describe('a signature that is intact but not trusted', () => {
  it.each([
    ['by the authentication key', () => issueHolder('authentication', authority), 'ERR_CERT_USAGE'],
    [
      'under a CA that is no anchor',
      () => issueHolder('signing', issueAuthority('signing', 'impostor')),
      'ERR_CERT_UNTRUSTED',
    ],
    ['under the authentication CA', () => issueHolder('signing', authenticationAuthority), 'ERR_CERT_UNTRUSTED'],
    [
      'under another policy',
      () => issueHolder('signing', authority, { extensions: holderExtensions('signing', '1.2.3') }),
      'ERR_CERT_USAGE',
    ],
    [
      'under the real policy in a test hierarchy',
      () => issueHolder('signing', authority, { extensions: holderExtensions('signing', '1.2.392.200149.8.5.1.1.20') }),
      'ERR_CERT_USAGE',
    ],
    [
      'with a certificate out of date',
      () => issueHolder('signing', authority, { notAfter: yearsFromNow(-0.1) }),
      'ERR_CERT_EXPIRED',
    ],
  ])('is one %s', async (_, issue, code) => {
    expect(await verify(issue())).toMatchObject({
      isIntact: true,
      isTrusted: false,
      signers: [{ integrity: 'intact', path: { status: 'untrusted', code } }],
    });
  });

  it('is one validated for a moment outside of its certificate’s dates', async () => {
    expect(await verify(holder, { at: yearsFromNow(-2) })).toMatchObject({
      signers: [{ path: { status: 'untrusted', code: 'ERR_CERT_NOT_YET_VALID' } }],
    });
  });
});

describe('what cannot be reported on', () => {
  it('is a VerificationError', async () => {
    for (const cms of [new Uint8Array(), buildCms({ content, signers: [{ holder }], eContent: content })]) {
      const thrown: unknown = await verify(holder, { cms }).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(VerificationError);
      expect(thrown).toMatchObject({ code: 'ERR_SIGN_FORMAT' });
    }
  });

  it.each([
    ['no anchors', []],
    ['the authentication CA among the anchors', [authority.certificate, authenticationAuthority.certificate]],
    ['an anchor that is no certificate', ['x']],
  ])('is misuse, a TypeError: %s', async (_, trustAnchors) => {
    await expect(verify(holder, { trustAnchors })).rejects.toThrow(TypeError);
  });
});
