import type { ConsentItem, ConsentModel, OriginRequester } from '../../../main/ipc/consent.js';
import { atStage, consentState } from '../fixtures/consent.js';
import { digestOf, LISTED, logIn, LOOK_ALIKE, page, sign } from '../fixtures/consent-models.js';
import type { GalleryState } from '../gallery-state.js';

const UNLISTED = { standing: { level: 'unlisted' } } as const;

function site(overrides: Partial<OriginRequester> = {}): OriginRequester {
  return page({
    origin: 'https://login.sample.go.jp',
    route: 'extension',
    caller: { kind: 'browser', name: 'Google Chrome' },
    ...UNLISTED,
    ...overrides,
  });
}

/** As the core names them: by their place. */
function digests(count: number): readonly ConsentItem[] {
  return Array.from({ length: count }, (_one, position) => ({
    kind: 'digest',
    name: String(position + 1),
    algorithm: 'SHA-256',
    digest: digestOf(position + 3),
  }));
}

function pageLogIn(overrides: Partial<ConsentModel> = {}): ConsentModel {
  return logIn({
    requester: site(),
    disclosed: ['serial-number', 'site-identifier'],
    items: [{ kind: 'digest', name: '', algorithm: 'SHA-256', digest: digestOf(11) }],
    governmentPage: 'go-jp',
    ...overrides,
  });
}

function pageSign(count: number, overrides: Partial<ConsentModel> = {}): ConsentModel {
  return sign(digests(count), { requester: site(), governmentPage: 'go-jp', ...overrides });
}

const ATTRIBUTES: ConsentModel = {
  operation: 'read-attributes',
  requester: site(),
  pinRole: 'profile',
  disclosed: ['name', 'address', 'birth-date', 'gender'],
  items: [],
  attributes: (['name', 'address', 'birthDate', 'gender'] as const).map((attribute) => ({ attribute, required: true })),
  governmentPage: 'go-jp',
};

/** As long as a name under `go.jp` gets. */
const LONG = `https://${'mynaportal-login-'.padEnd(63, 'a')}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(40)}.go.jp`;

/** What today's government sites ask in their own page protocol. */
export function governmentConsents(): readonly GalleryState[] {
  return [
    consentState('government-log-in', { consent: pageLogIn() }),
    consentState('government-log-in-listed', { consent: pageLogIn({ requester: site({ standing: LISTED }) }) }),
    consentState('government-log-in-waiting', {
      consent: pageLogIn(),
      view: { question: 0, agreement: 'card', preparation: { status: 'waiting-for-card' } },
    }),
    consentState('government-log-in-not-armed', { consent: pageLogIn(), view: { agreement: 'window' } }),
    consentState('government-log-in-policy', {
      consent: pageLogIn({ requester: site({ origin: 'https://shinsei.midori.lg.jp' }), governmentPage: 'added' }),
    }),
    consentState('government-sign-one', { consent: pageSign(1) }),
    consentState('government-sign-twenty', { consent: pageSign(20) }),
    consentState('government-sign-values', { consent: pageSign(20) }, ({ press }) =>
      press('main section:nth-of-type(2) button[aria-expanded]'),
    ),
    consentState('government-attributes', { consent: ATTRIBUTES }),
    consentState('government-pin', {
      consent: pageLogIn(),
      view: atStage({
        kind: 'pin',
        prompt: {
          role: 'authentication',
          minLength: 4,
          maxLength: 4,
          triesLeft: 3,
          testCard: false,
        },
      }),
    }),
    consentState('government-blocked', {
      consent: pageLogIn(),
      view: atStage(
        { kind: 'unusable-card' },
        { preparation: { status: 'failed', code: 'ERR_PIN_BLOCKED', details: { role: 'authentication' } } },
      ),
    }),
    consentState('hostile-government-long-origin', { consent: pageLogIn({ requester: site({ origin: LONG }) }) }),
    consentState('hostile-government-look-alike', {
      consent: pageSign(20, {
        requester: site({ origin: 'https://login-sample.midori-lg.go.jp', standing: LOOK_ALIKE }),
      }),
    }),
  ];
}
