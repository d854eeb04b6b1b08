import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARD_PINS, type VirtualCard, type VpcdConnection } from '../../native/virtual-card/index.js';
import { madoguchi } from '../support/command-line.js';
import { putIntoVpcd } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, type Pcscd } from '../support/pcscd.js';
import { CardFactory } from '../support/virtual-card.js';

const missing = pcscdMissing();
if (missing !== undefined) console.warn(`skipped: OpenSC and Madoguchi on one card: ${missing}`);

const NONCE = 'bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U=';
/** Neither program may take longer, whatever the other does. Milliseconds. */
const PATIENCE = 20_000;

describe.skipIf(missing !== undefined)('OpenSC and Madoguchi on one card', () => {
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-sharing-'));
  let pcscd: Pcscd;
  let card: VirtualCard;
  let inserted: VpcdConnection;

  beforeAll(async () => {
    writeFileSync(join(directory, 'data'), 'data');
    pcscd = await startPcscd();
    card = await (await CardFactory.create()).newCard();
    inserted = await putIntoVpcd(card, pcscd);
    await run('opensc-tool', ['--wait', '--name']);
  });
  afterAll(async () => {
    await inserted.close();
    await pcscd.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function run(program: string, args: readonly string[]) {
    const env = { ...process.env, ...pcscd.env, HOME: directory };
    return promisify(execFile)(program, args, { cwd: directory, env, timeout: PATIENCE });
  }

  const pkcs11Sign = (output: string, ...login: readonly string[]) =>
    run('pkcs11-tool', [
      '--slot-index',
      '0',
      ...login,
      '--sign',
      '--id',
      '01',
      '--mechanism',
      'SHA256-RSA-PKCS',
      '--input-file',
      'data',
      '--output-file',
      output,
    ]);
  const openscSigns = (output: string) => pkcs11Sign(output, '--login', '--pin', TEST_CARD_PINS.authentication);

  async function madoguchiAuthenticates(): Promise<string> {
    const args = [
      'authenticate',
      '--origin',
      'https://service.example',
      '--nonce',
      NONCE,
      '--yes',
      '--pin-stdin',
      '--json',
    ];
    const { stdout } = await madoguchi(args, { env: pcscd.env, input: `${TEST_CARD_PINS.authentication}\n` });
    const answer = JSON.parse(stdout) as { ok: boolean; error?: { code: string } };
    return answer.error?.code ?? 'done';
  }

  async function triesLeft(): Promise<unknown> {
    const { stdout } = await madoguchi(['card', '--json'], { env: pcscd.env });
    return (JSON.parse(stdout) as { result: { pins: { authentication: unknown } } }).result.pins.authentication;
  }

  it('in turn: both work, again and again', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(await madoguchiAuthenticates()).toBe('done');
      await openscSigns(`turn-${String(round)}`);
    }
    expect(await triesLeft()).toMatchObject({ triesLeft: 3 });
  });

  it('neither inherits the other’s PIN', async () => {
    expect(await madoguchiAuthenticates()).toBe('done');
    await expect(pkcs11Sign('inherited')).rejects.toThrow();
    await openscSigns('own');
    card.clearLog();
    expect(await madoguchiAuthenticates()).toBe('done');
    // A VERIFY of our own came before the signature.
    const verify = card.log.findIndex(({ ins, lc }) => ins === 0x20 && lc > 0);
    const signature = card.log.findIndex(({ ins }) => ins === 0x2a);
    expect(verify).toBeGreaterThanOrEqual(0);
    expect(verify).toBeLessThan(signature);
  });

  it('at once: nobody hangs, every failure has its code, and no try is lost', { timeout: 120_000 }, async () => {
    const outcomes: string[] = [];
    const ours = async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) outcomes.push(await madoguchiAuthenticates());
    };
    const theirs = async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        // What OpenSC makes of a busy card is its own affair; that it ends is not.
        await openscSigns(`once-${String(round)}`).catch((error: unknown) => {
          expect((error as { killed?: boolean }).killed).toBe(false);
        });
      }
    };
    await Promise.all([ours(), theirs()]);
    expect(outcomes).toHaveLength(5);
    for (const outcome of outcomes) {
      expect(['done', 'ERR_PCSC_SHARING_VIOLATION', 'ERR_CARD_CHANGED', 'ERR_CARD_RESPONSE']).toContain(outcome);
    }
    expect(await madoguchiAuthenticates()).toBe('done');
    expect(await triesLeft()).toMatchObject({ triesLeft: 3 });
  });
});
