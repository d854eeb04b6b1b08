import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  connectVirtualCardToVpcd,
  TEST_CARD_PINS,
  type CardProfileName,
  type VirtualCard,
  type VpcdConnection,
} from '../../native/virtual-card/index.js';
import { pcscdMissing, startPcscd, VPCD_READERS, type Pcscd } from '../support/pcscd.js';
import { CardFactory, hex } from '../support/virtual-card.js';

/** Slots in which OpenSC's PKCS#11 module shows the two PINs. */
const SLOTS = { authentication: 0, signing: 1 } as const;
const OBJECT_IDS = { authentication: '01', signing: '02', 'authentication-ca': '03', 'signing-ca': '04' } as const;
const WRONG_PIN = { authentication: '0000', signing: 'WRONG1' } as const;

function openscMissing(): string | undefined {
  const programs = ['opensc-tool', 'pkcs15-tool', 'pkcs11-tool'];
  const missing = programs.find((program) => spawnSync(program, ['--version']).error);
  return missing && `${missing} is missing (Debian package opensc)`;
}

const missing = pcscdMissing() ?? openscMissing();
if (missing !== undefined) process.stderr.write(`OpenSC tests are skipped: ${missing}\n`);

const directory = mkdtempSync(join(tmpdir(), 'madoguchi-opensc-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let factory: CardFactory;
let pcscd: Pcscd;
let card: VirtualCard;
let inserted: VpcdConnection;

/** Runs a program in `directory` while the card, which is in this process, answers. */
async function run(program: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...pcscd.env, HOME: directory, LC_ALL: 'C.UTF-8' };
  const { stdout } = await promisify(execFile)(program, args, { cwd: directory, env, timeout: 30_000 });
  return stdout;
}

/** Standard error of a program that has to fail. */
async function failure(program: string, ...args: readonly string[]): Promise<string> {
  return run(program, ...args).then(
    () => Promise.reject(new Error(`${program} succeeded`)),
    (thrown: unknown) => (thrown as { stderr: string }).stderr,
  );
}

async function insert(profile: CardProfileName): Promise<void> {
  card = await factory.newCard(profile);
  inserted = await connectVirtualCardToVpcd(card, { host: '127.0.0.1', port: pcscd.vpcdPorts[0] });
  await run('opensc-tool', '--wait', '--name');
  card.clearLog();
}

/** Takes the card out and waits until pcscd knows, so that the next one is seen as another. */
async function takeOut(): Promise<void> {
  await inserted.close();
  for (;;) {
    const list = await run('opensc-tool', '--list-readers');
    if (new RegExp(`No +${VPCD_READERS[0]}`).test(list)) return;
  }
}

async function readCertificate(name: keyof typeof OBJECT_IDS, ...args: readonly string[]): Promise<X509Certificate> {
  const pem = await run('pkcs15-tool', '--read-certificate', OBJECT_IDS[name], ...args);
  return new X509Certificate(pem);
}

const withSigningPin = ['--verify-pin', '--auth-id', '02', '--pin', TEST_CARD_PINS.signing];

type Role = keyof typeof SLOTS;

const signArguments = (role: Role, mechanism: string, pin: string) => [
  ...['--slot-index', String(SLOTS[role]), '--login', '--pin', pin, '--sign', '--id', OBJECT_IDS[role]],
  ...['--mechanism', mechanism, '--input-file', 'content', '--output-file', 'signature'],
];

/** Signs with OpenSC and verifies with openssl, by the key in the certificate that OpenSC read. */
async function signAndVerify(role: Role, digest: 'sha256' | 'sha512'): Promise<string> {
  const certificate = await readCertificate(role, ...(role === 'signing' ? withSigningPin : []));
  writeFileSync(join(directory, 'key.pem'), certificate.publicKey.export({ format: 'pem', type: 'spki' }));
  rmSync(join(directory, 'signature'), { force: true });
  await run('pkcs11-tool', ...signArguments(role, `${digest.toUpperCase()}-RSA-PKCS`, TEST_CARD_PINS[role]));
  return run('openssl', 'dgst', `-${digest}`, '-verify', 'key.pem', '-signature', 'signature', 'content');
}

/** Tries left, as OpenSC lists them. */
async function triesLeft(): Promise<readonly string[]> {
  const pins = await run('pkcs15-tool', '--list-pins');
  return [...pins.matchAll(/Tries left +: (\d+)/g)].map(([, tries = '']) => tries);
}

describe.skipIf(missing !== undefined)('OpenSC, through pcscd', () => {
  beforeAll(async () => {
    writeFileSync(join(directory, 'content'), 'what is signed');
    [factory, pcscd] = await Promise.all([CardFactory.create(), startPcscd()]);
  });
  afterAll(async () => {
    await pcscd.close();
    factory.remove();
  });
  afterEach(() => takeOut());

  describe.each<CardProfileName>(['default', 'no-short-file-id'])('and the card of profile %s', (profile) => {
    beforeEach(() => insert(profile));

    it('knows the card by its application', async () => {
      expect(await run('opensc-tool', '--name')).toBe('jpki\n');
      expect((await run('opensc-tool', '--atr')).replaceAll(/[:\s]/g, '')).toBe(hex(card.atr));
    });

    it.each([
      ['authentication', 'sha256'],
      ['signing', 'sha256'],
      ['signing', 'sha512'],
    ] as const)('signs with the %s key over %s, as openssl verifies', async (role, digest) => {
      expect(await signAndVerify(role, digest)).toBe('Verified OK\n');
    });
  });

  describe.each<CardProfileName>(['contact-1', 'type-b-9', 'filler-00', 'no-extended-length'])(
    'and the card of profile %s',
    (profile) => {
      beforeEach(() => insert(profile));

      it('knows it and signs with both keys', async () => {
        expect(await run('opensc-tool', '--name')).toBe('jpki\n');
        expect((await run('opensc-tool', '--atr')).replaceAll(/[:\s]/g, '')).toBe(hex(card.atr));
        expect(await signAndVerify('authentication', 'sha256')).toBe('Verified OK\n');
        expect(await signAndVerify('signing', 'sha256')).toBe('Verified OK\n');
      });
    },
  );

  it.each<CardProfileName>(['blocked-6984', 'blocked-6983'])(
    'does not see a card at all whose PIN queries answer as in %s',
    async (profile) => {
      await insert(profile);
      expect(await run('opensc-tool', '--name')).toBe('jpki\n');
      expect(await failure('pkcs15-tool', '--list-pins')).toContain('PKCS#15 binding failed');
    },
  );

  it('lists a card whose PINs answer 63C0, without tries', async () => {
    await insert('blocked-63c0');
    expect(await triesLeft()).toEqual(['0', '0']);
  });

  describe('and the card', () => {
    beforeEach(() => insert('default'));

    it('lists PINs, keys and certificates', async () => {
      const dump = await run('pkcs15-tool', '--dump');
      const objects = [...dump.matchAll(/^(PIN|Private RSA Key|X\.509 Certificate) \[(.*)\]$/gm)];
      expect(objects.map(([, kind, label]) => `${kind}: ${label}`)).toEqual([
        'PIN: User Authentication PIN',
        'PIN: Digital Signature PIN',
        'Private RSA Key: User Authentication Key',
        'Private RSA Key: Digital Signature Key',
        'X.509 Certificate: User Authentication Certificate',
        'X.509 Certificate: Digital Signature Certificate',
        'X.509 Certificate: User Authentication Certificate CA',
        'X.509 Certificate: Digital Signature Certificate CA',
      ]);
      expect(await triesLeft()).toEqual(['3', '5']);
    });

    it('reads certificates of holder and authorities that belong together', async () => {
      const authorities = card.testAuthorities();
      for (const role of ['authentication', 'signing'] as const) {
        const authority = await readCertificate(`${role}-ca`);
        expect(hex(authority.raw)).toBe(hex(authorities[role]));
        const holder = await readCertificate(role, ...(role === 'signing' ? withSigningPin : []));
        expect(holder.verify(authority.publicKey)).toBe(true);
      }
    });

    it('does not get the signing certificate without the PIN', async () => {
      expect(await failure('pkcs15-tool', '--read-certificate', '02')).toContain('Certificate read failed');
      const reads = card.log.filter(({ ins, fileId }) => ins === 0xb0 && fileId === 1);
      expect(new Set(reads.map(({ statusWord }) => statusWord))).toEqual(new Set([0x6982]));
    });

    it('gets 6A82 and 6A88 to everything that is for other cards', async () => {
      await run('opensc-tool', '--name');
      const refusals = card.log.flatMap(({ statusWord }) => (statusWord === 0x9000 ? [] : [statusWord]));
      expect(refusals.length).toBeGreaterThan(20);
      expect(new Set(refusals)).toEqual(new Set([0x6a82, 0x6a88]));
    });

    it('is told a wrong PIN and the tries left', async () => {
      const wrong = signArguments('authentication', 'SHA256-RSA-PKCS', WRONG_PIN.authentication);
      expect(await failure('pkcs11-tool', ...wrong)).toContain('CKR_PIN_INCORRECT');
      expect(await triesLeft()).toEqual(['2', '5']);
      expect(await signAndVerify('authentication', 'sha256')).toBe('Verified OK\n');
      expect(await triesLeft()).toEqual(['3', '5']);
    });

    it('still uses the other key when one PIN is blocked', async () => {
      const wrong = signArguments('signing', 'SHA256-RSA-PKCS', WRONG_PIN.signing);
      for (let tries = 5; tries > 0; tries -= 1) {
        expect(await failure('pkcs11-tool', ...wrong)).toMatch(/CKR_PIN_(INCORRECT|LOCKED)/);
      }
      expect(await triesLeft()).toEqual(['3', '0']);
      const right = signArguments('signing', 'SHA256-RSA-PKCS', TEST_CARD_PINS.signing);
      expect(await failure('pkcs11-tool', ...right)).toContain('C_Login failed');
      expect(card.log.at(-1)).toMatchObject({ ins: 0x20, fileId: 0x1b, lc: 6, statusWord: 0x6984 });
      expect(await signAndVerify('authentication', 'sha256')).toBe('Verified OK\n');
    });
  });
});
