import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorizeOrigin, decodedOrigin, parseRequestOrigin, unicodeOrigin } from '../../../main/core/bridge/origin.js';
import { ClientError } from '../../../main/core/errors.js';

const PRODUCTION = { developerMode: false };
const DEVELOPER = { developerMode: true };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof ClientError) return thrown.code;
    throw thrown;
  }
  return 'none';
}

describe('authorizeOrigin', () => {
  it.each([
    'https://www.example.go.jp',
    'https://example.go.jp:8443',
    'https://xn--eckwd4c7c.example',
    'https://a_b.example',
    'https://192.0.2.1',
    'https://[2001:db8::1]:444',
    'https://localhost',
  ])('allows the exact origin %s', (origin) => {
    expect(authorizeOrigin(origin, PRODUCTION)).toBe(origin);
  });

  it.each([undefined, '', 'null'])('calls %s missing', (value) => {
    expect(codeOf(() => authorizeOrigin(value, DEVELOPER))).toBe('ERR_ORIGIN_MISSING');
  });

  it.each([
    ['trailing slash', 'https://example.go.jp/'],
    ['path', 'https://example.go.jp/login'],
    ['query', 'https://example.go.jp?x'],
    ['fragment', 'https://example.go.jp#x'],
    ['userinfo', 'https://example.go.jp@evil.example'],
    ['empty userinfo', 'https://@example.go.jp'],
    ['upper-case host', 'https://Example.go.jp'],
    ['upper-case scheme', 'HTTPS://example.go.jp'],
    ['default port written out', 'https://example.go.jp:443'],
    ['empty port', 'https://example.go.jp:'],
    ['port with a leading zero', 'https://example.go.jp:08443'],
    ['port out of range', 'https://example.go.jp:65536'],
    ['space before', ' https://example.go.jp'],
    ['space after', 'https://example.go.jp '],
    ['tab inside, which URL parsers drop', 'https://exam\tple.go.jp'],
    ['newline inside, which URL parsers drop', 'https://exam\nple.go.jp'],
    ['backslashes, which URL parsers turn', 'https:\\\\example.go.jp'],
    ['one slash', 'https:/example.go.jp'],
    ['two origins', 'https://example.go.jp, https://evil.example'],
    ['two origins with a space', 'https://example.go.jp https://evil.example'],
    ['percent-encoded host', 'https://ex%61mple.go.jp'],
    ['Unicode host', 'https://例え.jp'],
    ['full-width host', 'https://ｅxample.go.jp'],
    ['ideographic full stop', 'https://example。go.jp'],
    ['soft hyphen', 'https://exam\u00ADple.go.jp'],
    ['broken Punycode', 'https://xn--a.example'],
    ['number as address', 'https://2130706433'],
    ['hexadecimal address', 'https://0x7f.0.0.1'],
    ['short address', 'https://127.1'],
    ['long IPv6 form', 'https://[2001:db8:0:0:0:0:0:1]'],
    ['host with characters no certificate can carry', 'https://a,b.example'],
    ['no host', 'https://'],
    ['no scheme', 'example.go.jp'],
    ['scheme only', 'https:'],
    ['wildcard', '*'],
    ['wildcard host', 'https://*.go.jp'],
    ['file', 'file://'],
    ['data', 'data:text/html,x'],
    ['blob', 'blob:https://example.go.jp/x'],
    ['WebSocket', 'wss://example.go.jp'],
    ['extension', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop'],
    ['longer than an origin may be', `https://${'a.'.repeat(130)}example`],
    ['NUL at the end', 'https://example.go.jp\0'],
    ['line separator at the end', 'https://example.go.jp\n'],
  ])('refuses %s', (_, value) => {
    expect(codeOf(() => authorizeOrigin(value, DEVELOPER))).toBe('ERR_ORIGIN_NOT_ALLOWED');
  });

  it.each(['http://localhost', 'http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:3000'])(
    'allows %s in developer mode only',
    (origin) => {
      expect(authorizeOrigin(origin, DEVELOPER)).toBe(origin);
      expect(codeOf(() => authorizeOrigin(origin, PRODUCTION))).toBe('ERR_ORIGIN_NOT_ALLOWED');
    },
  );

  it.each([
    'http://example.go.jp',
    'http://localhost.evil.example',
    'http://localhost.',
    'http://a.localhost',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.2',
    'http://0.0.0.0',
    'http://[::]',
    'http://[::ffff:7f00:1]',
    'http://192.168.0.1',
  ])('never allows %s', (origin) => {
    expect(codeOf(() => authorizeOrigin(origin, DEVELOPER))).toBe('ERR_ORIGIN_NOT_ALLOWED');
  });

  it('narrows by an administrator’s list, and never widens', () => {
    const settings = { ...PRODUCTION, allowedOrigins: ['https://a.example', 'http://localhost:3000'] };
    expect(authorizeOrigin('https://a.example', settings)).toBe('https://a.example');
    for (const other of [
      'https://a.example:444',
      'https://b.a.example',
      'https://a.example.evil',
      'https://xa.example',
    ]) {
      expect(codeOf(() => authorizeOrigin(other, settings))).toBe('ERR_POLICY_ORIGIN');
    }
    expect(codeOf(() => authorizeOrigin('http://localhost:3000', settings))).toBe('ERR_ORIGIN_NOT_ALLOWED');
    expect(codeOf(() => authorizeOrigin('https://a.example', { ...PRODUCTION, allowedOrigins: [] }))).toBe(
      'ERR_POLICY_ORIGIN',
    );
  });

  it('tells an origin of the greatest length from one that is too long', () => {
    const host = `${'a'.repeat(60)}.`.repeat(4);
    const longest = `https://${host}${'b'.repeat(255 - 'https://'.length - host.length)}`;
    expect(parseRequestOrigin(longest)).toHaveLength(255);
    expect(codeOf(() => parseRequestOrigin(`${longest}b`))).toBe('ERR_ORIGIN_NOT_ALLOWED');
  });
});

describe('unicodeOrigin', () => {
  it('shows a host in Unicode with everything else unchanged', () => {
    expect(unicodeOrigin('https://www.xn--r8jz45g.jp:8443')).toBe('https://www.例え.jp:8443');
    expect(decodedOrigin('https://xn--pypal-4ve.example')).toBe('https://p\u0430ypal.example');
  });

  it.each(['例え', '日本ー語', '人々', '한국', 'münchen', 'việt-nam', 'россия', 'ελλάδα', 'ไทย', 'हिन्दी', '東京1-2'])(
    'shows the label %s',
    (label) => {
      const origin = new URL(`https://www.${label}.example`).origin;
      expect(unicodeOrigin(origin)).toBe(`https://www.${label}.example`);
    },
  );

  it.each([
    ...Array.from(
      '\u2044\u2215\u2571\u29f8\u30ce\u4e3f\u31d3\u1735\u30fb\ua78f\u3033\u2027\u02f8\ua789\u05c3\u0589\u2236\u00b7\u01c3\u05b4',
    ),
    ...['\u0338', '\u20dd', '\u0307', '\u0301\u0301\u0301\u0301', '\u094d\u200d', '\u200c'],
  ])('shows no address that %j seems to end before its end', (divider) => {
    for (const host of [
      `www.bank.example.jp${divider}login.evil.example`,
      `www.bank.example.jp.${divider}.evil.example`,
      `www.bank.example.jp.${divider}${divider}.evil.example`,
      `${divider}login.evil.example`,
    ]) {
      if (!URL.canParse(`https://${host}`)) continue;
      const { origin } = new URL(`https://${host}`);
      expect(unicodeOrigin(origin), origin).toBeUndefined();
    }
  });

  it.each([
    ['two scripts', 'p\u0430ypal'],
    ['Latin and Katakana', 'jpノlogin'],
    ['look-alikes of Latin letters only', 'аррӏе'],
    ['look-alikes of Latin letters only', 'νορικο'],
    ['letters read from right to left', 'עברית'],
    ['a dotless i', 'lıne'],
    ['a joiner after a virama', '\u0915\u094d\u200d'.repeat(16)],
    ['digits of another script', 'a\u0967'],
  ])('shows no label of %s: %s', (_, label) => {
    const { origin } = new URL(`https://${label}.example`);
    expect(origin).toContain('xn--');
    expect(unicodeOrigin(origin)).toBeUndefined();
  });

  it.each(['https://www.example.go.jp', 'https://[2001:db8::1]', 'http://localhost:3000'])(
    'says nothing where %s has no other form',
    (origin) => {
      expect(unicodeOrigin(origin)).toBeUndefined();
    },
  );

  it('says nothing where the Unicode form would name another origin', () => {
    const origin = 'https://xn--example-.jp';
    expect(authorizeOrigin(origin, PRODUCTION)).toBe(origin);
    expect(unicodeOrigin(origin)).toBeUndefined();
  });

  it('names the very same origin, whatever the label', () => {
    const origins = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((label) => domainToASCII(`${label}.example`))
      .filter((host) => host.startsWith('xn--') && /^[a-z0-9.-]+$/.test(host))
      .map((host) => `https://${host}:8443`);
    fc.assert(
      fc.property(origins, (origin) => {
        for (const unicode of [unicodeOrigin(authorizeOrigin(origin, PRODUCTION)), decodedOrigin(origin)]) {
          expect(unicode).not.toBe(origin);
          expect(unicode === undefined ? origin : new URL(unicode).origin).toBe(origin);
        }
      }),
      { numRuns: 300 },
    );
  });
});
