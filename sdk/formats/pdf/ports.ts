/** What reading a PDF needs of its runtime besides the document itself. */

/**
 * Undoes zlib's compression (RFC 1950), as `FlateDecode` wants it (ISO 32000-2 §7.4.4).
 * @param maxLength octets; rejects where the result would be longer, before it takes the memory
 * @returns a promise that rejects for damaged or cut data, with any error
 */
export type Inflate = (bytes: Uint8Array, maxLength: number) => Promise<Uint8Array>;
