import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ListedFile, SigningChoice } from '../../../main/ipc/documents.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { freshCard } from '../../support/core-client.js';
import { ATTACHMENT_NAME, FORM, FORM_NAME, kouseiXml } from '../../support/kousei-fixture.js';
import { onePage } from '../../support/pdf-files.js';
import { xtxFile } from '../../support/xtx-fixture.js';
import { AGREES, openDesk, type DocumentsDesk } from './documents-fixture.js';

let card: VirtualCard;
let desk: DocumentsDesk;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  desk = openDesk(card);
});
afterEach(() => desk.close());

const write = (name: string, content: string | Uint8Array): void => writeFileSync(desk.at(name), content);
const idOf = (files: readonly ListedFile[], name: string): string =>
  files.find((file) => file.name === name)?.id ?? 'none';
const choice = (files: readonly ListedFile[], more: Partial<SigningChoice> = {}): SigningChoice => ({
  files: files.map(({ id }) => id),
  format: 'cades',
  attached: false,
  ...more,
});
/** Adds, signs and waits. */
async function sign(names: readonly string[], more: Partial<SigningChoice> = {}) {
  const { files } = await desk.add('signing', ...names);
  await desk.call('documents.sign', choice(files, more));
  return desk.settled();
}

describe('a batch of files', () => {
  it('is signed with one consent and one PIN, beside each file, and shown in its folder', async () => {
    write('a.txt', 'a');
    write('b.txt', 'b');
    const state = await sign(['a.txt', 'b.txt']);
    expect(state).toMatchObject({ status: 'done', files: [{ output: 'a.txt.p7s' }, { output: 'b.txt.p7s' }] });
    expect(desk.client.interaction.dialogs).toHaveLength(1);
    expect(desk.client.interaction.dialogs[0]?.prompts).toHaveLength(1);
    expect(existsSync(desk.at('a.txt.p7s')) && existsSync(desk.at('b.txt.p7s'))).toBe(true);
    if (state.status !== 'done') throw new Error('not done');
    await desk.call('documents.showResult', { id: state.files[1]?.id ?? '' });
    expect(desk.shown).toEqual([desk.at('b.txt.p7s')]);
    expect(JSON.stringify(desk.states)).not.toContain('"a.txt.p7s","folder":""');
    expect(desk.states.map((one) => (one.status === 'running' ? one.stage : one.status))).toEqual([
      'reading',
      'reading',
      'asking',
      'writing',
      'writing',
      'done',
    ]);
  });

  it.each([
    ['touki-pdf', 'p.pdf', 'p-signed.pdf'],
    ['pades', 'p.pdf', 'p-signed.pdf'],
    ['etax-xtx', 's.xtx', 's-signed.xtx'],
    ['xades', 'x.xml', 'x-signed.xml'],
    ['xmldsig', 'x.xml', 'x-signed.xml'],
    ['jws', 'x.xml', 'x.xml.jws'],
    ['cms', 'x.xml', 'x.xml.p7s'],
  ] as const)('takes the names of the command line: %s', async (format, name, output) => {
    write('p.pdf', onePage());
    write('s.xtx', xtxFile());
    write('x.xml', '<a>b</a>');
    const state = await sign([name], { format });
    expect(state).toMatchObject({ status: 'done', format, files: [{ output }] });
    expect(existsSync(desk.at(output))).toBe(true);
  });

  it('an application of e-Gov is signed inside its folder', async () => {
    mkdirSync(desk.at('application'));
    write('application/kousei.xml', kouseiXml());
    write(`application/${FORM_NAME}`, FORM);
    write(`application/${ATTACHMENT_NAME}`, 'attached');
    desk.chosen.push([desk.at('application')]);
    const { files } = await desk.call('documents.choose', { list: 'signing', kind: 'folder' });
    expect(files[0]).toMatchObject({ kind: 'application', name: 'application' });
    const look = await desk.call('documents.look', { list: 'signing', id: files[0]?.id ?? '' });
    expect(look.preview.kind).toBe('kousei');
    await desk.call('documents.sign', choice(files, { format: 'egov-kousei' }));
    expect(await desk.settled()).toMatchObject({ status: 'done', files: [{ output: 'kousei-signed.xml' }] });
  });

  it('never replaces a file: the new name is told before, and is what is written', async () => {
    write('a.txt', 'a');
    write('a.txt.p7s', 'mine');
    symlinkSync(desk.at('nowhere'), desk.at('a.txt (2).p7s'));
    const { files } = await desk.add('signing', 'a.txt');
    const [planned] = await desk.call('documents.plan', choice(files));
    expect(planned?.output).toEqual({ name: 'a.txt (3).p7s', renamed: true });
    await desk.call('documents.sign', choice(files));
    expect(await desk.settled()).toMatchObject({ status: 'done', files: [{ output: 'a.txt (3).p7s' }] });
    expect(readFileSync(desk.at('a.txt.p7s'), 'utf8')).toBe('mine');
    expect(existsSync(desk.at('nowhere'))).toBe(false);
  });

  it('gives two files of one name two results in one folder', async () => {
    for (const folder of ['one', 'two', 'out']) mkdirSync(desk.at(folder));
    write('one/a.txt', '1');
    write('two/A.txt', '2');
    const { files } = await desk.add('signing', 'one/a.txt', 'two/A.txt');
    desk.chosen.push([desk.at('out')]);
    const folder = await desk.call('documents.chooseResultFolder');
    await desk.call('documents.sign', choice(files, { folder: folder?.id ?? '' }));
    expect((await desk.settled()).status).toBe('done');
    expect(readdirSync(desk.at('out')).sort()).toEqual(['A.txt (2).p7s', 'a.txt.p7s']);
  });

  it('a signature shows in the corner that was chosen, whatever the page', async () => {
    write('p.pdf', onePage({ page: '/Rotate 90 /MediaBox [0 0 200 100]' }));
    for (const corner of ['lower-left', 'lower-right', 'upper-left', 'upper-right'] as const) {
      const visible = { kind: 'corner', page: 'last', corner } as const;
      const state = await sign(['p.pdf'], { format: 'pades', visible });
      // A PC without a Japanese font refuses, and says so.
      if (state.status === 'failed') expect(state.failure.details['reason']).toBe('pdf-no-font');
      else expect(state.status).toBe('done');
    }
  });
});

