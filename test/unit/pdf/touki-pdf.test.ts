import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { describe, expect, it } from 'vitest';
import { checkToukiConformance } from '../../../sdk/formats/pdf-verify/touki-conformance.js';
import { padesProfile } from '../../../sdk/formats/profiles/pades.js';
import { toukiPdfProfile } from '../../../sdk/formats/profiles/touki-pdf.js';
import { memorySource } from '../../support/piecewise-source.js';
import { appendRevision, inflate, onePage } from '../../support/pdf-files.js';
import { rejection } from '../../support/refusal.js';
import { completeSignature, signingContext, signPdf } from '../../support/sign-pdf.js';
import { issueAuthority, issueHolder } from '../../support/test-pki.js';

const prepare = (document: Uint8Array, allowsEarlierSignatures = false) =>
  toukiPdfProfile.prepare(memorySource(document), { inflate, allowsEarlierSignatures }, nodeCrypto);

const unmet = async (document: Uint8Array): Promise<readonly string[]> =>
  (await checkToukiConformance({ source: memorySource(document), inflate }))
    .filter(({ result }) => result === 'not-met')
    .map(({ rule }) => rule);

describe('a PDF for 登記・供託', () => {
  it('meets every rule', async () => {
    expect(await unmet(await completeSignature(await prepare(onePage())))).toEqual([]);
  });

  it('PAdES does not, nor does a signature that something was added to', async () => {
    const prepared = await padesProfile.prepare(memorySource(onePage()), { inflate }, nodeCrypto);
    expect(await unmet(await completeSignature(prepared))).toEqual(['sub-filter']);
    const changed = appendRevision(await signPdf(onePage()), { 4: '<< /Length 0 >>\nstream\n\nendstream' });
    expect(await unmet(changed)).toEqual(expect.arrayContaining(['no-later-revision']));
  });

  it('is not made of one that was signed, unless that is asked for', async () => {
    const signed = await completeSignature(await prepare(onePage()));
    expect(await rejection(prepare(signed))).toBe('ERR_SIGN_FORMAT touki-signed-already');
    expect((await completeSignature(await prepare(signed, true))).length).toBeGreaterThan(signed.length);
  });

  it('is never made of one that was changed after it was signed', async () => {
    const changed = appendRevision(await signPdf(onePage()), { 5: '<< /Type /Font >>' });
    expect(await rejection(prepare(changed, true))).toBe('ERR_SIGN_FORMAT touki-later-increment');
  });

  it('has no time stamp, a name, and RSA with SHA-256', async () => {
    const prepared = await prepare(onePage());
    const timeStamper = () => Promise.resolve(new Uint8Array());
    expect(await rejection(prepared.begin(signingContext(undefined, { timeStamper })))).toBe(
      'ERR_SIGN_FORMAT touki-time-stamp',
    );
    expect(await rejection(prepared.begin(signingContext(undefined, { signatureAlgorithm: 'RS512' })))).toBe(
      'ERR_SIGN_ALGORITHM touki-algorithm',
    );
    const nobody = issueHolder('signing', issueAuthority('signing'), { subject: [['C', 'JP']], extensions: [] });
    expect(await rejection(prepared.begin(signingContext(nobody)))).toBe('ERR_SIGN_FORMAT touki-name');
  });
});
