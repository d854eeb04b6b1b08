import { deflateRawSync } from 'node:zlib';
import { strFromU8, unzipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeInflateRaw } from '../../../main/node/application-folder.js';
import { FormatError } from '../../../sdk/formats/index.js';
import { readZip, readZipEntry, type ZipDirectory } from '../../../sdk/formats/zip/read-zip.js';
import { replaceZipEntry } from '../../../sdk/formats/zip/replace-entry.js';
import { memorySource } from '../../support/piecewise-source.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { outputBytes } from '../../support/signed-documents.js';
import { buildZip, dataDescriptor, unicodeField, type TestZipEntry } from '../../support/test-zip.js';

const LIMITS = { maxEntries: 20, maxTotalSize: 1024 * 1024 };
const GOOD: readonly TestZipEntry[] = [
  { name: '900A/', method: 0 },
  { name: '900A/kousei.xml', data: '<DataRoot/>' },
  { name: '900A/申請書①.xml', data: '<様式/>\r\n'.repeat(50) },
  { name: '900A/dummy.txt', data: 'test', method: 0 },
];

const read = (zip: Uint8Array, limits = LIMITS): Promise<ZipDirectory> => readZip(memorySource(zip), limits);

async function contents(zip: Uint8Array): Promise<Record<string, string>> {
  const directory = await read(zip);
  const all: Record<string, string> = {};
  for (const entry of directory.entries) {
    if (!entry.isFolder) all[entry.name] = Buffer.from(await readZipEntry(directory, entry, nodeInflateRaw)).toString();
  }
  return all;
}

const set16 = (at: number, value: number) => (record: Buffer) => void record.writeUInt16LE(value, at);
const set32 = (at: number, value: number) => (record: Buffer) => void record.writeUInt32LE(value, at);
const setCounts = (count: number) => (record: Buffer) => {
  set16(8, count)(record);
  set16(10, count)(record);
};
/** GOOD with one more entry, or one instead of the last. */
const plus = (entry: TestZipEntry): Buffer => buildZip([...GOOD, entry]);

/** Tells its sizes behind its data, once `behind` does so. */
const DESCRIBED = { flags: 8 | 2048, tamperLocal: (local: Buffer) => void local.fill(0, 14, 26) } as const;

describe('an archive', () => {
  it('holds what another program finds in it', async () => {
    const zip = buildZip(GOOD);
    const files = Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith('/'));
    const expected = Object.fromEntries(files.map(([name, data]) => [name, strFromU8(data)]));
    expect(await contents(zip)).toEqual(expected);
  });

  it('has names from Windows, and from programs that do not say that they write UTF-8', async () => {
    const cp932 = Uint8Array.of(0x90, 0x5c, 0x90, 0xbf, 0x8f, 0x91, 0x87, 0x40);
    const zip = buildZip([
      { name: cp932, flags: 0, data: 'a' },
      { name: 'が.txt', flags: 0, data: 'b' },
      { name: 'plain.txt', flags: 0, data: 'c' },
    ]);
    expect((await read(zip)).entries.map(({ name }) => name)).toEqual(['申請書①', 'が.txt', 'plain.txt']);
  });

  it('may be empty, and may have a comment', async () => {
    expect((await read(buildZip([]))).entries).toEqual([]);
    const commented = Buffer.concat([buildZip(GOOD, set16(20, 3)), Buffer.from('abc')]);
    expect((await read(commented)).entries).toHaveLength(4);
  });

  it('reads data whose sizes are told behind them, with or without a signature', async () => {
    const data = 'x'.repeat(100);
    for (const behind of [dataDescriptor(data), dataDescriptor(data).subarray(4)]) {
      const zip = buildZip([
        { ...DESCRIBED, name: 'a', data, behind },
        { name: 'b', data },
        { ...DESCRIBED, name: 'c/', behind: dataDescriptor('') },
      ]);
      expect(await contents(zip)).toEqual({ a: data, b: data });
    }
  });

  it('may say its names twice, in fields of their own, and be padded', async () => {
    const cp932 = Uint8Array.of(0x90, 0x5c, 0x90, 0xbf, 0x8f, 0x91, 0x87, 0x40);
    const extra = Buffer.concat([unicodeField(0x7075, 'x', '申請書①'), unicodeField(0x6375, '', '')]);
    const localExtra = Buffer.concat([extra, Buffer.from([0xfe, 0xca, 1, 0, 7, 0, 0, 0])]);
    const zip = buildZip([{ name: cp932, flags: 0, data: 'a', extra, localExtra }]);
    expect(await contents(zip)).toEqual({ '申請書①': 'a' });
  });
});

