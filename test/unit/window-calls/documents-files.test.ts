import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ListedFile } from '../../../main/ipc/documents.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { MAX_DETACHED_CONTENT_BYTES } from '../../../sdk/formats/jose/read-jws.js';
import { freshCard } from '../../support/core-client.js';
import { onePage } from '../../support/pdf-files.js';
import { xtxFile } from '../../support/xtx-fixture.js';
import { openDesk, type DocumentsDesk } from './documents-fixture.js';

let card: VirtualCard;
let desk: DocumentsDesk;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  desk = openDesk(card);
});
afterEach(() => desk.close());

async function jwsProblem(file: ListedFile | undefined): Promise<string | undefined> {
  const [planned] = await desk.call('documents.plan', { files: [file?.id ?? ''], format: 'jws', attached: false });
  return planned?.problem;
}

const write = (name: string, content: string | Uint8Array): void => writeFileSync(desk.at(name), content);

describe('files that are dropped', () => {
  it('are told by what they are, not by what they are called', async () => {
    write('p.txt', onePage());
    write('x.pdf', xtxFile());
    write('empty', '');
    mkdirSync(desk.at('folder'));
    const { files } = await desk.add('signing', 'p.txt', 'x.pdf', 'empty', 'folder');
    expect(files.map(({ kind }) => kind)).toEqual(['pdf', 'xtx', 'text', 'folder']);
    expect(files.map(({ size }) => size)).toEqual([onePage().length, xtxFile().length, 0, 0]);
  });

  it('are neither waited for nor opened where they are no files', async () => {
    execFileSync('mkfifo', [desk.at('pipe')]);
    symlinkSync(desk.at('pipe'), desk.at('link-to-pipe'));
    const server = createServer().listen(desk.at('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const names = ['pipe', 'link-to-pipe', 'socket'].map(desk.at);
    const start = performance.now();
    const added = await desk.call('documents.addDropped', {
      list: 'signing',
      paths: [...names, '/dev/zero', '/dev/tty', desk.at('absent'), 'relative', `${desk.directory}/a\0b`, ''],
    });
    server.close();
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(added.files).toEqual([]);
    expect(added.refused.map(({ reason, errno }) => errno ?? reason)).toEqual([
      ...Array.from({ length: 5 }, () => 'not-a-file'),
      'ENOENT',
      ...Array.from({ length: 3 }, () => 'not-a-file'),
    ]);
  });

  it('a named pipe as an authority’s certificate, or as content, holds nothing up either', async () => {
    execFileSync('mkfifo', [desk.at('pipe')]);
    write('a.p7s', 'x');
    desk.chosen.push([desk.at('pipe')], [desk.at('pipe')]);
    await expect(desk.call('documents.chooseCertificates')).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE' });
    const { files } = await desk.add('checking', 'a.p7s');
    const id = files[0]?.id ?? '';
    await desk.call('documents.chooseContent', { id });
    await expect(
      desk.call('documents.check', { id, trust: [], timeStampTrust: [], revocation: false }),
    ).rejects.toMatchObject({ code: 'ERR_INTERNAL_FILE', details: { errno: 'NOT_A_FILE' } });
  });

  it('5,000 at once: as many as one consent takes, and how many were left out', async () => {
    mkdirSync(desk.at('many'));
    const names = Array.from({ length: 5_000 }, (_, index) => `many/${String(index)}`);
    for (const name of names) write(name, 'x');
    const added = await desk.add('signing', ...names);
    expect([added.files.length, added.added, added.leftOut]).toEqual([1_000, 1_000, 4_000]);
    const more = await desk.add('signing', ...names);
    expect([more.files.length, more.added, more.leftOut]).toEqual([1_000, 0, 4_000]);
    expect((await desk.add('checking', ...names)).files).toHaveLength(20);
    const planned = await desk.call('documents.plan', {
      files: added.files.map(({ id }) => id),
      format: 'cades',
      attached: false,
    });
    expect(planned).toHaveLength(1_000);
  }, 60_000);

  it('more paths than a drop has are no message at all', async () => {
    const paths = Array.from({ length: 10_001 }, () => '/x');
    await expect(desk.serve('documents.addDropped', { list: 'signing', paths })).resolves.toMatchObject({ ok: false });
    await expect(
      desk.serve('documents.addDropped', { list: 'signing', paths: ['/'.repeat(40_000)] }),
    ).resolves.toMatchObject({ ok: false });
  });

  it('two drops at the same time do not exceed the list, or list a file twice', async () => {
    mkdirSync(desk.at('many'));
    const names = Array.from({ length: 30 }, (_, index) => `many/${String(index)}`);
    for (const name of names) write(name, 'x');
    await Promise.all([desk.add('checking', ...names), desk.add('checking', ...names.toReversed())]);
    const { checking } = await desk.call('documents.describe');
    expect(checking).toHaveLength(20);
    expect(new Set(checking.map(({ name }) => name)).size).toBe(20);
  });

  it('tell the administrator’s time-stamping authority, where there is one', async () => {
    expect(await desk.call('documents.describe')).not.toHaveProperty('timeStampAuthority');
    const other = openDesk(card, undefined, { timeStampAuthority: 'https://tsa.example/' });
    expect(await other.call('documents.describe')).toMatchObject({ timeStampAuthority: 'https://tsa.example/' });
    await other.close();
  });

  it('show hostile names for what they are', async () => {
    const names = [
      'fdp\u202Egpj.exe',
      'a\nまどぐちは確認しました。\n.pdf',
      `${'長'.repeat(80)}.pdf`,
      '\u200B',
      '\u001b[2J',
    ];
    for (const name of names) write(name, 'x');
    const { files } = await desk.add('signing', ...names);
    expect(files.map(({ name }) => name)).toEqual([
      'fdp<U+202E>gpj.exe',
      'a\uFFFDまどぐちは確認しました。\uFFFD.pdf',
      `${'長'.repeat(80)}.pdf`,
      '<U+200B>',
      '\uFFFD[2J',
    ]);
    const long = await desk.call('documents.addDropped', { list: 'signing', paths: [`/${'x'.repeat(30_000)}`] });
    expect(long.refused[0]?.errno).toBe('ENAMETOOLONG');
    expect(long.refused[0]?.name.length).toBeLessThan(200);
  });

  it('a huge file is listed without being read', async () => {
    write('huge', '');
    truncateSync(desk.at('huge'), 64 * 1024 ** 3);
    const start = performance.now();
    const { files } = await desk.add('signing', 'huge');
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(await jwsProblem(files[0])).toBe('jws-too-large');
  });

  it('as large as the signer of a JWS takes is planned, a larger one is not', async () => {
    write('fits', '');
    truncateSync(desk.at('fits'), MAX_DETACHED_CONTENT_BYTES);
    write('larger', '');
    truncateSync(desk.at('larger'), MAX_DETACHED_CONTENT_BYTES + 1);
    const { files } = await desk.add('signing', 'fits', 'larger');
    expect(await jwsProblem(files[0])).toBeUndefined();
    expect(await jwsProblem(files[1])).toBe('jws-too-large');
  });

  it('leave the list when the person takes them out', async () => {
    write('a', 'a');
    write('b', 'b');
    const { files } = await desk.add('signing', 'a', 'b');
    const left = await desk.call('documents.remove', { list: 'signing', ids: [files[0]?.id ?? ''] });
    expect(left.map(({ name }) => name)).toEqual(['b']);
  });
});
