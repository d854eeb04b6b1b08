import { ClientError } from '../core/errors.js';
import type { ReaderChoice } from '../node/compose.js';
import { networkAddresses, qrCodeText, type PairingInvitation, type PhoneReaderEvent } from '../node/phone-reader.js';
import type { Translate } from './messages.js';
import type { Terminal } from './terminal.js';

export interface PhoneReaderChoiceOptions {
  readonly terminal: Pick<Terminal, 'write'>;
  readonly t: Translate;
  /** `--phone-address`. */
  readonly address: string | undefined;
  /** `--pair`: another phone is to be paired. */
  readonly pair: boolean;
}

/**
 * The reader choice for a phone on the network, with what the person has to be told on the way.
 * @throws ClientError ERR_PCSC_READER_CHOICE where this PC has several addresses and none was chosen.
 */
export function phoneReaderChoice({ terminal, t, address, pair }: PhoneReaderChoiceOptions): ReaderChoice {
  return {
    kind: 'phone',
    address: address ?? onlyAddress(),
    pair,
    onInvitation: (invitation) => {
      terminal.write(`${invitationText(invitation, t)}\n`);
    },
    onEvent: phoneEventPrinter({ terminal, t }),
  };
}

/** Tells the person in the terminal what the phone reader meets. */
export function phoneEventPrinter({
  terminal,
  t,
}: Pick<PhoneReaderChoiceOptions, 'terminal' | 't'>): (event: PhoneReaderEvent) => void {
  return (event) => {
    const text = phoneEventText(event, t);
    if (text !== undefined) terminal.write(`${text}\n`);
  };
}

function onlyAddress(): string {
  const addresses = networkAddresses().filter(({ loopback }) => !loopback);
  const [only] = addresses;
  if (only && addresses.length === 1) return only.address;
  const reason = addresses.map(({ address, interfaceName }) => `${address} (${interfaceName})`).join(', ');
  throw new ClientError('ERR_PCSC_READER_CHOICE', 'the network for the phone is not clear', {
    details: { application: 'phone', reason },
  });
}

function invitationText({ uri, code, address, port }: PairingInvitation, t: Translate): string {
  const where = `${address.includes(':') ? `[${address}]` : address}:${String(port)}`;
  return [t('phone.invitation'), qrCodeText(uri), t('phone.typed', { where, code }), t('phone.secret')].join('\n');
}

/** What the person should know; comings and goings of the card are told by the dialog itself. */
function phoneEventText(event: PhoneReaderEvent, t: Translate): string | undefined {
  switch (event.kind) {
    case 'paired':
      return t('phone.paired', { name: event.phone.name });
    case 'pairing-ended':
      return event.end === 'paired' || event.end === 'stopped' ? undefined : t(`phone.pairingEnded.${event.end}`);
    case 'connected':
      return t('phone.connected', { name: event.phone?.name ?? t('phone.overUsb') });
    case 'refused':
      return t('phone.refused', { address: event.remoteAddress });
    case 'disconnected':
      return t('phone.disconnected');
    case 'card':
      return undefined;
  }
}
