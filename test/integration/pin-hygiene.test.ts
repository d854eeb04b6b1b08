import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARD_PINS, type VirtualCard, type VpcdConnection } from '../../native/virtual-card/index.js';
import { TerminalSession } from '../support/command-line.js';
import { descendants, occurrencesInMemory } from '../support/child-processes.js';
import { putIntoVpcd } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CardFactory, hex, selectAid, selectEf, JPKI_AID, succeed } from '../support/virtual-card.js';
import { exchange } from '../unit/bridge/harness.js';

const missing = pcscdMissing() ?? (process.getuid?.() === 0 ? undefined : 'root, to read the memory of processes');
if (missing !== undefined) console.warn(`skipped: PIN hygiene: ${missing}`);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const randomText = (): string => Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
const PORT = 41731;

/** The client's own processes; what the person typed into is the terminal's. */
function clientProcesses(): number[] {
  const [main] = descendants(process.pid, 'bin/madoguchi.js serve').filter((id) =>
    commandOf(id).startsWith(process.execPath),
  );
  if (main === undefined) throw new Error('the client is not running');
  return [main, ...descendants(main, '')];
}

function commandOf(id: number): string {
  return readFileSync(`/proc/${String(id)}/cmdline`, 'latin1');
}

describe.skipIf(missing !== undefined)('the signing password after its use', () => {
  const password = randomText();
  const marker = randomText();
  let pcscd: Pcscd;
  let card: VirtualCard;
  let inserted: VpcdConnection;
  let terminal: TerminalSession;

  beforeAll(async () => {
    pcscd = await startPcscd();
    card = await (await CardFactory.create()).newCard();
    card.powerOn();
    const bytes = (text: string): string => hex(new TextEncoder().encode(text));
    const { signing } = TEST_CARD_PINS;
    succeed(
      card,
      selectAid(JPKI_AID),
      selectEf('001b'),
      `00200080 06 ${bytes(signing)}`,
      `00240180 10 ${bytes(password)}`,
    );
    card.powerOff();
    inserted = await putIntoVpcd(card, pcscd);
    terminal = new TerminalSession(['serve', '--reader', VPCD_READERS[0]], { env: pcscd.env });
    await terminal.see('で待っています');
  });
  afterAll(async () => {
    await terminal.stop();
    await inserted.close();
    await pcscd.close();
  });

  it('is in no process of the client any more, while what a page sent still is', async () => {
    // Typed in lower case: the copy as typed and the upper-cased one both have to go.
    const typed = password.toLowerCase();
    const body = JSON.stringify({ operation: 'sign', items: [{ name: marker, content: 'AAAA' }] });
    const opened = await exchange(PORT, { method: 'POST', target: '/v1/sessions', body });
    const { sessionId } = (JSON.parse(opened.body) as { result: { sessionId: string } }).result;
    await terminal.answer('このサイトのために署名してよいときだけ yes', 'yes');
    await terminal.answer('よろしければ y と入力してください', 'y');
    await terminal.enterPin('署名用の暗証番号（英数字6〜16文字）: ', typed);
    await terminal.see('完了しました');
    const done = await exchange(PORT, { target: `/v1/sessions/${sessionId}?wait=5` });
    expect(done.body).toContain('"status":"signed"');

    const processes = clientProcesses();
    expect(processes.length).toBeGreaterThanOrEqual(2);
    const found = (text: string): number =>
      processes
        .flatMap((id) =>
          [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')].map((b) => occurrencesInMemory(id, b)),
        )
        .reduce((sum, count) => sum + count, 0);
    // The search works: it finds what it must find, in the same memory.
    expect(found(marker)).toBeGreaterThan(0);
    expect({ asTyped: found(typed), upperCased: found(password) }).toEqual({ asTyped: 0, upperCased: 0 });
  });
});
