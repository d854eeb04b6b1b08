import type { CheckedDocument, CheckedRevocation } from '../../../main/ipc/documents.js';
import {
  APPLICATION,
  CA,
  checked,
  CONTRACT,
  description,
  file,
  HOSTILE,
  LONG,
  PDF_LOOK,
  signature,
  signer,
  TRUSTED_SIGNER,
} from '../fixtures/documents.js';
import { WireFailure, type GalleryAnswers, type GalleryState } from '../gallery-state.js';

const RECEIVED = file('received', { name: '委任状-signed.pdf' });

function state(
  name: string,
  report: CheckedDocument | WireFailure,
  rest: Partial<Pick<GalleryState, 'play'>> & { readonly answers?: GalleryAnswers } = {},
): GalleryState {
  return {
    id: `documents/check-${name}`,
    window: 'main',
    page: 'documents',
    answers: {
      'documents.describe': () => description({ checking: [RECEIVED], certificates: [CA] }),
      'documents.check': () => report,
      'documents.look': () => PDF_LOOK,
      ...rest.answers,
    },
    ...(rest.play && { play: rest.play }),
  };
}

const empty: GalleryState = {
  id: 'documents/check-empty',
  window: 'main',
  page: 'documents',
  answers: { 'documents.describe': () => description() },
  play: ({ press }) => press('[role="tab"]:nth-of-type(2)'),
};

const running: GalleryState = {
  id: 'documents/check-running',
  window: 'main',
  page: 'documents',
  answers: { 'documents.describe': () => description({ checking: [RECEIVED] }) },
};

const REVOKED: CheckedRevocation = {
  status: 'revoked',
  thisUpdate: '2026-11-21T02:00:00.000Z',
  revokedAt: '2026-10-01T00:00:00.000Z',
  revocationReason: 'keyCompromise',
};

const verdicts: readonly GalleryState[] = [
  state('who-unknown', checked()),
  state(
    'passed',
    checked({
      verdict: 'total-passed',
      signatures: [signature({ signer: TRUSTED_SIGNER })],
      trusted: 1,
      revocationAsked: true,
    }),
  ),
  state(
    'passed-revocation-unknown',
    checked({ verdict: 'total-passed', signatures: [signature({ signer: signer({ path: { status: 'trusted' } }) })] }),
  ),
  state(
    'test-card',
    checked({
      signatures: [signature({ signer: signer({ certificate: { ...signer().certificate, isTest: true } }) })],
    }),
  ),
  state(
    'untrusted',
    checked({
      signatures: [signature({ signer: signer({ path: { status: 'untrusted', code: 'ERR_CERT_UNTRUSTED' } }) })],
    }),
  ),
  state(
    'revoked',
    checked({
      verdict: 'total-failed',
      signatures: [signature({ signer: { ...TRUSTED_SIGNER, revocation: REVOKED } })],
    }),
  ),
  state(
    'broken',
    checked({
      verdict: 'total-failed',
      signatures: [
        signature({
          signer: {
            integrity: 'failed',
            code: 'ERR_SIGN_DIGEST',
            reason: 'err-sign-digest',
            digestAlgorithm: 'SHA-256',
          },
        }),
      ],
    }),
  ),
  state(
    'old-kind',
    checked({
      verdict: 'total-failed',
      signatures: [
        signature({
          signer: { integrity: 'failed', code: 'ERR_SIGN_ALGORITHM', reason: 'weak-digest', digestAlgorithm: 'SHA-1' },
          findings: [{ code: 'xml-legacy-digests-match', severity: 'information' }],
        }),
      ],
    }),
  ),
];

