import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVirtualCard, type VirtualCard, type VpcdConnection } from '../../native/virtual-card/index.js';
import { encodePemCertificate } from '../../sdk/formats/index.js';
import { LIMITS } from '../../sdk/protocol/index.js';
import { TerminalSession } from '../support/command-line.js';
import { commandSummary } from '../support/core-client.js';
import { putIntoVpcd } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS, chromiumMissing } from '../support/chromium.js';
import { startSampleService } from '../../examples/sample-service/server.js';

const missing = pcscdMissing() ?? chromiumMissing();
if (missing !== undefined) console.warn(`skipped: the main job in a real browser: ${missing}`);

/** Lets the pause go by that a site has to make after so many refusals in a row. */
function backOff(refusals: number): Promise<void> {
  return sleep(LIMITS.backOffSeconds * 2 ** (refusals - 1) * 1_000);
}

const AGREE = 'よろしければ y と入力してください';

describe.skipIf(missing !== undefined)('a web page asks, the person agrees, the card signs', () => {
  let directory: string;
  let pcscd: Pcscd;
  let card: VirtualCard;
  let inserted: VpcdConnection;
  let service: Awaited<ReturnType<typeof startSampleService>>;
  let browser: Browser;
  let page: Page;
  let terminal: TerminalSession;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-e2e-'));
    pcscd = await startPcscd();
    card = await openVirtualCard();
    inserted = await putIntoVpcd(card, pcscd);
    const { authentication, signing } = card.testAuthorities();
    const anchors = {
      authentication: [encodePemCertificate(authentication)],
      signing: [encodePemCertificate(signing)],
    };
    writeFileSync(join(directory, 'signing-ca.pem'), anchors.signing.join(''));
    service = await startSampleService({ trustAnchors: anchors });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
    terminal = new TerminalSession(['serve', '--developer-mode', '--reader', VPCD_READERS[0]], { env: pcscd.env });
    await terminal.see('で待っています');
  });
  afterAll(async () => {
    await terminal.stop();
    await browser.close();
    await service.close();
    await inserted.close();
    await pcscd.close();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    card.clearLog();
    page = await browser.newPage();
    await page.goto(service.url);
    return () => page.close();
  });

  it('logs in: the token’s signature holds for openssl too', async () => {
    const asked = page.waitForResponse((response) => response.url().endsWith('/challenge'));
    const sent = page.waitForRequest((request) => request.url().endsWith('/login'));
    await page.click('#login');
    const { challengeNonce } = (await (await asked).json()) as { challengeNonce: string };
    await terminal.see(service.url.replace(/\/$/, ''));
    await terminal.see('利用者証明用電子証明書（ログイン用・氏名や住所は含まれません）');
    await terminal.see('発行番号は全サービス共通です。このサイトに渡ります。');
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin('利用者証明用の暗証番号（数字4桁）: ', '1234');
    await page.waitForSelector('#login-result[data-state=done]');
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 1 });

    const { token } = (await sent).postDataJSON() as { token: { unverifiedCertificate: string; signature: string } };
    const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
    const origin = new URL(service.url).origin;
    const file = (name: string, bytes: Buffer): string => {
      writeFileSync(join(directory, name), bytes);
      return join(directory, name);
    };
    const certificate = file('token.der', Buffer.from(token.unverifiedCertificate, 'base64'));
    const publicKey = execFileSync('openssl', ['x509', '-inform', 'DER', '-in', certificate, '-noout', '-pubkey']);
    const verify = (signed: Buffer): string =>
      execFileSync(
        'openssl',
        [
          'dgst',
          '-sha256',
          '-verify',
          file('token.pub', publicKey),
          '-signature',
          file('token.sig', Buffer.from(token.signature, 'base64')),
          file('token.signed', signed),
        ],
        { encoding: 'utf8', stdio: 'pipe' },
      );
    expect(verify(Buffer.concat([sha256(origin), sha256(challengeNonce)]))).toContain('Verified OK');
    expect(() => verify(Buffer.concat([sha256('https://other.example'), sha256(challengeNonce)]))).toThrow();
  });

  it('signs: openssl verifies the CMS the page received', async () => {
    const text = '申請します。\n𠮷野家\n';
    await page.fill('#application', text);
    const sent = page.waitForRequest((request) => request.url().endsWith('/sign/verify'));
    await page.click('#sign');
    await terminal.see('署名用電子証明書（実印に相当・氏名・住所・生年月日・性別が相手に渡ります）');
    await terminal.see('「住民票の写しの交付申請.txt」');
    await terminal.see(createHash('sha256').update(text).digest('hex'));
    await terminal.see('│ 𠮷野家');
    await terminal.answer('このサイトのために署名してよいときだけ yes', 'yes');
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin('署名用の暗証番号（英数字6〜16文字）: ', 'abc123');
    await page.waitForSelector('#sign-result[data-state=done]');
    expect(await page.textContent('#sign-result')).toContain('試験　花子');
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 1 });

    const { signature } = (await sent).postDataJSON() as { signature: string };
    writeFileSync(join(directory, 'cms.der'), Buffer.from(signature, 'base64'));
    writeFileSync(join(directory, 'content.txt'), text);
    execFileSync(
      'openssl',
      [
        'cms',
        '-verify',
        '-cades',
        '-purpose',
        'any',
        '-ignore_critical',
        '-inform',
        'DER',
        '-in',
        'cms.der',
        '-content',
        'content.txt',
        '-binary',
        '-CAfile',
        'signing-ca.pem',
        '-out',
        'out.txt',
      ],
      { cwd: directory, stdio: 'pipe' },
    );
  });

  it('tells the page that the person refused, and spends nothing', async () => {
    await page.click('#login');
    await terminal.answer(AGREE, '');
    await page.waitForSelector('#login-result[data-code=ERR_USER_REFUSED]');
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });

  it('closes the dialog when the page is gone in the middle of the PIN: no VERIFY', async () => {
    await backOff(1);
    await page.click('#login');
    await terminal.answer(AGREE, 'y');
    await terminal.see('利用者証明用の暗証番号（数字4桁）: ');
    terminal.type('12');
    await page.goto('about:blank');
    await terminal.see('取り消されました');
    const shown = terminal.screen.length;
    terminal.type('3456\r');
    await new Promise((resolve) => setTimeout(resolve, 500));
    // What was still on its way into the PIN appears nowhere.
    expect(terminal.screen.slice(shown)).not.toContain('3456');
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
  });

  it('tells the page nothing but “unavailable” about a wrong PIN, and the person everything', async () => {
    await backOff(2);
    await page.click('#login');
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin('利用者証明用の暗証番号（数字4桁）: ', '9999');
    await terminal.see('暗証番号が違います。残り2回です。');
    await terminal.enterPin('利用者証明用の暗証番号（数字4桁）: ', '\u0003');
    await page.waitForSelector('#login-result[data-code=ERR_CARD_UNAVAILABLE]');
    expect(commandSummary(card).verifies).toBe(1);
  });
});
