import type { ReaderFeatures } from './discovery.js';

/** A way in which some readers differ from what they announce. The list of them is `resources/reader-quirks.json`. */
export interface ReaderQuirk {
  /** `false-pin-pad`: announces PIN entry and has no keys for it. */
  readonly quirk: 'false-pin-pad';
  /** Part of the PC/SC reader name, or undefined where only `usbId` tells. */
  readonly name: string | undefined;
  /** `idVendor:idProduct` in lower-case hexadecimal, or undefined where only `name` tells. */
  readonly usbId: string | undefined;
}

/** Whether a PIN pad that this reader announces is none, by the reader's name or its USB id. */
export function hasFalsePinPad(
  quirks: readonly ReaderQuirk[],
  reader: { readonly name: string } & Pick<ReaderFeatures, 'usbId'>,
): boolean {
  return quirks.some(
    ({ name, usbId }) =>
      (name !== undefined && reader.name.includes(name)) || (usbId !== undefined && usbId === reader.usbId),
  );
}
