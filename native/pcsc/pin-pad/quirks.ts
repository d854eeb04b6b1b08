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

/** Whether one of the quirks of that kind is this reader's, by its name or by its USB id. */
export function hasQuirk(
  quirks: readonly ReaderQuirk[],
  quirk: ReaderQuirk['quirk'],
  reader: { readonly name: string } & Pick<ReaderFeatures, 'usbId'>,
): boolean {
  return quirks.some(
    (entry) =>
      entry.quirk === quirk &&
      ((entry.name !== undefined && reader.name.includes(entry.name)) ||
        (entry.usbId !== undefined && entry.usbId === reader.usbId)),
  );
}
