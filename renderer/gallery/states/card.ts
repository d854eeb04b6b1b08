import type { AttributeReading, CardView } from '../../../main/ipc/card.js';
import {
  ATTRIBUTES,
  EXPIRED,
  EXPIRES_SOON,
  HOSTILE_READER,
  OTHER_READER,
  READER,
  readyView,
  SIGNING_DETAILS,
} from '../fixtures/card.js';
import { WireFailure, type GalleryAnswers, type GalleryState } from '../gallery-state.js';

const WATCHED: GalleryAnswers = { 'card.watch': () => undefined, 'card.unwatch': () => undefined };

function state(
  name: string,
  view: CardView | WireFailure,
  rest: Partial<Pick<GalleryState, 'answers' | 'play'>> = {},
): GalleryState {
  return {
    id: `card/${name}`,
    window: 'main',
    page: 'card',
    answers: { ...WATCHED, 'card.look': () => view, ...rest.answers },
    ...(rest.play && { play: rest.play }),
  };
}

/** Buttons, by where they stand: texts differ between languages. */
const EXPORT_SIGNING = 'section:nth-of-type(3) button:last-of-type';
const DESCRIBE_SIGNING = 'section:nth-of-type(3) button:first-of-type';
const CHANGE_AUTHENTICATION = 'section:nth-of-type(4) li:nth-of-type(1) button';
const CHANGE_SIGNING = 'section:nth-of-type(4) li:nth-of-type(2) button';
const READ_ATTRIBUTES = 'section:nth-of-type(5) button:first-of-type';
const DIALOG_GO = '[role="dialog"]:not([hidden]) button:last-of-type';

const looks: readonly GalleryState[] = [
  { id: 'card/looking', window: 'main', page: 'card', answers: WATCHED },
  state('no-reader', { status: 'no-reader' }),
  state('no-card', { status: 'no-card', readers: [READER] }),
  state('no-card-many-readers', {
    status: 'no-card',
    readers: [READER, OTHER_READER, HOSTILE_READER],
  }),
  state('several-cards', { status: 'several', readers: [READER, OTHER_READER, HOSTILE_READER] }),
  state('service-unavailable', new WireFailure('ERR_PCSC_UNAVAILABLE')),
  state('not-a-my-number-card', new WireFailure('ERR_CARD_UNSUPPORTED')),
];

const cards: readonly GalleryState[] = [
  state('ready', readyView()),
  state('several-one-shown', {
    status: 'ready',
    card: cardOf(readyView()),
    readers: [READER, OTHER_READER],
  }),
  state('expires-soon', readyView({ certificates: certificates(EXPIRES_SOON) })),
  state(
    'last-day',
    readyView({ certificates: certificates({ ...EXPIRES_SOON, notAfter: '2026-11-21T14:59:59.000Z', daysLeft: 0 }) }),
  ),
  state('expired', readyView({ certificates: certificates(EXPIRED) })),
  state('not-yet-valid', readyView({ certificates: certificates({ ...EXPIRED, state: 'not-yet-valid' }) })),
  state(
    'pins-blocked',
    readyView({
      pins: {
        authentication: { status: 'tries-left', triesLeft: 1 },
        signing: { status: 'blocked' },
        profile: { status: 'blocked' },
        'number-b': { status: 'still-verified' },
      },
    }),
  ),
  state(
    'child',
    readyView({
      certificates: { ...certificates(), signing: { status: 'absent' } },
      findings: [{ finding: 'no-signing-certificate', normal: false }],
    }),
  ),
  state('phone', phone()),
  state(
    'test-card',
    readyView({
      testCard: true,
      authorities: {
        authentication: { status: 'readable', issuer: 'test', standing: 'test' },
        signing: { status: 'readable', issuer: 'test', standing: 'test' },
      },
    }),
  ),
  state('doubtful', doubtful()),
];

