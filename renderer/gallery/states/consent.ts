import type { ConsentView } from '../../../main/ipc/consent.js';
import { shownConsent } from '../../../main/ipc/shown-consent.js';
import { atStage, consentState } from '../fixtures/consent.js';
import {
  ASKED,
  BLIND,
  FOLDER,
  LOOK_ALIKE,
  PDF_FILE,
  TAX_FILE,
  TEXT_FILE,
  UNLISTED_PAGE,
  VERIFIED,
  VERIFIER,
  file,
  logIn,
  manyFiles,
  page,
  readAttributes,
  sign,
} from '../fixtures/consent-models.js';
import type { GalleryState } from '../gallery-state.js';
import { consentEnds } from './consent-ends.js';
import { governmentConsents } from './consent-government.js';
import { hostileConsents } from './consent-hostile.js';

const UNLISTED_SIGNING = sign([TEXT_FILE], { requester: UNLISTED_PAGE, separateStep: 'unlisted-signing' });
const NOT_ASKED: Partial<ConsentView> = { question: 0, agreement: 'card' };

const WHO: readonly GalleryState[] = [
  consentState('log-in-verified', { consent: logIn() }),
  consentState('log-in-verified-redirect', {
    consent: logIn({ requester: page({ standing: VERIFIED, route: 'redirect' }), recipient: VERIFIER }),
  }),
  consentState('log-in-listed', { consent: logIn({ requester: page({ route: 'extension' }) }) }),
  consentState('log-in-unlisted', { consent: logIn({ requester: UNLISTED_PAGE }) }),
  consentState('log-in-unlisted-idn', {
    consent: logIn({
      requester: page({
        origin: 'https://xn--eckwd4c7c.xn--zckzah',
        unicodeOrigin: 'https://ドメイン.テスト',
        standing: { level: 'unlisted' },
      }),
    }),
  }),
  consentState('log-in-look-alike', {
    consent: logIn({ requester: page({ origin: 'https://shinsei.midorl.lg.jp', standing: LOOK_ALIKE }) }),
  }),
  consentState('log-in-unconfirmed', {
    consent: logIn({ requester: page({ ...UNLISTED_PAGE, route: 'redirect', confirmed: false }) }),
  }),
  consentState('log-in-program', {
    consent: logIn({ requester: page({ caller: { kind: 'program', name: 'node' } }) }),
  }),
  consentState('log-in-program-key', {
    consent: logIn({
      requester: page({ ...UNLISTED_PAGE, caller: { kind: 'program', name: 'node' } }),
      recipient: { kind: 'requester-key' },
    }),
  }),
  consentState('log-in-unknown-caller', { consent: logIn({ requester: page({ caller: { kind: 'unknown' } }) }) }),
  consentState('log-in-local-program', {
    consent: logIn({ requester: { kind: 'local-program', claimedOrigin: 'https://shinsei.midori.lg.jp' } }),
  }),
  consentState('log-in-may-remember', {
    consent: logIn({ requester: page({ standing: VERIFIED, route: 'extension' }), remembered: 'may-be' }),
  }),
  consentState('log-in-remembered', {
    consent: logIn({ requester: page({ standing: VERIFIED, route: 'extension' }), remembered: 'is' }),
    view: { ...NOT_ASKED, preparation: { status: 'waiting-for-card' } },
  }),
];

const WHAT: readonly GalleryState[] = [
  consentState('attributes', { consent: readAttributes() }),
  consentState('attributes-optional-only', {
    consent: readAttributes({
      disclosed: [],
      attributes: [
        { attribute: { ageOver: 18 }, required: false },
        { attribute: { ageOver: 20 }, required: false },
      ],
      recipient: VERIFIER,
    }),
  }),
  consentState('attributes-chosen', { consent: readAttributes() }, async ({ press }) => {
    await press('input[type="checkbox"]:not(:disabled)');
  }),
  consentState('own-attributes', {
    consent: {
      operation: 'read-attributes',
      requester: { kind: 'self' },
      pinRole: 'number-b',
      disclosed: ['name', 'address', 'birth-date', 'gender'],
      items: [],
    },
  }),
  consentState('own-certificate', {
    consent: {
      operation: 'read-certificate',
      requester: { kind: 'self' },
      pinRole: 'signing',
      disclosed: ['four-attributes', 'serial-number'],
      items: [],
    },
  }),
  consentState('own-pin', {
    consent: {
      operation: 'change-pin',
      requester: { kind: 'self' },
      pinRole: 'signing',
      disclosed: [],
      items: [],
    },
  }),
];

