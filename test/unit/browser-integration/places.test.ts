import { describe, expect, it } from 'vitest';
import { NATIVE_HOST_NAME } from '../../../sdk/protocol/index.js';
import { BROWSERS, type Browser, type Situation } from '../../../main/node/browser-integration/index.js';
import { launcherPath, manifestPlace } from '../../../main/node/browser-integration/places.js';

const FILE = `${NATIVE_HOST_NAME}.json`;

const linux: Situation = {
  platform: 'linux',
  environment: {},
  home: '/person',
  stateDirectory: '/person/.local/state/madoguchi',
  system: false,
  root: '',
};
const macos: Situation = { ...linux, platform: 'darwin', home: '/person', stateDirectory: '/person/Library/x' };
const windows: Situation = {
  ...linux,
  platform: 'win32',
  home: 'C:\\Person',
  stateDirectory: 'C:\\Person\\Madoguchi',
  environment: { ProgramData: 'C:\\ProgramData' },
};

const paths = (situation: Situation): string[] => BROWSERS.map((browser) => manifestPlace(browser, situation).path);
const key = (browser: Browser, situation: Situation): string | undefined =>
  manifestPlace(browser, situation).registryKey;

/** The places are those of the browsers' own documentation. */
describe('where browsers look for the host', () => {
  it('on Linux', () => {
    expect(paths(linux)).toEqual([
      `/person/.config/google-chrome/NativeMessagingHosts/${FILE}`,
      `/person/.config/chromium/NativeMessagingHosts/${FILE}`,
      `/person/.config/microsoft-edge/NativeMessagingHosts/${FILE}`,
      `/person/.mozilla/native-messaging-hosts/${FILE}`,
    ]);
    expect(paths({ ...linux, system: true })).toEqual([
      `/etc/opt/chrome/native-messaging-hosts/${FILE}`,
      `/etc/chromium/native-messaging-hosts/${FILE}`,
      `/etc/opt/edge/native-messaging-hosts/${FILE}`,
      `/usr/lib/mozilla/native-messaging-hosts/${FILE}`,
    ]);
    expect(paths({ ...linux, environment: { XDG_CONFIG_HOME: '/c' } })[1]).toBe(
      `/c/chromium/NativeMessagingHosts/${FILE}`,
    );
  });

  it('on macOS', () => {
    const user = '/person/Library/Application Support';
    expect(paths(macos)).toEqual([
      `${user}/Google/Chrome/NativeMessagingHosts/${FILE}`,
      `${user}/Chromium/NativeMessagingHosts/${FILE}`,
      `${user}/Microsoft Edge/NativeMessagingHosts/${FILE}`,
      `${user}/Mozilla/NativeMessagingHosts/${FILE}`,
    ]);
    expect(paths({ ...macos, system: true })).toEqual([
      `/Library/Google/Chrome/NativeMessagingHosts/${FILE}`,
      `/Library/Application Support/Chromium/NativeMessagingHosts/${FILE}`,
      `/Library/Microsoft/Edge/NativeMessagingHosts/${FILE}`,
      `/Library/Application Support/Mozilla/NativeMessagingHosts/${FILE}`,
    ]);
  });

  it('on Windows', () => {
    expect(BROWSERS.map((browser) => key(browser, windows))).toEqual([
      `HKCU\\Software\\Google\\Chrome\\NativeMessagingHosts\\${NATIVE_HOST_NAME}`,
      `HKCU\\Software\\Chromium\\NativeMessagingHosts\\${NATIVE_HOST_NAME}`,
      `HKCU\\Software\\Microsoft\\Edge\\NativeMessagingHosts\\${NATIVE_HOST_NAME}`,
      `HKCU\\Software\\Mozilla\\NativeMessagingHosts\\${NATIVE_HOST_NAME}`,
    ]);
    expect(key('edge', { ...windows, system: true })).toMatch(/^HKLM\\Software\\Microsoft\\Edge\\/);
    expect(manifestPlace('chrome', windows).path).toBe(`${windows.stateDirectory}\\native-messaging\\chrome.json`);
    expect(manifestPlace('chrome', { ...windows, system: true }).path).toBe(
      'C:\\ProgramData\\Madoguchi\\native-messaging\\chrome.json',
    );
  });

  it('is a launcher for, which every user can read where all are to have it', () => {
    expect(launcherPath(linux)).toBe('/person/.local/state/madoguchi/native-host');
    expect(launcherPath({ ...linux, system: true })).toBe('/usr/local/lib/madoguchi/native-host');
    expect(launcherPath({ ...macos, system: true })).toBe('/Library/Application Support/Madoguchi/native-host');
    expect(launcherPath(windows)).toBe(`${windows.stateDirectory}\\native-host.cmd`);
    expect(launcherPath({ ...windows, system: true })).toBe('C:\\ProgramData\\Madoguchi\\native-host.cmd');
  });
});
