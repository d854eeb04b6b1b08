/**
 * The matrix as data: what a page that asks for a log-in comes to, by the state it is in, the route it may take, and the
 * browser. `docs/browsers.md` shows the same table; a test compares the two.
 */
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import type { BrowserName } from '../../support/browsers/browser.js';

/** The routes a page permits: one alone, or all three with no extension in the browser. */
export type Permitted = 'loopback' | 'redirect' | 'every';

/** `loopback` or `redirect`: the log-in succeeded by that route. `-`: no such state in this browser. */
export type Outcome = 'loopback' | 'redirect' | ErrorCode | '-';

/** In the order Chromium, Firefox, WebKit. */
export type Outcomes = readonly [Outcome, Outcome, Outcome];

export interface State {
  /** Part of host names. */
  readonly name: string;
  /** As the documentation has it. */
  readonly description: string;
  /** How the person decided before, or the administrator. */
  readonly decided?: 'granted' | 'denied' | 'allowedByPolicy' | 'deniedByPolicy';
  /** How the person answers the question when it comes. */
  readonly answer?: 'allow' | 'block';
  /** The page is in a frame of another site, with this `allow`. */
  readonly frame?: string;
  readonly serviceWorker?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<Permitted, Outcomes>>;
}

export const BROWSERS: readonly BrowserName[] = ['chromium', 'firefox', 'webkit'];
export const PERMITTED: readonly Permitted[] = ['loopback', 'redirect', 'every'];

const DENIED = 'ERR_USER_PERMISSION_DENIED';
const UNANSWERED = 'ERR_USER_PERMISSION_TIMEOUT';
const UNREACHABLE = 'ERR_PROTOCOL_UNREACHABLE';
const FORBIDDEN = 'ERR_POLICY_PERMISSIONS_POLICY';

const BY_REDIRECT: Outcomes = ['redirect', 'redirect', 'redirect'];
/** Chromium and Firefox reach the client from the page; WebKit lets no https page do that. */
const REACHED = {
  loopback: ['loopback', 'loopback', UNREACHABLE],
  redirect: BY_REDIRECT,
  every: ['loopback', 'loopback', 'redirect'],
} as const;

export const STATES: readonly State[] = [
  { name: 'prompt-allow', description: 'question answered with “Allow”', answer: 'allow', expected: REACHED },
  {
    name: 'prompt-block',
    description: 'question answered with “Block”',
    answer: 'block',
    expected: { loopback: [DENIED, DENIED, UNREACHABLE], redirect: BY_REDIRECT, every: BY_REDIRECT },
  },
  {
    name: 'prompt-open',
    description: 'question never answered',
    expected: { loopback: [UNANSWERED, UNANSWERED, UNREACHABLE], redirect: BY_REDIRECT, every: BY_REDIRECT },
  },
  { name: 'granted', description: 'allowed earlier', decided: 'granted', expected: REACHED },
  {
    name: 'denied',
    description: 'blocked earlier',
    decided: 'denied',
    expected: { loopback: [DENIED, DENIED, UNREACHABLE], redirect: BY_REDIRECT, every: BY_REDIRECT },
  },
  {
    name: 'policy-allow',
    description: 'allowed by the administrator',
    decided: 'allowedByPolicy',
    expected: REACHED,
  },
  {
    name: 'policy-deny',
    description: 'blocked by the administrator',
    decided: 'deniedByPolicy',
    expected: {
      loopback: [DENIED, '-', '-'],
      redirect: ['redirect', '-', '-'],
      every: ['redirect', '-', '-'],
    },
  },
  {
    name: 'frame-allow',
    description: 'in a frame with `allow="loopback-network"`, allowed earlier',
    decided: 'granted',
    frame: 'loopback-network',
    expected: {
      loopback: ['loopback', 'loopback', UNREACHABLE],
      redirect: [UNREACHABLE, UNREACHABLE, UNREACHABLE],
      every: ['loopback', 'loopback', UNREACHABLE],
    },
  },
  {
    name: 'frame-plain',
    description: 'in a frame without `allow`, allowed earlier',
    decided: 'granted',
    frame: '',
    expected: {
      loopback: [FORBIDDEN, FORBIDDEN, UNREACHABLE],
      redirect: [UNREACHABLE, UNREACHABLE, UNREACHABLE],
      every: [FORBIDDEN, FORBIDDEN, UNREACHABLE],
    },
  },
  {
    name: 'worker',
    description: 'requests pass through a service worker, nothing decided',
    serviceWorker: true,
    expected: { loopback: [UNREACHABLE, UNREACHABLE, UNREACHABLE], redirect: BY_REDIRECT, every: BY_REDIRECT },
  },
  {
    name: 'worker-granted',
    description: 'requests pass through a service worker, allowed earlier',
    decided: 'granted',
    serviceWorker: true,
    expected: REACHED,
  },
  {
    name: 'coop',
    description: '`Cross-Origin-Opener-Policy: same-origin`, allowed earlier',
    decided: 'granted',
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin' },
    expected: REACHED,
  },
  {
    name: 'csp',
    description: '`Content-Security-Policy` without the client in `connect-src`, allowed earlier',
    decided: 'granted',
    headers: { 'Content-Security-Policy': "connect-src 'self'" },
    expected: { loopback: [UNREACHABLE, UNREACHABLE, UNREACHABLE], redirect: BY_REDIRECT, every: BY_REDIRECT },
  },
  {
    name: 'feature',
    description: '`Permissions-Policy: loopback-network=()`, allowed earlier',
    decided: 'granted',
    headers: { 'Permissions-Policy': 'loopback-network=()' },
    expected: {
      loopback: [FORBIDDEN, 'loopback', UNREACHABLE],
      redirect: BY_REDIRECT,
      every: ['redirect', 'loopback', 'redirect'],
    },
  },
];

/** Every cell has an origin of its own: a decision of one must not reach another. */
export function cellHost(state: State, permitted: Permitted): string {
  return `${state.name}-${permitted}.example.test`;
}

/** The page in the frame. */
export const FRAMED_HOST = 'framed.example.test';

/** The table of `docs/browsers.md`: one line for each state and permitted route. */
export function matrixAsMarkdown(): string {
  const code = (outcome: Outcome): string => (outcome.startsWith('ERR_') ? `\`${outcome}\`` : outcome);
  const rows = STATES.flatMap(({ description, expected }) =>
    PERMITTED.map((permitted) => [description, permitted, ...expected[permitted].map(code)]),
  );
  return [['State of the page', 'Routes permitted', 'Chromium', 'Firefox', 'WebKit'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
