import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBridge } from '../../main/core/bridge/bridge.js';
import { startBridgeListener } from '../../main/node/bridge-listener/index.js';
import { openVirtualCard, TEST_CARD_PINS, type VirtualCard } from '../../native/virtual-card/index.js';
import { coreClient } from '../support/core-client.js';
import { originRequester } from '../support/origin-requester.js';
import { putIntoVpcd } from '../support/pcsc-fixture.js';
import { startPcscd, type Pcscd } from '../support/pcscd.js';
import { itemOf } from '../support/signable-items.js';
import { ASK_AT_WILL, AUTHENTICATE, bridgeOptions } from '../unit/bridge/fakes.js';
import { exchange } from '../unit/bridge/harness.js';
import { milliseconds, percentile } from './statistics.js';
import { processFigures } from './process-figures.js';

const ROOT = join(import.meta.dirname, '../..');
const sections: string[] = [];
let directory: string;
let pcscd: Pcscd;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-bench-'));
  pcscd = await startPcscd();
});
afterAll(async () => {
  await pcscd.close();
  rmSync(directory, { recursive: true, force: true });
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const head = `# Performance

Written by \`npm run bench\`; not edited by hand. Measured on ${String(cpus().length)} cores (${processor}), Node.js ${process.versions.node},
${process.platform}. Counts do not depend on the machine; times do.
`;
  writeFileSync(join(ROOT, 'docs/performance.md'), [head, ...sections].join('\n'));
});

function table(title: string, header: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const lines = [line(header), line(header.map(() => '---')), ...rows.map(line)];
  sections.push(`## ${title}\n\n${lines.join('\n')}\n`);
}

