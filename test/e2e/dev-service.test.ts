import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findFreePort, stop, virtualCardCommand } from '../../tools/demo/madoguchi-process.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS, chromiumMissing } from '../support/chromium.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: the sample service in a real browser: ${missing}`);

const NAME = '試験　花子';
/** 発行番号 in lower-case hexadecimal, as the sample shows it where the service sees it. */
const SERIAL_NUMBER = /[0-9a-f]{16}/;

describe.skipIf(missing !== undefined)('madoguchi dev-service', () => {
  let directory: string;
  let serving: ChildProcess;
  let said = '';
  let origin: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-dev-service-'));
    const [port, clientPort] = [await findFreePort(), await findFreePort()];
    const args = ['--approve-all', '--port', String(port), '--client-port', String(clientPort)];
    const command = virtualCardCommand(directory, ['--language', 'ja']);
    serving = command.run('dev-service', args, ['ignore', 'pipe', 'pipe']);
    for (const stream of [serving.stdout, serving.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    origin = `http://localhost:${port}`;
    while (!said.includes(origin)) await once(serving.stdout ?? serving, 'data');
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await browser.close();
    await stop(serving);
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    said = '';
    const context = await browser.newContext();
    page = await context.newPage();
    await page.goto(origin);
    return () => context.close();
  });

  const outcome = async (place: string): Promise<string> => {
    await page.waitForSelector(`${place}[data-state=done]`);
    return (await page.textContent(place)) ?? '';
  };

  it('logs in as a verified service, which never sees the serial number', async () => {
    const answers: string[] = [];
    page.on('request', (request) => answers.push(request.postData() ?? ''));
    await page.click('#login');
    expect(await outcome('#login-result')).toContain('このサイトには渡っていません');
    expect(await page.textContent('#login-result')).not.toMatch(SERIAL_NUMBER);
    expect(said).toContain('確認済みのサービス: 見本市 電子申請（見本）');
    expect(said).toContain('見本検証者（見本）');
    expect(answers.some((body) => body.includes('"jwe"'))).toBe(true);
    expect(answers.some((body) => body.includes('unverifiedCertificate'))).toBe(false);
  });

  it('gives one person the same number at each log-in', async () => {
    const subjects: string[] = [];
    for (let round = 0; round < 2; round++) {
      await page.click('#login');
      subjects.push(/番号([\w-]{43})/.exec(await outcome('#login-result'))?.[1] ?? `none ${round}`);
      await page.click('#logout');
      await page.waitForSelector('#login:not([hidden])');
    }
    expect(subjects[1]).toBe(subjects[0]);
  });

  it('logs in by redirect, encrypted or not', async () => {
    await page.check('#login-redirect');
    await page.click('#login');
    expect(await outcome('#login-result')).toContain('このサイトには渡っていません');
    expect(page.url()).toBe(`${origin}/`);
    await page.click('#logout');
    await page.uncheck('#login-encrypt');
    await page.check('#login-redirect');
    await page.click('#login');
    expect(await outcome('#login-result')).toMatch(SERIAL_NUMBER);
  });

  it('signs, with a request that says whose it is', async () => {
    await page.click('#sign');
    expect(await outcome('#sign-result')).toContain(NAME);
    expect(said).toContain('確認済みのサービス: 見本市 電子申請（見本）');
  });

  it('reads the card’s face', async () => {
    await page.click('#attributes');
    const text = await outcome('#attributes-result');
    expect(text).toContain(NAME);
    expect(text).toContain('20歳以上はい');
  });
});

describe('a port that is taken', () => {
  it('is told, with an exit code', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'madoguchi-dev-service-'));
    const holder = spawn(process.execPath, [
      '-e',
      'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })',
    ]);
    try {
      const [port] = (await once(holder.stdout, 'data')) as [Buffer];
      const args = ['--port', String(port).trim(), '--client-port', String(await findFreePort())];
      const serving = virtualCardCommand(directory, ['--json']).run('dev-service', args, ['ignore', 'pipe', 'pipe']);
      let answer = '';
      serving.stdout?.setEncoding('utf8').on('data', (text: string) => (answer += text));
      const [exitCode] = (await once(serving, 'close')) as [number];
      expect(exitCode).not.toBe(0);
      expect(JSON.parse(answer)).toMatchObject({ ok: false, error: { code: 'ERR_INTERNAL_FILE' } });
    } finally {
      holder.kill();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
