import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CARD_PROFILE_NAMES,
  CARD_PROFILES,
  CardProfileError,
  loadCardProfile,
  openVirtualCard,
  type CardProfile,
} from '../../../native/virtual-card/index.js';
import { hex, selectAid, selectEf, send, succeed } from '../../support/virtual-card.js';

const directory = mkdtempSync(join(tmpdir(), 'madoguchi-profile-'));
afterAll(() => rmSync(directory, { recursive: true }));

const PATH = join(directory, 'profile.json');
const DOCUMENT = readFileSync(new URL('../../../docs/virtual-card.md', import.meta.url), 'utf8');
const HEAD = { format: 'madoguchi-card-profile', version: 1, base: 'default' };

function load(content: string): CardProfile {
  writeFileSync(PATH, content);
  return loadCardProfile(PATH);
}

/** Message with which the file is refused. */
function refusal(content: string): string {
  try {
    load(content);
  } catch (thrown) {
    if (thrown instanceof CardProfileError) return thrown.message;
    throw thrown;
  }
  throw new Error('the profile was accepted');
}

describe('loadCardProfile', () => {
  it.each(CARD_PROFILE_NAMES)('knows %s', (name) => {
    expect(loadCardProfile(name)).toBe(CARD_PROFILES[name]);
  });

  it.each(['', 'constructor', 'Default', '__proto__', 'contact-6'])('knows no profile "%s"', (name) => {
    expect(() => loadCardProfile(name)).toThrow(CardProfileError);
  });

  it('takes from a file what it says, and the rest from its base', () => {
    const fields = {
      atr: '3B 88 80 01 00 4b 51 ff b3 81 d1 00 0f',
      tokenLabel: 'SOMETHING ELSE',
      applicationIdentifier: 'D392F00026',
      shortFileIdentifiers: false,
      extendedLength: false,
      fillerByte: 'a5',
      fillerLength: 3,
      blockedQuery: '6983',
      blockedVerify: '63C0',
      verifiedQuery: 'tries-left',
      alwaysBlocked: ['text', 'signing'],
      firstCommandFails: true,
      verifiedSurvivesReset: true,
      textApplication: false,
      authenticationCertificate: 'after-pin',
      signingFiles: 'absent',
      mergedPins: true,
      material: 'expired',
    } as const;
    const expected = {
      ...fields,
      atr: Uint8Array.from(Buffer.from('3b888001004b51ffb381d1000f', 'hex')),
      applicationIdentifier: Uint8Array.from([0xd3, 0x92, 0xf0, 0x00, 0x26]),
      fillerByte: 0xa5,
      blockedQuery: 0x6983,
      blockedVerify: 0x63c0,
      alwaysBlocked: ['signing', 'text'],
    };
    expect(load(JSON.stringify({ ...HEAD, ...fields }))).toEqual(expected);
    expect(Object.keys(fields).sort()).toEqual(Object.keys(CARD_PROFILES.default).sort());
    expect(load(JSON.stringify({ ...HEAD, base: 'android', extendedLength: false }))).toEqual({
      ...CARD_PROFILES.android,
      extendedLength: false,
    });
  });

  it.each([
    ['not JSON', '{'],
    ['not an object', '[]'],
    ['not an object', 'null'],
    ['format', JSON.stringify({ ...HEAD, format: 'madoguchi-virtual-card' })],
    ['version', JSON.stringify({ ...HEAD, version: 2 })],
    ['base', JSON.stringify({ ...HEAD, base: undefined })],
    ['base', JSON.stringify({ ...HEAD, base: 'toString' })],
    ['larger', JSON.stringify(HEAD).padEnd(64 * 1024 + 1)],
    ['"__proto__"', '{"format":"madoguchi-card-profile","version":1,"base":"default","__proto__":{}}'],
  ])('refuses a file, saying %s', (named, content) => {
    expect(refusal(content)).toContain(named);
  });

  it.each<[string, unknown]>([
    ['statusWords', {}],
    ['constructor', true],
    ['atr', '3b'],
    ['atr', '3b8'],
    ['atr', '00888001'],
    ['atr', `3b${'00'.repeat(33)}`],
    ['atr', [0x3b, 0]],
    ['tokenLabel', ''],
    ['tokenLabel', 'x'.repeat(33)],
    ['tokenLabel', '札'],
    ['applicationIdentifier', 'd392f000'],
    ['applicationIdentifier', '00'.repeat(17)],
    ['shortFileIdentifiers', 'false'],
    ['extendedLength', 0],
    ['fillerByte', 255],
    ['fillerByte', 'ffff'],
    ['fillerLength', -1],
    ['fillerLength', 1.5],
    ['fillerLength', 4097],
    ['fillerLength', '64'],
    ['blockedQuery', 0x6983],
    ['blockedQuery', '0x6983'],
    ['blockedVerify', '1234'],
    ['verifiedQuery', '9000'],
    ['alwaysBlocked', 'signing'],
    ['alwaysBlocked', ['signing', 'signing']],
    ['alwaysBlocked', ['profile']],
    ['authenticationCertificate', true],
    ['signingFiles', null],
    ['material', 'default'],
  ])('refuses %s: %j, naming it', (name, value) => {
    expect(refusal(JSON.stringify({ ...HEAD, [name]: value }))).toContain(name);
  });

  it('refuses a path where no file is to be read', () => {
    expect(() => loadCardProfile(join(directory, 'nothing.json'))).toThrow('cannot be read');
    mkdirSync(join(directory, 'folder.json'));
    expect(() => loadCardProfile(join(directory, 'folder.json'))).toThrow('cannot be read');
  });
});

describe('a card with a profile from a file', () => {
  it('behaves as the file says', async () => {
    const fields = { fillerByte: '5a', fillerLength: 7, firstCommandFails: true, applicationIdentifier: 'f1f2f3f4f5' };
    const profile = load(JSON.stringify({ ...HEAD, base: 'contact-4', ...fields }));
    const card = await openVirtualCard({ profile });
    expect(hex(card.powerOn())).toBe('3bf59100ff918171fe400042000100d1d6');
    const select = selectAid('f1f2f3f4f5').replace(' 0a ', ' 05 ');
    expect(send(card, select)).toBe('6f00');
    succeed(card, select, selectEf('000b'), '00b0000000');
    const length = card.log.at(-1)?.responseLength ?? 0;
    expect(length).toBe(256);
    const whole = send(card, '00b00000000000').slice(0, -4);
    expect(whole.endsWith('5a'.repeat(7))).toBe(true);
    expect(whole.endsWith('5a'.repeat(8))).toBe(false);
  });
});

describe('the documentation', () => {
  it('lists every profile and every field, and no other', () => {
    const rows = [...DOCUMENT.matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap(([, cell = '']) => [
      ...cell.matchAll(/`([^`]+)`/g),
    ]);
    const documented = rows.map(([, name]) => name);
    expect(documented).toEqual([...CARD_PROFILE_NAMES, ...Object.keys(CARD_PROFILES.default)]);
  });

  it('gives an example that works', () => {
    const [, example = ''] = /```json\n([^]*?)```/.exec(DOCUMENT) ?? [];
    const profile = load(example);
    expect(profile.atr).toEqual(CARD_PROFILES['type-b-9'].atr);
    expect(profile).toMatchObject({ extendedLength: false, fillerLength: 256, blockedQuery: 0x6983 });
  });
});
