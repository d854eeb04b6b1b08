import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skeleton } from '../../../main/core/registry/confusables.js';
import { isWithinDistance } from '../../../main/core/registry/edit-distance.js';
import { LookAlikes } from '../../../main/core/registry/look-alikes.js';
import { serviceEntry } from '../../support/signed-registry.js';
import { processorMilliseconds } from '../../support/processor-time.js';

const E_TAX = 'https://www.e-tax.nta.go.jp';
const E_GOV = 'https://shinsei.e-gov.go.jp';
const DIGITAL = 'https://www.digital.go.jp';
const AUTH = 'https://auth-and-sign.go.jp';
const KAWASAKI = 'https://www.city.kawasaki.jp';
const BANK = 'https://login.midoribank.co.jp';
const JAPANESE = `https://${domainToASCII('ミドリ銀行カード.jp')}`;

const LISTED = [E_TAX, E_GOV, DIGITAL, AUTH, KAWASAKI, BANK, JAPANESE];
const lookAlikes = new LookAlikes(LISTED.map((origin, index) => serviceEntry({ id: `s${index}`, origins: [origin] })));

/** An origin as a browser sends it: the host in ASCII. */
const origin = (host: string): string => `https://${domainToASCII(host)}`;
const imitated = (host: string): string | undefined => {
  expect(domainToASCII(host), 'a host name no browser takes').not.toBe('');
  return lookAlikes.find(origin(host))?.origin;
};

describe('an imitation of a listed origin', () => {
  it.each([
    // Another script's letters, all or some.
    ['www.e-tax.ntа.go.jp', E_TAX],
    ['www.е-tax.nta.go.jp.example', E_TAX],
    ['е-gov.go.jp', E_GOV],
    ['shinsei.е-gov.gо.jp', E_GOV],
    ['ԁіgіtаӏ.go.jp', DIGITAL],
    ['digitαl.go.jp', DIGITAL],
    ['dıgıtal.go.jp', DIGITAL],
    ['digitál.go.jp', DIGITAL],
    ['ｄｉｇｉｔａ1.go.jp', DIGITAL],
    ['mіdоrіbank.co.jp', BANK],
    // Digits and pairs of letters.
    ['www.digita1.go.jp', DIGITAL],
    ['dlgltal.go.jp', DIGITAL],
    ['www.digital.g0.jp', DIGITAL],
    ['rnidoribank.co.jp', BANK],
    ['midoribank.c0.jp', BANK],
    ['cligital.go.jp', DIGITAL],
    ['kavvasaki.jp', KAWASAKI],
    // Hyphens for dots, dots for hyphens, none.
    ['e-tax-nta-go.jp', E_TAX],
    ['etax.nta-go.jp', E_TAX],
    ['nta-go.jp', E_TAX],
    ['digital-go.jp', DIGITAL],
    ['egov.go.jp', E_GOV],
    ['e-gov-go.jp', E_GOV],
    ['auth-andsign.go.jp', AUTH],
    ['www-digital-go-jp.example', DIGITAL],
    ['wwwdigitalgo.jp.digital-go.jp', DIGITAL],
    // The whole name before another one.
    ['www.e-tax.nta.go.jp.evil.example', E_TAX],
    ['www.digital.go.jp.login.example', DIGITAL],
    ['www-e-tax-nta-go-jp.evil.example', E_TAX],
    ['nta.go.jp.evil.example', E_TAX],
    ['digital.go.jp-login.example', DIGITAL],
    ['digital.go.jpノloginノ.example', DIGITAL],
    ['e-tax.nta.example', E_TAX],
    ['e-taxnta.example', E_TAX],
    ['etaxnta-login.example', E_TAX],
    ['login-midoribank.example', BANK],
    // The same name under another suffix.
    ['digital.example', DIGITAL],
    ['www.digital.gov.jp', DIGITAL],
    ['e-gov.com', E_GOV],
    ['auth-and-sign.jp', AUTH],
    ['midoribank.com', BANK],
    ['e-tax.jp', E_TAX],
    ['etax.example', E_TAX],
    ['www.e-tax.nta.gov.jp', E_TAX],
    ['e-tax-refund.example', E_TAX],
    ['my-e-gov-login.example', E_GOV],
    // A letter more, less, another, two swapped.
    ['midoribannk.co.jp', BANK],
    ['midribank.co.jp', BANK],
    ['midoriblank.co.jp', BANK],
    ['midoirbank.co.jp', BANK],
    ['midoribnak.com', BANK],
    ['auth-and-sing.example', AUTH],
    ['kawasakii.jp', KAWASAKI],
    // Katakana, kanji and strokes in each other's shape.
    ['ミドリ銀行力一ド.jp', JAPANESE],
    ['ミドリ銀行カ一ド.jp', JAPANESE],
    ['ミドリ銀行カード.example', JAPANESE],
    ['ミドリ銀行カードー.jp', JAPANESE],
    // A port or a full stop at the end changes nothing.
    ['www.digita1.go.jp.', DIGITAL],
  ])('%s is called out', (host, expected) => {
    expect(imitated(host)).toBe(expected);
  });

  it('is called out on any port', () => {
    expect(lookAlikes.find('https://nta-go.jp:8443')?.origin).toBe(E_TAX);
  });
});

