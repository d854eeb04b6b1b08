import { concatBytes, encodeHex, encodeUtf8 } from '../../../sdk/formats/bytes.js';

/** What a site knows this PC, and this card in it, by. Nothing of them says what another site was given. */
export interface SiteIdentifiers {
  /** Of this installation. 32 digits of lower-case hexadecimal. */
  readonly uuid: string;
  /** Of this installation and the card. 64 digits of lower-case hexadecimal. */
  readonly combinationCode: string;
}

/** This installation's secret: 32 random bytes that only this user can read. Rejects with `ERR_INTERNAL_FILE`. */
export interface IdentifierSecret {
  /** Made where there is none yet. The caller zeroes its copy. */
  read(): Promise<Uint8Array>;
  /** Another secret from now on: every site takes this PC for a new one. */
  reset(): Promise<void>;
}

/** HMAC with SHA-256 (RFC 2104). */
export interface MessageAuthentication {
  hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
}

export interface IdentifierEnvironment {
  readonly identifierSecret: IdentifierSecret;
  readonly messageAuthentication: MessageAuthentication;
}

const UUID_BYTES = 16;

/**
 * The identifiers of one site. In the protocol both are the same at every site; here each site has its own, since without the
 * secret nobody can tell two of them apart from random numbers.
 * @param origin serialised
 * @param cardNumber the card's manufacture number; stays the caller's to zero
 */
export async function siteIdentifiers(
  { identifierSecret, messageAuthentication }: IdentifierEnvironment,
  origin: string,
  cardNumber: Uint8Array,
): Promise<SiteIdentifiers> {
  const secret = await identifierSecret.read();
  let ofCard: Uint8Array | undefined;
  try {
    const uuid = await messageAuthentication.hmacSha256(secret, labelled('uuid', origin));
    ofCard = concatBytes(labelled('combination_code', origin), cardNumber);
    const code = await messageAuthentication.hmacSha256(secret, ofCard);
    return { uuid: encodeHex(uuid.subarray(0, UUID_BYTES)), combinationCode: encodeHex(code) };
  } finally {
    secret.fill(0);
    ofCard?.fill(0);
  }
}

/** An origin has no zero octet, so no two of these are alike. */
function labelled(label: string, origin: string): Uint8Array {
  return encodeUtf8(`madoguchi site identifier 1\0${label}\0${origin}\0`);
}
