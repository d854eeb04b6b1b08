import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVirtualCard, type VirtualCard } from '../../native/virtual-card/index.js';
import { commandSummary } from '../support/core-client.js';
import {
  detailOf,
  governmentCore,
  logInRequest,
  OTHER_SITE,
  SITE,
  type Answer,
  type GovernmentCore,
} from '../support/government-core.js';

/** What sites know a PC and a card by, with real cards and a real state directory. */
let root: string;
let directory: string;
let card: VirtualCard;
/** Of the same person, with another number. */
let otherCard: VirtualCard;
let opened: GovernmentCore | undefined;
const answers: Answer[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'madoguchi-identifiers-'));
  card = await openVirtualCard({ stateDirectory: join(root, 'card') });
  otherCard = await openVirtualCard({ stateDirectory: join(root, 'card'), profile: 'unlisted-ca' });
  expect(otherCard.manufactureNumber).not.toBe(card.manufactureNumber);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  directory = mkdtempSync(join(root, 'state-'));
  answers.length = 0;
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

const PINS = Array.from({ length: 8 }, () => '1234');

interface Identifiers {
  readonly uuid: unknown;
  readonly combination_code: unknown;
}

async function openWith(used: VirtualCard): Promise<GovernmentCore> {
  await opened?.close();
  opened = governmentCore({ card: used, person: { decide: () => 'agreed', pins: PINS }, directory });
  await opened.settings.change('governmentSites', true);
  return opened;
}

async function identifiersAt(origin: string, core: GovernmentCore | undefined = opened): Promise<Identifiers> {
  const answer = await core?.ask(logInRequest('challenge'), origin);
  if (!answer) throw new Error('nothing is open');
  answers.push(answer);
  const { uuid, combination_code } = detailOf(answer);
  return { uuid, combination_code };
}

describe('identifiers', () => {
  it('are the same for the same site, also after a new start', async () => {
    const first = await identifiersAt(SITE, await openWith(card));
    expect(await identifiersAt(SITE)).toEqual(first);
    expect(await identifiersAt(SITE, await openWith(card))).toEqual(first);
  });

  it('have nothing in common at two sites, with the same card', async () => {
    const one = await identifiersAt(SITE, await openWith(card));
    const other = await identifiersAt(OTHER_SITE);
    expect(Object.keys(one)).toHaveLength(2);
    for (const value of Object.values(one)) expect(Object.values(other)).not.toContain(value);
    // Nor a part of them, as a shared beginning would be.
    const pieces = (text: unknown) => new Set(String(text).match(/.{8}/g));
    const shared = [...pieces(Object.values(one).join(''))].filter((piece) =>
      pieces(Object.values(other).join('')).has(piece),
    );
    expect(shared).toEqual([]);
  });

  it('are others after a reset, and stay those', async () => {
    const { sites } = await openWith(card);
    const before = await identifiersAt(SITE);
    await sites.resetIdentifiers();
    const after = await identifiersAt(SITE);
    expect(after.uuid).not.toBe(before.uuid);
    expect(after.combination_code).not.toBe(before.combination_code);
    expect(await identifiersAt(SITE)).toEqual(after);
  });

  it('say of another card that it is another, on the same PC', async () => {
    const one = await identifiersAt(SITE, await openWith(card));
    const other = await identifiersAt(SITE, await openWith(otherCard));
    expect(other.uuid).toBe(one.uuid);
    expect(other.combination_code).not.toBe(one.combination_code);
  });

  it('are others of another installation', async () => {
    const one = await identifiersAt(SITE, await openWith(card));
    directory = mkdtempSync(join(root, 'state-'));
    const other = await identifiersAt(SITE, await openWith(card));
    expect(other.uuid).not.toBe(one.uuid);
    expect(other.combination_code).not.toBe(one.combination_code);
  });
});

describe('the manufacture number', () => {
  it('is in nothing that is kept, logged, shown or answered, nor is what can be found from it without the secret', async () => {
    const stage = await openWith(card);
    const identifiers = await identifiersAt(SITE);
    await identifiersAt(OTHER_SITE);
    const shown = JSON.stringify([stage.core.interaction.dialogs, stage.ended, stage.events, answers]);
    const kept = filesIn(directory).map((path) => readFileSync(path));
    expect(kept.length).toBeGreaterThan(0);
    const places = [Buffer.from(shown), ...kept];
    for (const trace of tracesOf(card.manufactureNumber, String(identifiers.uuid))) {
      for (const place of places) expect(place.includes(trace)).toBe(false);
    }
    // The search finds what is there.
    expect(places[0]?.includes(String(identifiers.uuid))).toBe(true);
  });

  it('is read once for each look at the card, without a PIN', async () => {
    const { core } = await openWith(card);
    card.clearLog();
    core.interaction.dialogs.length = 0;
    await identifiersAt(SITE);
    const reads = card.log.map(({ ins }, index) => [ins, index] as const).filter(([ins]) => ins === 0xb2);
    const firstPin = card.log.findIndex(({ ins, lc }) => ins === 0x20 && lc > 0);
    expect(reads).toHaveLength(1);
    expect(reads[0]?.[1]).toBeLessThan(firstPin);
  });

  it('is found on a card that selects files by SELECT only', async () => {
    const plain = await openVirtualCard({ stateDirectory: join(root, 'card'), profile: 'no-short-file-id' });
    const known = await identifiersAt(SITE, await openWith(card));
    expect(await identifiersAt(SITE, await openWith(plain))).toEqual(known);
  });
});

describe('the secret', () => {
  const path = () => join(directory, 'site-identifiers.key');

  it('is this user’s alone', async () => {
    await identifiersAt(SITE, await openWith(card));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readFileSync(path())).toHaveLength(32);
  });

  it.each<[string, () => void]>([
    ['is open to others', () => chmodSync(path(), 0o640)],
    ['was cut', () => writeFileSync(path(), Buffer.alloc(16))],
    ['has grown', () => writeFileSync(path(), Buffer.alloc(33))],
  ])('is not used where it %s: no signature, until a reset', async (_what, damage) => {
    const { ask, sites } = await openWith(card);
    await identifiersAt(SITE);
    damage();
    card.clearLog();
    expect(await ask(logInRequest('x'))).toEqual({ code: 'ERR_USER_REFUSED' });
    expect(commandSummary(card)).toMatchObject({ verifies: 0, signatures: 0 });
    await sites.resetIdentifiers();
    expect(await identifiersAt(SITE)).toHaveProperty('uuid');
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The number, and its digests alone, with what the protocol salts it with, and with the identifier beside it. */
function tracesOf(number: string, uuid: string): readonly Buffer[] {
  const salt = Buffer.from('2e71f6620bc654ced494e5ec34fe03c8', 'hex');
  const inputs = [number, number.slice(0, 13), number.slice(2)].flatMap((digits) => [
    Buffer.from(digits),
    Buffer.concat([salt, Buffer.from(digits)]),
    Buffer.concat([salt, Buffer.from(digits), Buffer.from(uuid)]),
    Buffer.concat([salt, Buffer.from(digits), Buffer.from(uuid, 'hex')]),
  ]);
  const digests = inputs.flatMap((input) =>
    ['md5', 'sha1', 'sha256', 'sha384', 'sha512'].map((name) => createHash(name).update(input).digest()),
  );
  const raw = [Buffer.from(number), ...digests];
  return raw.flatMap((bytes) => [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('base64'))]);
}
