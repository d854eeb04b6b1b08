import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiagnosisReport } from '../../main/core/diagnosis/diagnosis.js';
import { openVirtualCard, type VirtualCard } from '../../native/virtual-card/index.js';
import { madoguchi, madoguchiProcess, type CommandResult, type RunOptions } from '../support/command-line.js';
import { BRIDGE_PORTS } from '../../sdk/protocol/index.js';
import { putIntoVpcd, readersOf } from '../support/pcsc-fixture.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';

const missing = pcscdMissing();
if (missing !== undefined) console.warn(`skipped: diagnosis through pcscd: ${missing}`);

const USER = 'hanakoyamada';
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-diagnose-'));
  mkdirSync(join(directory, USER));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function run(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const env = {
    MADOGUCHI_STATE_DIRECTORY: join(directory, USER, 'state'),
    HOME: join(directory, USER),
    XDG_CONFIG_HOME: join(directory, USER, '.config'),
    USER,
    ...options.env,
  };
  return madoguchi(args, { cwd: directory, ...options, env });
}

const onTestCard = (profile: string, args: readonly string[] = []) =>
  run(['--reader', 'virtual', '--profile', profile, 'diagnose', ...args]);

function reportOf({ stdout }: CommandResult): DiagnosisReport {
  const envelope = JSON.parse(stdout) as { ok: boolean; result: DiagnosisReport };
  expect(envelope.ok).toBe(true);
  return envelope.result;
}

const findings = (report: DiagnosisReport) =>
  Object.fromEntries(report.results.map(({ layer, finding }) => [layer, finding]));

function expectNobody(text: string): void {
  for (const secret of [USER, directory, hostname(), '/home/', '/root']) expect(text).not.toContain(secret);
}

