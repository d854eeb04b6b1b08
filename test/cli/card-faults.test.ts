import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVirtualCard, type VirtualCard, type VpcdConnection } from '../../native/virtual-card/index.js';
import { madoguchi, TerminalSession, type CommandResult } from '../support/command-line.js';
import { commandSummary } from '../support/core-client.js';
import { putIntoVpcd } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';

const missing = pcscdMissing();
if (missing !== undefined) console.warn(`skipped: card faults through pcscd: ${missing}`);

const NONCE = 'bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U=';
const AUTHENTICATE = [
  'authenticate',
  '--origin',
  'https://service.example',
  '--nonce',
  NONCE,
  '--yes',
  '--pin-stdin',
  '--json',
];
/** SELECT, tries left by short identifier, VERIFY, signature: what follows the PIN. */
const AFTER_PIN = { verify: 2, signature: 3 };

describe.skipIf(missing !== undefined)('madoguchi through pcscd, when things go wrong', () => {
  let pcscd: Pcscd;
  let card: VirtualCard;
  let inserted: VpcdConnection | undefined;
  /** Commands of the free reads before the PIN, measured once. */
  let prepareCommands = 0;

  beforeAll(async () => {
    pcscd = await startPcscd();
    card = await openVirtualCard();
    await insert();
    await authenticate();
    prepareCommands = card.log.length - (AFTER_PIN.signature + 1);
  });
  afterAll(async () => {
    await inserted?.close();
    await pcscd.close();
  });
  beforeEach(() => {
    card.clearLog();
  });

  /** Puts the card in once the reader has noticed that the last one is out. */
  async function insert(): Promise<void> {
    await inserted?.close();
    while ((await run(['readers'])).stdout.includes('カードあり')) await sleep(100);
    inserted = await putIntoVpcd(card, pcscd);
    const deadline = Date.now() + 10_000;
    while (!(await run(['readers'])).stdout.includes('カードあり')) {
      if (Date.now() > deadline) throw new Error('the card never arrived in the reader');
      await sleep(100);
    }
  }

  function run(args: readonly string[], input = ''): Promise<CommandResult> {
    return madoguchi(args, { env: pcscd.env, input });
  }

  function authenticate(pin = '1234'): Promise<CommandResult> {
    return run(AUTHENTICATE, `${pin}\n`);
  }

  function outcome({ exitCode, stdout }: CommandResult): [number | null, string] {
    const envelope = JSON.parse(stdout) as { ok: boolean; error?: { code: string } };
    return [exitCode, envelope.error?.code ?? 'done'];
  }

  async function expectNextToWork(): Promise<void> {
    card.clearLog();
    expect(outcome(await authenticate())).toEqual([0, 'done']);
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 1 });
  }

  it('works, for a start', async () => {
    await expectNextToWork();
  });

  it('wrong PIN: 4, one try spent, then the next operation works', async () => {
    expect(outcome(await authenticate('9999'))).toEqual([4, 'ERR_PIN_INCORRECT']);
    expect(commandSummary(card).verifies).toBe(1);
    await expectNextToWork();
  });

  it('card pulled between VERIFY and signature: 3, one VERIFY, none repeated', async () => {
    card.insertFault({ at: prepareCommands + AFTER_PIN.signature, fault: 'remove' });
    expect(outcome(await authenticate())).toEqual([3, 'ERR_CARD_REMOVED']);
    expect(commandSummary(card)).toMatchObject({ verifies: 1, signatures: 0 });
    await insert();
    await expectNextToWork();
  });

  it('no card: 3', async () => {
    await inserted?.close();
    await sleep(500);
    expect(outcome(await authenticate())).toEqual([3, 'ERR_CARD_ABSENT']);
    await insert();
    await expectNextToWork();
  });

  it('a reader that is not there: 3', async () => {
    expect(outcome(await run(['--reader', 'Nowhere 00 00', ...AUTHENTICATE], '1234\n'))).toEqual([
      3,
      'ERR_PCSC_READER_GONE',
    ]);
    expect(card.log).toEqual([]);
  });

  it('two cards and no choice: 3, and the readers are listed', async () => {
    const other = await openVirtualCard();
    const second = await putIntoVpcd(other, pcscd, 1);
    await sleep(1_500);
    const done = await authenticate();
    expect(outcome(done)).toEqual([3, 'ERR_PCSC_READER_CHOICE']);
    for (const name of VPCD_READERS) expect(done.stderr).toContain(name);
    expect(commandSummary(card).verifies).toBe(0);
    const chosen = await run(['--reader', VPCD_READERS[0], ...AUTHENTICATE], '1234\n');
    expect(outcome(chosen)).toEqual([0, 'done']);
    const terminal = new TerminalSession(['card'], { env: pcscd.env });
    await terminal.answer('どのカードリーダーを使いますか', '2');
    await terminal.see(VPCD_READERS[1]);
    expect(await terminal.exitCode()).toBe(0);
    await second.close();
    await sleep(1_500);
  });

  it('pcscd stopped in the middle of an operation: 3, and the next one works after it came back', async () => {
    card.insertFault({ at: prepareCommands + AFTER_PIN.verify, fault: { delayMilliseconds: 1_500 } });
    const running = authenticate();
    while (card.log.length < prepareCommands + AFTER_PIN.verify) await sleep(5);
    await pcscd.kill();
    expect((await running).exitCode).toBe(3);
    expect(outcome(await authenticate())).toEqual([3, 'ERR_PCSC_UNAVAILABLE']);
    await pcscd.start();
    await insert();
    expect(commandSummary(card).verifies).toBeLessThanOrEqual(1);
    await expectNextToWork();
  });

  it('blocked PIN: 4, where to unblock it is said, and no VERIFY is sent', async () => {
    await authenticate('9999');
    await authenticate('9999');
    const terminal = new TerminalSession(
      AUTHENTICATE.filter((word) => !word.startsWith('--p')),
      { env: pcscd.env },
    );
    await terminal.answer('入力するなら yes と入力してください', 'yes');
    await terminal.enterPin('利用者証明用の暗証番号（数字4桁）: ', '9999');
    expect(await terminal.exitCode()).toBe(4);
    card.clearLog();
    const blocked = await authenticate();
    expect(outcome(blocked)).toEqual([4, 'ERR_PIN_BLOCKED']);
    expect(blocked.stderr).toContain('市区町村の窓口');
    expect(commandSummary(card).verifies).toBe(0);
  });
});

describe.skipIf(missing !== undefined)('madoguchi without readers', () => {
  it('no reader: 3', async () => {
    const empty = await startPcscd({ withoutReaders: true });
    try {
      const done = await madoguchi(AUTHENTICATE, { env: empty.env, input: '1234\n' });
      expect(done.exitCode).toBe(3);
      expect(done.stdout).toContain('ERR_PCSC_NO_READER');
    } finally {
      await empty.close();
    }
  });
});
