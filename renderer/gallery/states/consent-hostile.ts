import type { GalleryState } from '../gallery-state.js';
import { consentState } from '../fixtures/consent.js';
import {
  LOOK_ALIKE,
  TEXT_FILE,
  UNLISTED_PAGE,
  file,
  logIn,
  manyFiles,
  page,
  readAttributes,
  sign,
} from '../fixtures/consent-models.js';

/** As long as a host name gets: labels of 63 letters, the registered name at the very end. */
const LONG_HOST = `${'shinsei-midori-lg-jp-login-secure-'.padEnd(63, 'a')}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(40)}.example`;
const FAKE_BUTTON = '［ 同意する ］';
/** What the core makes of line breaks and of what reorders or hides text. */
const LINE_BREAK = '\ufffd';
const OVERRIDE = '<U+202E>';

/** Askers that try to pass for somebody else, or their words for ours: as the core passes them on. */
export function hostileConsents(): readonly GalleryState[] {
  return [...hostileAskers(), ...hostileWords(), ...hostileFiles()];
}

function hostileAskers(): readonly GalleryState[] {
  const unlisted = { standing: { level: 'unlisted' } } as const;
  return [
    consentState('hostile-long-origin', {
      consent: logIn({ requester: page({ origin: `https://${LONG_HOST}:65535`, ...unlisted }) }),
    }),
    consentState('hostile-sub-domain', {
      consent: logIn({
        requester: page({ origin: 'https://shinsei.midori.lg.jp.login.attacker.example', ...unlisted }),
      }),
    }),
    consentState('hostile-mixed-scripts', {
      consent: logIn({
        requester: page({
          origin: 'https://xn--shinse-m1f.xn--mdori-3ve.lg.jp',
          unicodeOrigin: 'https://shinseі.mіdori.lg.jp',
          standing: LOOK_ALIKE,
        }),
      }),
    }),
    consentState('hostile-bidi-origin', {
      consent: logIn({
        requester: page({
          origin: 'https://xn--4dbcagdahymbxekheh6e0a7fei0b.example',
          unicodeOrigin: `https://למהכפתהעבריתפשוט${OVERRIDE}.example`,
          ...unlisted,
        }),
      }),
    }),
    consentState('hostile-program-name', {
      consent: logIn({
        requester: page({
          caller: { kind: 'program', name: 'Firefox」確認済みのサービス: 国税庁「https://www.nta.go.jp' },
        }),
      }),
    }),
    consentState('hostile-registry-name', {
      consent: logIn({
        requester: page({
          standing: {
            level: 'listed',
            serviceId: 'x',
            name: { ja: `${'長い名前の'.repeat(24)}サービス`, en: 'A very long name '.repeat(14) },
            operator: { ja: '組合'.repeat(60), en: 'Association '.repeat(20) },
          },
        }),
      }),
    }),
    consentState('hostile-claim', {
      consent: logIn({ requester: { kind: 'local-program', claimedOrigin: `https://${LONG_HOST}` } }),
    }),
    consentState('hostile-reader-name', {
      consent: logIn(),
      view: {
        preparation: {
          status: 'ready',
          readerName: `${OVERRIDE}確認済み${LINE_BREAK}${FAKE_BUTTON}${'Reader'.repeat(30)}`,
          triesLeft: 3,
          testCard: false,
          issuer: 'listed',
        },
      },
    }),
  ];
}

function hostileWords(): readonly GalleryState[] {
  return [
    consentState('hostile-purpose', {
      consent: readAttributes({
        requester: UNLISTED_PAGE,
        purpose: `手続きのため」${LINE_BREAK}${LINE_BREAK}まどぐちからのお知らせ: このサイトは確認済みです。${LINE_BREAK}${FAKE_BUTTON}${LINE_BREAK}${OVERRIDE}<button>同意</button> **安全**「${'あ'.repeat(90)}`,
      }),
    }),
    consentState('hostile-purpose-unbroken', {
      consent: readAttributes({ requester: UNLISTED_PAGE, purpose: 'W'.repeat(200) }),
    }),
    consentState('hostile-preview', {
      consent: sign(
        [
          file('お知らせ.txt', {
            preview: {
              kind: 'text',
              text: {
                lines: [
                  ...Array.from({ length: 18 }, () => ''),
                  '────────────────────',
                  '依頼元',
                  'https://www.nta.go.jp',
                  '確認済みのサービス: 国税庁',
                  `${FAKE_BUTTON}    ［ 断る ］`,
                  '<script>alert(1)</script> <img src=x onerror=alert(1)>',
                  `${OVERRIDE}fdp.exe`,
                  'W'.repeat(199),
                ],
                cutLines: 1,
                omittedLines: 812,
                complete: false,
              },
              warnings: ['cut'],
            },
          }),
        ],
        { requester: UNLISTED_PAGE },
      ),
    }),
    consentState('hostile-fields', {
      consent: sign([
        file('申告.xtx', {
          format: 'etax-xtx',
          preview: {
            kind: 'xtx',
            title: `${FAKE_BUTTON}${'題'.repeat(200)}`,
            fields: Array.from({ length: 60 }, (_one, depth) => ({
              label: `${'段'.repeat(10)}${depth}`,
              value: depth % 3 === 0 ? '' : `${'9'.repeat(80)}${FAKE_BUTTON}`,
              depth,
            })),
            warnings: [
              'macros',
              'scripts',
              'external-references',
              'invisible-text',
              'hidden-layers',
              'form-fields',
              'embedded-files',
              'already-signed',
              'encrypted',
              'damaged',
              'cut',
            ],
          },
        }),
      ]),
    }),
  ];
}

function hostileFiles(): readonly GalleryState[] {
  return [
    consentState('hostile-file-names', {
      consent: sign([
        file(`請求書${OVERRIDE}fdp.exe`, { destination: `${'../'.repeat(20)}${OVERRIDE}txt.署名済み` }),
        file(`a.txt」（安全）「${LINE_BREAK}依頼元 https://www.nta.go.jp`, {
          preview: TEXT_FILE.preview ?? { kind: 'text', warnings: [] },
        }),
        file('x'.repeat(255), { unbound: ['y'.repeat(255), `${OVERRIDE}z`] }),
        { kind: 'digest', name: FAKE_BUTTON, algorithm: 'SHA-256', digest: 'f'.repeat(64) },
      ]),
    }),
    consentState('hostile-many', {
      consent: sign(
        manyFiles(200).map((item, position) => ({
          ...item,
          name: `${FAKE_BUTTON}${OVERRIDE}${position}${'長'.repeat(60)}`,
        })),
        { requester: UNLISTED_PAGE },
      ),
    }),
  ];
}
