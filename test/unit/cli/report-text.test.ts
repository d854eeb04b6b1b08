import { describe, expect, it } from 'vitest';
import { loadMessages } from '../../../main/cli/messages.js';
import { reportLines, reportObject } from '../../../main/cli/report-text.js';
import { parseCertificate } from '../../../sdk/formats/index.js';
import type {
  DocumentReport,
  IntactSigner,
  RevocationReport,
  TimeStampReport,
} from '../../../sdk/formats/signature-report.js';
import { issueTestCa } from '../../support/test-authorities.js';

const certificate = parseCertificate(issueTestCa('Signer').certificate);
const time = new Date('2026-01-02T03:04:05Z');
const since = new Date('2026-03-04T05:06:07Z');
const unchecked: RevocationReport = { status: 'not-checked', reason: 'no-data' };
const good: RevocationReport = { status: 'good', source: 'crl', thisUpdate: time };
const goodUntil: RevocationReport = { ...good, revokedLater: since, revocationReason: 'superseded' };
const trusted = { status: 'trusted', path: [certificate] } as const;

function stamp(part: Partial<Extract<TimeStampReport, { status: 'intact' }>>): TimeStampReport {
  return { status: 'intact', time, path: trusted, isPathOver: false, revocation: good, ...part };
}

function report(part: Partial<IntactSigner>): DocumentReport {
  const signer: IntactSigner = {
    integrity: 'intact',
    certificate,
    signatureAlgorithm: 'ES256',
    digestAlgorithm: 'SHA-256',
    signingTime: undefined,
    signingCertificate: 'v2',
    timeStamp: { status: 'absent' },
    path: trusted,
    validatedAt: time,
    revocation: good,
    ...part,
  };
  return { format: 'cms', signatures: [{ signer, coverage: { kind: 'whole' }, findings: [] }], findings: [] };
}

/** What is told beyond the plain good report. */
function told(part: Partial<IntactSigner>): string[] {
  const plain = new Set(reportLines('f', report({ timeStamp: stamp({}) }), t));
  return reportLines('f', report({ timeStamp: stamp({}), ...part }), t)
    .filter((line) => !plain.has(line))
    .map((line) => line.trim());
}

const t = loadMessages('en');
const SINCE = '2026-03-04 14:06:07+09:00';

describe('a report for a person tells', () => {
  it('that nobody spoke for the time-stamping authority', () => {
    const [line, ...more] = told({ timeStamp: stamp({ revocation: unchecked }) });
    expect(line).toBe(t('verify.timeStamp.revocationNotChecked', { reason: 'no-data' }));
    expect(more).toEqual([]);
  });

  it('that the authority was revoked afterwards', () => {
    expect(told({ timeStamp: stamp({ revocation: goodUntil }) })).toEqual([
      t('verify.timeStamp.revokedLater', { value: SINCE, reason: 'superseded' }),
    ]);
  });

  it('that a stamp does not count any more', () => {
    const path = { status: 'untrusted', code: 'ERR_CERT_EXPIRED' } as const;
    const over = told({ timeStamp: stamp({ path, isPathOver: true }) });
    expect(over).toEqual([t('verify.timeStamp.intact', { value: '2026-01-02 12:04:05+09:00', context: 'over' })]);
    expect(told({ timeStamp: stamp({ path }) })).not.toEqual(over);
  });

  it('that the signer was revoked afterwards, not that it is good', () => {
    expect(told({ revocation: goodUntil })).toEqual([
      t('verify.revocation.revokedLater', { value: SINCE, reason: 'superseded' }),
    ]);
  });

  it.each(['en', 'ja'] as const)('all of it in words: %s', (language) => {
    const words = loadMessages(language);
    const timeStamp = stamp({ revocation: unchecked });
    const lines = [
      ...reportLines('f', report({ timeStamp, revocation: goodUntil }), words),
      ...reportLines('f', report({ timeStamp: stamp({ revocation: goodUntil }) }), words),
    ];
    expect(lines.join()).not.toMatch(/verify\.|\{\{/);
  });
});

describe('a report for a program', () => {
  it('has the revocation of the authority and of the signer', () => {
    const json: unknown = JSON.parse(
      JSON.stringify(reportObject('f', report({ timeStamp: stamp({ revocation: unchecked }), revocation: goodUntil }))),
    );
    expect(json).toMatchObject({
      signatures: [
        {
          timeStamp: { path: { status: 'trusted' }, isPathOver: false, revocation: unchecked },
          revocation: { status: 'good', revokedLater: since.toISOString(), revocationReason: 'superseded' },
        },
      ],
    });
  });
});
