import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openVirtualCard,
  TEST_CARD_PINS,
  TEST_HOLDER,
  type VirtualCard,
  type VpcdConnection,
} from '../../native/virtual-card/index.js';
import { madoguchi, TerminalSession, type CommandResult } from '../support/command-line.js';
import { putIntoVpcd } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, type Pcscd } from '../support/pcscd.js';
import { putNewTestCard } from '../support/virtual-card.js';
import { myNumberFilesIn, watch, type Witness } from '../unit/attributes/my-number-witness.js';

const missing = pcscdMissing();
if (missing !== undefined) console.warn(`skipped: the My Number through pcscd: ${missing}`);

const { text: PIN, numberB: NUMBER } = TEST_CARD_PINS;
const UNATTENDED = ['--yes', '--pin-stdin', '--json'];

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-attributes-'));
  writeFileSync(join(directory, 'document.txt'), '届出書\n');
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** `madoguchi attributes` on the test card kept in `state`. */
async function attributes(args: readonly string[], input: string, state = 'state'): Promise<CommandResult> {
  const env = { MADOGUCHI_STATE_DIRECTORY: join(directory, state) };
  await putNewTestCard(env.MADOGUCHI_STATE_DIRECTORY);
  return madoguchi(['--reader', 'virtual', 'attributes', ...args], { env, input });
}

function outcome({ exitCode, stdout }: CommandResult): [number | null, string] {
  const envelope = JSON.parse(stdout) as { ok: boolean; error?: { code: string } };
  return [exitCode, envelope.error?.code ?? 'done'];
}

describe('madoguchi attributes', () => {
  it('prints all four, and what was checked, for programs', async () => {
    const done = await attributes(UNATTENDED, `${PIN}\n`);
    expect(done.exitCode).toBe(0);
    expect(JSON.parse(done.stdout)).toEqual({
      ok: true,
      result: {
        attributes: {
          name: TEST_HOLDER.name,
          address: TEST_HOLDER.address,
          birthDate: '19900401',
          gender: 'female',
        },
        checks: { digest: 'matches', signature: 'holds', issuer: 'not-checked' },
        testCard: true,
      },
    });
  });

  it('prints them in words, and the consent names each and the secret', async () => {
    const done = await attributes(['--yes', '--pin-stdin', '--with', 'number-b'], `${NUMBER}\n`);
    expect(done.exitCode).toBe(0);
    expect(done.stdout.split('\n')).toEqual([
      '氏名: 試験　花子',
      `住所: ${TEST_HOLDER.address}`,
      '生年月日: 1990-04-01',
      '性別: 女',
      'これはテスト用カードです。本物の証明書ではありません。',
      'カード自身のダイジェストと一致しました。',
      'ダイジェストに付いた署名は、カードにある鍵で確かめました。',
      expect.stringContaining('発行元のものかどうかは確認していません') as string,
      '',
    ]);
    for (const words of ['照合番号B', '・氏名', '・住所', '・生年月日', '・性別', 'マイナンバー）は読み取りません']) {
      expect(done.stderr).toContain(words);
    }
  });

  it('gives what was asked for and no more', async () => {
    const done = await attributes(['--gender', '--birthdate', ...UNATTENDED], `${PIN}\n`);
    expect(JSON.parse(done.stdout)).toMatchObject({
      result: { attributes: { birthDate: '19900401', gender: 'female' } },
    });
    for (const text of [done.stdout, done.stderr]) expect(text).not.toMatch(/花子|千代田|^ +(氏名|住所)/m);
    const english = await madoguchi(
      ['--reader', 'virtual', '--language', 'en', 'attributes', '--name', '--yes', '--pin-stdin'],
      { env: { MADOGUCHI_STATE_DIRECTORY: join(directory, 'state') }, input: `${PIN}\n` },
    );
    expect(english.stdout).toContain('Name: 試験　花子\n');
    expect(english.stdout).not.toContain('Address:');
  });

  it.each([
    ['the PIN', [], '9999', 4, 'ERR_PIN_INCORRECT'],
    ['照合番号B', ['--with', 'number-b'], '99999999999999', 4, 'ERR_PIN_INCORRECT'],
    ['照合番号B where the PIN is asked', [], NUMBER, 4, 'ERR_PIN_FORMAT'],
    ['the PIN where 照合番号B is asked', ['--with', 'number-b'], PIN, 4, 'ERR_PIN_FORMAT'],
    ['nothing', [], '', 4, 'ERR_PIN_FORMAT'],
  ])('a wrong entry: %s', async (_what, args, input, exitCode, code) => {
    const done = await attributes([...args, ...UNATTENDED], `${input}\n`, 'wrong');
    expect(outcome(done)).toEqual([exitCode, code]);
  });

  it('counts down to the last try, which --yes does not answer', async () => {
    const wrong = () => attributes(UNATTENDED, '9999\n', 'last');
    expect(outcome(await wrong())).toEqual([4, 'ERR_PIN_INCORRECT']);
    expect(outcome(await wrong())).toEqual([4, 'ERR_PIN_INCORRECT']);
    expect(outcome(await wrong())).toEqual([5, 'ERR_USER_REFUSED']);
    expect(outcome(await wrong())).toEqual([5, 'ERR_USER_REFUSED']);
    const env = { MADOGUCHI_STATE_DIRECTORY: join(directory, 'last') };
    const terminal = new TerminalSession(['--reader', 'virtual', 'attributes', '--name'], { env });
    await terminal.answer('よろしければ y と入力してください', 'y');
    await terminal.answer('入力するなら yes と入力してください', 'yes');
    await terminal.enterPin('券面事項入力補助用の暗証番号（数字4桁）: ', PIN);
    await terminal.see('氏名: 試験　花子');
    expect(await terminal.exitCode()).toBe(0);
  });

  it('refuses where nobody can be asked, and an unknown secret', async () => {
    expect(outcome(await attributes(['--json'], ''))).toEqual([5, 'ERR_USER_REFUSED']);
    expect((await attributes(['--with', 'my-number'], '')).exitCode).toBe(2);
  });

  it('says what a phone lacks', async () => {
    const done = await madoguchi(['--reader', 'virtual', '--profile', 'android', 'attributes', ...UNATTENDED], {
      env: { MADOGUCHI_STATE_DIRECTORY: join(directory, 'android') },
      input: `${PIN}\n`,
    });
    expect(outcome(done)).toEqual([3, 'ERR_CARD_UNSUPPORTED']);
    expect(done.stderr).toContain('マイナンバーカードそのものを使ってください');
  });
});

