import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineBuffer } from '../../main/cli/line-buffer.js';
import { madoguchi, TerminalSession } from '../support/command-line.js';
import { putNewTestCard } from '../support/virtual-card.js';

const NONCE = 'bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U=';
const AUTHENTICATE = ['authenticate', '--origin', 'https://service.example', '--nonce', NONCE];
const AGREE = 'よろしければ y と入力してください';
const PIN = '利用者証明用の暗証番号（数字4桁）: ';

let directory = '';
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-terminal-'));
  await putNewTestCard(environment().MADOGUCHI_STATE_DIRECTORY);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function start(args: readonly string[]): TerminalSession {
  return new TerminalSession(['--reader', 'virtual', ...args], { env: environment(), cwd: directory });
}

function environment() {
  return { MADOGUCHI_STATE_DIRECTORY: join(directory, 'state') };
}

async function triesLeft(): Promise<number> {
  const { stdout } = await madoguchi(['--reader', 'virtual', 'card', '--json'], { env: environment() });
  return (JSON.parse(stdout) as { result: { pins: { authentication: { triesLeft: number } } } }).result.pins
    .authentication.triesLeft;
}

describe('consent and PIN in a terminal', () => {
  it('shows who asks, then tries left, then asks; the PIN is never echoed', async () => {
    const terminal = start([...AUTHENTICATE, '--json']);
    await terminal.see('このPCのプログラム');
    await terminal.see('発行番号は全サービス共通です。このプログラムに渡ります。');
    await terminal.see('テスト用カードです');
    await terminal.answer(AGREE, 'y');
    await terminal.see('テスト用カードです');
    await terminal.enterPin(PIN, '1234');
    expect(await terminal.exitCode()).toBe(0);
    expect(terminal.screen).toContain('••••');
    expect(terminal.screen.slice(terminal.screen.indexOf(PIN))).not.toContain('1234');
    expect(terminal.screen).toContain('"format":"web-eid:1.0"');
  });

  it('takes a wrong PIN for what it is and lets the person try again', async () => {
    const terminal = start(AUTHENTICATE);
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin(PIN, '9999');
    await terminal.see('暗証番号が違います。残り2回です。');
    await terminal.enterPin(PIN, '1234');
    expect(await terminal.exitCode()).toBe(0);
    expect(await triesLeft()).toBe(3);
  });

  it.each([
    ['Enter alone', '', 5],
    ['no', 'n', 5],
    ['Ctrl-C', '\u0003', 5],
    ['Ctrl-D', '\u0004', 5],
  ])('%s refuses, at no cost', async (_what, keys, exitCode) => {
    const terminal = start(AUTHENTICATE);
    await terminal.answer(AGREE, keys);
    expect(await terminal.exitCode()).toBe(exitCode);
    expect(await triesLeft()).toBe(3);
  });

  it('does not take what was typed before the question for an answer', async () => {
    const terminal = start(AUTHENTICATE);
    terminal.type('y\r1234\r');
    await terminal.see(AGREE);
    // Nor what is typed in the moment in which it appears.
    terminal.type('y\r');
    await terminal.see('\n> ');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(terminal.screen).not.toContain(PIN);
    terminal.type('\r');
    expect(await terminal.exitCode()).toBe(5);
  });

  it('ends at the PIN with Ctrl-C, at no cost', async () => {
    const terminal = start(AUTHENTICATE);
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin(PIN, '12\u0003');
    expect(await terminal.exitCode()).toBe(5);
    expect(await triesLeft()).toBe(3);
  });

  it('asks once more before the last try, and a y is not enough', async () => {
    const terminal = start(AUTHENTICATE);
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin(PIN, '9999');
    await terminal.enterPin(PIN, '9999');
    await terminal.answer('入力するなら yes と入力してください', 'y');
    expect(await terminal.exitCode()).toBe(4);
    expect(await triesLeft()).toBe(1);
    const bold = start(AUTHENTICATE);
    await bold.answer(AGREE, 'y');
    await bold.answer('入力するなら yes と入力してください', 'yes');
    await bold.enterPin(PIN, '1234');
    expect(await bold.exitCode()).toBe(0);
    expect(await triesLeft()).toBe(3);
  });

  it('shows file names that try to drive the terminal as what they are', async () => {
    const name = 'a\u001b]0;owned\u0007\u202etxt.exe';
    writeFileSync(join(directory, name), 'x');
    const terminal = start(['sign', name, '--format', 'cms', '--output', 'x.p7s']);
    await terminal.see('「a\ufffd]0;owned\ufffd<U+202E>txt.exe」');
    await terminal.answer(AGREE, 'n');
    expect(await terminal.exitCode()).toBe(5);
    expect(terminal.screen).not.toContain('\u001b]0;owned');
    expect(() => readFileSync(join(directory, 'x.p7s'))).toThrow();
  });
});

describe('LineBuffer', () => {
  const feed = (...chunks: string[]) => {
    const line = new LineBuffer();
    let end = 'more';
    for (const chunk of chunks) end = line.feed(new TextEncoder().encode(chunk), () => undefined);
    return { end, text: new TextDecoder().decode(line.copy()) };
  };

  it.each([
    ['a lone Escape clears the line', ['12', '\u001b', '3456\r'], '3456', 200],
    ['function and arrow keys in application mode', ['\u001bOA12\u001bOP34\r'], '1234', 0],
    ['a sequence cut in two', ['12\u001b', '[A34\r'], '1234', 20],
    ['an Alt key voids the line', ['\u001bx1234\r'], '', 0],
    ['Escape and text at once void the line', ['\u001bABCD1357\r'], '', 0],
    ['more than fits voids the line', ['9'.repeat(65), '\r'], '', 0],
  ])('%s', (_what, chunks, text, pause) => {
    let now = 0;
    const line = new LineBuffer(() => now);
    let end = 'more';
    for (const chunk of chunks) {
      end = line.feed(new TextEncoder().encode(chunk), () => undefined);
      now += pause;
    }
    expect([end, new TextDecoder().decode(line.copy())]).toEqual(['entered', text]);
  });

  it.each(['\u001b', '\u001b[', '\u001b[1;', '\u001bO'])('Ctrl-C and Enter end the line after %j', (keys) => {
    expect(feed(`${keys}\u0003`).end).toBe('closed');
    expect(feed(`${keys}\r`).end).toBe('entered');
  });

  it('edits by whole characters and skips escape sequences', () => {
    expect(feed('はいx\u007f\u0008い\r')).toEqual({ end: 'entered', text: 'はい' });
    expect(feed('1\u001b[A2\u001b[200~3\r')).toEqual({ end: 'entered', text: '123' });
  });

  it('forgets what follows the line', () => {
    expect(feed('1234\r5678').text).toBe('1234');
  });

  it('keeps nothing once cleared', () => {
    const line = new LineBuffer();
    line.feed(new TextEncoder().encode('1234'), () => undefined);
    line.clear();
    expect(line.copy()).toHaveLength(0);
  });
});
