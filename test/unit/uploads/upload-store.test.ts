import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArrivingContent, UploadedContent } from '../../../main/core/ports.js';
import { openUploadStore } from '../../../main/node/uploads.js';

let state: string;
let directory: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'madoguchi-uploads-'));
  directory = join(state, 'uploads');
});

afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

/** Of what a promise rejects with. */
function errorCodeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

const names = (): string[] => (existsSync(directory) ? readdirSync(directory) : []);

async function keep(...chunks: readonly Uint8Array[]): Promise<UploadedContent> {
  const place = await openUploadStore(state).create();
  for (const chunk of chunks) await place.write(chunk);
  return place.finish();
}

async function allOf(content: UploadedContent): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content.source.chunks()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

describe('content that is kept', () => {
  it('comes back as it came, in order and by parts, more than once', async () => {
    const bytes = randomBytes(3 * 1024 * 1024 + 17);
    const content = await keep(bytes.subarray(0, 5), bytes.subarray(5, 1024 * 1024), bytes.subarray(1024 * 1024));
    expect(content.source.size).toBe(bytes.length);
    expect(Buffer.from(content.sha256)).toEqual(createHash('sha256').update(bytes).digest());
    for (let count = 0; count < 2; count++) expect((await allOf(content)).equals(bytes)).toBe(true);
    const part = await content.source.read(1024 * 1024 - 3, 10);
    expect(Buffer.from(part)).toEqual(bytes.subarray(1024 * 1024 - 3, 1024 * 1024 + 7));
    await content.discard();
  });

  it('ends where it ends', async () => {
    const content = await keep(Buffer.from('hello'));
    expect(Buffer.from(await content.source.read(3, 100)).toString()).toBe('lo');
    expect(await content.source.read(5, 1)).toHaveLength(0);
    expect(await content.source.read(500, 1)).toHaveLength(0);
    await content.discard();
  });

  it('may be nothing', async () => {
    const content = await keep();
    expect(await allOf(content)).toHaveLength(0);
    await content.discard();
  });

  it('does not change with the buffer it came in', async () => {
    const place = await openUploadStore(state).create();
    const buffer = Buffer.from('first');
    await place.write(buffer);
    buffer.fill('x');
    const content = await place.finish();
    expect((await allOf(content)).toString()).toBe('first');
    await content.discard();
  });

  it('cannot be read once it is discarded, which may be done twice', async () => {
    const content = await keep(Buffer.from('hello'));
    await Promise.all([content.discard(), content.discard()]);
    await content.discard();
    expect(await errorCodeOf(content.source.read(0, 1))).toBe('ERR_INTERNAL_FILE');
    expect(await errorCodeOf(allOf(content))).toBe('ERR_INTERNAL_FILE');
  });
});

describe.skipIf(process.platform === 'win32')('where it is kept', () => {
  it('nobody else can enter, and there is no name to open', async () => {
    const place = await openUploadStore(state).create();
    await place.write(randomBytes(100));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(names()).toEqual([]);
    await place.discard();
  });

  it('what a program left that was killed is removed by the next', () => {
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(join(directory, `${'ab'.repeat(16)}.upload`), 'left');
    writeFileSync(join(directory, 'notes.txt'), 'somebody’s own');
    openUploadStore(state);
    expect(names()).toEqual(['notes.txt']);
  });

  const creation = (): Promise<unknown> => errorCodeOf(openUploadStore(state).create());

  it.each([0o755, 0o770, 0o701])('a folder that others can enter (%o) is not used', async (mode) => {
    mkdirSync(directory);
    chmodSync(directory, mode);
    expect(await creation()).toBe('ERR_INTERNAL_FILE');
    expect(names()).toEqual([]);
  });

  it('a link in its place is not used', async () => {
    const elsewhere = join(state, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, directory);
    expect(await creation()).toBe('ERR_INTERNAL_FILE');
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('a file in its place is not used', async () => {
    writeFileSync(directory, '');
    expect(await creation()).toBe('ERR_INTERNAL_FILE');
  });

  it('two programs of one user do not take each other’s uploads away', async () => {
    const first = await openUploadStore(state).create();
    await first.write(Buffer.from('first'));
    const second: ArrivingContent = await openUploadStore(state).create();
    await first.write(Buffer.from(' goes on'));
    const content = await first.finish();
    expect((await allOf(content)).toString()).toBe('first goes on');
    await Promise.all([content.discard(), second.discard()]);
  });
});
