import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PHONE_READER_PORT } from '../../native/phone-reader/index.js';
import { madoguchi, TerminalSession } from '../support/command-line.js';
import { LOOPBACK, TestPhone } from '../support/phone-fixture.js';
import { CardFactory } from '../support/virtual-card.js';

describe('madoguchi --reader phone', () => {
  let directory: string;
  let env: Record<string, string>;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-phone-'));
    env = { MADOGUCHI_STATE_DIRECTORY: directory };
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('shows a QR code and a code to type, pairs, waits for the card, reads it', async () => {
    const terminal = new TerminalSession(['card', '--reader', 'phone', '--phone-address', LOOPBACK], { env });
    await terminal.see('QRコード');
    await terminal.see('この画面をほかの人に見せないでください');
    const [code = ''] = /(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}/.exec(terminal.screen) ?? [];
    const phone = await new TestPhone().type({ code, address: LOOPBACK, port: PHONE_READER_PORT });
    await terminal.see('登録しました');
    phone.insertCard(await (await CardFactory.create()).newCard());
    await terminal.see(`Phone (${LOOPBACK})`);
    await terminal.see('署名用の暗証番号: 残り5回');
    expect(await terminal.exitCode()).toBe(0);
    await phone.closed;
  });

  it('lists the paired phone and forgets it', async () => {
    const { stdout } = await madoguchi(['phone', 'list', '--json'], { env });
    const [phone] = (JSON.parse(stdout) as { result: { fingerprint: string }[] }).result;
    expect(phone?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const fingerprint = phone?.fingerprint ?? '';
    expect((await madoguchi(['phone', 'forget', fingerprint], { env })).exitCode).toBe(0);
    expect((await madoguchi(['phone', 'forget', fingerprint], { env })).exitCode).toBe(1);
    expect((await madoguchi(['phone', 'list'], { env })).stdout).toBe('登録されたスマートフォンはありません。\n');
  });

  it('refuses an address that is not this computer’s', async () => {
    const done = await madoguchi(['card', '--reader', 'phone', '--phone-address', '192.0.2.1', '--json'], { env });
    expect(done.exitCode).toBe(3);
    expect(done.stdout).toContain('ERR_PCSC_UNAVAILABLE');
  });
});
