import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madoguchi, type CommandResult, type RunOptions } from '../support/command-line.js';

const NONCE = 'bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U=';
const AUTHENTICATE = ['authenticate', '--origin', 'https://service.example', '--nonce', NONCE];

let directory = '';
let authorities: { authentication: string; signing: string };

/** Runs on the test card in `directory`. */
function run(args: readonly string[], options: RunOptions & { state?: string } = {}): Promise<CommandResult> {
  const env = { MADOGUCHI_STATE_DIRECTORY: join(directory, options.state ?? 'state'), ...options.env };
  return madoguchi(['--reader', 'virtual', ...args], { cwd: directory, ...options, env });
}

function result({ stdout }: CommandResult): Record<string, unknown> {
  const envelope = JSON.parse(stdout) as { ok: boolean; result: Record<string, unknown> };
  expect(envelope.ok).toBe(true);
  return envelope.result;
}

function error({ stdout }: CommandResult): { code: string; details: Record<string, unknown> } {
  return (JSON.parse(stdout) as { error: { code: string; details: Record<string, unknown> } }).error;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-cli-'));
  writeFileSync(join(directory, 'document.txt'), '届出書\n');
  authorities = result(await run(['virtual-card', '--json']))['authorities'] as typeof authorities;
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('reading the card', () => {
  it('lists readers', async () => {
    const text = await run(['readers']);
    expect(text).toMatchObject({ exitCode: 0, stdout: 'Madoguchi Virtual Card（カードあり）\n', stderr: '' });
    const json = await run(['readers', '--json']);
    expect(result(json)).toEqual([
      { name: 'Madoguchi Virtual Card', cardPresent: true, virtual: true, pinPad: 'none' },
    ]);
  });

  it('tells tries left and dates, and calls the test card one', async () => {
    const json = result(await run(['card', '--json']));
    expect(json).toMatchObject({
      testCard: true,
      pins: { authentication: { status: 'tries-left', triesLeft: 3 }, signing: { status: 'tries-left', triesLeft: 5 } },
    });
    const text = await run(['card']);
    expect(text.stdout).toContain('テスト用カードです');
    expect(text.stdout).toContain('署名用の暗証番号: 残り5回');
    const english = await run(['--language', 'en', 'card']);
    expect(english.stdout).toContain('Signing password: 5 tries left');
  });

  it('shows a certificate without its serial number', async () => {
    const shown = await run(['certificate', 'show', '--which', 'authentication']);
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toContain('O=JPKI-TEST');
    const exported = result(await run(['certificate', 'export', '--which', 'authentication', '--json']));
    const pem = String(exported['pem']);
    const serial = execFileSync('openssl', ['x509', '-noout', '-serial'], { input: pem, encoding: 'utf8' })
      .trim()
      .replace('serial=', '');
    const json = await run(['certificate', 'show', '--which', 'authentication', '--json']);
    for (const { stdout } of [shown, json]) expect(stdout.toUpperCase()).not.toContain(serial);
  });

  it('shows the four attributes of the signing certificate after its PIN', async () => {
    const shown = await run(['certificate', 'show', '--which', 'signing', '--yes', '--pin-stdin'], {
      input: 'abc123\n',
    });
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toContain('氏名: 試験　花子');
  });

  it('exports certificates that chain', async () => {
    await run(['certificate', 'export', '--which', 'authentication', '--pem', '--output', 'authentication.pem']);
    await run(['certificate', 'export', '--which', 'authentication-ca', '--pem', '--output', 'ca.pem']);
    const verified = execFileSync(
      'openssl',
      ['verify', '-ignore_critical', '-CAfile', 'ca.pem', 'authentication.pem'],
      {
        cwd: directory,
        encoding: 'utf8',
      },
    );
    expect(verified).toContain('OK');
  });
});

describe('authenticate', () => {
  it('prints a token, and the consent says that a program asks', async () => {
    const done = await run([...AUTHENTICATE, '--yes', '--pin-stdin', '--json'], { input: '1234\n' });
    expect(done.exitCode).toBe(0);
    expect(result(done)).toMatchObject({ format: 'web-eid:1.0', algorithm: 'RS256' });
    expect(done.stderr).toContain('このPCのプログラム');
    expect(done.stderr).toContain('「https://service.example」のためだと言っていますが、確認できません。');
  });

  it.each([
    ['a wrong PIN', '9999\n', 4, 'ERR_PIN_INCORRECT'],
    ['a PIN of the wrong form', '12345\n', 4, 'ERR_PIN_FORMAT'],
    ['an empty PIN', '\n', 4, 'ERR_PIN_FORMAT'],
    ['no PIN at all', '', 4, 'ERR_PIN_FORMAT'],
    ['far too much on standard input', 'x'.repeat(5_000), 4, 'ERR_PIN_FORMAT'],
  ])('%s', async (_what, input, exitCode, code) => {
    const done = await run([...AUTHENTICATE, '--yes', '--pin-stdin', '--json'], { input, state: 'pins' });
    expect([done.exitCode, error(done).code]).toEqual([exitCode, code]);
    // Only the wrong one cost a try, and only one.
    expect(result(await run(['card', '--json'], { state: 'pins' }))).toMatchObject({
      pins: { authentication: { status: 'tries-left', triesLeft: 2 } },
    });
  });

  it('counts down to the last try, which --yes does not answer', async () => {
    const wrong = () => run([...AUTHENTICATE, '--yes', '--pin-stdin', '--json'], { input: '9999\n', state: 'last' });
    expect(error(await wrong()).details).toEqual({ triesLeft: 2 });
    expect(error(await wrong()).details).toEqual({ triesLeft: 1 });
    const last = await wrong();
    expect([last.exitCode, error(last).code]).toEqual([5, 'ERR_USER_REFUSED']);
    expect(result(await run(['card', '--json'], { state: 'last' }))).toMatchObject({
      pins: { authentication: { status: 'tries-left', triesLeft: 1 } },
    });
  });

  it('refuses where nobody can be asked', async () => {
    const done = await run([...AUTHENTICATE, '--json']);
    expect([done.exitCode, error(done).code]).toEqual([5, 'ERR_USER_REFUSED']);
    expect(done.stderr).toContain('確認できる端末がありません');
  });

  it.each([
    ['an origin with a path', ['authenticate', '--origin', 'https://service.example/', '--nonce', NONCE], 6],
    ['a short nonce', ['authenticate', '--origin', 'https://service.example', '--nonce', 'short'], 2],
    ['no nonce', ['authenticate', '--origin', 'https://service.example'], 2],
    ['an unknown command', ['frobnicate'], 2],
    ['an unknown option', ['card', '--frobnicate'], 2],
    ['an unknown certificate', ['certificate', 'show', '--which', 'other'], 2],
    ['an unknown profile', ['--profile', 'other', 'card'], 2],
    ['serve --yes', ['serve', '--yes'], 2],
    ['serve --pin-stdin', ['serve', '--pin-stdin'], 2],
    ['a privileged port', ['serve', '--port', '80'], 2],
  ])('%s is refused with the right exit code', async (_what, args, exitCode) => {
    expect((await run(args, { input: '1234\n' })).exitCode).toBe(exitCode);
  });

  it('never approves everything on anything but the test card', async () => {
    const done = await madoguchi(['serve', '--approve-all', '--json']);
    expect([done.exitCode, error(done).code]).toEqual([2, 'ERR_PROTOCOL_MALFORMED']);
  });
});

describe('sign and verify', () => {
  const sign = (...args: string[]) =>
    run(['sign', ...args, '--format', 'cms', '--yes', '--pin-stdin'], { input: 'ABC123\n' });

  it('signs files that openssl and we ourselves verify', async () => {
    writeFileSync(join(directory, 'second.bin'), Buffer.alloc(3_000_000, 7));
    const signed = await sign('document.txt', 'second.bin');
    expect(signed.exitCode).toBe(0);
    for (const file of ['document.txt', 'second.bin']) {
      execFileSync(
        'openssl',
        [
          'cms',
          '-verify',
          '-cades',
          '-purpose',
          'any',
          '-inform',
          'DER',
          '-in',
          `${file}.p7s`,
          '-content',
          file,
          '-binary',
          '-CAfile',
          authorities.signing,
          '-out',
          '/dev/null',
          '-ignore_critical',
        ],
        { cwd: directory, stdio: 'pipe' },
      );
      const verified = await run([
        'verify',
        `${file}.p7s`,
        '--content',
        file,
        '--trust',
        authorities.signing,
        '--json',
      ]);
      expect([verified.exitCode, result(verified)['verdict']]).toEqual([0, 'total-passed']);
    }
  });

  it('tells signed by whoever from signed by somebody we trust', async () => {
    await sign('document.txt', '--output', 'one.p7s');
    const unknown = await run(['verify', 'one.p7s', '--content', 'document.txt', '--json']);
    expect([unknown.exitCode, result(unknown)['verdict']]).toEqual([1, 'indeterminate']);
    const other = ['verify', 'one.p7s', '--content', 'document.txt', '--trust', authorities.authentication, '--json'];
    const wrongAuthority = await run(other);
    expect([wrongAuthority.exitCode, result(wrongAuthority)['verdict']]).toEqual([1, 'indeterminate']);
  });

  it('notices changed content and garbage', async () => {
    await sign('document.txt', '--output', 'two.p7s');
    writeFileSync(join(directory, 'changed.txt'), '届出書 \n');
    const changed = await run([
      'verify',
      'two.p7s',
      '--content',
      'changed.txt',
      '--trust',
      authorities.signing,
      '--json',
    ]);
    expect([changed.exitCode, result(changed)['verdict']]).toEqual([1, 'total-failed']);
    const garbage = await run(['verify', 'document.txt', '--content', 'document.txt', '--json']);
    expect([garbage.exitCode, error(garbage).code]).toEqual([1, 'ERR_SIGN_FORMAT']);
  });

  it('never overwrites a file, and says which file it could not use', async () => {
    writeFileSync(join(directory, 'taken.p7s'), 'mine');
    const taken = await sign('document.txt', '--output', 'taken.p7s');
    expect(taken.exitCode).toBe(74);
    expect(readFileSync(join(directory, 'taken.p7s'), 'utf8')).toBe('mine');
    const absent = await sign('absent.txt');
    expect(absent.exitCode).toBe(74);
    expect(absent.stderr).toContain('absent.txt');
  });

  it('refuses one --output for several files', async () => {
    expect((await sign('document.txt', 'document.txt', '--output', 'x.p7s')).exitCode).toBe(2);
  });
});

describe('help', () => {
  it('ends with 0, also for the version', async () => {
    expect((await madoguchi(['--help'])).exitCode).toBe(0);
    expect((await madoguchi(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
