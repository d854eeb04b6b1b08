import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import { TestPdf } from '../../support/pdf-attacks.js';
import { signed, summary, verify } from './fixture.js';

describe('a signed PDF', () => {
  it('is intact, trusted and whole', async () => {
    const report = await verify(signed());
    expect(report.signatures.map(summary)).toEqual([['intact trusted', 'whole']]);
    expect(report.findings).toEqual([]);
    expect(verdictOf(report)).toBe('total-passed');
  });

  it('keeps each of two signatures', async () => {
    const report = await verify(signed({}, signed()));
    expect(report.signatures.map(summary)).toEqual([
      ['intact trusted', 'part', 'information pdf-later-signature'],
      ['intact trusted', 'whole'],
    ]);
  });

  it('may use cross-reference streams and object streams', async () => {
    const document = TestPdf.create(undefined, { xref: 'stream', compressed: [1, 2, 3, 5, 6, 7, 8] });
    const once = signed({ revision: { xref: 'stream', compressed: [3, 6] } }, document);
    const report = await verify(signed({ revision: { xref: 'stream', compressed: [3, 6] } }, once));
    expect(report.signatures.map(summary)).toEqual([
      ['intact trusted', 'part', 'information pdf-later-signature'],
      ['intact trusted', 'whole'],
    ]);
  });
});