const inflating = deflateRawSync(Buffer.alloc(4 * 1024 * 1024));

/** Name, archive, reason; all of them refused before anything of it is used. */
const ATTACKS: readonly (readonly [string, Buffer, string])[] = [
  ['nothing', Buffer.alloc(0), 'zip-structure'],
  ['something before it', Buffer.concat([Buffer.from('#!/bin/sh\n'), buildZip(GOOD)]), 'zip-structure'],
  ['something behind it', Buffer.concat([buildZip(GOOD), Buffer.from('x')]), 'zip-structure'],
  ['a second end record in its comment', Buffer.concat([buildZip(GOOD, set16(20, 22)), buildZip([])]), 'zip-structure'],
  ['a shorter directory', buildZip(GOOD, set16(10, 3)), 'zip-unsupported'],
  ['fewer entries than it says', buildZip(GOOD, setCounts(9)), 'zip-structure'],
  ['more entries than it says', buildZip(GOOD, setCounts(1)), 'zip-structure'],
  ['a directory elsewhere', buildZip(GOOD, set32(16, 0)), 'zip-structure'],
  ['several disks', buildZip(GOOD, set16(4, 1)), 'zip-unsupported'],
  ['ZIP64', buildZip(GOOD, set32(16, 0xffffffff)), 'zip-unsupported'],
  ['an encrypted entry', plus({ name: 'x', flags: 1 }), 'zip-encrypted'],
  ['masked names', plus({ name: 'x', flags: 1 << 13 }), 'zip-encrypted'],
  ['another compression', plus({ name: 'x', method: 12 }), 'zip-method'],
  ['a path upwards', plus({ name: '../kousei.xml' }), 'zip-name'],
  ['a path upwards inside', plus({ name: '900A/../../x' }), 'zip-name'],
  ['an absolute path', plus({ name: '/etc/passwd' }), 'zip-name'],
  ['a drive', plus({ name: 'C:x' }), 'zip-name'],
  ['a stream of another file', plus({ name: 'x.xml:y' }), 'zip-name'],
  ['backslashes', plus({ name: '..\\x' }), 'zip-name'],
  ['a name with NUL', plus({ name: 'x.xml\0.txt' }), 'zip-name'],
  ['an empty name', plus({ name: '' }), 'zip-name'],
  ['a name that is not text', plus({ name: Uint8Array.of(0xff, 0xfe) }), 'zip-name'],
  ['a name twice', plus({ name: '900A/kousei.xml' }), 'zip-duplicate-name'],
  ['a name in other letters', plus({ name: '900A/KOUSEI.xml' }), 'zip-duplicate-name'],
  ['a name in other characters', buildZip([{ name: 'が' }, { name: 'が' }]), 'zip-duplicate-name'],
  ['a folder named as a file', plus({ name: '900A/dummy.txt/' }), 'zip-duplicate-name'],
  ['entries that share octets', plus({ name: 'x', data: 'y', tamperRecord: set32(42, 0) }), 'zip-overlap'],
  ['data reaching into the directory', plus({ name: 'x', data: 'y', tamperRecord: set32(20, 500) }), 'zip-overlap'],
  ['too many entries', buildZip(Array.from({ length: 21 }, (_, n) => ({ name: String(n) }))), 'zip-too-large'],
  ['too much once decompressed', plus({ name: 'x', tamperRecord: set32(24, 2 * 1024 * 1024) }), 'zip-too-large'],
  ['octets before its directory', buildZip([...GOOD, { name: 'x', isHidden: true }]), 'zip-gap'],
  ['octets and no entry', buildZip([{ name: 'x', isHidden: true }]), 'zip-structure'],
  ['a hidden first entry', buildZip([{ name: 'x', isHidden: true }, ...GOOD]), 'zip-structure'],
  [
    'another file of a name between its entries',
    buildZip([{ name: 'kousei.xml' }, { name: 'form.xml', data: 'EVIL', isHidden: true }, { name: 'form.xml' }]),
    'zip-gap',
  ],
  ['octets behind data', plus({ name: 'x', data: 'y', behind: Buffer.from('z') }), 'zip-gap'],
  ['a descriptor that no flag speaks of', plus({ name: 'x', data: 'y', behind: dataDescriptor('y') }), 'zip-gap'],
  ['a flag and no descriptor', plus({ ...DESCRIBED, name: 'x', data: 'y' }), 'zip-gap'],
  [
    'octets behind a descriptor',
    plus({ ...DESCRIBED, name: 'x', data: 'y', behind: Buffer.concat([dataDescriptor('y'), Buffer.from('PK')]) }),
    'zip-gap',
  ],
  [
    'a descriptor of other data',
    plus({ ...DESCRIBED, name: 'x', data: 'y', behind: dataDescriptor('z') }),
    'zip-local-header',
  ],
  [
    'something else of a descriptor’s length',
    plus({
      ...DESCRIBED,
      name: 'x',
      data: 'y',
      behind: Buffer.concat([Buffer.alloc(4), dataDescriptor('y').subarray(4)]),
    }),
    'zip-local-header',
  ],
  [
    'two sizes, before and behind data',
    plus({ name: 'x', data: 'y', flags: 8 | 2048, tamperLocal: set32(18, 1), behind: dataDescriptor('y') }),
    'zip-local-header',
  ],
  [
    'stored data that only a descriptor ends',
    plus({ ...DESCRIBED, name: 'x', data: 'abc', method: 0, behind: dataDescriptor('abc') }),
    'zip-unsupported',
  ],
  ['another name in a field', plus({ name: 'x', extra: unicodeField(0x7075, 'x', 'y') }), 'zip-name'],
  ['another name in a field of an entry', plus({ name: 'x', localExtra: unicodeField(0x7075, 'x', 'y') }), 'zip-name'],
  ['another name in a field that is outdated', plus({ name: 'x', extra: unicodeField(0x7075, 'q', 'y') }), 'zip-name'],
  [
    'another name in a later field',
    plus({ name: 'x', extra: Buffer.concat([unicodeField(0x7075, 'x', 'x'), unicodeField(0x7075, 'x', 'y')]) }),
    'zip-name',
  ],
  ['another comment in a field', plus({ name: 'x', extra: unicodeField(0x6375, '', 'y') }), 'zip-name'],
  [
    'another comment in a field of an entry',
    plus({ name: 'x', localExtra: unicodeField(0x6375, '', 'y') }),
    'zip-name',
  ],
  ['a field that is cut', plus({ name: 'x', extra: Buffer.from([0x75, 0x70, 9, 0, 1]) }), 'zip-structure'],
  ['a field that begins at its end', plus({ name: 'x', localExtra: Buffer.from([0x75, 0x70, 0]) }), 'zip-structure'],
  ...[
    ['ſ.xml', 's.xml'],
    ['ß.xml', 'SS.xml'],
    ['ẞ.xml', 'ss.xml'],
    ['ς.xml', 'σ.xml'],
    ['Σ.xml', 'ς.xml'],
    ['İ.xml', 'i̇.xml'],
    ['ＡB.xml', 'ａb.xml'],
    ['a.xml', 'a.xml.'],
    ['a.xml', 'a.xml '],
    ['a/b.xml', 'A. /b.xml'],
  ].map(
    ([one = '', other = '']) =>
      [`${one} beside ${other}`, buildZip([{ name: one }, { name: other }]), 'zip-duplicate-name'] as const,
  ),
  ...['CON', 'con.xml', 'a/NUL', 'aux .txt', 'LPT¹.xml', 'COM1.tar.gz', 'a/.. /x', '...', ' '].map(
    (name) => [`the name ${JSON.stringify(name)}`, plus({ name }), 'zip-name'] as const,
  ),
  ['two sizes for stored data', plus({ name: 'x', data: 'y', method: 0, tamperRecord: set32(24, 9) }), 'zip-structure'],
];

