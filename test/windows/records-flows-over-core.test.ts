import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatEntryDay } from '../../renderer/features/history/history-dates.js';
import { chromiumMissing } from '../support/chromium.js';
import { originRequester } from '../support/origin-requester.js';
import { Desk } from '../support/window-desk.js';
import { HANDS, the } from '../support/window-hand.js';
import { closeSharedParts, WindowSession } from '../support/window-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: history and services over the core: ${missing}`);

const OFTEN = 'https://often.example';
const ONCE = 'https://once.example';
const UNWANTED = 'https://unwanted.example';

/** What was done and decided, with a mouse, with keys alone, and as assistive technology does. */
describe.skipIf(missing !== undefined).each(HANDS)('by %s', (name) => {
  let session: WindowSession;
  let desk: Desk;
  let folder: string;

  beforeAll(async () => {
    session = await WindowSession.start({ app: { developerMode: false, page: 'settings' } });
    desk = await Desk.over(session, name);
    folder = await mkdtemp(join(tmpdir(), 'madoguchi-records-'));
  });
  afterAll(async () => {
    desk.close();
    await session.close();
    await rm(folder, { recursive: true, force: true });
    if (name === HANDS.at(-1)) await closeSharedParts();
  });

  /** A site asks to log in, and is refused. */
  async function refuse(origin: string): Promise<void> {
    const asked = session.host.nextConversation();
    const outcome = session.client.operations
      .authenticate(
        {
          operation: 'authenticate',
          origin,
          challengeNonce: Buffer.alloc(44, 'n').toString('base64'),
          requester: originRequester(origin),
        },
        new AbortController().signal,
      )
      .catch((thrown: unknown) => thrown);
    const { events } = await asked;
    const question = (): number => session.host.conversation?.view.question ?? 0;
    await expect
      .poll(() => events.act({ kind: 'refuse', question: question(), block: false }), { timeout: 10_000 })
      .toBe(true);
    expect(await outcome).toMatchObject({ code: 'ERR_USER_REFUSED' });
  }

  const entries = async () => (await session.client.history.list()).entries;
  const history = (path: string, values?: Readonly<Record<string, string | number>>): string =>
    desk.text('history', path, values);

  it('the history is filtered, seen by service, opened; its site is blocked and let in again', async () => {
    for (const origin of [OFTEN, ONCE, OFTEN]) await refuse(origin);
    await session.client.sites.remember(ONCE, 'authenticate');
    const hand = await desk.open('history');
    await hand.arrives(desk.text('common', 'page.history'));
    await hand.hears(history('found_other', { count: 3 }));

    await hand.press(the.button(history('filter.title')));
    await hand.choose(the.list(history('filter.operation')), history('operation.sign'));
    await hand.hears(history('noMatch'));
    await hand.press(the.button(history('filter.clear')));
    await hand.hears(history('found_other', { count: 3 }));
    await hand.choose(the.list(history('filter.asker')), ONCE);
    await hand.hears(history('found_other', { count: 1 }));

    const entry = the.button(/once\.example/);
    await hand.finds(entry, { expanded: false });
    await hand.press(entry);
    await hand.finds(entry, { expanded: true });
    await hand.reads(history('entry.nothingLeft'));
    await hand.press(the.button(history('site.forget')));
    await hand.hears(history('site.forgottenNow'));
    expect(session.client.sites.isRemembered(ONCE, 'authenticate')).toBe(false);
    await hand.press(the.button(history('site.block')));
    await hand.arrives(history('site.confirmTitle'));
    await hand.press(the.button(history('site.agree')));
    await hand.hears(history('site.blockedNow'));
    expect(session.client.sites.isBlocked(ONCE, true)).toBe(true);
    await hand.press(the.button(history('site.unblock')));
    await hand.hears(history('site.unblockedNow'));
    expect(session.client.sites.isBlocked(ONCE, true)).toBe(false);
    await hand.press(the.button(history('filter.clear')));

    const byAsker = the.tab(history('view.asker'));
    await hand.press(byAsker);
    await hand.finds(byAsker, { selected: true });
    await hand.hears(history('foundAskers_other', { count: 2 }));
    const group = the.button(history('group.open_other', { count: 2 }));
    await hand.press(group);
    await hand.finds(group, { expanded: true });
    await hand.hears(history('found_other', { count: 2 }));
  });

  it('the history goes into a file, and away: one, a day, all', async () => {
    const hand = await desk.open('history');
    for (const format of ['csv', 'json'] as const) {
      desk.desktop.savePath = join(folder, `history.${format}`);
      await hand.press(the.button(history(`file.${format}`)));
      await hand.hears(history('file.saved_other', { count: 3 }));
      await expect.poll(() => readFile(join(folder, `history.${format}`), 'utf8').catch(() => '')).toContain(ONCE);
    }

    await hand.press(the.button(/once\.example/));
    await hand.press(the.button(history('entry.erase')));
    await hand.arrives(history('erase.title.entry'));
    await hand.press(the.button(history('erase.agree')));
    await hand.hears(history('erase.done.entry'));
    const left = await entries();
    expect(left.map(({ requester }) => requester)).toMatchObject([{ origin: OFTEN }, { origin: OFTEN }]);

    const day = formatEntryDay(left[0]?.day ?? '', 'ja-JP');
    await hand.press(the.button(history('day.eraseNamed', { day })));
    await hand.arrives(history('erase.title.day', { day }));
    await hand.reads(history('erase.what.day_other', { count: 2 }));
    await hand.press(the.button(history('erase.agree')));
    await hand.hears(history('erase.done.day', { day }));
    expect(await entries()).toEqual([]);
    await hand.reads(history('none.title'));

    await refuse(OFTEN);
    const again = await desk.open('history');
    await again.press(the.button(history('file.eraseAll')));
    await again.arrives(history('erase.title.all'));
    await again.press(the.button(history('erase.agree')));
    await again.hears(history('erase.done.all'));
    expect(await entries()).toEqual([]);
  });

  it('services: a site is blocked by its address and let in again, a grant is forgotten', async () => {
    const services = (path: string, values?: Readonly<Record<string, string | number>>): string =>
      desk.text('services', path, values);
    const { sites } = session.client;
    await sites.remember(OFTEN, 'authenticate');
    const hand = await desk.open('services');
    await hand.arrives(desk.text('common', 'page.services'));
    await hand.press(the.tab(services('tab.sites')));
    await hand.reads(services('sites.remembered', { operations: services('operation.authenticate') }));

    await hand.write(the.field(services('block.address')), `${UNWANTED}/page?x`);
    await hand.press(the.button(services('block.check')));
    await hand.arrives(services('block.confirmTitle'));
    await hand.reads(UNWANTED);
    await hand.press(the.button(services('block.check'), -1));
    await hand.hears(services('block.done'));
    expect(sites.isBlocked(UNWANTED, true)).toBe(true);

    await hand.press(the.button(services('sites.unblockNamed', { origin: UNWANTED })));
    await hand.arrives(services('sites.unblockTitle'));
    await hand.press(the.button(services('sites.unblock'), -1));
    await hand.hears(services('sites.unblocked'));
    expect(sites.isBlocked(UNWANTED, true)).toBe(false);

    await hand.press(the.button(services('sites.forgetNamed', { origin: OFTEN })));
    await hand.arrives(services('sites.forgetTitle'));
    await hand.press(the.button(services('sites.forget'), -1));
    await hand.hears(services('sites.forgotten'));
    expect(sites.isRemembered(OFTEN, 'authenticate')).toBe(false);

    await hand.press(the.tab(services('tab.services')));
    await hand.write(the.search(services('search.label')), 'zzzzzz');
    await hand.hears(
      services((await session.client.registry()).services().length === 0 ? 'search.empty' : 'search.none'),
    );
  });
});
