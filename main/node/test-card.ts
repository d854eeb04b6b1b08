import { join } from 'node:path';
import {
  CARD_PROFILE_NAMES,
  CardProfileError,
  connectVirtualCardToVpcd,
  loadCardProfile,
  openVirtualCard,
  VirtualCardStateError,
  type CardProfile,
  type TestCardPins,
  type VirtualCard,
  type VpcdOptions,
} from '../../native/virtual-card/index.js';
import { ClientError } from '../core/errors.js';

/** The built-in test card, as the shells may know it. */
export { CARD_PROFILE_NAMES, CardProfileError, loadCardProfile };
export type { CardProfile, TestCardPins, VirtualCard };

/** Where the test card's keys, certificates and PIN counters live. */
export function testCardDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'virtual-card');
}

/**
 * The test card kept in `stateDirectory`, made at its first use.
 * @throws ClientError ERR_INTERNAL_FILE where its file is damaged or cannot be used.
 */
export async function openTestCard(stateDirectory: string, profile?: CardProfile): Promise<VirtualCard> {
  const directory = testCardDirectory(stateDirectory);
  try {
    return await openVirtualCard({ stateDirectory: directory, ...(profile && { profile }) });
  } catch (error) {
    if (!(error instanceof VirtualCardStateError)) throw error;
    const reason = `${directory}: ${error.message}`;
    throw new ClientError('ERR_INTERNAL_FILE', 'the test card cannot be used', { details: { reason }, cause: error });
  }
}

/**
 * Puts the card into the virtual reader of a pcscd (vsmartcard-vpcd).
 * @returns a promise of when it is out again.
 * @throws ClientError ERR_PCSC_UNAVAILABLE where nothing listens there.
 */
export async function insertIntoVpcd(
  card: VirtualCard,
  options: VpcdOptions,
): Promise<{ readonly closed: Promise<void> }> {
  try {
    return await connectVirtualCardToVpcd(card, options);
  } catch (cause) {
    throw new ClientError('ERR_PCSC_UNAVAILABLE', 'vpcd does not answer there', { retriable: true, cause });
  }
}
