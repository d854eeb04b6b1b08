import { describe, expect, it } from 'vitest';
import { readRedirect } from '../../../main/core/bridge/redirect.js';
import { NONCE } from '../bridge/fakes.js';
import { errorCode } from '../../support/error-code.js';

const STATE = 's'.repeat(22);

function read(redirectUri: string): ReturnType<typeof readRedirect> {
  return readRedirect({ redirect_uri: redirectUri, state: STATE, challenge_nonce: NONCE });
}

describe('redirect_uri', () => {
  it.each([
    'https://service.example/',
    'https://service.example/callback',
    'https://service.example/callback?x=1&y=%2F',
    'https://service.example:8443/callback',
    'https://xn--r8jz45g.jp/callback',
    'https://service.example/%E7%AA%93%E5%8F%A3',
    // It goes to its own origin, whatever stands in it.
    'https://service.example/login?next=https://evil.example/',
    'https://service.example/https://evil.example/',
    'https://service.example//evil.example/',
    'https://service.example/?\\evil.example',
    "https://service.example/it's",
    'http://localhost:3000/callback',
    'http://[::1]:3000/callback',
  ])('%s is taken as it stands', (uri) => {
    expect(read(uri).target).toEqual({ redirectUri: uri, state: STATE });
  });

  it.each([
    '',
    'https',
    '/callback',
    '//service.example/callback',
    'service.example/callback',
    // No path: not its own serialisation.
    'https://service.example',
    'https://service.example?x=1',
    // Somebody else's name in front.
    'https://user@service.example/',
    'https://user:password@service.example/',
    'https://service.example@evil.example/',
    'https://service.example%40evil.example/',
    'https://:@service.example/',
    'https://@service.example/',
    // Fragments.
    'https://service.example/#',
    'https://service.example/#access_token=x',
    'https://service.example/callback?x#y',
    // What parsers read differently.
    'https:\\\\service.example\\callback',
    'https://service.example\\callback',
    'https://service.example\\@evil.example/',
    'https:/service.example/',
    'https:service.example/',
    'https:///service.example/',
    'https://service.example/\tcallback',
    'https://service.example/\ncallback',
    'https://service.exa\tmple/',
    'ht\ntps://service.example/',
    ' https://service.example/',
    'https://service.example/ ',
    'https://service.example/a b',
    'https://service.example/"><script>',
    'https://service.example/\u0000',
    // Not its own serialisation.
    'HTTPS://service.example/',
    'https://SERVICE.example/',
    'https://service.example:443/',
    'https://service.example:/',
    'https://service.example:0443/',
    'http://localhost:80/',
    'https://service.example/./callback',
    'https://service.example/a/../callback',
    'https://service.example/%2e%2e/callback',
    'https://例え.jp/',
    'https://service。example/',
    'https://ｓervice.example/',
    'https://serv%69ce.example/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://127.1/',
    'https://service.example/窓口',
    // Other schemes.
    'javascript:alert(1)',
    'javascript://service.example/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://service.example/1',
    'file:///etc/passwd',
    'ftp://service.example/',
    'ws://service.example/',
    'madoguchi:x',
    'about:blank',
    'view-source:https://service.example/',
  ])('%j is refused', (uri) => {
    expect(errorCode(() => read(uri))).toBe('ERR_ORIGIN_REDIRECT_URI');
  });

  it('that is too long is not looked at', () => {
    const uri = `https://service.example/${'a'.repeat(1_001)}`;
    expect(errorCode(() => read(uri))).toBe('ERR_PROTOCOL_MALFORMED');
  });
});
