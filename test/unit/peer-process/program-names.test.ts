import { describe, expect, it } from 'vitest';
import { programByName, programOf } from '../../../native/peer-process/program-names.js';

const TRUSTED = { trusted: true };

describe('the name of a program', () => {
  it.each([
    ['/opt/google/chrome/chrome', 'Google Chrome'],
    ['/usr/lib/chromium/chromium', 'Chromium'],
    ['/opt/microsoft/msedge/msedge', 'Microsoft Edge'],
    ['/usr/lib/firefox-esr/firefox-esr', 'Firefox'],
    ['/snap/firefox/1234/usr/lib/firefox/firefox', 'Firefox'],
    ['/opt/brave.com/brave/brave', 'Brave'],
    ['/opt/vivaldi/vivaldi-bin', 'Vivaldi'],
    ['/usr/lib/x86_64-linux-gnu/opera/opera', 'Opera'],
    ['/usr/bin/epiphany', 'GNOME Web'],
    ['/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/WebKitNetworkProcess', 'WebKit'],
    ['chrome.exe', 'Google Chrome'],
    ['C:\\Program Files\\Mozilla Firefox\\firefox.exe', 'Firefox'],
    ['MSEdge.EXE', 'Microsoft Edge'],
    ['Google Chrome Helper', 'Google Chrome'],
    ['Microsoft Edge Helper (Renderer)', 'Microsoft Edge'],
    ['com.apple.WebKit.Networking', 'Safari'],
  ])('%s: %s', (path, name) => {
    expect(programOf(path, TRUSTED)).toEqual({ name, kind: 'browser' });
  });

  it.each([
    ['/usr/bin/curl', 'curl'],
    ['/usr/bin/python3.11', 'python3.11'],
    ['/opt/firefox-tools/firefox-sync', 'firefox-sync'],
    ['/usr/bin/constructor', 'constructor'],
    ['/usr/bin/__proto__', '__proto__'],
  ])('%s is no browser', (path, name) => {
    expect(programOf(path, TRUSTED)).toEqual({ name, kind: 'program' });
  });

  it('is the file’s where anybody could have put it there', () => {
    expect(programOf('/srv/somebody/firefox/firefox', { trusted: false })).toEqual({
      name: 'firefox',
      kind: 'program',
    });
  });

  it('cannot reorder or hide the text around it, nor fill the screen', () => {
    expect(programOf('/tmp/a\u001b[2J\n\u202eb\u200bc\u2028', TRUSTED)).toEqual({ name: 'a[2Jbc', kind: 'program' });
    expect(programOf(`/tmp/${'x'.repeat(255)}`, TRUSTED)?.name).toHaveLength(64);
    expect(programOf('/tmp/\n', TRUSTED)).toBeUndefined();
    expect(programOf('', TRUSTED)).toBeUndefined();
  });
});

describe('a program of which only the name is known', () => {
  it('is never called a browser', () => {
    for (const name of ['firefox', 'Google Chrome Helper', 'msedge.exe', 'Safari']) {
      expect(programByName(name)).toBeUndefined();
    }
    expect(programByName('curl.exe')).toEqual({ name: 'curl.exe', kind: 'program' });
  });
});
