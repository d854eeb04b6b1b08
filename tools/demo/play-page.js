import { createClient } from 'madoguchi/browser';

/**
 * The sample service's page without a browser: the same SDK, the same requests, one cookie. A browser would set `Origin`
 * by itself, and let no page choose it.
 */
export class PagePlayer {
  #origin;
  #madoguchi;
  #cookie = '';

  /** @param {string} origin of the sample service @param {number} bridgePort */
  constructor(origin, bridgePort) {
    this.#origin = origin;
    this.#madoguchi = createClient({
      ports: [bridgePort],
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set('Origin', origin);
        return fetch(input, { ...init, headers });
      },
    });
  }

  /** @param {string} path @param {object} body @returns {Promise<Record<string, unknown>>} */
  async #call(path, body = {}) {
    const response = await fetch(`${this.#origin}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: this.#origin, Cookie: this.#cookie },
      body: JSON.stringify(body),
    });
    this.#cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie;
    const answer = await /** @type {Promise<Record<string, unknown>>} */ (response.json());
    if (!response.ok) throw new Error(`the service refused ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Logs in as the page does. Rejects unless the service accepts the token. */
  async logIn() {
    const { challengeNonce } = await this.#call('/challenge');
    const { token } = await this.#madoguchi.authenticate({ challengeNonce: String(challengeNonce) });
    const { person } = await this.#call('/login', { token });
    return { token, person };
  }

  /** Signs a text as the page does. Rejects unless the service accepts the signature. @param {string} text */
  async sign(text) {
    const content = new TextEncoder().encode(text);
    const { items } = await this.#madoguchi.sign({ items: [{ name: '住民票の写しの交付申請.txt', content }] });
    const [item] = items;
    if (item?.status !== 'signed') throw new Error(`not signed: ${item?.error.code ?? 'no item'}`);
    const body = { content: Buffer.from(content).toString('base64'), signature: item.signature };
    const { signer } = await this.#call('/sign/verify', body);
    return { signature: item.signature, signer };
  }
}
