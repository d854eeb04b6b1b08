/** The signature-time-stamp attribute (RFC 3161 appendix A): time stamps over a signature value. */
import { FormatError } from '../format-error.js';
import { CmsOid } from '../oids.js';
import type { FormatCrypto } from '../ports.js';
import { failureReason, type TimeStampReport, type TrustOptions } from '../signature-report.js';
import { readTokenContent } from '../time-stamp/token-content.js';
import type { MessageImprint } from '../time-stamp/tst-info.js';
import { malformed } from './cms-error.js';
import type { SignerInfo } from './signed-data.js';

/**
 * Checks an RFC 3161 token against the digest of what it is to be over: `verifyTimeStampToken` of `../time-stamp`, passed in
 * because that one checks the token's own signature with `reportSigners`.
 */
export type VerifyTimeStampToken = (
  token: Uint8Array,
  imprint: MessageImprint,
  trust: TrustOptions,
  crypto: FormatCrypto,
) => Promise<TimeStampReport>;

export interface TimeStampCheck {
  readonly trust: TrustOptions;
  readonly crypto: FormatCrypto;
  readonly verifyTimeStamp: VerifyTimeStampToken | undefined;
}

/** Time stamps over one signature that are looked at; further ones are not. */
const MAX_TIME_STAMPS = 8;

/** The one time stamp that says most: the earliest trusted one, otherwise an intact one, otherwise the first failure. */
export async function reportSignatureTimeStamp(signer: SignerInfo, check: TimeStampCheck): Promise<TimeStampReport> {
  const tokens = signer.unverifiedAttributes
    .filter(({ type }) => type === CmsOid.signatureTimeStamp)
    .flatMap(({ values }) => values);
  const reports: TimeStampReport[] = [];
  for (const { encoded } of tokens.slice(0, MAX_TIME_STAMPS)) {
    reports.push(await reportTimeStamp(encoded, signer.signature, check));
  }
  const intact = reports.filter((report) => report.status === 'intact');
  const trusted = intact.filter(({ path }) => path.status === 'trusted');
  const earliest = trusted.toSorted((a, b) => a.time.getTime() - b.time.getTime());
  return earliest[0] ?? intact[0] ?? reports[0] ?? { status: 'absent' };
}

/**
 * Checks a time stamp over octets, digesting them as the token says.
 * @param token DER or BER
 * @returns never rejects for what the token is
 */
export async function reportTimeStamp(
  token: Uint8Array,
  stamped: Uint8Array,
  { trust, crypto, verifyTimeStamp }: TimeStampCheck,
): Promise<TimeStampReport> {
  try {
    if (verifyTimeStamp === undefined) throw malformed('time-stamp-not-checked', 'nothing to check a time stamp with');
    // Whether the token's digest is accepted its verifier says.
    const { digestAlgorithm } = readTokenContent(token).tstInfo.messageImprint;
    const digest = await crypto.digest(digestAlgorithm, stamped);
    return await verifyTimeStamp(token, { digestAlgorithm, digest }, trust, crypto);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { status: 'failed', code: error.code, reason: failureReason(error) };
  }
}