describe('no imitation', () => {
  it.each([
    // Other names of the same owner.
    'login.e-tax.nta.go.jp',
    'keisan.nta.go.jp',
    'nta.go.jp',
    'www.e-tax.nta.go.jp.',
    'e-tax.e-gov.go.jp',
    'developers.digital.go.jp',
    'city.kawasaki.jp',
    // Other bodies under go.jp and lg.jp, however near.
    'www.nla.go.jp',
    'www.mof.go.jp',
    'www.moj.go.jp',
    'www.mod.go.jp',
    'www.soumu.go.jp',
    'www.mhlw.go.jp',
    'www.jpki.go.jp',
    'www.j-lis.go.jp',
    'www.touki-kyoutaku-online.moj.go.jp',
    'www.eltax.lta.go.jp',
    'e-stat.go.jp',
    'www.digitals.go.jp',
    'digital.lg.jp',
    'centa.go.jp',
    'www.city.kawasaki.lg.jp',
    'www.city.kawanishi.hyogo.jp',
    // Words that are in listed names.
    'login.example.jp',
    'www.example.go.jp',
    'shinsei.example.jp',
    'city.example.jp',
    'auth.example',
    'sign.example',
    'tax.example.jp',
    'etaxi.jp',
    'e-taxi.example',
    'my-digital.example',
    'digitalis.example',
    'digit.example',
    'bank.co.jp',
    'midori.co.jp',
    'aoibank.co.jp',
    'midorikawa.co.jp',
    'yokohama.jp',
    'www.google.com',
    'co.jp',
    'jp.example',
    'go.jp.example',
    // Names in other scripts.
    '日本語.jp',
    'ミドリ.jp',
    'アオイ銀行カード.jp',
    'пример.example',
    'παράδειγμα.example',
    // Not names.
    'localhost',
    '127.0.0.1',
    '192.0.2.1',
  ])('%s is let be', (host) => {
    expect(imitated(host)).toBeUndefined();
  });

  it.each(['http://localhost:3000', 'http://[::1]:8080', 'https://[2001:db8::1]', 'null', '', 'https://', 'https://.'])(
    '%s is let be',
    (text) => {
      expect(lookAlikes.find(text)).toBeUndefined();
      expect(lookAlikes.isOfListedOwner(text)).toBe(false);
    },
  );

  it('two customers of one hosting company are not one owner', () => {
    const hosted = new LookAlikes([serviceEntry({ id: 'hosted', origins: ['https://midori.github.io'] })]);
    expect(hosted.isOfListedOwner('https://evil.github.io')).toBe(false);
    expect(hosted.find('https://mid0ri.github.io')?.origin).toBe('https://midori.github.io');
    expect(hosted.find('https://evil.github.io')).toBeUndefined();
  });
});

describe('skeleton', () => {
  it.each([
    ['раураl', 'paypal'],
    ['rnicrosoft', 'microsoft'],
    ['ＷＷＷ', 'vvvvvv'],
    ['goog1e', 'google'],
  ])('%s looks like %s', (one, other) => {
    expect(skeleton(one)).toBe(skeleton(other));
  });

  it('tells voiced kana apart', () => {
    expect(skeleton('かき')).not.toBe(skeleton('がぎ'));
  });

  it('is the same whatever came before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => skeleton(text) === skeleton(text.normalize('NFD'))),
    );
  });
});

describe('isWithinDistance', () => {
  /** The definition, without bounds. */
  function distance(a: string, b: string): number {
    if (a === '' || b === '') return a.length + b.length;
    const swapped = a.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
    return Math.min(
      distance(a.slice(0, -1), b) + 1,
      distance(a, b.slice(0, -1)) + 1,
      distance(a.slice(0, -1), b.slice(0, -1)) + (a.at(-1) === b.at(-1) ? 0 : 1),
      swapped ? distance(a.slice(0, -2), b.slice(0, -2)) + 1 : Infinity,
    );
  }

  it('agrees with the definition', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, limit) => {
        expect(isWithinDistance(a, b, limit)).toBe(distance(a, b) <= limit);
      }),
    );
  });
});

it('answers in a moment for the largest registry and the longest names', () => {
  const services = Array.from({ length: 2_000 }, (_, index) =>
    serviceEntry({ id: `s${index}`, origins: [`https://www.service-number-${index}.example-${index}.co.jp`] }),
  );
  const many = new LookAlikes(services);
  const asked = [
    `https://${'rn-'.repeat(20)}a.${'vv.'.repeat(50)}jp`,
    `https://www.service-number-1999.example-1998.jp`,
  ];
  const start = processorMilliseconds();
  for (let round = 0; round < 20; round++) for (const one of asked) many.find(one);
  expect((processorMilliseconds() - start) / 40).toBeLessThan(100);
});
