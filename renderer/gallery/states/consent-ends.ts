import type { ConsentModel } from '../../../main/ipc/consent.js';
import { WireFailure, type GalleryState } from '../gallery-state.js';
import { atStage, consentState } from '../fixtures/consent.js';
import { logIn, manyFiles, page, readAttributes, sign } from '../fixtures/consent-models.js';

/** Questions of their own, what is worked on, and how it ends. */
export function consentEnds(unlistedSigning: ConsentModel): readonly GalleryState[] {
  const many = sign(manyFiles(12));
  return [
    consentState('separate-step', { consent: unlistedSigning, view: atStage({ kind: 'separate-step' }) }),
    consentState('separate-step-not-armed', {
      consent: unlistedSigning,
      view: atStage({ kind: 'separate-step' }, { agreement: 'window' }),
    }),
    consentState('choose-reader', { consent: logIn(), view: atStage({ kind: 'choose-reader', readers: READERS }) }),
    consentState(
      'choose-reader-chosen',
      { consent: logIn(), view: atStage({ kind: 'choose-reader', readers: READERS }) },
      async ({ press }) => {
        await press('input[type="radio"]');
      },
    ),
    consentState('last-try', { consent: logIn(), view: atStage({ kind: 'last-try', role: 'authentication' }) }),
    consentState('last-try-after-wrong', {
      consent: logIn(),
      view: atStage({ kind: 'last-try', role: 'authentication', reason: 'incorrect' }),
    }),
    consentState('trivial-pin', {
      consent: {
        operation: 'change-pin',
        requester: { kind: 'self' },
        pinRole: 'authentication',
        disclosed: [],
        items: [],
      },
      view: atStage({ kind: 'trivial-pin', role: 'authentication' }),
    }),
    consentState('working-pin', {
      consent: logIn(),
      view: atStage({ kind: 'working', progress: 'verifying-pin', cancellable: true }),
    }),
    consentState('working-signing', {
      consent: sign(manyFiles(1)),
      view: atStage({ kind: 'working', progress: 'signing', cancellable: false }),
    }),
    consentState('working-many', {
      consent: many,
      view: atStage({ kind: 'working', progress: 'signing', items: { done: 7, count: 12 }, cancellable: true }),
    }),
    consentState('working-time-stamps', {
      consent: many,
      view: atStage({ kind: 'working', progress: 'time-stamping', items: { done: 1, count: 12 }, cancellable: false }),
    }),
    consentState('done-log-in', { consent: logIn(), view: atStage({ kind: 'done' }) }),
    consentState('done-attributes', { consent: readAttributes(), view: atStage({ kind: 'done' }) }),
    consentState('failed-card-removed', {
      consent: sign(manyFiles(3), { requester: page() }),
      view: atStage({ kind: 'failed', code: 'ERR_CARD_REMOVED', details: {} }),
    }),
    consentState('failed-blocked', {
      consent: logIn(),
      view: atStage({ kind: 'failed', code: 'ERR_PIN_BLOCKED', details: { role: 'authentication' } }),
    }),
    consentState('failed-blocked-now', {
      consent: logIn(),
      view: atStage({ kind: 'failed', code: 'ERR_PIN_BLOCKED', details: { role: 'authentication', entered: true } }),
    }),
    consentState('failed-time', {
      consent: logIn(),
      view: atStage({ kind: 'failed', code: 'ERR_USER_TIMEOUT', details: {} }),
    }),
    { id: 'consent/starting', window: 'consent', answers: {} },
    {
      id: 'consent/start-failed',
      window: 'consent',
      answers: { 'consent.start': () => new WireFailure('ERR_INTERNAL') },
    },
  ];
}

const READERS = [
  { name: 'SONY FeliCa RC-S300/P 0', displayName: 'SONY FeliCa RC-S300/P 0', virtual: false },
  { name: 'ACS ACR39U ICC Reader 01 00', displayName: 'ACS ACR39U ICC Reader 01 00', virtual: false },
  { name: 'virtual', displayName: 'virtual', virtual: true },
] as const;
