import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madoguchi, TerminalSession, type CommandResult, type RunOptions } from '../support/command-line.js';
import { putNewTestCard } from '../support/virtual-card.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-pin-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Options extends RunOptions {
  readonly profile?: string;
  /** A card of its own. */
  readonly state?: string;
}

const environment = (state = 'state') => ({ MADOGUCHI_STATE_DIRECTORY: join(directory, state) });

async function run(args: readonly string[], { profile = 'default', state, ...options }: Options = {}) {
  await putNewTestCard(environment(state).MADOGUCHI_STATE_DIRECTORY);
  return madoguchi(['--reader', 'virtual', '--profile', profile, ...args], { env: environment(state), ...options });
}

function error({ stdout }: CommandResult): { code: string; details: Record<string, unknown> } {
  return (JSON.parse(stdout) as { error: { code: string; details: Record<string, unknown> } }).error;
}

async function triesLeft(which: string, state?: string): Promise<number> {
  const { stdout } = await run(['pin', 'status', '--which', which, '--json'], state === undefined ? {} : { state });
  return (JSON.parse(stdout) as { result: { pins: Record<string, { triesLeft: number }> } }).result.pins[which]
    ?.triesLeft as number;
}

function change(which: string, lines: string, options: Options = {}) {
  return run(['pin', 'change', '--which', which, '--yes', '--pin-stdin', '--json'], { input: lines, ...options });
}

describe('madoguchi pin status', () => {
  it('tells all, or one', async () => {
    const all = await run(['pin', 'status']);
    expect([all.exitCode, all.stdout]).toEqual([
      0,
      '利用者証明用の暗証番号: 残り3回\n署名用の暗証番号: 残り5回\n券面事項入力補助用の暗証番号: 残り3回\n照合番号B: 残り10回\n',
    ]);
    const one = await run(['pin', 'status', '--which', 'signing', '--language', 'en']);
    expect(one.stdout).toBe('Signing password: 5 tries left\n');
  });

  it('says where a blocked PIN is unblocked: at a kiosk too, but only those of the certificates', async () => {
    const { exitCode, stdout } = await run(['pin', 'status', '--which', 'signing'], { profile: 'blocked-6984' });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('市区町村の窓口で解除できます（利用者証明用の暗証番号が分かれば、コンビニの端末でも');
  });

  it('tells what a phone does not have', async () => {
    const { exitCode, stdout } = await run(['pin', 'status', '--which', 'profile'], { profile: 'android' });
    expect([exitCode, stdout]).toEqual([0, '券面事項入力補助用の暗証番号: なし\n']);
  });

  it.each([
    ['an unknown PIN', ['pin', 'status', '--which', 'other']],
    ['no PIN to change', ['pin', 'change']],
    ['照合番号B, which nobody can change', ['pin', 'change', '--which', 'number-b']],
  ])('%s is wrong usage', async (_what, args) => {
    expect((await run(args)).exitCode).toBe(2);
  });
});

