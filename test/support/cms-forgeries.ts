/** What forgeries of CMS signatures are made from: one good signature, detached and attached. */
import { FormatError, parseCertificate, type FormatErrorCode } from '../../sdk/formats/index.js';
import { buildCms, standardAttributes, verifyTestCms, type CmsTemplate, type SignerTemplate } from './test-cms.js';
import { issueAuthority, issueHolder } from './test-pki.js';

export const content = Buffer.from('申請書\n');
export const authority = issueAuthority('signing');
export const anchor = parseCertificate(authority.certificate);
export const holder = issueHolder('signing', authority);
export const standard = standardAttributes(content, holder.certificate);
/** Other content than `content`. */
export const forged = Buffer.from('another content');
export const detached = buildCms({ content, signers: [{ holder }] });
export const attached = buildCms({ content, signers: [{ holder }], eContent: content });
export interface Attack {
  readonly cms: Uint8Array;
  /** Default: the content of the good one. Null: attached. */
  readonly over?: Uint8Array | null;
}

export type AttackRow = readonly [name: string, code: FormatErrorCode, reason: string, forge: () => Attack];

/** Signed by the holder, except for what the template changes. */
export function signedBut(signer: Partial<SignerTemplate>, cms: Partial<CmsTemplate> = {}): () => Attack {
  return () => ({ cms: buildCms({ content, signers: [{ holder, ...signer }], ...cms }) });
}

/** The good signature with some of its octets changed. */
export function edited(edit: (cms: Buffer) => Uint8Array, over?: Uint8Array): () => Attack {
  return () => ({ cms: edit(Buffer.from(detached)), ...(over && { over }) });
}

export function replaced(whole: Uint8Array, from: Uint8Array, to: Uint8Array): Buffer {
  const bytes = Buffer.from(whole);
  const at = bytes.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error('nothing to replace');
  bytes.set(to, at);
  return bytes;
}

/** How a forgery is refused: as a whole, or its one signer. */
export async function refusal({ cms, over = content }: Attack): Promise<unknown> {
  try {
    const { signers, verdict } = await verifyTestCms({ cms, content: over ?? undefined, trustAnchors: [anchor] });
    const [signer] = signers;
    if (verdict !== 'total-failed' || signer?.integrity !== 'failed') return 'not refused';
    return { code: signer.code, reason: signer.reason };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { code: error.code, reason: error.reason };
  }
}
