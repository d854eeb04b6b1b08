import { exchange, type RawAnswer } from '../bridge/harness.js';
import { NONCE, ORIGIN } from '../bridge/fakes.js';

export const REDIRECT_URI = `${ORIGIN}/callback`;

/** What a browser says of a navigation in the person's own window. */
export const NAVIGATION = {
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
} as const;

/** What the client's own page says when it asks for its result. */
export const OWN_PAGE = {
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'same-origin',
  'Sec-Fetch-Dest': 'empty',
} as const;

let states = 0;

/** A state that no other call gets. */
export function newState(): string {
  states++;
  return `state_${String(states).padStart(20, '0')}`;
}

/** The parameters of a right request, changed; undefined leaves one out. */
export function parameters(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = {
    redirect_uri: REDIRECT_URI,
    state: newState(),
    challenge_nonce: NONCE,
    ...changes,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}

export interface NavigationParts {
  /** Percent-encoded. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A top-level navigation to `/v1/authorize`, right in every part but those given. */
export function navigate(
  port: number,
  { query = parameters(), headers = {} }: NavigationParts = {},
): Promise<RawAnswer> {
  const target = `/v1/authorize?${query}`;
  return exchange(port, {
    target,
    headers: { Origin: undefined, 'Madoguchi-Protocol': undefined, ...NAVIGATION, ...headers },
  });
}

/** The same as a form that is posted. */
export function submit(port: number, { query = parameters(), headers = {} }: NavigationParts = {}): Promise<RawAnswer> {
  return exchange(port, {
    method: 'POST',
    target: '/v1/authorize',
    body: query,
    headers: {
      Origin: 'null',
      'Madoguchi-Protocol': undefined,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...NAVIGATION,
      ...headers,
    },
  });
}

/** A request of the client's own page about its session. */
export function askResult(
  port: number,
  id: string,
  {
    method = 'GET',
    query = '',
    headers = {},
  }: { method?: string; query?: string; headers?: NavigationParts['headers'] } = {},
): Promise<RawAnswer> {
  const target = `/v1/authorize/${id}${query}`;
  return exchange(port, { method, target, headers: { Origin: undefined, ...OWN_PAGE, ...headers } });
}

/** Id of the session that an interim page waits for. */
export function sessionIn({ body }: RawAnswer): string {
  const id = /data-session="([^"]+)"/.exec(body)?.[1];
  if (id === undefined) throw new Error('the page waits for no session');
  return id;
}

/** The code that a page of the client shows. */
export function codeOn({ body }: RawAnswer): string {
  return /<code>(ERR_[A-Z_]+)<\/code>/.exec(body)?.[1] ?? 'none';
}