describe('a forged archive', () => {
  for (const [name, zip, reason] of ATTACKS) {
    it(`with ${name} is refused: ${reason}`, async () => {
      await expect(read(zip)).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason });
    });
  }

  it.each<[string, TestZipEntry, string]>([
    ['that inflates without end', { name: 'x', raw: inflating, data: 'small' }, 'zip-data'],
    ['that is other data', { name: 'x', raw: deflateRawSync(Buffer.from('evil')), data: 'good' }, 'zip-data'],
    ['that is not Deflate', { name: 'x', raw: Buffer.from('evil'), data: 'good' }, 'zip-data'],
    [
      'with another name before it',
      { name: 'x', data: 'y', tamperLocal: (local) => void local.write('z', 30) },
      'zip-local-header',
    ],
    ['with another size before it', { name: 'x', data: 'y', tamperLocal: set32(22, 9) }, 'zip-local-header'],
    ['that claims to be encrypted', { name: 'x', data: 'y', tamperLocal: set16(6, 1) }, 'zip-local-header'],
    ['whose header is longer than it', { name: 'x', data: 'y', tamperLocal: set16(28, 60_000) }, 'zip-overlap'],
    [
      'with octets behind its compressed data',
      { name: 'x', data: 'good', raw: Buffer.concat([deflateRawSync(Buffer.from('good')), buildZip([{ name: 'x' }])]) },
      'zip-data',
    ],
  ])('with an entry %s gives nothing', async (_name, entry, reason) => {
    await expect(contents(plus(entry))).rejects.toMatchObject({ code: 'ERR_SIGN_FORMAT', reason });
  });

  it('is not what a name only looks like', async () => {
    const names = ['CONSOLE.xml', 'com.xml', 'COM10', 'x.con', '.hidden', 'a b.xml', 's.xml', 'z.xml'];
    expect((await read(buildZip(names.map((name) => ({ name }))))).entries.map(({ name }) => name)).toEqual(names);
  });
});