describe('what goes wrong', () => {
  it('a wrong purpose is said at once, with the reason', async () => {
    write('memo.txt', 'x');
    write('p.pdf', onePage());
    write('x.xml', '<a/>');
    mkdirSync(desk.at('empty'));
    const { files } = await desk.add('signing', 'memo.txt', 'p.pdf', 'x.xml', 'empty');
    const problems = async (format: SigningChoice['format']) =>
      (await desk.call('documents.plan', choice(files, { format }))).map(({ problem }) => problem);
    expect(await problems('touki-pdf')).toEqual(['needs-pdf', undefined, 'needs-pdf', 'folder']);
    expect(await problems('etax-xtx')).toEqual(['needs-xtx', 'needs-xtx', 'needs-xtx', 'folder']);
    expect(await problems('egov-kousei')).toEqual(['needs-egov', 'needs-egov', 'needs-egov', 'egov-kousei-missing']);
    expect(await problems('xades')).toEqual(['needs-xml', 'needs-xml', undefined, 'folder']);
    expect(await problems('cades')).toEqual([undefined, undefined, undefined, 'folder']);
  });

  it('a PDF that is signed already is not offered to 登記', async () => {
    write('p.pdf', onePage());
    await sign(['p.pdf'], { format: 'pades' });
    await desk.call('documents.endSigning', { keepRest: false });
    const { files } = await desk.add('signing', 'p-signed.pdf');
    const [planned] = await desk.call('documents.plan', choice(files, { format: 'touki-pdf' }));
    expect(planned?.problem).toBe('touki-signed-already');
    const look = await desk.call('documents.look', { list: 'signing', id: files[0]?.id ?? '' });
    expect(look.conformance?.some(({ rule }) => rule === 'sub-filter')).toBe(true);
  });

  it('a file that changed or vanished since it was added is told, and not signed', async () => {
    write('a.txt', 'a');
    write('b.txt', 'b');
    const { files } = await desk.add('signing', 'a.txt', 'b.txt');
    write('a.txt', 'other');
    rmSync(desk.at('b.txt'));
    const planned = await desk.call('documents.plan', choice(files));
    expect(planned.map(({ problem }) => problem)).toEqual(['changed', 'changed']);
    await expect(desk.call('documents.sign', choice(files))).rejects.toMatchObject({ details: { reason: 'changed' } });
    expect(desk.client.interaction.dialogs).toHaveLength(0);
    // Once the person has looked at it again, it is what they have seen.
    await desk.call('documents.look', { list: 'signing', id: idOf(files, 'a.txt') });
    const [again] = await desk.call('documents.plan', choice(files.slice(0, 1)));
    expect(again?.problem).toBeUndefined();
    await expect(desk.call('documents.look', { list: 'signing', id: idOf(files, 'b.txt') })).rejects.toMatchObject({
      code: 'ERR_INTERNAL_FILE',
      details: { errno: 'ENOENT' },
    });
  });

  it('one file that cannot be read names itself, without its path', async () => {
    write('a.txt', 'a');
    write('broken.pdf', '%PDF-1.7\nnothing');
    const { files } = await desk.add('signing', 'a.txt', 'broken.pdf');
    await desk.call('documents.sign', choice(files.slice(1), { format: 'pades' }));
    const state = await desk.settled();
    if (state.status !== 'failed') throw new Error(state.status);
    expect(state.failure.file).toEqual({ id: files[1]?.id, name: 'broken.pdf' });
    expect(state.failure.code).toBe('ERR_SIGN_FORMAT');
    expect(JSON.stringify(state)).not.toContain(desk.directory);
  });

  it('what the card did not sign any more can be signed again, and only that', async () => {
    for (const name of ['a', 'b', 'c']) write(name, name);
    const { files } = await desk.add('signing', 'a', 'b', 'c');
    // The place of the second result is taken while the person enters the PIN.
    await desk.close();
    desk = openDesk(card, {
      ...AGREES,
      beforePin: () => {
        if (desk.states.length < 8) writeFileSync(desk.at('b.p7s'), 'mine');
      },
    });
    for (const name of ['a', 'b', 'c']) write(name, name);
    const added = await desk.add('signing', 'a', 'b', 'c');
    await desk.call('documents.sign', choice(added.files));
    const state = await desk.settled();
    if (state.status !== 'done') throw new Error(state.status);
    expect(state.files.map(({ failure }) => failure?.details['errno'])).toEqual([undefined, 'EEXIST', undefined]);
    expect(JSON.stringify(state.files.map(({ failure }) => failure))).not.toContain(desk.directory);
    const rest = await desk.call('documents.endSigning', { keepRest: true });
    expect(rest.map(({ name }) => name)).toEqual(['b']);
    await desk.call('documents.sign', choice(rest));
    expect(await desk.settled()).toMatchObject({ status: 'done', files: [{ output: 'b (2).p7s' }] });
    expect(readFileSync(desk.at('b.p7s'), 'utf8')).toBe('mine');
    expect(files).toHaveLength(3);
  });

  it('refusing and cancelling sign nothing', async () => {
    await desk.close();
    desk = openDesk(card, { decide: () => 'refused' });
    write('a', 'a');
    expect(await sign(['a'])).toMatchObject({ status: 'failed', failure: { code: 'ERR_USER_REFUSED' } });
    await desk.close();
    desk = openDesk(card, {
      decide: async () => {
        await desk.call('documents.cancelSigning');
        return 'agreed' as const;
      },
    });
    write('a', 'a');
    expect(await sign(['a'])).toMatchObject({ status: 'failed', failure: { code: 'ERR_USER_CANCELLED' } });
    expect(readdirSync(desk.directory).filter((name) => name.includes('p7s') || name.startsWith('.mad'))).toEqual([]);
  });

  it('one batch at a time, even when asked twice at once', async () => {
    write('a', 'a');
    const { files } = await desk.add('signing', 'a');
    const both = await Promise.allSettled([1, 2].map(() => desk.call('documents.sign', choice(files))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await desk.settled()).toMatchObject({ status: 'done' });
    expect(desk.client.interaction.dialogs).toHaveLength(1);
  });
});

describe('a window that somebody else controls', () => {
  it('gets nothing for ids it made up, or ids of another list', async () => {
    write('a', 'a');
    const { files } = await desk.add('checking', 'a');
    const madeUp = '00000000-0000-4000-8000-000000000000';
    for (const id of [files[0]?.id ?? '', madeUp]) {
      for (const request of [
        ['documents.look', { list: 'signing', id }],
        ['documents.plan', { files: [id], format: 'cades', attached: false }],
        ['documents.sign', { files: [id], format: 'cades', attached: false }],
        ['documents.showResult', { id }],
      ] as const) {
        await expect(desk.serve(request[0], request[1])).resolves.toMatchObject({
          ok: false,
          error: { code: 'ERR_PROTOCOL_MALFORMED', details: { reason: 'unknown-id' } },
        });
      }
    }
    expect((await desk.call('documents.describe')).state.status).toBe('idle');
    for (const [name, request] of [
      ['documents.check', { id: madeUp, trust: [], timeStampTrust: [], revocation: false }],
      ['documents.check', { id: files[0]?.id, trust: [madeUp], timeStampTrust: [], revocation: false }],
      ['documents.chooseContent', { id: madeUp }],
    ] as const) {
      await expect(desk.serve(name, request)).resolves.toMatchObject({ ok: false });
    }
    expect(desk.client.interaction.dialogs).toHaveLength(0);
  });

  it('gets nothing for an unknown folder, or for options that do not go together', async () => {
    write('a.txt', 'a');
    const { files } = await desk.add('signing', 'a.txt');
    const madeUp = '00000000-0000-4000-8000-000000000000';
    const timeStamp = (address: string) => ({ address, trust: [] });
    for (const more of [
      { folder: madeUp },
      { folder: '/tmp' },
      { visible: { kind: 'corner', page: 'first', corner: 'lower-left' } },
      { format: 'jws', attached: true },
      { format: 'touki-pdf', timeStamp: timeStamp('https://tsa.example/') },
      { timeStamp: timeStamp('file:///etc/passwd') },
      { timeStamp: timeStamp('https://user:password@tsa.example/') },
      { timeStamp: { ...timeStamp('https://tsa.example/'), trust: [madeUp] } },
      { output: '/tmp/x' },
      { files: Array.from({ length: 1_001 }, () => madeUp) },
      { files: [] },
    ]) {
      const request = { ...choice(files), ...more };
      await expect(desk.serve('documents.sign', request)).resolves.toMatchObject({
        ok: false,
        error: { code: 'ERR_PROTOCOL_MALFORMED' },
      });
    }
    expect(desk.client.interaction.dialogs).toHaveLength(0);
  });

  it('signs a file once, however often it is named', async () => {
    write('a', 'a');
    const { files } = await desk.add('signing', 'a', 'a');
    expect(files).toHaveLength(1);
    await desk.call('documents.sign', choice([...files, ...files]));
    expect(await desk.settled()).toMatchObject({ status: 'done', files: [{ output: 'a.p7s' }] });
  });
});