const ITEMS: readonly GalleryState[] = [
  consentState('sign-text', { consent: sign([TEXT_FILE]) }),
  consentState('sign-three', {
    consent: sign([PDF_FILE, TAX_FILE, FOLDER], { requester: page({ standing: VERIFIED }) }),
  }),
  consentState('sign-no-preview', { consent: sign([file('申請.zip')], { recipient: { kind: 'requester-key' } }) }),
  consentState('sign-digest', { consent: sign([BLIND], { recipient: VERIFIER }) }),
  consentState('sign-many', { consent: sign(manyFiles(200)) }),
  consentState('sign-own', {
    consent: sign([PDF_FILE, TEXT_FILE], {
      requester: { kind: 'self' },
      timeStampAuthority: 'https://tsa.example/rfc3161',
    }),
  }),
  consentState('sign-unlisted', {
    consent: UNLISTED_SIGNING,
    view: { ...NOT_ASKED, preparation: { status: 'waiting-for-card' } },
  }),
  consentState('sign-reading', {
    consent: sign([], { beingRead: manyFiles(12).map(({ name }) => name) }),
    view: { question: 0, agreement: 'reading', reading: { done: 5, count: 12 } },
  }),
  consentState(
    'sign-read',
    {
      consent: sign([], { beingRead: [TEXT_FILE.name] }),
      view: { question: 0, agreement: 'reading', reading: { done: 0, count: 1 } },
      read: sign([TEXT_FILE]),
    },
    async ({ press, push }) => {
      await press('h1');
      push('consent.model', shownConsent(sign([TEXT_FILE])));
      push('consent.view', { ...ASKED, endsAt: Date.now() + 270_000 });
    },
  ),
];

const CARD: readonly GalleryState[] = [
  consentState('card-unknown', { consent: logIn(), view: NOT_ASKED, isCardUnknown: true }),
  consentState('card-no-reader', {
    consent: logIn(),
    view: { ...NOT_ASKED, preparation: { status: 'waiting-for-reader' } },
  }),
  consentState('card-no-card', {
    consent: logIn(),
    view: { ...NOT_ASKED, preparation: { status: 'waiting-for-card' } },
  }),
  consentState('card-test', {
    consent: logIn(),
    view: {
      preparation: { status: 'ready', readerName: 'virtual', triesLeft: 2, testCard: true, issuer: 'test' },
    },
  }),
  consentState('card-issuer-unlisted', {
    consent: logIn(),
    view: {
      preparation: { status: 'ready', readerName: 'ACS ACR39U', triesLeft: 3, testCard: false, issuer: 'unlisted' },
    },
  }),
  consentState('card-issuer-unknown', {
    consent: logIn(),
    view: {
      preparation: { status: 'ready', readerName: 'ACS ACR39U', triesLeft: 1, testCard: false, issuer: 'unknown' },
    },
  }),
  consentState('not-armed', { consent: logIn(), view: { agreement: 'window' } }),
  consentState('time-short', { consent: logIn(), timeLeft: 42_500 }),
  consentState('unusable-card', {
    consent: logIn({ requester: UNLISTED_PAGE }),
    view: atStage(
      { kind: 'unusable-card' },
      { preparation: { status: 'failed', code: 'ERR_PIN_BLOCKED', details: { role: 'authentication' } } },
    ),
  }),
];

export const consentStates: readonly GalleryState[] = [
  ...WHO,
  ...WHAT,
  ...ITEMS,
  ...CARD,
  ...consentEnds(UNLISTED_SIGNING),
  ...governmentConsents(),
  ...hostileConsents(),
];
