import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PHONE_READER_PORT } from '../../native/phone-reader/index.js';
import type { PhoneConnection } from '../../native/phone-reader/phone-client.js';
import { TEST_CARD_PINS } from '../../native/virtual-card/index.js';
import { descendants, occurrencesInMemory } from '../support/child-processes.js';
import { TerminalSession } from '../support/command-line.js';
import { LOOPBACK, TestPhone } from '../support/phone-fixture.js';
import { CardFactory, hex, JPKI_AID, selectAid, selectEf, succeed } from '../support/virtual-card.js';
import { exchange } from '../unit/bridge/harness.js';

const missing =
  process.platform === 'linux' && process.getuid?.() === 0
    ? undefined
    : 'Linux and root, to read the memory of processes';
if (missing !== undefined) console.warn(`skipped: PIN hygiene with a phone: ${missing}`);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const randomText = () => Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
const BRIDGE_PORT = 41731;

/** The client's own processes; what the person typed into is the terminal's. */
function clientProcesses(): number[] {
  const [main] = descendants(process.pid, 'bin/madoguchi.js serve').filter((id) =>
    readFileSync(`/proc/${id}/cmdline`, 'latin1').startsWith(process.execPath),
  );
  if (main === undefined) throw new Error('the client is not running');
  return [main, ...descendants(main, '')];
}

describe.skipIf(missing !== undefined)('the signing password after it went to a card on a phone', () => {
  const password = randomText();
  const marker = randomText();
  const stateDirectory = mkdtempSync(join(tmpdir(), 'madoguchi-phone-hygiene-'));
  let factory: CardFactory;
  let terminal: TerminalSession;
  let connection: PhoneConnection;

  beforeAll(async () => {
    factory = await CardFactory.create();
    const card = await factory.newCard();
    const inHex = (text: string) => hex(new TextEncoder().encode(text));
    succeed(
      card,
      ...[selectAid(JPKI_AID), selectEf('001b'), `00200080 06 ${inHex(TEST_CARD_PINS.signing)}`],
      `00240180 10 ${inHex(password)}`,
    );
    card.powerOff();
    terminal = new TerminalSession(['serve', '--reader', 'phone', '--phone-address', LOOPBACK, '--pair'], {
      env: { MADOGUCHI_STATE_DIRECTORY: stateDirectory },
    });
    await terminal.see('で待っています');
    const [code = ''] = /(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}/.exec(terminal.screen) ?? [];
    connection = await new TestPhone().type({ code, address: LOOPBACK, port: PHONE_READER_PORT });
    connection.insertCard(card);
  });
  afterAll(async () => {
    await terminal.stop();
    await connection.close();
    factory.remove();
    rmSync(stateDirectory, { recursive: true });
  });

  it('is in no process of the client any more, while what a page sent still is', async () => {
    const typed = password.toLowerCase();
    const body = JSON.stringify({ operation: 'sign', items: [{ name: marker, content: 'AAAA' }] });
    const opened = await exchange(BRIDGE_PORT, { method: 'POST', target: '/v1/sessions', body });
    const { sessionId } = (JSON.parse(opened.body) as { result: { sessionId: string } }).result;
    await terminal.answer('このサイトのために署名してよいときだけ yes', 'yes');
    await terminal.answer('よろしければ y と入力してください', 'y');
    await terminal.enterPin('署名用の暗証番号（英数字6〜16文字）: ', typed);
    await terminal.see('完了しました');
    const done = await exchange(BRIDGE_PORT, { target: `/v1/sessions/${sessionId}?wait=5` });
    expect(done.body).toContain('"status":"signed"');

    const processes = clientProcesses();
    const found = (text: string) =>
      processes
        .flatMap((id) =>
          (['latin1', 'utf16le'] as const).map((form) => occurrencesInMemory(id, Buffer.from(text, form))),
        )
        .reduce((sum, count) => sum + count, 0);
    expect(found(marker)).toBeGreaterThan(0);
    expect({ asTyped: found(typed), upperCased: found(password) }).toEqual({ asTyped: 0, upperCased: 0 });
  });
});