/** What every command is run with, and what it reads from standard input; undefined: it asks the card nothing itself. */
const COMMANDS: Readonly<Record<string, readonly (readonly [args: string, input: string])[] | undefined>> = {
  readers: [['', '']],
  diagnose: [['', '']],
  card: [['', '']],
  certificate: [
    ['show --which authentication', ''],
    ['show --which signing', 'ABC123'],
    ['show --which authentication-ca', ''],
    ['export --which signing-ca', ''],
  ],
  attributes: [
    ['', PIN],
    ['--with number-b', NUMBER],
    ['', '9999'],
    ['--name', PIN],
  ],
  authenticate: [['--origin https://service.example --nonce bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U=', '1234']],
  sign: [['document.txt --format cms', 'ABC123']],
  verify: [['document.txt.p7s --content document.txt', '']],
  inspect: [['document.txt', '']],
  // Last: the other entries are for the PINs as they were.
  pin: [
    ['status', ''],
    ['change --which profile', '1234\n5296'],
    ['change --which authentication', '1234\n5296'],
    ['change --which signing', 'ABC123\nXYZ789Q'],
  ],
  // Its requests are `authenticate`, `sign` and `attributes` again; those of a service have a test beside the core.
  serve: undefined,
  'dev-service': undefined,
  // These speak of services and browsers, never of a card.
  registry: undefined,
  'browser-integration': undefined,
  'native-host': undefined,
  // Speaks of phones only; a card on one is reached by the commands above.
  phone: undefined,
  // Speak of websites only.
  sites: undefined,
  'government-sites': undefined,
  // Digests of what was signed and names of what was asked for, never a value.
  history: [
    ['list', ''],
    ['verify', ''],
  ],
  // Speak of this program only.
  settings: undefined,
  policy: undefined,
  update: undefined,
  'virtual-card': undefined,
};

describe.skipIf(missing !== undefined)('the My Number', () => {
  let pcscd: Pcscd;
  let card: VirtualCard;
  let witness: Witness;
  let inserted: VpcdConnection;

  beforeAll(async () => {
    pcscd = await startPcscd();
    card = await openVirtualCard();
    witness = watch(card);
    inserted = await putIntoVpcd(card, pcscd);
    const deadline = Date.now() + 10_000;
    while (!(await run('readers', '')).stdout.includes('true')) {
      if (Date.now() > deadline) throw new Error('the card never arrived in the reader');
      await sleep(100);
    }
  });
  afterAll(async () => {
    await inserted.close();
    await pcscd.close();
  });

  function run(command: string, input: string): Promise<CommandResult> {
    const args = [...command.split(' ').filter((word) => word !== ''), '--verbose', '--json'];
    const entry = input === '' ? [] : ['--yes', '--pin-stdin'];
    return madoguchi([...args, ...entry], { env: pcscd.env, cwd: directory, input: `${input}\n` });
  }

  it('is read by no command, and its digest appears nowhere', { timeout: 240_000 }, async () => {
    const listed = (await madoguchi(['--help'])).stdout.matchAll(/^ {2}([a-z-]+) .*$/gm);
    const commands = [...listed]
      .map(([, name]) => name)
      .filter((name) => name !== 'help' && name?.startsWith('-') === false);
    expect(commands.toSorted()).toEqual(Object.keys(COMMANDS).toSorted());

    const printed: string[] = [];
    for (const [name, runs] of Object.entries(COMMANDS)) {
      for (const [args, input] of runs ?? []) {
        const { exitCode, stdout, stderr } = await run(`${name} ${args}`, input);
        printed.push(stdout, stderr);
        // A wrong PIN on purpose, and a signature by somebody nobody vouches for; everything else has to work.
        const expected = input === '9999' ? 4 : name === 'verify' ? 1 : 0;
        expect([name, args, exitCode]).toEqual([name, args, expected]);
      }
    }
    expect(witness.digestReads).toBeGreaterThan(0);
    expect(witness.touched).toEqual([]);
    expect(myNumberFilesIn(card.log)).toEqual([]);

    const file = Buffer.concat([
      Buffer.from('ff100c', 'hex'),
      Buffer.from(TEST_HOLDER.myNumber),
      Buffer.alloc(2, 0xff),
    ]);
    const digest = createHash('sha256').update(file).digest();
    expect(witness.copies.some((response) => Buffer.from(response).includes(digest))).toBe(true);
    const all = printed.join('\n').toLowerCase();
    expect(all).toContain(TEST_HOLDER.name);
    for (const secret of [digest, file]) {
      expect(all).not.toContain(secret.toString('hex').slice(0, 16));
      expect(all).not.toContain(secret.toString('base64').slice(0, 12).toLowerCase());
    }
    expect(all).not.toContain(TEST_HOLDER.myNumber);
  });
});
