/** Bounds of the bridge contract, version 1. Every input is measured against one of these before it is looked at. */
export const LIMITS = {
  /** Bytes of a request body. */
  bodyBytes: 1024 * 1024,
  /** Characters of a challenge nonce; Web eID's bounds. 44 is 256 bits in base64. */
  challengeNonceMin: 44,
  challengeNonceMax: 128,
  /**
   * Items of one `sign` request: as the client ships; at most, where policy raises it; and by extension or redirect, whose
   * answers are single messages of about 1 MiB.
   */
  signItems: 20,
  signItemsMost: 1_000,
  signItemsInMessage: 100,
  /** UTF-16 code units of an item's name. */
  itemNameLength: 255,
  /** UTF-16 code units of the reason a service gives for reading attributes. */
  purposeLength: 200,
  /** Attributes of one `readAttributes` request, derived answers included. */
  attributes: 8,
  /** Bounds of a derived answer `ageOver`, in years. */
  ageMin: 1,
  ageMax: 120,
  /** Characters of an encrypted result: a thousand signatures of the usual size, twice over. */
  encryptedResultLength: 16 * 1024 * 1024,
  /** Characters of a serialised origin. */
  originLength: 255,
  /** Characters of a `redirect_uri`. */
  redirectUriLength: 1024,
  /** Characters of a redirect's `state`, base64url: at least 128 bits. */
  stateMin: 22,
  stateMax: 128,
  /** Seconds for which a used `state` or `jti` is remembered. A signed request must not live longer. */
  replaySeconds: 600,
  /** Seconds by which the clocks of service and PC may differ. */
  clockSkewSeconds: 60,
  /** Characters of the `jti` of a signed request. */
  jtiMax: 128,
  /** Characters of an identifier in the registry. */
  identifierLength: 64,
  /** Longest `?wait=` of a poll, in seconds. */
  pollWaitSeconds: 25,
  /** A session that nobody polls for this many seconds is cancelled. */
  pollSilenceSeconds: 35,
  /** The same for a session whose last poll broke off before it was answered: its page has probably gone. */
  pollBrokenSeconds: 5,
  /** Sessions that may wait behind the one whose dialog is open, over all origins. */
  queuedSessions: 8,
  /** Sessions one origin may have open or queued at a time. */
  sessionsPerOrigin: 2,
  /** Sessions one origin may open within a minute. */
  sessionsPerMinute: 12,
  /** Seconds one origin has to wait after it was refused once; doubles with each refusal that follows, up to the second figure. */
  backOffSeconds: 2,
  backOffMaxSeconds: 300,
  /** Seconds from the moment a dialog opens until it closes by itself. */
  dialogSeconds: 300,
  /** Nesting of a request's JSON. */
  jsonDepth: 8,
  /** Octets of one upload. */
  uploadBytes: 64 * 1024 * 1024,
  /** Uploads that one origin, and that all origins together, may have open. Where policy raises `signItems`, as many as that. */
  uploadsPerOrigin: 20,
  uploadsAltogether: 100,
  /** Octets of those uploads. */
  uploadBytesPerOrigin: 256 * 1024 * 1024,
  uploadBytesAltogether: 512 * 1024 * 1024,
  /** Of both figures for all origins: what only origins of the registry may use, so that others cannot lock them out. */
  reservedUploads: 20,
  reservedUploadBytes: 128 * 1024 * 1024,
  /** Seconds for which an upload is kept that no session uses. */
  uploadSeconds: 600,
} as const;

/** The protocol version this release speaks, as sent in `Madoguchi-Protocol`. */
export const PROTOCOL_VERSION = 1;

/** Name of the header that every request but `GET /v1/status` carries; its presence forces a CORS preflight. */
export const PROTOCOL_HEADER = 'Madoguchi-Protocol';

/** Loopback ports in the order in which the client takes, and a page tries, them. */
export const BRIDGE_PORTS = [41731, 41732, 41733] as const;