describe('replacing an entry', () => {
  it('leaves every other entry as it was, octet for octet', async () => {
    const before = Buffer.concat([buildZip(GOOD, set16(20, 3)), Buffer.from('abc')]);
    const zip = await read(before);
    for (const replaced of zip.entries.filter(({ isFolder }) => !isFolder)) {
      const content = Buffer.from('<DataRoot>署名</DataRoot>'.repeat(20));
      const after = await outputBytes(replaceZipEntry(zip, replaced, content));
      expect(await contents(after)).toEqual({ ...(await contents(before)), [replaced.name]: content.toString() });
      expect(strFromU8(unzipSync(after)[replaced.name] ?? new Uint8Array())).toBe(content.toString());
      expect(after.subarray(0, replaced.headerOffset).equals(before.subarray(0, replaced.headerOffset))).toBe(true);
      const rest = zip.entries[zip.entries.indexOf(replaced) + 1];
      if (rest !== undefined) {
        expect(after.includes(before.subarray(rest.headerOffset, zip.directoryOffset))).toBe(true);
      }
      expect(after.subarray(-3).toString()).toBe('abc');
    }
  });

  it('keeps what stands behind an entry’s data', async () => {
    const before = buildZip([
      { name: 'k', data: '1' },
      { ...DESCRIBED, name: 'a', data: 'x', behind: dataDescriptor('x') },
      { name: 'b', data: '2' },
    ]);
    const zip = await read(before);
    const [k, a] = zip.entries;
    if (k === undefined || a === undefined) throw new Error('no entry');
    const after = await outputBytes(replaceZipEntry(zip, k, Buffer.from('new')));
    expect(after.includes(before.subarray(a.headerOffset, zip.directoryOffset))).toBe(true);
    expect(await contents(after)).toEqual({ k: 'new', a: 'x', b: '2' });
  });
});

describe('reading archives', () => {
  it('ends with content or a reason, whatever was changed', { timeout: FUZZ_TIMEOUT }, async () => {
    const described = { ...DESCRIBED, name: 'x', data: 'y', behind: dataDescriptor('y') };
    const good = plus({
      ...described,
      extra: unicodeField(0x7075, 'x', 'x'),
      localExtra: unicodeField(0x6375, '', ''),
    });
    expect(await contents(good)).toMatchObject({ x: 'y' });
    const change = fc.record({ at: fc.nat(good.length - 1), octet: fc.integer({ min: 0, max: 255 }), cut: fc.nat(20) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let bytes = Buffer.from(good);
        for (const { at, octet, cut } of changes) {
          if (cut === 0) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + octet)]);
          else if (at < bytes.length) bytes[at] = octet;
        }
        try {
          await contents(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          expect((error as FormatError).reason).toMatch(/^zip-/);
        }
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('ends with a reason for anything', { timeout: FUZZ_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expect(
          read(Buffer.concat([Buffer.from(bytes), Buffer.from('PK\x05\x06'), Buffer.from(bytes)])),
        ).rejects.toBeInstanceOf(FormatError);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
