import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { describe, expect, it } from 'vitest';
import {
  parseCertificate,
  parseSignedData,
  prepareCms,
  reportSigners,
  type SignerReport,
  type TrustOptions,
} from '../../../sdk/formats/index.js';
import { element } from '../../../sdk/formats/asn1/write.js';
import { memorySource } from '../../support/piecewise-source.js';
import { signPrepared } from '../../support/signed-documents.js';
import {
  issueTestCa,
  issueTimeStampAuthority,
  minutesFromNow,
  timeStampToken,
} from '../../support/test-authorities.js';
import { attribute, buildCms, elementsOf, Oid, sha256, verifyTestCms } from '../../support/test-cms.js';
import { issueAuthority, issueHolder, yearsFromNow } from '../../support/test-pki.js';

const SIGNATURE_TIME_STAMP = '1.2.840.113549.1.9.16.2.14';
const content = Buffer.from('申請書\n');
const authority = issueAuthority('signing');
const tsaRoot = issueTestCa('TSA root');
const tsa = issueTimeStampAuthority(tsaRoot);
const impostor = issueTimeStampAuthority(issueTestCa('impostor'));
/** Whose certificate ended half a year ago. */
const holder = issueHolder('signing', authority, { notBefore: yearsFromNow(-3), notAfter: yearsFromNow(-0.5) });
const inTime = yearsFromNow(-0.6);

const trust: Partial<TrustOptions> = {
  trustAnchors: [parseCertificate(authority.certificate)],
  timeStampAnchors: [parseCertificate(tsaRoot.certificate)],
};

/** The signature, with time stamps made from its value. */
function stamped(...stamps: readonly ((signature: Uint8Array) => Uint8Array)[]): Uint8Array {
  const bare = buildCms({ content, signers: [{ holder }] });
  const [signer] = parseSignedData(bare).signerInfos;
  const tokens = stamps.map((stamp) => stamp(signer?.signature ?? new Uint8Array()));
  const unsignedAttributes = element(0xa1, attribute(SIGNATURE_TIME_STAMP, ...tokens));
  return buildCms({ content, signers: [{ holder, unsignedAttributes }] });
}

function stampAt(genTime: Date, by = tsa): (signature: Uint8Array) => Uint8Array {
  return (signature) => timeStampToken({ authority: by, digest: sha256(signature), genTime });
}

async function signerOf(cms: Uint8Array, options = trust): Promise<SignerReport | undefined> {
  const { signers } = await verifyTestCms({ cms, content, ...options });
  return signers[0];
}

