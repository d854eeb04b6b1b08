import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVirtualCard, VirtualCardStateError, type VirtualCard } from '../../../native/virtual-card/index.js';
import {
  AUTHENTICATION_PIN,
  CardFactory,
  hex,
  JPKI_AID,
  selectAid,
  send,
  SIGNING_PIN,
  succeed,
} from '../../support/virtual-card.js';

const EC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' });

let factory: CardFactory;
let directory: string;

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());
beforeEach(() => {
  directory = factory.newDirectory();
});

const stateFile = () => join(directory, 'virtual-card.json');

/** As another process does that begins or goes on. */
async function openCard(): Promise<VirtualCard> {
  const card = await openVirtualCard({ stateDirectory: directory });
  card.powerOn();
  succeed(card, selectAid(JPKI_AID));
  return card;
}

type Json = { [name: string]: Json };

function readState(): Json {
  return JSON.parse(readFileSync(stateFile(), 'utf8')) as Json;
}

describe('a card in a directory', () => {
  it('stays the same card', async () => {
    const [first, second] = [await openCard(), await openCard()];
    expect(hex(first.testAuthorities().signing)).toBe(hex(second.testAuthorities().signing));
    const read = '00b08a0000';
    expect(send(second, read)).toBe(send(first, read));
  });

  it('is one card for two processes that make it at the same time', async () => {
    const stateDirectory = join(directory, 'new', 'deeper');
    const cards = await Promise.all([openVirtualCard({ stateDirectory }), openVirtualCard({ stateDirectory })]);
    const [first, second] = cards.map((card) => hex(card.testAuthorities().authentication));
    expect(first).toBe(second);
    expect(readdirSync(stateDirectory)).toEqual(['virtual-card.json']);
  });

  it('is another card than one in memory', async () => {
    const inMemory = await openVirtualCard();
    expect(hex(inMemory.testAuthorities().signing)).not.toBe(hex((await openCard()).testAuthorities().signing));
  });

  it.skipIf(process.platform === 'win32')(
    'can be read by its owner only, also after it was written again',
    async () => {
      const mode = () => (statSync(stateFile()).mode & 0o777).toString(8);
      const created = join(directory, 'created');
      await openVirtualCard({ stateDirectory: created });
      expect((statSync(created).mode & 0o777).toString(8)).toBe('700');
      expect((statSync(join(created, 'virtual-card.json')).mode & 0o777).toString(8)).toBe('600');
      expect(mode()).toBe('600');
      send(await openCard(), '00200098 0430303030');
      expect(mode()).toBe('600');
    },
  );

  it('keeps its tries from one process to the next', async () => {
    expect(send(await openCard(), '00200098 0430303030')).toBe('63c2');
    expect(send(await openCard(), '00200098')).toBe('63c2');
    expect(send(await openCard(), '00200098 0430303030')).toBe('63c1');
    expect(send(await openCard(), `00200098${AUTHENTICATION_PIN}`)).toBe('9000');
    expect(send(await openCard(), '00200098')).toBe('63c3');
  });

  it('counts tries of processes that hold it at the same time together', async () => {
    const [first, second] = [await openCard(), await openCard()];
    expect(send(first, '00200098 0430303030')).toBe('63c2');
    expect(send(second, '00200098 0430303030')).toBe('63c1');
    expect(send(first, '00200098 0430303030')).toBe('63c0');
    expect(send(second, `00200098${AUTHENTICATION_PIN}`)).toBe('6984');
  });

  it('keeps a changed PIN and a blocked one', async () => {
    const card = await openCard();
    succeed(card, `0020009b${SIGNING_PIN}`, '0024019b 06585859393939');
    for (let times = 0; times < 3; times += 1) send(card, '00200098 0430303030');
    const again = await openCard();
    expect(send(again, '0020009b 06585859393939')).toBe('9000');
    expect(send(again, '00200098')).toBe('63c0');
  });

  it('keeps no verified state', async () => {
    succeed(await openCard(), `00200098${AUTHENTICATION_PIN}`);
    expect(send(await openCard(), '00200098')).toBe('63c3');
  });

  it('leaves no file behind but its own', async () => {
    const card = await openCard();
    succeed(card, `0020009b${SIGNING_PIN}`, `0024019b${SIGNING_PIN}`);
    send(card, '00200098 0430303030');
    expect(readdirSync(directory)).toEqual(['virtual-card.json']);
  });

  it('is written whole: a reader that opened the file before still has the old card', async () => {
    const before = readFileSync(stateFile(), 'utf8');
    const { ino } = statSync(stateFile());
    send(await openCard(), '00200098 0430303030');
    expect(statSync(stateFile()).ino).not.toBe(ino);
    expect(readFileSync(stateFile(), 'utf8')).toBe(
      before.replace(/("authentication": \{\s+"value": "MTIzNA==",\s+"triesLeft": )3/, '$12'),
    );
  });
});

describe('a state file that fails in use', () => {
  it.each([
    ['is gone', () => rmSync(stateFile())],
    ['is damaged', () => writeFileSync(stateFile(), '{')],
  ])('is answered 6581 where it %s, and opens nothing', async (_name, fail) => {
    const card = await openCard();
    fail();
    expect(send(card, `00200098${AUTHENTICATION_PIN}`)).toBe('6581');
    expect(send(card, '00200098')).toBe('6581');
    expect(send(card, '802a0097010100')).toBe('6982');
  });
});

describe('a damaged state file', () => {
  async function failure(): Promise<VirtualCardStateError> {
    const thrown: unknown = await openVirtualCard({ stateDirectory: directory }).catch((error: unknown) => error);
    if (!(thrown instanceof VirtualCardStateError)) throw new Error('the card was opened');
    return thrown;
  }

  function change(edit: (state: Json) => void): void {
    const state = readState();
    edit(state);
    writeFileSync(stateFile(), JSON.stringify(state));
  }

  it.each<[string, (state: Json) => unknown]>([
    ['format', (state) => Object.assign(state, { format: 'something else' })],
    ['version', (state) => Object.assign(state, { version: 2 })],
    ['signing', (state) => delete state['signing']],
    ['authorities', (state) => Object.assign(state, { authorities: [] })],
    ['privateKey', (state) => Object.assign(state['signing'] ?? {}, { privateKey: 5 })],
    ['certificate', (state) => Object.assign(state['signing'] ?? {}, { certificate: '***' })],
    ['certificate', (state) => Object.assign(state['signing'] ?? {}, { certificate: 'MAA=' })],
    [
      'key and certificate differ',
      (state) => Object.assign(state['signing'] ?? {}, { privateKey: state['textSigner'] }),
    ],
    ['not issued', (state) => Object.assign(state, { signing: state['authentication'] })],
    ['textRoot', (state) => Object.assign(state, { textRoot: 'no key' })],
    ['textSigner', (state) => Object.assign(state, { textSigner: EC_KEY })],
    ['pins', (state) => delete state['pins']],
    ['numberB', (state) => delete state['pins']?.['numberB']],
    ['pins.signing.value', (state) => Object.assign(state['pins']?.['signing'] ?? {}, { value: 'MQ==' })],
    ['triesLeft', (state) => Object.assign(state['pins']?.['signing'] ?? {}, { triesLeft: 6 })],
    ['triesLeft', (state) => Object.assign(state['pins']?.['signing'] ?? {}, { triesLeft: -1 })],
    ['triesLeft', (state) => Object.assign(state['pins']?.['signing'] ?? {}, { triesLeft: 1.5 })],
    ['triesLeft', (state) => Object.assign(state['pins']?.['signing'] ?? {}, { triesLeft: '3' })],
  ])('is refused, naming %s', async (named, damage) => {
    change((state) => void damage(state));
    const error = await failure();
    expect(error.path).toBe(stateFile());
    expect(error.message).toContain('damaged');
    expect(error.message).toContain(named);
  });

  it.each([
    ['empty', ''],
    ['half', '{"format": "madoguchi-virtual-card", '],
    ['a list', '[]'],
    ['null', 'null'],
    ['too large', ' '.repeat(300 * 1024)],
  ])('that is %s is refused', async (_name, content) => {
    writeFileSync(stateFile(), content);
    expect((await failure()).message).toContain('damaged');
  });

  it('says nothing of the secrets in it', async () => {
    change((state) =>
      Object.assign(state['pins']?.['signing'] ?? {}, { value: Buffer.from('lowercase1').toString('base64') }),
    );
    const { message } = await failure();
    expect(message).not.toContain('lowercase1');
    expect(message).not.toContain(Buffer.from('lowercase1').toString('base64'));
  });

  it('is left as it is', async () => {
    writeFileSync(stateFile(), '{}');
    await failure();
    expect(readFileSync(stateFile(), 'utf8')).toBe('{}');
    expect(readdirSync(directory)).toEqual(['virtual-card.json']);
  });

  it('that is a directory is refused', async () => {
    rmSync(stateFile());
    mkdirSync(stateFile());
    expect((await failure()).message).toContain('cannot be read');
  });

  it('in a directory that is a file is refused', async () => {
    const thrown: unknown = await openVirtualCard({ stateDirectory: stateFile() }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(VirtualCardStateError);
  });
});

it('knows its profiles', async () => {
  await expect(openVirtualCard({ stateDirectory: directory, profile: 'constructor' as 'default' })).rejects.toThrow(
    RangeError,
  );
});
