/** A phone as one more card reader: over TLS on one network, or over USB on loopback. */
export { createTlsIdentity, type TlsIdentity } from './identity.js';
export { networkAddresses, type NetworkAddress } from './network-addresses.js';
export {
  openPhoneReader,
  PHONE_READER_PORT,
  phoneReaderDirectory,
  type PairingInvitation,
  type PhoneReader,
  type PhoneReaderOptions,
} from './network-phone-reader.js';
export type { PairingEnd } from './pairing-window.js';
export type { PhoneReaderEvent, PhoneReaderLimits } from './phone-card-readers.js';
export { PhoneReaderError, type PhoneReaderProblem, type RefusalReason } from './phone-reader-error.js';
export { PhoneStore, type PairedPhone } from './phone-store.js';
export {
  openUsbPhoneReader,
  USB_PHONE_READER_PORT,
  type UsbPhoneReader,
  type UsbPhoneReaderOptions,
} from './usb-phone-reader.js';