describe('madoguchi pin change --pin-stdin', () => {
  it.each([
    ['authentication', '1234', '2580'],
    ['signing', 'abc123', 'newPass99'],
    ['profile', '1234', '1357'],
  ])('%s: the old one, then the new one, and then only the new one is right', async (which, old, next) => {
    const state = `change-${which}`;
    const done = await change(which, `${old}\n${next}\n`, { state });
    expect([done.exitCode, done.stdout]).toEqual([0, `{"ok":true,"result":{"changed":"${which}"}}\n`]);
    const outdated = await change(which, `${old}\n${next}\n`, { state });
    expect([outdated.exitCode, error(outdated).code]).toEqual([4, 'ERR_PIN_INCORRECT']);
    const third = which === 'signing' ? 'WAY88BACK' : '8642';
    const back = await change(which, `${next.toUpperCase()}\r\n${third}\r\n`, { state });
    expect(back.exitCode).toBe(0);
  });

  it('explains that the signing password is kept in upper case, before and after', async () => {
    const args = ['pin', 'change', '--which', 'signing', '--yes', '--pin-stdin'];
    const done = await run(args, { input: 'ABC123\nnewpass99\n', state: 'upper' });
    expect(done.stderr).toContain('英字は大文字に直して登録します（公式のソフトと同じです）');
    expect(done.stderr).toContain('暗証番号の残り回数: 5回');
    expect(done.stdout).toBe('署名用の暗証番号を変えました。英字は大文字で登録されています。\n');
  });

  it.each([
    ['full-width', 'signing', 'ABC123\nＰＡＳＳ９９\n', '全角の文字'],
    ['too-short', 'signing', 'ABC123\nPASS9\n', '短すぎます（6文字以上必要です）'],
    ['too-long', 'authentication', '1234\n25801\n', '長すぎます（4文字までです）'],
    ['characters', 'authentication', '1234\n25b0\n', '数字ではない文字'],
    ['characters', 'signing', 'ABC123\nPASS-99\n', '英字と数字のほかの文字'],
    ['one-kind', 'signing', 'ABC123\nPASSWORD\n', '英字と数字を両方使ってください'],
    ['unchanged', 'signing', 'ABC123\nabc123\n', '今の暗証番号と同じです'],
    ['trivial', 'authentication', '1234\n0000\n', '推測されやすい'],
    ['empty', 'authentication', '1234\n', '何も入力されていません'],
    ['full-width', 'profile', '１２３４\n1357\n', '全角の文字'],
    ['too-short', 'profile', '12\n1357\n', '短すぎます（4文字必要です）'],
  ])('%s: %s is refused with the rule it breaks, at no try', async (rule, which, lines, text) => {
    const done = await change(which, lines);
    expect([done.exitCode, error(done).code, error(done).details['rule']]).toEqual([4, 'ERR_PIN_FORMAT', rule]);
    expect(done.stderr).toContain(text);
    expect(done.stderr).toContain('カードには送っていないので、回数は減っていません。');
    expect(await triesLeft(which)).toBe(which === 'signing' ? 5 : 3);
  });

  it('a wrong old PIN costs one try and changes nothing', async () => {
    const wrong = await change('authentication', '9999\n2580\n', { state: 'wrong' });
    expect([wrong.exitCode, error(wrong).code, error(wrong).details['triesLeft']]).toEqual([4, 'ERR_PIN_INCORRECT', 2]);
    expect(await triesLeft('authentication', 'wrong')).toBe(2);
    expect((await change('authentication', '1234\n2580\n', { state: 'wrong' })).exitCode).toBe(0);
  });

  it('a blocked PIN is not tried, and where it is unblocked is said', async () => {
    const blocked = await change('signing', 'ABC123\nPASS99\n', { profile: 'blocked-6983' });
    expect([blocked.exitCode, error(blocked).code]).toEqual([4, 'ERR_PIN_BLOCKED']);
    expect(blocked.stderr).toContain('市区町村の窓口');
  });

  it('the last try is not spent without a person', async () => {
    for (const pin of ['9999', '9998']) await change('profile', `${pin}\n2580\n`, { state: 'last' });
    const last = await change('profile', '1234\n2580\n', { state: 'last' });
    expect([last.exitCode, error(last).code]).toEqual([5, 'ERR_USER_REFUSED']);
    expect(await triesLeft('profile', 'last')).toBe(1);
  });

  it('refuses without an agreement, and where the card lacks the application', async () => {
    const refused = await run(['pin', 'change', '--which', 'signing', '--json']);
    expect([refused.exitCode, error(refused).code]).toEqual([5, 'ERR_USER_REFUSED']);
    const phone = await change('profile', '1234\n1357\n', { profile: 'android' });
    expect([phone.exitCode, error(phone).code]).toEqual([3, 'ERR_CARD_UNSUPPORTED']);
  });
});

describe('madoguchi pin change in a terminal', () => {
  const AGREE = 'よろしければ y と入力してください';
  const OLD = '利用者証明用の暗証番号（数字4桁）: ';
  const NEW = '新しい利用者証明用電子証明書の暗証番号（数字4桁）: ';
  const AGAIN = '新しい暗証番号をもう一度: ';

  function start(which: string, state: string): TerminalSession {
    return new TerminalSession(['--reader', 'virtual', 'pin', 'change', '--which', which], { env: environment(state) });
  }

  it('asks again after a slip, echoes nothing, and changes the PIN', async () => {
    const terminal = start('authentication', 'terminal');
    await terminal.see('暗証番号の変更');
    await terminal.see('暗証番号の残り回数: 3回');
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin(OLD, '1234');
    await terminal.enterPin(NEW, '2580');
    await terminal.enterPin(AGAIN, '2581');
    await terminal.see('2回の入力が違います。');
    await terminal.enterPin(NEW, '2580');
    await terminal.enterPin(AGAIN, '2580');
    expect(await terminal.exitCode()).toBe(0);
    expect(terminal.screen).toContain('利用者証明用の暗証番号を変えました。');
    for (const pin of ['1234', '2580', '2581']) expect(terminal.screen).not.toContain(pin);
    expect((await change('authentication', '2580\n8642\n', { state: 'terminal' })).exitCode).toBe(0);
  });

  it('takes an easily guessed one after a yes alone', async () => {
    const terminal = start('authentication', 'trivial');
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin(OLD, '1234');
    await terminal.enterPin(NEW, '0000');
    await terminal.see('人に推測されやすい暗証番号です');
    await terminal.answer('それでもこれにするなら yes と入力してください', 'y');
    await terminal.see('別のものを入力してください');
    await terminal.enterPin(NEW, '0000');
    await terminal.answer('それでもこれにするなら yes と入力してください', 'yes');
    await terminal.enterPin(AGAIN, '0000');
    expect(await terminal.exitCode()).toBe(0);
    expect((await change('authentication', '0000\n8642\n', { state: 'trivial' })).exitCode).toBe(0);
  });

  it('ends with Ctrl-C at the new PIN, at no cost', async () => {
    const terminal = start('authentication', 'cancelled');
    await terminal.answer(AGREE, 'y');
    await terminal.enterPin(OLD, '1234');
    await terminal.enterPin(NEW, '25\u0003');
    expect(await terminal.exitCode()).toBe(5);
    expect(await triesLeft('authentication', 'cancelled')).toBe(3);
  });
});