const contents: readonly GalleryState[] = [
  state(
    'changed-later',
    checked({
      verdict: 'total-failed',
      signatures: [
        signature({
          findings: [
            { code: 'pdf-content-changed', severity: 'failure', detail: '4 0 R' },
            { code: 'pdf-later-annotations', severity: 'warning' },
            { code: 'pdf-later-metadata', severity: 'information' },
          ],
        }),
      ],
      findings: [{ code: 'pdf-unlisted-objects', severity: 'warning', detail: '17 0 obj' }],
      findingsMore: 12,
    }),
  ),
  state(
    'part-covered',
    checked({
      format: 'xml',
      signatures: [
        signature({
          coverage: {
            kind: 'part',
            covered: { names: ['#構成情報', '900A01020000100001_01.xml'], more: 0 },
            uncovered: { names: ['図面.pdf', 'fdp<U+202E>gpj.exe', '長'.repeat(79)], more: 288 },
          },
          findings: [{ code: 'egov-attachment-not-covered', severity: 'warning', detail: '図面.pdf' }],
        }),
      ],
    }),
  ),
  state(
    'several',
    checked({
      signatures: [
        signature({ signer: TRUSTED_SIGNER, findings: [{ code: 'pdf-later-signature', severity: 'information' }] }),
        signature(),
      ],
      signaturesMore: 3,
    }),
  ),
  state(
    'stamps-doubtful',
    checked({
      signatures: [
        signature({
          signer: {
            ...TRUSTED_SIGNER,
            timeStamp: {
              status: 'intact',
              time: '2019-11-20T01:02:09.000Z',
              path: { status: 'untrusted', code: 'ERR_CERT_EXPIRED' },
              isPathOver: true,
              revocation: { status: 'not-checked', reason: 'no-trusted-path' },
            },
            revocation: {
              status: 'good',
              thisUpdate: '2026-11-21T02:00:00.000Z',
              revokedLater: '2026-11-20T23:00:00.000Z',
              revocationReason: 'superseded',
            },
          },
        }),
      ],
    }),
  ),
  state(
    'hostile',
    checked({
      content: HOSTILE.name,
      signatures: [
        signature({
          signer: signer({
            certificate: {
              ...signer().certificate,
              holderName: '緑 太郎（まどぐち確認済み）',
              subject: `CN=${'署名は正しく、指定された認証局の証明書までたどれました。'.repeat(12)}`,
            },
          }),
          findings: [{ code: 'some-new-finding', severity: 'warning', detail: '</li><button>OK</button>' }],
        }),
      ],
    }),
    { answers: { 'documents.describe': () => description({ checking: [HOSTILE, LONG, APPLICATION] }) } },
  ),
  state('details', checked({ signatures: [signature({ signer: TRUSTED_SIGNER })] }), {
    play: async ({ press }) => {
      await press('section h3 ~ div button[aria-expanded="false"]');
    },
  }),
];

const failures: readonly GalleryState[] = [
  state('content-missing', new WireFailure('ERR_SIGN_FORMAT', { reason: 'cms-content-missing' })),
  state('no-signature', new WireFailure('ERR_SIGN_FORMAT', { reason: 'pdf-not-signed' })),
  state('unknown-format', new WireFailure('ERR_SIGN_FORMAT', { reason: 'unknown-format' })),
  state('gone', new WireFailure('ERR_INTERNAL_FILE', { errno: 'ENOENT' })),
];

const terms: GalleryState = {
  ...empty,
  id: 'documents/check-terms',
  answers: {
    'documents.describe': () => description({ certificates: [CA] }),
    'documents.chooseCertificates': () => new WireFailure('ERR_CERT_MALFORMED', { reason: 'no-certificates' }),
  },
  play: async ({ press }) => {
    await press('[role="tab"]:nth-of-type(2)');
    await press('[role="tabpanel"]:not([hidden]) button[aria-expanded="false"]');
    await press('[role="tabpanel"]:not([hidden]) [role="group"] input');
    await press('[role="tabpanel"]:not([hidden]) [role="group"] button');
  },
};

const look: GalleryState = {
  ...state('look', checked()),
  play: ({ press }) => press('section:nth-of-type(2) > div > button[aria-expanded="false"]'),
};

const listed: GalleryState = {
  ...state('several-files', checked()),
  answers: {
    'documents.describe': () => description({ checking: [RECEIVED, CONTRACT] }),
    'documents.check': () => checked(),
  },
};

export const documentsCheckStates: readonly GalleryState[] = [
  empty,
  running,
  ...verdicts,
  ...contents,
  ...failures,
  terms,
  look,
  listed,
];
