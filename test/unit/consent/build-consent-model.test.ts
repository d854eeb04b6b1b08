import { describe, expect, it } from 'vitest';
import { buildConsentModel } from '../../../main/core/consent/build-consent-model.js';
import type { Caller, OriginStanding, Recipient } from '../../../main/core/consent/consent-model.js';
import type { ConsentTerms, ServiceAttributesOperation } from '../../../main/core/signing/operations.js';
import { LIMITS, type LocalisedText, type RequestedAttribute } from '../../../sdk/protocol/index.js';
import { originRequester } from '../../support/origin-requester.js';
import { itemOf, preparedText } from '../../support/signable-items.js';

const SITE = originRequester();
const prepared = [preparedText('x')];
const items = [itemOf('a.txt', Uint8Array.of(0x78))];
const login = (terms: ConsentTerms = {}) =>
  buildConsentModel({ operation: 'authenticate', requester: SITE, origin: SITE.origin, challengeNonce: 'n', ...terms });
const signing = (terms: ConsentTerms = {}) =>
  buildConsentModel({ operation: 'sign', requester: SITE, items, ...terms }, prepared);
const reading = (overrides: Partial<ServiceAttributesOperation> = {}) =>
  buildConsentModel({
    operation: 'readAttributes',
    requester: SITE,
    required: ['name'],
    optional: [],
    unverifiedPurpose: 'x',
    ...overrides,
  });

const text = (ja: string): LocalisedText => ({ ja, en: ja });
const VERIFIER: Recipient = { kind: 'verifier', id: 'v', name: text('検証者'), operator: text('協会') };
const RECIPIENTS: readonly (Recipient | undefined)[] = [
  undefined,
  { kind: 'requester' },
  { kind: 'requester-key' },
  VERIFIER,
];

describe('what leaves', () => {
  it.each(RECIPIENTS)('does not depend on who can read it (%j), which is said beside it', (recipient) => {
    const terms = recipient ? { recipient } : {};
    expect(login(terms)).toMatchObject({ disclosed: ['serial-number'], pinRole: 'authentication' });
    expect(signing(terms)).toMatchObject({ disclosed: ['four-attributes', 'serial-number'], pinRole: 'signing' });
    expect(reading(terms)).toMatchObject({ disclosed: ['name'], pinRole: 'profile' });
    for (const model of [login(terms), signing(terms), reading(terms)]) expect(model.recipient).toEqual(recipient);
  });

  it.each<[readonly RequestedAttribute[], readonly RequestedAttribute[], readonly string[]]>([
    [['name'], [], ['name']],
    [[], ['gender', 'address'], ['gender', 'address']],
    [['birthDate', { ageOver: 20 }], ['name'], ['birth-date', 'name']],
    [[{ ageOver: 18 }], [{ ageOver: 65 }], []],
  ])('of %j and %j is %j, optional ones included', (required, optional, disclosed) => {
    const model = reading({ required, optional });
    expect(model.disclosed).toEqual(disclosed);
    expect(model.attributes).toEqual([
      ...required.map((attribute) => ({ attribute, required: true })),
      ...optional.map((attribute) => ({ attribute, required: false })),
    ]);
  });

  it('signs nothing but items, and names attributes for services only', () => {
    expect([login().items, reading().items]).toEqual([[], []]);
    for (const model of [login(), signing()]) {
      expect(model).not.toHaveProperty('attributes');
      expect(model).not.toHaveProperty('purpose');
    }
  });
});

describe('terms', () => {
  it.each(['may-be', 'is'] as const)(
    'shorten (%s) a log-in and nothing else, whatever a transport says',
    (remembered) => {
      expect(login({ remembered }).remembered).toBe(remembered);
      expect(signing({ remembered })).not.toHaveProperty('remembered');
      expect(reading({ remembered })).not.toHaveProperty('remembered');
    },
  );

  it('ask the separate question for a signature', () => {
    expect(signing({ separateStep: 'unlisted-signing' }).separateStep).toBe('unlisted-signing');
    expect(signing()).not.toHaveProperty('separateStep');
    expect(login({ separateStep: 'unlisted-signing' })).not.toHaveProperty('separateStep');
  });
});

