import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openVirtualCard, TEST_CARD_PINS, type VirtualCard } from '../../../native/virtual-card/index.js';
import {
  AUTHENTICATION_PIN,
  CardFactory,
  JPKI_AID,
  selectAid,
  selectEf,
  send,
  succeed,
  TEXT_AID,
} from '../../support/virtual-card.js';

const PROGRAM = fileURLToPath(new URL('enter-wrong-pins.mjs', import.meta.url));
/** Compiled: the other processes run without a loader. */
const MODULE = new URL('../../../dist/native/virtual-card/index.js', import.meta.url).href;

const RIGHT_NUMBER_B = `002000800e${Buffer.from(TEST_CARD_PINS.numberB).toString('hex')}`;
const WRONG_AUTHENTICATION_PIN = '00200098 0430303030';
const ROUNDS = 25;
const TRIES_EACH = 4;

let factory: CardFactory;
const children: ChildProcess[] = [];

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterEach(async () => {
  const ended = children.map((child) => once(child, 'close'));
  for (const child of children.splice(0)) child.stdin?.end();
  await Promise.all(ended);
});
afterAll(() => factory.remove());

type EnterWrongPins = (time: number) => Promise<readonly string[]>;

/** Another process that has the card open. */
async function startProcess(stateDirectory: string): Promise<EnterWrongPins> {
  const child = spawn(process.execPath, [PROGRAM, MODULE, stateDirectory], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return async (time) => {
    child.stdin.write(`${String(time)} ${String(TRIES_EACH)}\n`);
    const { value } = (await lines.next()) as { value: string };
    return value.split(' ');
  };
}

describe('wrong PINs of two processes at the same instant', () => {
  it(`all count, in each of ${String(ROUNDS)} rounds`, async () => {
    const stateDirectory = factory.newDirectory();
    const processes = await Promise.all([startProcess(stateDirectory), startProcess(stateDirectory)]);
    const card = await openVirtualCard({ stateDirectory });
    card.powerOn();
    succeed(card, selectAid(TEXT_AID), selectEf('0015'));
    for (let round = 0; round < ROUNDS; round += 1) {
      succeed(card, RIGHT_NUMBER_B, selectAid(TEXT_AID), selectEf('0015'));
      const time = Date.now() + 20;
      const answers = await Promise.all(processes.map((enterWrongPins) => enterWrongPins(time)));
      const expected = ['63c9', '63c8', '63c7', '63c6', '63c5', '63c4', '63c3', '63c2'];
      expect(answers.flat().sort().reverse()).toEqual(expected);
      expect(send(card, '00200080')).toBe('63c2');
    }
    expect(readdirSync(stateDirectory)).toEqual(['virtual-card.json']);
  });
});

describe('a lock', () => {
  const lockOf = (stateDirectory: string) => join(stateDirectory, 'virtual-card.json.lock');

  async function cardWithLock(processId: number, ageSeconds: number): Promise<[VirtualCard, string]> {
    const stateDirectory = factory.newDirectory();
    const card = await openVirtualCard({ stateDirectory });
    card.powerOn();
    succeed(card, selectAid(JPKI_AID));
    const lock = lockOf(stateDirectory);
    writeFileSync(lock, String(processId));
    const time = Date.now() / 1000 - ageSeconds;
    utimesSync(lock, time, time);
    return [card, stateDirectory];
  }

  async function endedProcess(): Promise<number> {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'close');
    return child.pid ?? 0;
  }

  it('that a crashed process left is taken over', async () => {
    const [card, stateDirectory] = await cardWithLock(await endedProcess(), 60);
    expect(send(card, WRONG_AUTHENTICATION_PIN)).toBe('63c2');
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('9000');
    expect(readdirSync(stateDirectory)).toEqual(['virtual-card.json']);
  });

  it('of a process that lives is respected: 6581, and nothing was compared', async () => {
    const [card, stateDirectory] = await cardWithLock(process.pid, 60);
    expect(send(card, WRONG_AUTHENTICATION_PIN)).toBe('6581');
    expect(send(card, '00200098')).toBe('63c3');
    expect(existsSync(lockOf(stateDirectory))).toBe(true);
    expect(readdirSync(stateDirectory).sort()).toEqual(['virtual-card.json', 'virtual-card.json.lock']);
  });
});
