import { describe, expect, it } from 'vitest';
import { consentText } from '../../../main/cli/consent-text.js';
import { historyEntryLines } from '../../../main/cli/history-text.js';
import { LANGUAGES } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { readDigestInfo } from '../../../main/core/government-sites/digest-info.js';
import { pageConsent } from '../../../main/core/government-sites/page-consent.js';
import type { PageRequest } from '../../../main/core/government-sites/page-request.js';
import { historyFacts } from '../../../main/core/history/history-entry.js';
import { parseHistoryFacts } from '../../../main/node/history/entry-schema.js';
import { digestInfoHex, SITE } from '../../support/government-core.js';
import { originRequester } from '../../support/origin-requester.js';

function digestInfo(text: string) {
  const read = readDigestInfo(Buffer.from(digestInfoHex(text), 'hex'));
  if (!read) throw new Error('no DigestInfo');
  return read;
}

const REQUESTS: readonly PageRequest[] = [
  { kind: 'log-in', digestInfo: digestInfo('challenge') },
  { kind: 'sign', digestInfos: [digestInfo('one'), digestInfo('two')], single: false },
  { kind: 'read-attributes' },
];
const requester = originRequester(SITE, { route: 'extension' });

describe.each(LANGUAGES)('a government site’s request in %s', (language) => {
  const t = loadMessages(language);

  it.each(REQUESTS)('says what cannot be known: $kind', (request) => {
    const consent = pageConsent(request, requester);
    const text = consentText(consent, t, 100);
    expect(text).not.toMatch(/consent\.|governmentSites\.|\{\{|undefined/);
    expect(text).toContain(SITE);
    // What holds of tokens does not hold here.
    expect(text).not.toContain(t('consent.bound'));
    const flat = text.replace(/\s+/g, '');
    const says = (key: string, values = {}) => expect(flat).toContain(t(key, values).replace(/\s+/g, ''));
    says('consent.government.page');
    if (request.kind === 'log-in') says('consent.government.logIn');
    if (request.kind === 'log-in') says('consent.disclosedSiteIdentifier');
    if (request.kind === 'sign') says('consent.government.signatures', { count: 2 });
    // One value with a name of its own in an empty quotation would look like a name that the site chose.
    expect(text).not.toMatch(/“”|「」/);
  });

  it('is kept as such in the history', () => {
    for (const request of REQUESTS) {
      const consent = pageConsent(request, requester);
      const facts = historyFacts({ consent, outcome: { status: 'done' }, testCard: false });
      expect(parseHistoryFacts(JSON.parse(JSON.stringify(facts)))).toEqual(facts);
      const entry = { ...facts, id: '0'.repeat(32), at: '2026-01-01T00:00:00.000Z', day: '2026-01-01' };
      expect(historyEntryLines(entry, t).join('\n')).toContain(t('history.governmentPage').trim());
    }
  });
});
