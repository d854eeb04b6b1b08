import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madoguchi, type CommandResult, type RunOptions } from '../support/command-line.js';
import { putNewTestCard } from '../support/virtual-card.js';

let directory = '';
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-card-'));
  await putNewTestCard(join(directory, 'state'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Runs on the test card with `profile`, all of them made of one card's keys. */
function run(profile: string, args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const env = { MADOGUCHI_STATE_DIRECTORY: join(directory, 'state') };
  return madoguchi(['--reader', 'virtual', '--profile', profile, ...args], { cwd: directory, env, ...options });
}

function result({ stdout }: CommandResult): Record<string, unknown> {
  const envelope = JSON.parse(stdout) as { ok: boolean; result: Record<string, unknown> };
  expect(envelope.ok).toBe(true);
  return envelope.result;
}

function shownSerial(done: CommandResult): string {
  const { serialNumber } = result(done);
  expect(serialNumber).toMatch(/^[0-9a-f]+$/);
  return String(serialNumber);
}

function error({ stdout }: CommandResult): string {
  return (JSON.parse(stdout) as { error: { code: string } }).error.code;
}

describe('madoguchi card', () => {
  it('tells everything in Japanese and English', async () => {
    const { exitCode, stdout } = await run('default', ['card']);
    expect(exitCode).toBe(0);
    for (const line of [
      'カードの種類: マイナンバーカード',
      '  公的個人認証AP: あり',
      '  券面事項入力補助AP: あり',
      '  利用者証明用の暗証番号: 残り3回',
      '  署名用の暗証番号: 残り5回',
      '  券面事項入力補助用の暗証番号: 残り3回',
      '  照合番号B: 残り10回',
      '  認証局: テスト用の認証局。本物の証明書ではありません。',
    ]) {
      expect(stdout.split('\n')).toContain(line);
    }
    expect(stdout).toMatch(
      /利用者証明用電子証明書:\n {2}有効期間: \d{4}-\d\d-\d\d から \d{4}-\d\d-\d\d まで（あと\d+日）/,
    );
    expect(stdout).toMatch(/署名用電子証明書:\n {2}有効期間は、署名用の暗証番号を入力すると分かります/);
    const english = await run('default', ['--language', 'en', 'card']);
    expect(english.stdout).toContain('Kind of card: My Number Card');
    expect(english.stdout).toMatch(/Valid from .* \(\d+ days left\)/);
  });

  it('is the same in JSON, with no serial number anywhere', async () => {
    const done = await run('default', ['card', '--json']);
    const report = result(done);
    expect(Object.keys(report).sort()).toEqual([
      'applications',
      'authorities',
      'certificates',
      'findings',
      'medium',
      'pins',
      'readerName',
      'testCard',
    ]);
    expect(report).toMatchObject({
      pins: { 'number-b': { status: 'tries-left', triesLeft: 10 } },
      certificates: { authentication: { status: 'readable', state: 'in-force' }, signing: { status: 'pin-needed' } },
    });
    const serialNumber = shownSerial(
      await run('default', ['certificate', 'show', '--which', 'authentication', '--serial', '--json']),
    );
    expect(done.stdout).not.toContain(serialNumber);
  });

  it.each([
    [
      'android',
      'スマートフォン（Androidのスマホ用電子証明書）',
      '券面事項入力補助APがないため、氏名や住所を券面から読み出せません。（正常です）',
    ],
    ['iphone', 'スマートフォン（iPhoneのマイナンバーカード）', 'あと'],
    ['juki', '住民基本台帳カード（住基カード）', 'あと'],
    ['expired', '有効期間が過ぎています。市区町村の窓口で更新してください', 'マイナンバーカード'],
    ['expiring-soon', 'あと60日です。市区町村の窓口で更新できます', 'マイナンバーカード'],
    ['not-yet-valid', 'まだ始まっていません', 'マイナンバーカード'],
    [
      'no-signing-certificate',
      '15歳未満の方のカードには原則として発行されないので',
      'カードの記録では、入っていません。',
    ],
    ['no-signing-files', '15歳未満の方のカードには原則として発行されないので', '署名用の暗証番号: なし'],
    ['blocked-6983', 'ロックされています。住民票のある市区町村の窓口で解除できます', 'コンビニの端末でも解除できます'],
    ['next-card', 'マイナンバーカード', 'あと'],
  ])('on %s', async (profile, first, second) => {
    const { exitCode, stdout, stderr } = await run(profile, ['card']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(first);
    expect(stdout).toContain(second);
  });
});

describe('madoguchi certificate show', () => {
  const show = (profile: string, args: readonly string[], input?: string) =>
    run(profile, ['certificate', 'show', ...args], input === undefined ? {} : { input });

  it('shows a person’s own data, 代替文字 and both calendars, after the PIN', async () => {
    const { exitCode, stdout } = await show('default', ['--which', 'signing', '--yes', '--pin-stdin'], 'abc123\n');
    expect(exitCode).toBe(0);
    for (const text of [
      '氏名: 試験　花子\n  4文字目の「花」は代替文字です',
      '生年月日: 1990年4月1日（平成2年4月1日）',
      '性別: 女',
      '鍵の用途: デジタル署名、否認防止',
      'テスト用の署名用電子証明書（1.2.392.200149.8.5.1.0.20）',
      '認証局: テスト用の認証局',
      '失効しているかどうかは確認していません',
      '「JPKI利用者クライアントソフト」の「有効性確認」で確かめられます',
    ]) {
      expect(stdout).toContain(text);
    }
    const english = await show(
      'default',
      ['--which', 'signing', '--yes', '--pin-stdin', '--language', 'en'],
      'abc123\n',
    );
    for (const text of ['Birth date: 1990-04-01 (Heisei 2)', 'Sex: female', 'character 4, “花”', 'not checked']) {
      expect(english.stdout).toContain(text);
    }
  });

  it('has the same in JSON', async () => {
    const done = await show('default', ['--which', 'signing', '--yes', '--pin-stdin', '--json'], 'abc123\n');
    expect(result(done)).toMatchObject({
      kind: 'signing',
      validity: 'in-force',
      keyUsage: ['digitalSignature', 'nonRepudiation'],
      policies: [{ oid: '1.2.392.200149.8.5.1.0.20', role: 'signing', test: true }],
      authority: { standing: 'test' },
      issuerStanding: 'test',
      holder: {
        name: '試験　花子',
        nameSubstitutions: [{ position: 4, character: '花' }],
        addressSubstitutions: [],
        birthDate: { encoded: '419900401', date: '1990-04-01', era: { name: 'heisei', year: 2 } },
        sex: { encoded: '2', meaning: 'female' },
      },
      revocation: 'not-checked',
    });
    expect(result(done)).not.toHaveProperty('serialNumber');
  });

  it('shows the serial number when asked for it, and only then', async () => {
    const which = ['--which', 'authentication'];
    const serialNumber = shownSerial(await show('default', [...which, '--serial', '--json']));
    const pem = String(result(await run('default', ['certificate', 'export', ...which, '--json']))['pem']);
    const expected = execFileSync('openssl', ['x509', '-noout', '-serial'], { input: pem, encoding: 'utf8' });
    expect(`serial=${serialNumber.toUpperCase()}`).toBe(expected.trim());
    const text = await show('default', [...which, '--serial']);
    expect(text.stdout).toContain(`発行番号（全サービス共通です。人に見せないでください）: ${serialNumber}`);
    for (const { stdout } of [await show('default', which), await show('default', [...which, '--json'])]) {
      expect(stdout.toLowerCase()).not.toContain(serialNumber);
    }
  });

  it('shows the authorities, which are nobody’s to revoke here', async () => {
    const { exitCode, stdout } = await show('default', ['--which', 'signing-ca']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('鍵の用途: 証明書の発行、失効リストの発行');
    expect(stdout).not.toContain('有効性確認');
  });

  it('asks for the PIN where a phone wants it for the authentication certificate too', async () => {
    const which = ['--which', 'authentication', '--json'];
    const refused = await show('android', which);
    expect([refused.exitCode, error(refused)]).toEqual([5, 'ERR_USER_REFUSED']);
    const done = await show('android', [...which, '--yes', '--pin-stdin'], '1234\n');
    expect(done.exitCode).toBe(0);
    expect(result(done)).toMatchObject({ kind: 'authentication', holder: null });
    expect(done.stderr).toContain('利用者証明用電子証明書');
  });

  it.each([
    ['no-signing-certificate', 'ABC123\n', 1, 'ERR_CERT_MISSING'],
    ['no-signing-files', 'ABC123\n', 1, 'ERR_CERT_MISSING'],
    ['blocked-63c0', 'ABC123\n', 4, 'ERR_PIN_BLOCKED'],
    ['default', 'ABC-123\n', 4, 'ERR_PIN_FORMAT'],
  ])('signing certificate on %s: exit code and error', async (profile, input, exitCode, code) => {
    const done = await show(profile, ['--which', 'signing', '--yes', '--pin-stdin', '--json'], input);
    expect([done.exitCode, error(done)]).toEqual([exitCode, code]);
  });
});

describe('madoguchi certificate export', () => {
  it('writes DER and PEM that openssl reads, and nothing over an existing file', async () => {
    const which = ['certificate', 'export', '--which', 'signing', '--yes', '--pin-stdin'];
    const input = { input: 'ABC123\n' };
    expect((await run('default', [...which, '--output', 'signing.der'], input)).exitCode).toBe(0);
    expect((await run('default', [...which, '--pem', '--output', 'signing.pem'], input)).exitCode).toBe(0);
    const der = execFileSync('openssl', ['x509', '-in', 'signing.pem', '-outform', 'DER'], { cwd: directory });
    expect(der.equals(readFileSync(join(directory, 'signing.der')))).toBe(true);
    const again = await run('default', [...which, '--output', 'signing.der', '--json'], input);
    expect([again.exitCode, error(again)]).toEqual([74, 'ERR_INTERNAL_FILE']);
  });

  it('writes PEM to standard output, with the conversation elsewhere', async () => {
    const done = await run('default', ['certificate', 'export', '--which', 'authentication-ca', '--pem']);
    expect(done.stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\n$/);
  });
});
