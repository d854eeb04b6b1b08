import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CONTENT_SECURITY_POLICY,
  readWindowFiles,
  serveWindowUrl,
  windowPage,
} from '../../../main/electron/window-files.js';
import { FUZZ_RUNS } from '../../support/fuzz-runs.js';

const top = mkdtempSync(join(tmpdir(), 'window-files-'));
afterAll(() => rmSync(top, { recursive: true }));
const folder = join(top, 'renderer');
mkdirSync(join(folder, 'assets'), { recursive: true });
writeFileSync(join(top, 'secret.html'), 'secret');
writeFileSync(join(folder, 'main.html'), '<p>main');
writeFileSync(join(folder, 'consent.html'), '<p>consent');
writeFileSync(join(folder, 'assets', 'a.js'), 'export {};');
writeFileSync(join(folder, 'assets', 'a.css'), 'p{}');
writeFileSync(join(folder, 'assets', 'a.js.map'), '{}');
writeFileSync(join(folder, 'notes'), 'x');
symlinkSync(join(top, 'secret.html'), join(folder, 'link.html'));
const files = readWindowFiles(folder);
const get = (url: string, method = 'GET') => serveWindowUrl(files, url, method);

describe('the windows’ scheme', () => {
  it('serves what the build made, each with its type, and nothing else that lies there', () => {
    expect([...files.keys()].sort()).toEqual(['/assets/a.css', '/assets/a.js', '/consent.html', '/main.html']);
  });

  it.each([
    ['/main.html', 'text/html; charset=utf-8', '<p>main'],
    ['/assets/a.js', 'text/javascript; charset=utf-8', 'export {};'],
    ['/assets/a.css', 'text/css; charset=utf-8', 'p{}'],
  ])('serves %s as %s', async (path, type, text) => {
    const response = get(`madoguchi-app://windows${path}`);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, type, text]);
  });

  it('has a page for each kind of window', () => {
    expect([get(windowPage('main')).status, get(windowPage('consent')).status]).toEqual([200, 200]);
  });

  it.each([windowPage('main'), 'madoguchi-app://windows/none.html'])('lets %s do nothing it need not', (url) => {
    const { headers } = get(url);
    expect(headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
    expect(CONTENT_SECURITY_POLICY).toContain("require-trusted-types-for 'script'");
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*|data:|blob:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it.each([
    'madoguchi-app://windows/../secret.html',
    'madoguchi-app://windows/%2e%2e/secret.html',
    'madoguchi-app://windows/..%2fsecret.html',
    'madoguchi-app://windows/assets/../main.html',
    'madoguchi-app://windows/assets/%2e%2e/main.html',
    'madoguchi-app://windows/..\\secret.html',
    'madoguchi-app://windows/assets\\a.js',
    'madoguchi-app://windows//main.html',
    'madoguchi-app://windows/./main.html',
    'madoguchi-app://windows/main.html/',
    'madoguchi-app://windows/main.html%00',
    'madoguchi-app://windows/main.html\0.png',
    'madoguchi-app://windows/main.html?',
    'madoguchi-app://windows/main.html?x=1',
    'madoguchi-app://windows/main.html#x',
    'madoguchi-app://windows/MAIN.HTML',
    'madoguchi-app://windows/%6dain.html',
    'madoguchi-app://windows/link.html',
    'madoguchi-app://windows/notes',
    'madoguchi-app://windows/assets/a.js.map',
    'madoguchi-app://windows/assets',
    'madoguchi-app://windows/',
    'madoguchi-app://windows',
    'madoguchi-app://windows/etc/passwd',
    'madoguchi-app://windows/C:/Windows/win.ini',
    'madoguchi-app://windows/__proto__',
    'madoguchi-app://windows/constructor',
    'madoguchi-app://windows.evil/main.html',
    'madoguchi-app://windows:80/main.html',
    'madoguchi-app://evil@windows/main.html',
    'madoguchi-app://WINDOWS/main.html',
    'madoguchi-app:/main.html',
    'madoguchi-app:main.html',
    'file:///main.html',
    'https://windows/main.html',
    '/main.html',
    '',
  ])('answers 404 to %j', async (url) => {
    const response = get(url);
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  it.each(['POST', 'HEAD', 'PUT', 'get', ''])('answers 404 to %s', (method) => {
    expect(get(windowPage('main'), method).status).toBe(404);
  });

  it('serves nothing to whatever else is asked', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('..', '%2e', '/', '\\', '\0', 'main.html', 'assets', 'secret.html'),
    );
    const url = fc.array(part).map((parts) => `madoguchi-app://windows/${parts.join('')}`);
    const served = new Set([...files.keys()].map((path) => `madoguchi-app://windows${path}`));
    fc.assert(
      fc.property(url, (asked) => {
        expect(get(asked).status).toBe(served.has(asked) ? 200 : 404);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
