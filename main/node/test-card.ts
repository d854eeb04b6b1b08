import { join } from 'node:path';
// Not the whole package: what issues certificates takes as long to load as the rest, and is needed for a new card only.
import type { CardProfile } from '../../native/virtual-card/card-profile.js';
import { VirtualCardStateError } from '../../native/virtual-card/card-state-file.js';
import { virtualCardReaders, type VirtualCardReaders } from '../../native/virtual-card/virtual-card-readers.js';
import { openVirtualCard, type TestCardPins, type VirtualCard } from '../../native/virtual-card/virtual-card.js';
import { connectVirtualCardToVpcd, type VpcdOptions } from '../../native/virtual-card/vpcd-client.js';
import { ClientError } from '../core/errors.js';

/** The built-in test card, as the shells may know it. */
export type { TestCardPins, VirtualCard };

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

/** The built-in reader with that card in it, alone. @throws as `openTestCard` */
export async function openTestCardReaders(stateDirectory: string, profile?: CardProfile): Promise<VirtualCardReaders> {
  return virtualCardReaders(await openTestCard(stateDirectory, profile));
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
