import { parseSignedData, type SignedData } from '../cms/signed-data.js';
import { FormatError } from '../format-error.js';
import { namingReason } from '../named-reason.js';
import { TimeStampOid } from '../oids.js';
import { readTstInfo, type TstInfo } from './tst-info.js';

export interface TokenContent {
  readonly signedData: SignedData;
  /** The very octets that are signed. */
  readonly eContent: Uint8Array;
  readonly tstInfo: TstInfo;
}

/**
 * A TimeStampToken (RFC 3161 §2.4.2) taken apart: SignedData with a TSTInfo attached. Nothing is verified.
 * @throws FormatError `ERR_SIGN_FORMAT`: `time-stamp-format`, `time-stamp-content-type`, `time-stamp-content`, what
 * `parseSignedData` has a finer reason for, and what `readTstInfo` throws
 */
export function readTokenContent(token: Uint8Array): TokenContent {
  const signedData = namingReason('time-stamp-format', () => parseSignedData(token));
  const { eContentType, eContent } = signedData;
  if (eContentType !== TimeStampOid.tstInfo) refuse('time-stamp-content-type');
  if (eContent === undefined) return refuse('time-stamp-content');
  return { signedData, eContent, tstInfo: readTstInfo(eContent) };
}

function refuse(reason: string): never {
  throw new FormatError('ERR_SIGN_FORMAT', 'not a time-stamp token', { reason });
}
