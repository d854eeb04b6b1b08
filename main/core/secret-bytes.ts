/**
 * Memory for PINs. A typed array of up to 64 bytes made by `new Uint8Array(length)` or `slice` lies in the engine's own heap,
 * where the garbage collector moves it and leaves the old copy behind; zeroing the array then zeroes one copy of several.
 * Bytes behind an explicit `ArrayBuffer` lie outside that heap and stay where they are.
 */
export function secretBytes(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}

/** A copy with an owner of its own. */
export function copyOfSecret(bytes: Uint8Array): Uint8Array {
  const copy = secretBytes(bytes.length);
  copy.set(bytes);
  return copy;
}