describe('a signature-time-stamp', () => {
  it('moves the path to its time where it is trusted', async () => {
    expect(await signerOf(buildCms({ content, signers: [{ holder }] }))).toMatchObject({
      timeStamp: { status: 'absent' },
      path: { status: 'untrusted', code: 'ERR_CERT_EXPIRED' },
    });
    expect(await signerOf(stamped(stampAt(inTime)))).toMatchObject({
      timeStamp: { status: 'intact', time: inTime, path: { status: 'trusted' } },
      path: { status: 'trusted' },
      validatedAt: inTime,
    });
  });

  it('that comes too late does not help', async () => {
    const time = minutesFromNow(-1);
    expect(await signerOf(stamped(stampAt(time)))).toMatchObject({
      validatedAt: time,
      path: { status: 'untrusted', code: 'ERR_CERT_EXPIRED' },
    });
  });

  it('by somebody nobody trusts moves nothing', async () => {
    const at = new Date();
    const untrusted = { timeStamp: { status: 'intact' }, validatedAt: at, path: { code: 'ERR_CERT_EXPIRED' } };
    expect(await signerOf(stamped(stampAt(inTime, impostor)), { ...trust, at })).toMatchObject(untrusted);
    expect(await signerOf(stamped(stampAt(inTime)), { trustAnchors: trust.trustAnchors ?? [], at })).toMatchObject(
      untrusted,
    );
  });

  it('by an authority whose certificate has run out since moves nothing', async () => {
    const over = issueTimeStampAuthority(tsaRoot, { notAfter: yearsFromNow(-0.1) });
    const at = new Date();
    expect(await signerOf(stamped(stampAt(inTime, over)), { ...trust, at })).toMatchObject({
      timeStamp: { status: 'intact', time: inTime, path: { status: 'untrusted' }, isPathOver: true },
      validatedAt: at,
      path: { code: 'ERR_CERT_EXPIRED' },
    });
    // One that still counts is preferred, although later.
    const later = minutesFromNow(-60);
    const both = stamped(stampAt(inTime, over), stampAt(later));
    expect(await signerOf(both, { ...trust, at })).toMatchObject({ timeStamp: { time: later, isPathOver: false } });
  });

  it('from the future has failed, and makes no certificate valid before its time', async () => {
    const early = issueHolder('signing', authority, { notBefore: yearsFromNow(1), notAfter: yearsFromNow(3) });
    const bare = parseSignedData(buildCms({ content, signers: [{ holder: early }] })).signerInfos[0];
    const token = stampAt(yearsFromNow(2))(bare?.signature ?? new Uint8Array());
    const unsignedAttributes = element(0xa1, attribute(SIGNATURE_TIME_STAMP, token));
    expect(await signerOf(buildCms({ content, signers: [{ holder: early, unsignedAttributes }] }))).toMatchObject({
      timeStamp: { status: 'failed', code: 'ERR_SIGN_FORMAT', reason: 'time-stamp-future' },
      path: { status: 'untrusted', code: 'ERR_CERT_NOT_YET_VALID' },
    });
  });

  it('over something else has failed, and moves nothing', async () => {
    for (const digest of [sha256(content), new Uint8Array(32)]) {
      const cms = stamped(() => timeStampToken({ authority: tsa, digest, genTime: inTime }));
      expect(await signerOf(cms)).toMatchObject({
        timeStamp: { status: 'failed', code: 'ERR_SIGN_DIGEST', reason: 'time-stamp-imprint' },
        path: { status: 'untrusted', code: 'ERR_CERT_EXPIRED' },
      });
    }
  });

  it('that is none has failed', async () => {
    for (const token of [content, buildCms({ content, signers: [{ holder }], eContent: content })]) {
      const value = token === content ? element(0x04, content) : token;
      expect(await signerOf(stamped(() => value))).toMatchObject({
        integrity: 'intact',
        timeStamp: { status: 'failed', code: 'ERR_SIGN_FORMAT' },
      });
    }
  });

  it('counts by the earliest trusted one', async () => {
    const early = yearsFromNow(-1);
    const cms = stamped(
      stampAt(inTime),
      stampAt(yearsFromNow(-2), impostor),
      () => element(0x04, content),
      stampAt(early),
    );
    expect(await signerOf(cms)).toMatchObject({ timeStamp: { time: early }, validatedAt: early });
  });

  it('is looked at eight times and no more', async () => {
    const bad = Array.from({ length: 8 }, () => () => element(0x04, content));
    expect(await signerOf(stamped(...bad, stampAt(inTime)))).toMatchObject({ timeStamp: { status: 'failed' } });
  });

  it('is what signing with a time stamper writes', async () => {
    const asked: Uint8Array[] = [];
    const prepared = await prepareCms(memorySource(content), { content: 'detached' }, nodeCrypto);
    const cms = await signPrepared(prepared, holder, {
      timeStamper: ({ digest, digestAlgorithm }) => {
        expect(digestAlgorithm).toBe('SHA-256');
        asked.push(digest);
        return Promise.resolve(timeStampToken({ authority: tsa, digest, genTime: inTime }));
      },
    });
    expect(asked).toHaveLength(1);
    expect(elementsOf(cms).some((part) => part[0] === 0xa1)).toBe(true);
    expect(await signerOf(cms)).toMatchObject({ path: { status: 'trusted' }, validatedAt: inTime });
  });

  it('is said to be unchecked where there is nothing to check it with', async () => {
    const [signer] = await reportSigners(parseSignedData(stamped(stampAt(inTime))), {
      contentType: Oid.data,
      contentDigest: (algorithm) => nodeCrypto.digest(algorithm, content),
      at: new Date(),
      crypto: nodeCrypto,
    });
    expect(signer).toMatchObject({ timeStamp: { status: 'failed', reason: 'time-stamp-not-checked' } });
  });
});

describe('revocation', () => {
  it('is asked about for trusted paths, at the time they were validated for', async () => {
    const asked: Date[] = [];
    const revocation: NonNullable<TrustOptions['revocation']> = (path, at) => {
      asked.push(at);
      expect(path).toHaveLength(2);
      return Promise.resolve({ status: 'revoked', source: 'crl', thisUpdate: at, revokedAt: inTime });
    };
    const bare = { revocation: { status: 'not-checked', reason: 'no-trusted-path' } };
    expect(await signerOf(buildCms({ content, signers: [{ holder }] }), { ...trust, revocation })).toMatchObject(bare);
    expect(asked).toEqual([]);
    const cms = buildCms({ content, signers: [{ holder }] });
    expect(await verifyTestCms({ cms, content, ...trust, at: inTime, revocation })).toMatchObject({
      verdict: 'total-failed',
      signers: [{ revocation: { status: 'revoked' } }],
    });
    expect(asked).toEqual([inTime]);
  });
});
