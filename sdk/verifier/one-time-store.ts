/** Something that serves once: a nonce that was issued, a redirect on its way, its answer. */
export interface OneTimeEntry {
  /** 43 characters of base64url, a SHA-256 digest: the store sees no nonce, `state` or session in its keys. */
  readonly key: string;
  /** At most `MAX_VALUE_LENGTH` UTF-16 code units. May hold a person's data; keep it from logs and backups. */
  readonly value: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. The store may forget the entry from then on; it need not hide it. */
  readonly expiresAt: number;
}

/** Room for the largest form of a redirect and what is kept beside it. */
export const MAX_VALUE_LENGTH = 2_200_000;

/**
 * Where a service keeps things that serve once. All servers of a service share one store. An implementation rejects where
 * it cannot tell what happened; the caller then refuses, and the visitor starts again.
 *
 * Over a database both calls are one statement each, in autocommit or a transaction of their own, on the primary:
 *
 * ```sql
 * CREATE TABLE one_time (key CHAR(43) PRIMARY KEY, value TEXT NOT NULL, expires_at BIGINT NOT NULL);
 * INSERT INTO one_time VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING;   -- put: true where one row was inserted
 * DELETE FROM one_time WHERE key = $1 RETURNING value;                      -- take
 * DELETE FROM one_time WHERE expires_at < $now;                             -- now and then
 * ```
 *
 * With Redis: `SET key value NX PXAT expiresAt`, and `GETDEL key`. A `SELECT` followed by a `DELETE` is wrong: two
 * requests at the same moment would both be served.
 */
export interface OneTimeStore {
  /**
   * Keeps the entry. Of several `put`s of one key the first wins: true for it alone, false for the others, which change
   * nothing. Once it has resolved, a `take` on any server finds the entry.
   */
  put(entry: OneTimeEntry): Promise<boolean>;
  /**
   * Removes the entry and returns its value. Of several `take`s of one key, on whatever servers, exactly one gets the
   * value; the others, and all later ones, get undefined.
   */
  take(key: string): Promise<string | undefined>;
}
