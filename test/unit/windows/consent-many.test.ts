import { describe, expect, it } from 'vitest';
import type { ConsentDocument, ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { DocumentPreview } from '../../../main/core/documents/document-preview.js';
import { serveCalls } from '../../../main/electron/window-calls/serve-calls.js';
import { consentCalls } from '../../../main/electron/window-calls/consent-calls.js';
import { shownConsent } from '../../../main/ipc/shown-consent.js';
import { originRequester } from '../../support/origin-requester.js';
import { consentPage } from './consent-page.js';

const ITEMS = 1_000;
const FIELDS = Array.from({ length: 500 }, (_, place) => ({
  label: `${'n'.repeat(90)}${place}`,
  value: 'v'.repeat(200),
  depth: 1,
}));
const PREVIEW: DocumentPreview = { kind: 'xml', fields: FIELDS, warnings: ['cut'] };

function document(place: number): ConsentDocument {
  const preview = place === 1 ? {} : { preview: PREVIEW };
  const octets = { size: 150_000, sha256: 'ab'.repeat(32), format: 'cms' } as const;
  return { kind: 'document', name: `${place}.xml`, ...octets, parts: [], unbound: [], ...preview };
}

const MODEL: ConsentModel = {
  operation: 'sign',
  requester: originRequester(),
  pinRole: 'signing',
  disclosed: ['four-attributes', 'serial-number'],
  items: [...Array.from({ length: ITEMS - 1 }, (_, place) => document(place)), digest()],
};

function digest() {
  return { kind: 'digest', name: 'digest', algorithm: 'SHA-256', digest: 'cd'.repeat(32) } as const;
}

const view = { conversation: 1, question: 1, stage: { kind: 'consent' }, agreement: 'possible' } as const;

function isAgreeingDisabled(markup: string): string | undefined {
  return /aria-disabled="(true|false)"[^>]*>署名に同意/u.exec(markup)?.[1];
}

describe('a thousand items with long previews', () => {
  it('cross to the window without them, and say of each what has to be known', () => {
    const shown = shownConsent(MODEL);
    expect(JSON.stringify(shown).length).toBeLessThan(2_000_000);
    expect(JSON.stringify(shown)).not.toContain('vvvv');
    const [first, second] = shown.items;
    expect(first).toMatchObject({ preview: { kind: 'xml', warnings: ['cut'], hasContent: true } });
    expect(second).not.toHaveProperty('preview');
    expect(shown.items.at(-1)).toEqual(digest());
  });

  it('are drawn with no preview before it is opened, and at first as many as fit; nothing is agreed to before the rest', async () => {
    const draw = await consentPage('ja', false);
    const { markup } = draw(MODEL, view);
    expect((markup.match(/<[a-z]/g) ?? []).length).toBeLessThan(2_000);
    expect(markup).not.toContain('vvvv');
    expect(markup).toContain('19.xml');
    expect(markup).not.toContain('998.xml');
    expect(isAgreeingDisabled(markup)).toBe('true');
    expect(isAgreeingDisabled(draw({ ...MODEL, items: MODEL.items.slice(0, 6) }, view).markup)).toBe('false');
  });

  it('give their previews one by one, while the conversation stands', async () => {
    let isOpen = true;
    const events = { act: () => false, takePin: () => false, focused: () => undefined, closed: () => undefined };
    const conversation = () => (isOpen ? { consent: MODEL, view, events } : undefined);
    const call = serveCalls('consent', consentCalls({ conversation, keypadShuffle: () => false }));
    expect(await call('consent.preview', { item: 0 })).toEqual({ ok: true, result: PREVIEW });
    for (const item of [1, ITEMS - 1, ITEMS, 99_999]) {
      const refused = { ok: false, error: { code: 'ERR_PROTOCOL_NOT_FOUND' } };
      expect(await call('consent.preview', { item })).toMatchObject(refused);
    }
    for (const item of [-1, 0.5, 1e9, '0', 'length', '__proto__', null]) {
      const refused = { ok: false, error: { code: 'ERR_PROTOCOL_MALFORMED' } };
      expect(await call('consent.preview', { item })).toMatchObject(refused);
    }
    isOpen = false;
    expect(await call('consent.preview', { item: 0 })).toMatchObject({ error: { code: 'ERR_USER_CANCELLED' } });
  });
});
