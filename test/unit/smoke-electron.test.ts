import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findElectron, skipped } from '../../tools/smoke-electron/electron-program.js';
import {
  outsideAddresses,
  outsideHosts,
  readWritten,
  writeNetworkSpy,
} from '../../tools/smoke-electron/network-log.js';
import { consentTexts } from '../../tools/smoke-electron/play-app.js';

const folder = mkdtempSync(join(tmpdir(), 'madoguchi-smoke-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the test of the app in Electron', () => {
  it('names itself skipped with the reason, or fails where it is required', () => {
    expect(skipped('no program', undefined)).toEqual({ line: 'skipped, the app in Electron: no program', exitCode: 0 });
    expect(skipped('no program', 'required')).toMatchObject({ exitCode: 1 });
  });

  it('finds the program that npm installed, and fetches none', () => {
    expect(findElectron(folder)).toHaveProperty('missing');
    const electron = join(folder, 'node_modules', 'electron');
    mkdirSync(join(electron, 'dist'), { recursive: true });
    writeFileSync(join(electron, 'path.txt'), 'electron');
    expect(findElectron(folder)).toHaveProperty('missing');
    writeFileSync(join(electron, 'dist', 'electron'), '');
    expect(findElectron(folder)).toEqual({ program: join(electron, 'dist', 'electron') });
  });

  it('knows what the buttons of the consent window say', () => {
    expect(consentTexts('ja').agree).toMatchObject({
      authenticate: expect.any(String) as string,
      sign: expect.any(String) as string,
    });
  });
});

describe('its eyes on the network', () => {
  const spied = (script: string): string[] => {
    const spy = join(folder, 'spy.cjs');
    const notes = join(folder, 'notes');
    rmSync(notes, { force: true });
    writeNetworkSpy(spy, notes);
    const { status, stderr } = spawnSync(process.execPath, ['--require', spy, '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([status, stderr]).toEqual([0, '']);
    return outsideHosts(readWritten(notes));
  };

  it.each([
    ['a request', `fetch('http://app.invalid/').catch(() => undefined)`, 'app.invalid'],
    ['a connection', `require('node:net').connect(9, '192.0.2.1').on('error', () => undefined).destroy()`, '192.0.2.1'],
    ['a name', `require('node:dns').lookup('name.invalid', () => undefined)`, 'name.invalid'],
    [
      'a datagram',
      `const s = require('node:dgram').createSocket('udp4'); s.send('x', 9, '192.0.2.1', () => s.close())`,
      'udp 192.0.2.1',
    ],
  ])('see %s of Node.js', (_what, script, host) => {
    expect(spied(script)).toContain(host);
  });

  it('do not see what stays on this machine', () => {
    const own = `const server = require('node:http').createServer((_, answer) => answer.end()).listen(0, '127.0.0.1', async () => {
      await fetch('http://127.0.0.1:' + server.address().port).then((answer) => answer.text());
      server.closeAllConnections();
      server.close();
    });
    require('node:net').connect('/nowhere/socket').on('error', () => undefined);`;
    expect(spied(own)).toEqual([]);
  });

  it('see addresses in Chromium’s log, though it was cut off', () => {
    const log =
      '{"events":[{"params":{"url":"https://update.example/x"}},{"params":{"url":"madoguchi-app://windows/main.html"}},{"params":{"url":"http://127.0.0.1:41731/v1/status"}},{"par';
    expect(outsideAddresses(log)).toEqual(['https://update.example/x']);
    expect(outsideAddresses('')).toEqual([]);
  });
});