describe('text of others', () => {
  /** Escape sequence, line breaks, bidirectional override and isolate, zero-width space, tag, unpaired surrogate. */
  const HOSTILE = 'x\u001b[2J\r\n\u2028\u202e\u2066\u200b\u{e0041}\ud800y';
  const SAFE = 'x\ufffd[2J\ufffd\ufffd\ufffd<U+202E><U+2066><U+200B><U+E0041><U+D800>y';

  it('is made safe as a purpose', () => {
    expect(reading({ unverifiedPurpose: HOSTILE }).purpose).toBe(SAFE);
  });

  it('is no longer than a purpose may be, however it is written out', () => {
    const longest = reading({ unverifiedPurpose: 'あ'.repeat(LIMITS.purposeLength) }).purpose ?? '';
    expect(longest).toBe('あ'.repeat(LIMITS.purposeLength));
    for (const unverifiedPurpose of ['あ'.repeat(10_000), '\u202e'.repeat(LIMITS.purposeLength)]) {
      const { purpose = '' } = reading({ unverifiedPurpose });
      expect(Array.from(purpose).length).toBeLessThanOrEqual(LIMITS.purposeLength);
      expect(purpose.endsWith('…')).toBe(true);
    }
  });

  it.each<[string, OriginStanding, OriginStanding]>([
    [
      'a verified service',
      { level: 'verified', serviceId: 's', name: text(HOSTILE), operator: text(HOSTILE) },
      { level: 'verified', serviceId: 's', name: text(SAFE), operator: text(SAFE) },
    ],
    [
      'a listed origin',
      { level: 'listed', serviceId: 's', name: text(HOSTILE), operator: text(HOSTILE) },
      { level: 'listed', serviceId: 's', name: text(SAFE), operator: text(SAFE) },
    ],
    [
      'a look-alike',
      { level: 'unlisted', lookAlike: { origin: `https://${HOSTILE}`, name: text(HOSTILE) } },
      { level: 'unlisted', lookAlike: { origin: `https://${SAFE}`, name: text(SAFE) } },
    ],
  ])('is made safe in the registry’s words on %s, too', (_what, standing, safe) => {
    const requester = originRequester(SITE.origin, { standing });
    expect(reading({ requester }).requester).toEqual({ ...requester, standing: safe });
  });

  it('is made safe as a verifier’s name', () => {
    const recipient = { ...VERIFIER, name: text(HOSTILE), operator: text(HOSTILE) };
    expect(login({ recipient }).recipient).toEqual({ ...VERIFIER, name: text(SAFE), operator: text(SAFE) });
  });

  it.each<Caller['kind']>(['browser', 'program'])('is made safe and short as the name of a %s', (kind) => {
    const shown = (name: string): string => {
      const requester = originRequester(SITE.origin, { caller: kind === 'unknown' ? { kind } : { kind, name } });
      const model = reading({ requester });
      if (model.requester.kind !== 'origin' || model.requester.caller.kind === 'unknown') throw new Error('no name');
      return model.requester.caller.name;
    };
    expect(shown(HOSTILE)).toBe(SAFE);
    expect(Array.from(shown('x'.repeat(4_096)))).toHaveLength(60);
  });

  it.each([
    'https://a\u200d.example',
    'https://a\u202eb.example',
    'https://a\n.example',
    `https://${'a'.repeat(4_100)}`,
  ])('takes away a Unicode form of an origin that cannot be shown as it is: %j', (unicodeOrigin) => {
    const { requester } = reading({ requester: originRequester('https://xn--a-ugn.example', { unicodeOrigin }) });
    expect(requester).toMatchObject({ origin: 'https://xn--a-ugn.example' });
    expect(requester).not.toHaveProperty('unicodeOrigin');
  });

  it('leaves an origin whole, however long it is', () => {
    const label = '例'.repeat(20);
    const unicodeOrigin = `https://${Array(15).fill(label).join('.')}.example`;
    expect(reading({ requester: originRequester('https://a.example', { unicodeOrigin }) }).requester).toMatchObject({
      unicodeOrigin,
    });
  });
});