interface Traffic {
  readonly apdus: number;
  readonly fromVerify: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Commands and bytes since the log was cleared; `fromVerify` counts from the last VERIFY with a PIN, itself included. */
function traffic(card: VirtualCard): Traffic {
  const { log } = card;
  const verify = log.findLastIndex(({ ins, lc }) => ins === 0x20 && lc > 0);
  return {
    apdus: log.length,
    fromVerify: verify === -1 ? 0 : log.length - verify,
    bytesIn: log.reduce((sum, { lc }) => sum + 4 + (lc > 0 ? 1 + lc : 0), 0),
    bytesOut: log.reduce((sum, { responseLength }) => sum + responseLength + 2, 0),
  };
}

/**
 * What a command and a byte cost, in milliseconds: assumptions, not measurements. Contact: T=1 at 115 200 bit/s with 11 etu to
 * the byte. Type B: 106 kbit/s with 10 etu to the byte. The card's own computing (the RSA signature above all) is not in it.
 */
const MODELS = {
  'contact reader (10 ms for each APDU, 0.095 ms for each byte)': { apdu: 10, byte: 11 / 115.2 },
  'Type B reader, 106 kbit/s (6 ms for each APDU, 0.094 ms for each byte)': { apdu: 6, byte: 10 / 106 },
} as const;

function modelled(
  { apdus, bytesIn, bytesOut }: Traffic,
  model: { readonly apdu: number; readonly byte: number },
): string {
  return milliseconds(apdus * model.apdu + (bytesIn + bytesOut) * model.byte);
}

const never = new AbortController().signal;
const authenticate = {
  operation: 'authenticate',
  requester: originRequester('https://service.example'),
  origin: 'https://service.example',
  challengeNonce: AUTHENTICATE.challengeNonce,
} as const;
const sign = (count: number) =>
  ({
    operation: 'sign',
    requester: { kind: 'self' },
    items: Array.from({ length: count }, (_, index) => itemOf('x', Uint8Array.of(index))),
  }) as const;

async function ourTraffic(profile: 'default' | 'no-short-file-id') {
  const card = await openVirtualCard({ profile });
  const pins = [
    TEST_CARD_PINS.authentication,
    TEST_CARD_PINS.authentication,
    TEST_CARD_PINS.signing,
    TEST_CARD_PINS.signing,
  ];
  const { operations } = coreClient({ card, person: { decide: () => 'agreed', pins } });
  const measure = async <Result>(operation: () => Promise<Result>): Promise<[Traffic, Result]> => {
    card.clearLog();
    const result = await operation();
    return [traffic(card), result];
  };
  const [first, token] = await measure(() => operations.authenticate(authenticate, never));
  const [again] = await measure(() => operations.authenticate(authenticate, never));
  const [signOne] = await measure(() => operations.sign(sign(1), never));
  const [signTen] = await measure(() => operations.sign(sign(10), never));
  const certificateBytes = Buffer.from(token.unverifiedCertificate, 'base64').length;
  return { first, again, signOne, signTen, certificateBytes };
}

async function openscTraffic(): Promise<Record<'authenticate' | 'sign' | 'list', Traffic>> {
  const card = await openVirtualCard();
  const inserted = await putIntoVpcd(card, pcscd);
  const env = { ...process.env, ...pcscd.env, HOME: directory };
  const run = (program: string, args: readonly string[]) => promisify(execFile)(program, args, { env, cwd: directory });
  await run('opensc-tool', ['--wait', '--name']);
  writeFileSync(join(directory, 'data'), 'data');
  const measure = async (program: string, args: readonly string[]): Promise<Traffic> => {
    card.clearLog();
    await run(program, args);
    return traffic(card);
  };
  const signWith = (slot: string, id: string, pin: string) =>
    measure('pkcs11-tool', [
      '--slot-index',
      slot,
      '--login',
      '--pin',
      pin,
      '--sign',
      '--id',
      id,
      '--mechanism',
      'SHA256-RSA-PKCS',
      '--input-file',
      'data',
      '--output-file',
      'signature',
    ]);
  const result = {
    authenticate: await signWith('0', '01', TEST_CARD_PINS.authentication),
    sign: await signWith('1', '02', TEST_CARD_PINS.signing),
    list: await measure('pkcs15-tool', ['--dump']),
  };
  await inserted.close();
  return result;
}

it('counts APDUs per operation, ours and OpenSC’s, on the same virtual card', async () => {
  const ours = await ourTraffic('default');
  const plain = await ourTraffic('no-short-file-id');
  const opensc = await openscTraffic();
  const row = (what: string, t: Traffic) => [what, t.apdus, t.fromVerify || '–', t.bytesIn, t.bytesOut];
  table(
    'APDUs per operation',
    ['Operation', 'APDUs', 'from VERIFY to the end', 'bytes to the card', 'bytes from the card'],
    [
      row('Madoguchi: first authentication, certificate read', ours.first),
      row('Madoguchi: again, same insertion', ours.again),
      row('Madoguchi: sign one item, signing certificate read after the PIN', ours.signOne),
      row('Madoguchi: sign ten items, one PIN', ours.signTen),
      row('Madoguchi, card without short file identifiers: first authentication', plain.first),
      row('Madoguchi, card without short file identifiers: again', plain.again),
      row('Madoguchi, card without short file identifiers: sign one item', plain.signOne),
      row('OpenSC `pkcs11-tool --sign`, authentication key', opensc.authenticate),
      row('OpenSC `pkcs11-tool --sign`, signing key', opensc.sign),
      row('OpenSC `pkcs15-tool --dump`, no signature', opensc.list),
    ],
  );
  const operations = [
    ['Madoguchi: first authentication', ours.first],
    ['Madoguchi: authentication, same insertion', ours.again],
    ['Madoguchi: sign one item', ours.signOne],
    ['OpenSC: signature with the authentication key', opensc.authenticate],
    ['OpenSC: signature with the signing key', opensc.sign],
  ] as const;
  table(
    'Modelled time on the wire',
    ['Operation', ...Object.keys(MODELS)],
    operations.map(([name, t]) => [name, ...Object.values(MODELS).map((model) => modelled(t, model))]),
  );
  const budget = 9 + Math.ceil(ours.certificateBytes / 256);
  sections.push(
    `The authentication certificate of this card has ${String(ours.certificateBytes)} bytes. Budget for a first authentication: 9 + ⌈bytes / 256⌉ = ${String(budget)};\nfrom VERIFY to the signature: 3. A card that does not know short file identifiers needs ${String(plain.first.apdus - budget)} more than the budget, of which one is the question.\n`,
  );
  expect(ours.first.apdus).toBeLessThanOrEqual(budget);
  expect(ours.first.fromVerify).toBeLessThanOrEqual(3);
  expect(plain.first.fromVerify).toBeLessThanOrEqual(3);
});

it('measures from request accepted to consent model delivered', async () => {
  const card = await openVirtualCard();
  let opened = 0;
  const core = coreClient({ card, person: { decide: () => 'refused' } });
  const { operations } = core;
  const open = core.interaction.open.bind(core.interaction);
  core.interaction.open = (consent, signal) => {
    opened = performance.now();
    return open(consent, signal);
  };
  const log = { event: () => undefined };
  const bridge = createBridge(bridgeOptions({ operations, askLimits: ASK_AT_WILL }));
  const listener = await startBridgeListener({ bridge, ports: [0], log });
  const measure = async (body: string): Promise<number[]> => {
    const times: number[] = [];
    for (let round = 0; round < 210; round += 1) {
      const before = core.interaction.dialogs.length;
      const start = performance.now();
      const answer = await exchange(listener.port, { method: 'POST', target: '/v1/sessions', body });
      while (core.interaction.dialogs.length === before) await sleep(1);
      times.push(opened - start);
      const { sessionId } = (JSON.parse(answer.body) as { result: { sessionId: string } }).result;
      await exchange(listener.port, { target: `/v1/sessions/${sessionId}?wait=5` });
    }
    return times.slice(10);
  };
  const half = Buffer.alloc(500_000, 1).toString('base64');
  const cases = [
    ['authenticate', JSON.stringify(AUTHENTICATE)],
    ['sign, 500 kB', JSON.stringify({ operation: 'sign', items: [{ name: 'x', content: half }] })],
  ] as const;
  const rows: string[][] = [];
  for (const [name, body] of cases) {
    const times = await measure(body);
    rows.push([name, milliseconds(percentile(times, 0.5)), milliseconds(percentile(times, 0.95))]);
    if (name === 'authenticate') expect(percentile(times, 0.95)).toBeLessThan(25);
  }
  await listener.close();
  await bridge.close();
  table(
    'Request sent to consent model delivered (200 requests over loopback, virtual card in-process)',
    ['Request', 'median', 'p95'],
    rows,
  );
});

async function serve(args: readonly string[]): Promise<{ child: ChildProcess; milliseconds: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'bin/madoguchi.js'), 'serve', '--json', ...args], {
    env: { ...process.env, ...pcscd.env, MADOGUCHI_STATE_DIRECTORY: join(directory, 'state') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return { child, milliseconds: performance.now() - start };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

it('measures start, idle CPU and memory of madoguchi serve', async () => {
  const rows: string[][] = [];
  const IDLE_SECONDS = 10;
  for (const [name, args] of [
    ['test card (`--reader virtual`)', ['--reader', 'virtual']],
    ['PC/SC readers', []],
  ] as const) {
    // The first start makes the test card's keys.
    await stop((await serve(args)).child);
    const starts: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { child, milliseconds: time } = await serve(args);
      starts.push(time);
      await stop(child);
    }
    const { child } = await serve(args);
    await sleep(2_000);
    const before = processFigures(child.pid ?? 0);
    await sleep(IDLE_SECONDS * 1_000);
    const after = processFigures(child.pid ?? 0);
    await stop(child);
    const cpu = ((after.cpuSeconds - before.cpuSeconds) / IDLE_SECONDS) * 100;
    rows.push([
      name,
      milliseconds(percentile(starts, 0.5)),
      `${cpu.toFixed(1)} %`,
      `${after.residentMiB.toFixed(0)} MiB`,
    ]);
    expect(cpu).toBeLessThan(2);
  }
  table(
    '`madoguchi serve`: start to listening (median of 5), then idle',
    ['Readers', 'start', `CPU over ${String(IDLE_SECONDS)} s, of one core`, 'resident memory, all processes'],
    rows,
  );
});
