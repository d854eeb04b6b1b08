import { describe, expect, it } from 'vitest';
import { ownEnvironment, readLaunch, refusedSwitch } from '../../../main/electron/launch.js';

describe('the arguments of a start', () => {
  it.each([
    [[], { by: 'person' }],
    [['--page=history'], { by: 'person', page: 'history' }],
    [['--page=../x'], { by: 'person' }],
    [['--page='], { by: 'person' }],
    [['--page=__proto__'], { by: 'person' }],
    [['--PAGE=history'], { by: 'person' }],
    [['--hidden'], { by: 'system' }],
    [['madoguchi:'], { by: 'scheme' }],
    [['madoguchi://sign?item=x'], { by: 'scheme' }],
    [['MADOGUCHI:x'], { by: 'scheme' }],
    // A browser that quotes badly, and a page that knows.
    [['madoguchi:"', '--page=settings'], { by: 'scheme' }],
    [['--page=settings', 'madoguchi:x'], { by: 'scheme' }],
    [['madoguchi:--hidden'], { by: 'scheme' }],
  ])('%j are %j', (unverified, launch) => {
    expect(readLaunch(unverified)).toEqual(launch);
  });
});

const nothing = { environment: {}, hasSwitch: () => false };

describe('a release build', () => {
  it.each([
    ['--remote-debugging-port=9222', '--remote-debugging-port'],
    ['--remote-debugging-pipe', '--remote-debugging-pipe'],
    ['-remote-debugging-port=0', '--remote-debugging-port'],
    ['/remote-debugging-port=0', '--remote-debugging-port'],
    ['--Remote-Debugging-Port=1', '--remote-debugging-port'],
    ['--inspect', '--inspect'],
    ['--inspect=0.0.0.0:9229', '--inspect'],
    ['--inspect-brk=0', '--inspect-brk'],
    ['--inspect_brk', '--inspect-brk'],
    ['--inspect-port=1', '--inspect-port'],
    ['--js-flags=--expose-gc', '--js-flags'],
    ['--no-sandbox', '--no-sandbox'],
    ['--single-process', '--single-process'],
    ['--renderer-cmd-prefix=gdb', '--renderer-cmd-prefix'],
    ['--load-extension=x', '--load-extension'],
    ['--disable-web-security', '--disable-web-security'],
    ['--browser-subprocess-path=/tmp/x', '--browser-subprocess-path'],
    ['/browser-subprocess-path=C:x', '--browser-subprocess-path'],
    ['--ppapi-plugin-launcher=x', '--ppapi-plugin-launcher'],
    ['--disable-features=TrustedTypes', '--disable-features'],
    ['--disable-blink-features=TrustedTypes', '--disable-blink-features'],
    ['--enable-features=UseOzonePlatform,Other', '--enable-features'],
    ['--password-store=basic', '--password-store'],
    ['--log-net-log=/tmp/x', '--log-net-log'],
    ['--trace-startup', '--trace-startup'],
    ['--user-data-dir=/tmp/x', '--user-data-dir'],
    ['--host-resolver-rules=MAP * 127.0.0.1', '--host-resolver-rules'],
    ['--proxy-server=evil:1', '--proxy-server'],
    ['--made-up', '--made-up'],
    ['--__proto__=x', '----proto--'],
    ['--constructor', '--constructor'],
    ['-', '--'],
  ])('does not start with %s', (argument, refused) => {
    expect(refusedSwitch({ ...nothing, unverifiedArguments: ['--page=card', argument] })).toBe(refused);
  });

  it('does not start with what Chromium took for such a switch, however it was written', () => {
    const hasSwitch = (name: string): boolean => name === 'remote-debugging-port';
    expect(refusedSwitch({ ...nothing, unverifiedArguments: [], hasSwitch })).toBe('--remote-debugging-port');
  });

  it.each(['ELECTRON_RUN_AS_NODE', 'ELECTRON_DISABLE_SANDBOX'])('does not start with %s', (name) => {
    expect(refusedSwitch({ ...nothing, unverifiedArguments: [], environment: { [name]: '1' } })).toBe(name);
  });

  it.each([
    [[]],
    [['--page=card']],
    [['--hidden']],
    [['madoguchi:--inspect=9229']],
    [['/srv/documents/a.pdf', '-psn_0_12345']],
    [['--enable-features=UseOzonePlatform,WaylandWindowDecorations', '--password-store=kwallet6']],
    [['--force-renderer-accessibility', '--ozone-platform=wayland', '--lang=ja']],
    [['inspect', 'no-sandbox']],
  ])('starts with %j', (unverifiedArguments) => {
    const environment = { NODE_OPTIONS: '--inspect', PATH: '/bin' };
    expect(refusedSwitch({ ...nothing, unverifiedArguments, environment })).toBeUndefined();
  });

  it('is not kept from starting by what Electron itself gives at every start', () => {
    const hasSwitch = (name: string): boolean => name === 'allow-file-access-from-files';
    expect(refusedSwitch({ ...nothing, unverifiedArguments: [], hasSwitch })).toBeUndefined();
  });
});

it('passes nothing on to the card process that would run other code there', () => {
  const environment = {
    PATH: '/bin',
    NODE_OPTIONS: '--require=x',
    node_options: 'x',
    NODE_PATH: '/x',
    HOME: undefined,
  };
  expect(ownEnvironment(environment)).toEqual({ PATH: '/bin' });
});
