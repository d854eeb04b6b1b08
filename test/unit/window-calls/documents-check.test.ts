import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckChoice, CheckedIntactSigner, SigningChoice } from '../../../main/ipc/documents.js';
import { checkedDocument } from '../../../main/electron/window-calls/documents-report.js';
import { encodePemCertificate } from '../../../sdk/formats/index.js';
import type { DocumentReport, DocumentSignature } from '../../../sdk/formats/signature-report.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { freshCard } from '../../support/core-client.js';
import { onePage } from '../../support/pdf-files.js';
import { openDesk, type DocumentsDesk } from './documents-fixture.js';

let card: VirtualCard;
let desk: DocumentsDesk;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  desk = openDesk(card);
});
afterEach(() => desk.close());

const write = (name: string, content: string | Uint8Array): void => writeFileSync(desk.at(name), content);

async function signed(name: string, format: SigningChoice['format'], content: string | Uint8Array): Promise<string> {
  write(name, content);
  const { files } = await desk.add('signing', name);
  await desk.call('documents.sign', { files: files.map(({ id }) => id), format, attached: false });
  const state = await desk.settled();
  if (state.status !== 'done') throw new Error(JSON.stringify(state));
  await desk.call('documents.endSigning', { keepRest: false });
  return state.files[0]?.output ?? '';
}

async function listed(name: string): Promise<string> {
  const { files } = await desk.add('checking', name);
  return files.find((file) => file.name === name)?.id ?? '';
}

const check = (id: string, more: Partial<CheckChoice> = {}) =>
  desk.call('documents.check', { id, trust: [], timeStampTrust: [], revocation: false, ...more });

async function trustedCa(): Promise<string> {
  write('ca.pem', encodePemCertificate(card.testAuthorities().signing));
  desk.chosen.push([desk.at('ca.pem')]);
  const certificates = await desk.call('documents.chooseCertificates');
  return certificates.at(-1)?.id ?? '';
}

describe('checking a file', () => {
  it('says that nobody knows who signed, until the person names an authority', async () => {
    const id = await listed(await signed('p.pdf', 'pades', onePage()));
    const before = await check(id);
    expect(before).toMatchObject({ verdict: 'indeterminate', trusted: 0, revocationAsked: false });
    const signer = before.signatures[0]?.signer as CheckedIntactSigner;
    expect(signer).toMatchObject({
      integrity: 'intact',
      path: { status: 'not-checked' },
      revocation: { status: 'not-checked' },
      certificate: { isJpki: true, isTest: true },
    });
    expect(signer.certificate.holderName).not.toBe('');
    const after = await check(id, { trust: [await trustedCa()] });
    expect(after).toMatchObject({ verdict: 'total-passed', trusted: 1 });
    expect(after.signatures[0]?.signer).toMatchObject({ revocation: { status: 'not-checked' } });
    // Nothing of the person but the name, and no serial number.
    expect(JSON.stringify(after)).not.toMatch(/serial|東京都|address/i);
  });

  it('says what was changed after signing', async () => {
    const name = await signed('p.pdf', 'pades', onePage());
    const pdf = Buffer.from(readFileSync(desk.at(name)));
    const place = pdf.indexOf('842');
    pdf[place + 2] = (pdf[place + 2] ?? 0) ^ 1;
    writeFileSync(desk.at(name), pdf);
    expect(await check(await listed(name))).toMatchObject({
      verdict: 'total-failed',
      signatures: [{ signer: { integrity: 'failed', code: 'ERR_SIGN_DIGEST' } }],
    });
  });

  it('finds the content of a detached signature, says which, and asks where there is none', async () => {
    const name = await signed('a.txt', 'cades', 'content');
    const id = await listed(name);
    expect(await check(id)).toMatchObject({ verdict: 'indeterminate', content: 'a.txt' });
    mkdirSync(desk.at('elsewhere'));
    renameSync(desk.at('a.txt'), desk.at('elsewhere/b.txt'));
    await expect(check(id)).rejects.toMatchObject({ details: { reason: 'cms-content-missing' } });
    desk.chosen.push([], [desk.at('elsewhere/b.txt')]);
    expect(await desk.call('documents.chooseContent', { id })).toBeUndefined();
    expect(await desk.call('documents.chooseContent', { id })).toBe('b.txt');
    expect(await check(id)).toMatchObject({ verdict: 'indeterminate', content: 'b.txt' });
    writeFileSync(desk.at('elsewhere/b.txt'), 'another');
    expect(await check(id)).toMatchObject({ verdict: 'total-failed' });
  });

  it('a file without a signature, and one that is gone, are told without a path', async () => {
    write('x.txt', 'x');
    const id = await listed('x.txt');
    await expect(check(id)).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', details: { reason: 'unknown-format' } });
    renameSync(desk.at('x.txt'), desk.at('y.txt'));
    const gone = await desk.serve('documents.check', { id, trust: [], timeStampTrust: [], revocation: false });
    expect(gone).toMatchObject({ ok: false, error: { details: { errno: 'ENOENT' } } });
    expect(JSON.stringify(gone)).not.toContain(desk.directory);
  });

  it('takes certificates, and nothing that is none', async () => {
    write('no.pem', 'nothing');
    desk.chosen.push([desk.at('no.pem')], []);
    await expect(desk.call('documents.chooseCertificates')).rejects.toMatchObject({ code: 'ERR_CERT_MALFORMED' });
    expect(await desk.call('documents.chooseCertificates')).toEqual([]);
    await trustedCa();
    expect((await desk.call('documents.describe')).certificates[0]?.subjects[0]).toContain('JPKI');
  });
});

describe('a report for the window', () => {
  const broken: DocumentSignature = {
    signer: { integrity: 'failed', code: 'ERR_SIGN_INVALID', reason: 'err-sign-invalid', digestAlgorithm: 'SHA-1' },
    coverage: {
      kind: 'part',
      covered: Array.from({ length: 3_000 }, (_, index) => `n${String(index)}`),
      uncovered: ['\u202Eevil\n', 'x'.repeat(10_000)],
    },
    findings: Array.from({ length: 500 }, () => ({ code: 'pdf-later-metadata', severity: 'information' })),
  };

  it('is bounded, loses none of the grave findings, and shows foreign text for what it is', () => {
    const grave = { code: 'pdf-content-changed', severity: 'failure', unverifiedDetail: 'a\u202Eb\nc' } as const;
    const report: DocumentReport = {
      format: 'pdf',
      signatures: Array.from({ length: 2_000 }, () => broken),
      findings: [...broken.findings, grave],
    };
    const checked = checkedDocument(report, { trusted: 0, revocationAsked: false });
    expect(checked).toMatchObject({ verdict: 'total-failed', signaturesMore: 1_950, findingsMore: 401 });
    expect(checked.findings[0]).toEqual({
      code: 'pdf-content-changed',
      severity: 'failure',
      detail: 'a<U+202E>b\uFFFDc',
    });
    const [signature] = checked.signatures;
    expect(signature?.findingsMore).toBe(400);
    if (signature?.coverage.kind !== 'part') throw new Error('whole');
    expect([signature.coverage.covered.names.length, signature.coverage.covered.more]).toEqual([12, 2_988]);
    expect(signature.coverage.uncovered.names[0]).toBe('<U+202E>evil\uFFFD');
    expect(signature.coverage.uncovered.names[1]?.length).toBe(80);
    expect(JSON.stringify(checked).length).toBeLessThan(1_000_000);
  });
});
