/** What a reader says it can do beyond exchanging APDUs: PC/SC part 10 (v2.02.09), sections 2.2 and 2.6. */

/** `CM_IOCTL_GET_FEATURE_REQUEST` before `SCARD_CTL_CODE`, which differs between platforms. */
export const GET_FEATURE_REQUEST = 3400;

/** Tags of features, section 2.3. */
export const FEATURE = {
  VERIFY_PIN_START: 0x01,
  VERIFY_PIN_DIRECT: 0x06,
  MODIFY_PIN_DIRECT: 0x07,
  GET_TLV_PROPERTIES: 0x12,
} as const;

/** Tag of a feature → control code to ask `SCardControl` for it with. */
export type FeatureList = ReadonlyMap<number, number>;

const FEATURE_BYTES = 6;
const FEATURE_VALUE_BYTES = 4;
const PROPERTY_VENDOR = 0x0b;
const PROPERTY_PRODUCT = 0x0c;

/**
 * The answer to `CM_IOCTL_GET_FEATURE_REQUEST`: per feature a tag, the length 4 and the control code, big-endian.
 * @returns undefined where it is anything else, or names a feature twice
 */
export function parseFeatureList(unverified: Uint8Array): FeatureList | undefined {
  if (unverified.length % FEATURE_BYTES !== 0) return undefined;
  const view = new DataView(unverified.buffer, unverified.byteOffset, unverified.byteLength);
  const features = new Map<number, number>();
  for (let offset = 0; offset < unverified.length; offset += FEATURE_BYTES) {
    const tag = view.getUint8(offset);
    if (view.getUint8(offset + 1) !== FEATURE_VALUE_BYTES || features.has(tag)) return undefined;
    features.set(tag, view.getUint32(offset + 2));
  }
  return features;
}

/** Whether there is a feature by which a PIN is entered on the reader. */
export function announcesPinPad(features: FeatureList): boolean {
  return features.has(FEATURE.VERIFY_PIN_DIRECT) || features.has(FEATURE.VERIFY_PIN_START);
}

/**
 * `idVendor:idProduct` in lower-case hexadecimal, as `076b:3031`, from the answer to `FEATURE_GET_TLV_PROPERTIES`: tag,
 * length, and a value whose numbers are little-endian.
 * @returns undefined where the answer is malformed or tells less than both
 */
export function parseUsbId(unverified: Uint8Array): string | undefined {
  const numbers = new Map<number, number>();
  let rest = unverified;
  while (rest.length > 0) {
    const [tag, length] = rest;
    if (tag === undefined || length === undefined || rest.length < 2 + length) return undefined;
    const [low, high] = rest.subarray(2, 2 + length);
    if (length === 2 && low !== undefined && high !== undefined) numbers.set(tag, high * 0x100 + low);
    rest = rest.subarray(2 + length);
  }
  const [vendor, product] = [numbers.get(PROPERTY_VENDOR), numbers.get(PROPERTY_PRODUCT)];
  return vendor === undefined || product === undefined ? undefined : `${hex(vendor)}:${hex(product)}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
