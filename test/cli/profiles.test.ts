import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CARD_PROFILE_NAMES,
  TEST_CARD_PINS,
  type CardProfileName,
  type VirtualCard,
  type VpcdConnection,
} from '../../native/virtual-card/index.js';
import { madoguchi } from '../support/command-line.js';
import { commandSummary } from '../support/core-client.js';
import { putIntoVpcd } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, type Pcscd } from '../support/pcscd.js';
import { CardFactory } from '../support/virtual-card.js';

const missing = pcscdMissing();
if (missing !== undefined) console.warn(`skipped: every profile through pcscd: ${missing}`);

const NONCE = 'bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U=';
const NEW_PIN = '8642';

/** Each command, with the lines a person would type. */
const COMMANDS = {
  card: { args: ['card'], input: '' },
  'certificate show authentication': {
    args: ['certificate', 'show', '--which', 'authentication', '--yes', '--pin-stdin'],
    input: TEST_CARD_PINS.authentication,
  },
  'certificate show signing': {
    args: ['certificate', 'show', '--which', 'signing', '--yes', '--pin-stdin'],
    input: TEST_CARD_PINS.signing,
  },
  'pin status': { args: ['pin', 'status'], input: '' },
  attributes: { args: ['attributes', '--yes', '--pin-stdin'], input: TEST_CARD_PINS.text },
  authenticate: {
    args: ['authenticate', '--origin', 'https://service.example', '--nonce', NONCE, '--yes', '--pin-stdin'],
    input: TEST_CARD_PINS.authentication,
  },
  sign: { args: ['sign', 'document', '--format', 'cms', '--yes', '--pin-stdin'], input: TEST_CARD_PINS.signing },
  'pin change': {
    args: ['pin', 'change', '--which', 'authentication', '--yes', '--pin-stdin'],
    input: `${TEST_CARD_PINS.authentication}\n${NEW_PIN}`,
  },
} as const;
type CommandName = keyof typeof COMMANDS;
type Outcome = readonly [exitCode: number, code: string];

const EXPIRED: Outcome = [1, 'ERR_CERT_EXPIRED'];
const NOT_YET: Outcome = [1, 'ERR_CERT_NOT_YET_VALID'];
const MISSING: Outcome = [1, 'ERR_CERT_MISSING'];
const BLOCKED: Outcome = [4, 'ERR_PIN_BLOCKED'];
const UNSUPPORTED: Outcome = [3, 'ERR_CARD_UNSUPPORTED'];

/** What differs from “done”, profile by profile. */
const EXCEPTIONS: Partial<Record<CardProfileName, Partial<Record<CommandName, Outcome>>>> = {
  ...Object.fromEntries(
    (['blocked-63c0', 'blocked-6983', 'blocked-6984'] as const).map((profile) => [
      profile,
      { 'certificate show signing': BLOCKED, authenticate: BLOCKED, sign: BLOCKED, 'pin change': BLOCKED },
    ]),
  ),
  android: { attributes: UNSUPPORTED },
  expired: { authenticate: EXPIRED, sign: EXPIRED },
  'not-yet-valid': { authenticate: NOT_YET, sign: NOT_YET },
  'no-signing-certificate': { 'certificate show signing': MISSING, sign: MISSING },
  'no-signing-files': { 'certificate show signing': MISSING, sign: MISSING },
};

describe.skipIf(missing !== undefined)('every card profile through pcscd', () => {
  let directory: string;
  let pcscd: Pcscd;
  let factory: CardFactory;
  let card: VirtualCard;
  let inserted: VpcdConnection;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-profiles-'));
    writeFileSync(join(directory, 'document'), 'document');
    pcscd = await startPcscd();
    factory = await CardFactory.create();
  });
  afterAll(async () => {
    await pcscd.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async () => {
    await inserted.close();
    rmSync(join(directory, 'document.p7s'), { force: true });
  });

  it.each(CARD_PROFILE_NAMES)('%s', { timeout: 60_000 }, async (profile) => {
    card = await factory.newCard(profile);
    inserted = await putIntoVpcd(card, pcscd);
    const outcomes: Record<string, Outcome> = {};
    const expected: Record<string, Outcome> = {};
    for (const [name, { args, input }] of Object.entries(COMMANDS)) {
      card.clearLog();
      const { exitCode, stdout } = await madoguchi([...args, '--json'], {
        env: pcscd.env,
        cwd: directory,
        input: `${input}\n`,
      });
      const answer = JSON.parse(stdout) as { ok: boolean; error?: { code: string } };
      outcomes[name] = [exitCode ?? -1, answer.error?.code ?? 'done'];
      expected[name] = EXCEPTIONS[profile]?.[name as CommandName] ?? [0, 'done'];
      // One PIN was given, so the card gets one at most; none where nothing could come of it.
      expect(commandSummary(card).verifies, name).toBeLessThanOrEqual(input === '' ? 0 : 1);
    }
    expect(outcomes).toEqual(expected);
  });
});