describe('madoguchi diagnose, without a PC/SC service', () => {
  const nowhere = () => ({ env: { PCSCLITE_CSOCK_NAME: join(directory, 'no-service') } });

  it('says what stands in the way and what to do, in both languages', async () => {
    const { exitCode, stdout, stderr } = await run(['diagnose'], nowhere());
    expect([exitCode, stderr]).toEqual([1, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^［問題］ スマートカードサービス: /);
    expect(lines[1]).toMatch(/^ {2}→ 端末で「sudo /);
    expect(stdout).toContain('［未確認］ カード: 先に「スマートカードサービス」の問題を解決してください。');
    expect(stdout).toMatch(/^［正常］ 時計: /m);
    expect(lines.at(-2)).toMatch(/問題が見つかりました/);
    const english = await run(['--language', 'en', 'diagnose'], nowhere());
    expect(english.stdout).toMatch(/^\[problem\] Smart-card service: /);
  });

  it('says the same as JSON, with no word of user, home or host', async () => {
    const done = await run(['diagnose', '--json'], nowhere());
    const report = reportOf(done);
    expect(done.exitCode).toBe(1);
    expect(report.results).toHaveLength(9);
    expect(report.results[0]).toMatchObject({ status: 'failed', details: { code: 'ERR_PCSC_UNAVAILABLE' } });
    expect(report.results[1]).toMatchObject({ status: 'not-checked', standsInTheWay: 'pcsc-service' });
    expectNobody(done.stdout);
  });
});

describe('madoguchi diagnose, on the test card', () => {
  it('finds all well, and exits with 0', async () => {
    const done = await onTestCard('default', ['--json']);
    expect([done.exitCode, done.stderr]).toEqual([0, '']);
    const report = reportOf(done);
    expect(findings(report)).toMatchObject({
      'pcsc-service': 'service-not-needed',
      reader: 'test-card-reader',
      card: 'card-present',
      application: 'jpki-present',
      certificate: 'certificate-in-force',
      pin: 'pins-ready',
      clock: 'clock-plausible',
    });
    expectNobody(done.stdout);
  });

  it.each([
    ['expired', 'certificate', 'certificate-expired', 'renew-certificate', 1],
    ['blocked-6983', 'pin', 'pin-blocked', 'unblock-pin', 1],
    ['expiring-soon', 'certificate', 'certificate-expires-soon', 'renew-certificate', 0],
    ['not-yet-valid', 'clock', 'clock-before-certificate', 'set-clock', 1],
  ] as const)('%s: %s %s', async (profile, layer, finding, remedy, exitCode) => {
    const done = await onTestCard(profile, ['--json']);
    expect(done.exitCode).toBe(exitCode);
    expect(reportOf(done).results.find((result) => result.layer === layer)).toMatchObject({ finding, remedy });
  });

  it('tells no date of the certificate, which would be its holder’s birthday', async () => {
    const card = await run(['--reader', 'virtual', 'card', '--json']);
    const notAfter = /"notAfter":"(\d{4}-\d\d-\d\d)/.exec(card.stdout)?.[1] ?? '';
    expect(notAfter).toMatch(/^\d{4}/);
    const done = await onTestCard('default', ['--json']);
    expect(done.stdout).not.toContain(notAfter);
    expect(done.stdout).not.toMatch(/notAfter|notBefore|daysLeft/);
  });
});

describe('the report', () => {
  it('is written to a new file, and to no other', async () => {
    const file = join(directory, 'report.md');
    const done = await onTestCard('default', ['--report', file]);
    expect(done.exitCode).toBe(0);
    expect(done.stderr).toContain(file);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^### Madoguchi diagnosis\n/);
    expect(text.match(/^- [a-z-]+: \*\*/gm)).toHaveLength(9);
    expectNobody(text);

    writeFileSync(file, 'mine');
    const refused = await onTestCard('default', ['--report', file]);
    expect(refused.exitCode).toBe(74);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('goes to standard output alone, with the conversation beside it', async () => {
    const { exitCode, stdout, stderr } = await onTestCard('default', ['--report', '-']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^### Madoguchi diagnosis\n/);
    expect(stdout).not.toContain('［');
    expect(stderr).toMatch(/^［正常］ /);
    expectNobody(stdout);
    expect((await onTestCard('default', ['--report', '-', '--json'])).exitCode).toBe(2);
  });

  it('leaves no empty file behind where nothing could be diagnosed', async () => {
    const file = join(directory, 'none.md');
    const { exitCode } = await run(['--profile', 'expired', 'diagnose', '--report', file]);
    expect(exitCode).toBe(2);
    expect(existsSync(file)).toBe(false);
  });
});

/** As pcscd does with whom polkit does not let: it takes the connection and ends it. */
describe('a service that sends this user away', () => {
  it('is told from one that does not run', async () => {
    const socket = join(directory, 'sends-away');
    const server = createServer((connection) => connection.destroy());
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      const done = await run(['diagnose', '--json'], { env: { PCSCLITE_CSOCK_NAME: socket } });
      expect(reportOf(done).results[0]).toMatchObject({
        finding: 'service-access-denied',
        remedy: 'allow-service-access',
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('the bridge', () => {
  it('answers, once a client of this user serves', async () => {
    const client = madoguchiProcess(['--reader', 'virtual', '--language', 'en', 'serve'], {
      env: { MADOGUCHI_STATE_DIRECTORY: join(directory, USER, 'state') },
    });
    try {
      await client.says('eveloper mode');
      const done = await onTestCard('default', ['--json']);
      const result = reportOf(done).results.find(({ layer }) => layer === 'bridge-port');
      expect(result).toMatchObject({ status: 'ok', finding: 'client-answers' });
      expect(BRIDGE_PORTS).toContain(result?.details['port']);
    } finally {
      client.interrupt();
      await client.exitCode();
    }
  });
});

describe.skipIf(missing !== undefined)('madoguchi diagnose, through pcscd', () => {
  let pcscd: Pcscd;
  let card: VirtualCard;
  beforeAll(async () => {
    pcscd = await startPcscd();
    card = await openVirtualCard();
  });
  afterAll(async () => {
    await pcscd.close();
  });
  const diagnose = async () => reportOf(await run(['diagnose', '--json'], { env: pcscd.env }));

  it('tells a reader without a card, a card once it is in, and another program that has it', async () => {
    const empty = await diagnose();
    expect(findings(empty)).toMatchObject({
      'pcsc-service': 'service-answers',
      reader: 'readers-found',
      card: 'card-absent',
    });
    expect(empty.results[1]?.details).toEqual({ readers: 2, reader: VPCD_READERS[0] });
    const inserted = await putIntoVpcd(card, pcscd);
    try {
      await expect.poll(async () => findings(await diagnose()).card, { timeout: 20_000 }).toBe('card-present');
      const report = await diagnose();
      expect(findings(report)).toMatchObject({ application: 'jpki-present', pin: 'pins-ready' });
      expect(report.results[5]?.details).toMatchObject({ authentication: 3, signing: 5 });

      const readers = readersOf(pcscd);
      const held = await readers.connect(VPCD_READERS[0], { shareMode: 'exclusive' });
      try {
        expect((await diagnose()).results[2]).toMatchObject({
          finding: 'reader-busy',
          remedy: 'close-other-programs',
          details: { code: 'ERR_PCSC_SHARING_VIOLATION', scard: 'SCARD_E_SHARING_VIOLATION' },
        });
      } finally {
        await held.disconnect('leave');
        await readers.close();
      }
    } finally {
      await inserted.close();
    }
  });

  it('tells a service that was killed', async () => {
    await pcscd.kill();
    try {
      const [service] = (await diagnose()).results;
      expect(service?.finding).toMatch(/^service-(not-running|socket-inactive|not-installed)$/);
    } finally {
      await pcscd.start();
    }
  });
});
