import { randomBytes } from 'node:crypto';

/** Minutes without a request after which a session is forgotten, and a challenge is no longer accepted. */
const SESSION_MINUTES = 30;
const CHALLENGE_MINUTES = 5;
/** More visitors than a sample has; the oldest session goes first. */
const MAX_SESSIONS = 1000;

/**
 * @typedef {object} Person Who is logged in, as the sample shows it.
 * @property {string} [subject] What the verifier calls this person towards this service.
 * @property {string} [issuer] Of the certificate, where the service itself saw it; `serialNumber` likewise.
 * @property {string} [serialNumber]
 * @property {boolean} isTestCertificate
 */

/**
 * @typedef {object} Session
 * @property {string} id
 * @property {number} expiresAt
 * @property {{ nonce: string, expiresAt: number } | undefined} challenge
 * @property {Person | undefined} person
 */

const minutes = (/** @type {number} */ count) => count * 60_000;

/** Visitors' sessions, in memory. A real service keeps them where all of its servers find them. */
export class Sessions {
  /** @type {Map<string, Session>} */
  #sessions = new Map();
  #now;

  /** @param {() => number} now Milliseconds, as `Date.now` counts them. */
  constructor(now) {
    this.#now = now;
  }

  /** @param {string | undefined} id As it came from the visitor. */
  find(id) {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (session === undefined || session.expiresAt <= this.#now()) return undefined;
    session.expiresAt = this.#now() + minutes(SESSION_MINUTES);
    return session;
  }

  /** @param {Person} [person] */
  open(person) {
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(oldest);
    const expiresAt = this.#now() + minutes(SESSION_MINUTES);
    /** @type {Session} */
    const session = { id: randomBytes(32).toString('base64url'), expiresAt, challenge: undefined, person };
    this.#sessions.set(session.id, session);
    return session;
  }

  /** @param {Session | undefined} session */
  end(session) {
    if (session !== undefined) this.#sessions.delete(session.id);
  }

  /** @param {Session} session @param {string} nonce Takes the place of an earlier one. */
  setChallenge(session, nonce) {
    session.challenge = { nonce, expiresAt: this.#now() + minutes(CHALLENGE_MINUTES) };
  }

  /**
   * The session's challenge, for the last time: it serves once, whatever comes of it.
   * @param {Session | undefined} session
   * @returns {string | undefined}
   */
  takeChallenge(session) {
    const challenge = session?.challenge;
    if (session === undefined || challenge === undefined) return undefined;
    session.challenge = undefined;
    return challenge.expiresAt > this.#now() ? challenge.nonce : undefined;
  }
}