const actions: readonly GalleryState[] = [
  state('signing-describing', readyView(), { play: ({ press }) => press(DESCRIBE_SIGNING) }),
  state('signing-described', readyView(), {
    answers: { 'card.describeCertificate': () => SIGNING_DETAILS },
    play: ({ press }) => press(DESCRIBE_SIGNING),
  }),
  state('export-signing', readyView(), { play: ({ press }) => press(EXPORT_SIGNING) }),
  state('export-running', readyView(), {
    async play({ press }) {
      await press(EXPORT_SIGNING);
      await press(DIALOG_GO);
    },
  }),
  state('export-done', readyView(), {
    answers: {
      'card.exportCertificate': () => ({ status: 'saved', shownName: `証明書${'とても長い名前'.repeat(8)}.cer` }),
    },
    async play({ press }) {
      await press(EXPORT_SIGNING);
      await press(DIALOG_GO);
    },
  }),
  state('export-failed', readyView(), {
    answers: { 'card.exportCertificate': () => new WireFailure('ERR_INTERNAL_FILE', { errno: 'EACCES' }) },
    async play({ press }) {
      await press(EXPORT_SIGNING);
      await press(DIALOG_GO);
    },
  }),
  state('pin-changing', readyView(), { play: ({ press }) => press(CHANGE_AUTHENTICATION) }),
  state('pin-changed', readyView(), {
    answers: { 'card.changePin': () => undefined },
    play: ({ press }) => press(CHANGE_SIGNING),
  }),
  state('pin-change-left', readyView(), {
    answers: { 'card.changePin': () => new WireFailure('ERR_USER_CANCELLED') },
    play: ({ press }) => press(CHANGE_AUTHENTICATION),
  }),
  state('pin-change-unknown', readyView(), {
    answers: { 'card.changePin': () => new WireFailure('ERR_CARD_REMOVED', { change: 'unknown' }) },
    play: ({ press }) => press(CHANGE_AUTHENTICATION),
  }),
  state('pin-change-refused', readyView(), {
    answers: { 'card.changePin': () => new WireFailure('ERR_CARD_RESPONSE', { change: 'refused' }) },
    play: ({ press }) => press(CHANGE_AUTHENTICATION),
  }),
  state('attributes-reading', readyView(), { play: ({ press }) => press(READ_ATTRIBUTES) }),
  attributes('attributes-shown', ATTRIBUTES),
  attributes('attributes-unchecked', {
    ...ATTRIBUTES,
    attributes: { ...ATTRIBUTES.attributes, birthDate: '19500000', gender: 'unknown' },
    checks: { digest: 'not-checked', signature: 'not-checked', issuer: 'not-checked' },
  }),
  attributes('attributes-long', {
    ...ATTRIBUTES,
    attributes: {
      ...ATTRIBUTES.attributes,
      name: `<b>まどぐちからのお知らせ</b> <U+202E>${'長い名前'.repeat(20)}`,
      address: `${'https://example.com/'.repeat(12)}\ufffd`,
    },
  }),
  state('attributes-failed', readyView(), {
    answers: { 'card.readAttributes': () => new WireFailure('ERR_SIGN_DIGEST') },
    play: ({ press }) => press(READ_ATTRIBUTES),
  }),
];

function attributes(name: string, reading: AttributeReading): GalleryState {
  return state(name, readyView(), {
    answers: { 'card.readAttributes': () => reading },
    play: ({ press }) => press(READ_ATTRIBUTES),
  });
}

function cardOf(view: CardView) {
  if (view.status !== 'ready') throw new Error('no card');
  return view.card;
}

function certificates(authentication = EXPIRES_SOON) {
  return {
    authentication: { status: 'readable', ...authentication },
    signing: { status: 'pin-needed' },
  } as const;
}

function phone(): CardView {
  return readyView({
    medium: 'android',
    applications: { jpki: { status: 'present' }, text: { status: 'absent' }, visual: { status: 'absent' } },
    pins: { ...cardOf(readyView()).pins, profile: { status: 'absent' }, 'number-b': { status: 'absent' } },
    certificates: { authentication: { status: 'pin-needed' }, signing: { status: 'pin-needed' } },
    authorities: { authentication: { status: 'pin-needed' }, signing: { status: 'pin-needed' } },
    findings: [
      { finding: 'authentication-certificate-needs-pin', normal: true },
      { finding: 'signing-certificate-needs-pin', normal: true },
      { finding: 'no-text-application', normal: true },
      { finding: 'no-visual-application', normal: true },
    ],
  });
}

/** Everything that can be wrong with a card at once. */
function doubtful(): CardView {
  return readyView({
    reader: HOSTILE_READER,
    medium: 'unknown',
    applications: {
      jpki: { status: 'present' },
      text: { status: 'unreadable', code: 'ERR_CARD_RESPONSE' },
      visual: { status: 'absent' },
    },
    pins: {
      ...cardOf(readyView()).pins,
      profile: { status: 'unreadable', code: 'ERR_CARD_RESPONSE' },
      'number-b': { status: 'absent' },
    },
    certificates: {
      authentication: { status: 'unreadable', code: 'ERR_CERT_MALFORMED' },
      signing: { status: 'recorded-absent' },
    },
    authorities: {
      authentication: { status: 'readable', issuer: 'unlisted', standing: 'unlisted' },
      signing: { status: 'unreadable', code: 'ERR_CERT_MALFORMED' },
    },
    findings: [
      { finding: 'no-signing-certificate', normal: false },
      { finding: 'no-visual-application', normal: false },
      { finding: 'part-unreadable', normal: false },
    ],
  });
}

export const cardStates: readonly GalleryState[] = [...looks, ...cards, ...actions];
