import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { FormatError, parseCertificate } from '../../../sdk/formats/index.js';
import type { CertificateStatus } from '../../../sdk/formats/revocation/certificate-status.js';
import { CrlChecker } from '../../../sdk/formats/revocation/crl-checker.js';
import { findRevocation } from '../../../sdk/formats/revocation/crl-entries.js';
import { indexCrl } from '../../../sdk/formats/revocation/crl-index.js';
import { parseCrl } from '../../../sdk/formats/revocation/crl.js';
import { readOcspResponse } from '../../../sdk/formats/revocation/ocsp-response.js';
import { verifyOcspResponse } from '../../../sdk/formats/revocation/verify-ocsp.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import {
  issueBelow,
  issueCrl,
  issueOcspResponder,
  issueTestCa,
  issuingDistributionPoint,
  minutesFromNow,
  ocspResponse,
} from '../../support/test-authorities.js';

const ca = issueTestCa('Issuing CA');
const holder = issueBelow(ca, 'holder', { serialNumber: 100 });
const issued = { certificate: parseCertificate(holder.certificate), issuer: parseCertificate(ca.certificate) };
const moment = { at: new Date(), now: new Date() };

const crl = issueCrl({
  issuer: ca,
  entries: [
    { serialNumber: 100, reason: 1, invalidityDate: minutesFromNow(-60) },
    { serialNumber: 101 },
    { serialNumber: 102, reason: 6 },
  ],
  extensions: [issuingDistributionPoint([1])],
});
const response = ocspResponse({
  signer: issueOcspResponder(ca),
  responses: [
    { certificate: holder.certificate, issuer: ca.certificate, status: { revokedAt: minutesFromNow(-60), reason: 1 } },
  ],
  nonce: new Uint8Array(32),
});

/** Some octets changed, then perhaps some cut off, or some put in. */
function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const position = fc.nat(original.length - 1);
  const changes = fc.array(fc.tuple(position, fc.nat(255)), { maxLength: 4 });
  return fc.tuple(changes, fc.option(position), fc.uint8Array({ maxLength: 6 })).map(([pairs, cut, added]) => {
    const octets = new Uint8Array(original);
    for (const [index, value] of pairs) octets[index] = value;
    if (cut === null) return octets;
    return added.length === 0
      ? octets.slice(0, cut)
      : new Uint8Array([...octets.slice(0, cut), ...added, ...octets.slice(cut)]);
  });
}

/** Undefined where it is refused, as it should be: by a FormatError that says why. */
function survived<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    requireReason(error);
    return undefined;
  }
}

function requireReason(error: unknown): void {
  if (!(error instanceof FormatError)) throw error;
  expect(error.reason).toMatch(/^(?:crl|ocsp|key|algorithm|serial)-[a-z0-9-]+$/);
}

/** What is accepted can only be what was signed: the genuine answer. */
async function requireGenuine(status: Promise<CertificateStatus>): Promise<void> {
  try {
    expect(await status).toMatchObject({ status: 'revoked', revocation: { reason: 'keyCompromise' } });
  } catch (error) {
    requireReason(error);
  }
}

describe('the readers under random input', () => {
  it('read or refuse any octets', { timeout: FUZZ_TIMEOUT }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        survived(() => parseCrl(octets));
        survived(() => readOcspResponse(octets));
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('read or refuse a changed CRL, and an index finds what a walk finds', { timeout: FUZZ_TIMEOUT }, () => {
    fc.assert(
      fc.property(mutated(crl), (octets) => {
        const parsed = survived(() => parseCrl(octets));
        if (parsed === undefined) return;
        const walked = survived(() => [findRevocation(parsed, issued.certificate)]);
        const indexed = survived(() => [indexCrl(parsed).find(issued.certificate)]);
        expect(indexed).toEqual(walked);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('believe no changed CRL and no changed response', { timeout: FUZZ_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(mutated(crl), mutated(response), async (changedCrl, changedResponse) => {
        const checker = survived(() => new CrlChecker(changedCrl, nodeCrypto));
        if (checker !== undefined) await requireGenuine(checker.status(issued, moment));
        await requireGenuine(verifyOcspResponse(changedResponse, { ...issued, ...moment, crypto: nodeCrypto }));
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
