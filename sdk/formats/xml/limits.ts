/** Bounds of what is read. Offsets are 32-bit, and no form comes near the others. */

export const MAX_DOCUMENT_BYTES = 2 ** 30;
export const MAX_DEPTH = 1_000;
/** Attributes and namespace declarations of one start tag. */
export const MAX_ATTRIBUTES = 1_000;
export const MAX_NAME_BYTES = 4_096;
export const MAX_NAMESPACE_URI_LENGTH = 4_096;
/** Different prefixes in one document. */
export const MAX_PREFIXES = 10_000;
export const MAX_IDS = 1_000_000;
