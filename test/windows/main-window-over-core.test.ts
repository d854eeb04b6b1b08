import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTING_DEFINITIONS } from '../../main/core/settings/settings.js';
import { MAIN_PAGES } from '../../main/ipc/app.js';
import { TEST_CARD_PINS, TEST_HOLDER } from '../../native/virtual-card/index.js';
import { chromiumMissing } from '../support/chromium.js';
import { Consents } from '../support/window-consents.js';
import { Desk } from '../support/window-desk.js';
import { HANDS, startingWith, the } from '../support/window-hand.js';
import { closeSharedParts, WindowSession } from '../support/window-session.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: the main window over the core: ${missing}`);

const TEXTS = { '契約書.txt': '甲は乙に\n', '請求書.txt': '乙は甲に\n' } as const;

/** The pages of the main window, with a mouse, with keys alone, and as assistive technology does. */
describe.skipIf(missing !== undefined).each(HANDS)('the main window by %s', (name) => {
  let session: WindowSession;
  let desk: Desk;
  let consents: Consents;
  let folder: string;

  beforeAll(async () => {
    const policy = { startWithSystem: true };
    session = await WindowSession.start({ app: { developerMode: false, page: 'settings' }, policy });
    desk = await Desk.over(session, name);
    consents = await Consents.load();
    folder = await mkdtemp(join(tmpdir(), 'madoguchi-files-'));
  });
  afterAll(async () => {
    desk.close();
    await session.close();
    await rm(folder, { recursive: true, force: true });
    if (name === HANDS.at(-1)) await closeSharedParts();
  });

  it('tells what is on the card, and changes a PIN', async () => {
    const pinName = desk.text('common', 'pinName.profile');
    const hand = await desk.open('card');
    await hand.arrives(desk.text('common', 'page.card'));
    await hand.hears(desk.text('card', 'status.ready'));
    for (const role of ['authentication', 'signing']) await hand.reads(desk.text('common', `certificate.${role}`));
    const change = the.button(desk.text('card', 'pins.changeNamed', { name: pinName }));
    const consent = await consents.openedBy(session, name, () => hand.press(change));
    await hand.finds(change, { disabled: true });
    await consents.agree(consent, 'change-pin');
    await consents.enter(consent, TEST_CARD_PINS.text, { heading: 'headingOld', submit: 'submit' });
    await consents.enter(consent, '7318', { heading: 'headingNew', submit: 'submitNew' });
    await consents.enter(consent, '7318', { heading: 'headingAgain', submit: 'submitAgain' });
    await consents.finish(consent, 'change-pin');
    await hand.hears(desk.text('card', 'pins.changed', { name: pinName }));
    await hand.finds(change, { disabled: false });
  });

  it('saves a certificate, and shows name and address for as long as they are wanted', async () => {
    const hand = await desk.open('card');
    const certificate = desk.text('card', 'kind.authentication');
    desk.desktop.savePath = join(folder, 'certificate.pem');
    await hand.press(the.button(desk.text('card', 'export.startNamed', { name: certificate })));
    await hand.arrives(desk.text('card', 'export.title', { name: certificate }));
    const pem = the.radio(startingWith(desk.text('card', 'export.pem')));
    await hand.finds(pem, { checked: false });
    await hand.press(pem);
    await hand.finds(pem, { checked: true });
    await hand.press(the.button(desk.text('card', 'export.choose')));
    await hand.hears(desk.text('card', 'export.done'));
    expect(await readFile(desk.desktop.savePath, 'utf8')).toContain('BEGIN CERTIFICATE');

    const read = the.button(desk.text('card', 'attributes.readNumberB'));
    await hand.finds(read, { disabled: false });
    const consent = await consents.openedBy(session, name, () => hand.press(read));
    await consents.agree(consent, 'read-attributes_self');
    await consents.enter(consent, TEST_CARD_PINS.numberB, {
      heading: 'heading_number-b',
      submit: 'submit_read-attributes',
    });
    await consents.finish(consent, 'read-attributes');
    await hand.hears(TEST_HOLDER.address);
    await hand.press(the.button(desk.text('card', 'attributes.erase')));
    await hand.hears(desk.text('card', 'attributes.erased'));
    expect(await hand.page.content()).not.toContain(TEST_HOLDER.address);
  });

  it('signs files by what they are for, and checks one that was received', async () => {
    const text = (path: string, values?: Readonly<Record<string, string | number>>): string =>
      desk.text('documents', path, values);
    const paths = Object.keys(TEXTS).map((file) => join(folder, file));
    for (const [file, content] of Object.entries(TEXTS)) await writeFile(join(folder, file), content);
    desk.desktop.files = paths;
    const hand = await desk.open('documents');
    await hand.arrives(desk.text('common', 'page.documents'));
    await hand.press(the.button(text('chooseFiles')));
    await hand.hears(text('added_other', { count: 2 }));
    await hand.press(the.button(text('look.title'), 1));
    await hand.reads(TEXTS['請求書.txt']);
    const purpose = the.radio(startingWith(text('purpose.other.label')));
    await hand.press(purpose);
    await hand.finds(purpose, { checked: true });
    const start = the.button(text('start_other', { count: 2 }));
    await hand.finds(start, { disabled: false });
    const consent = await consents.openedBy(session, name, () => hand.press(start));
    await hand.arrives(text('running.titleAsking'));
    await consents.agree(consent, 'sign');
    await consents.enter(consent, TEST_CARD_PINS.signing, { heading: 'heading_signing', submit: 'submit_sign' });
    await consents.finish(consent, 'sign');
    await hand.arrives(text('results.title'));
    await hand.hears(text('results.all_other', { count: 2 }));
    const signatures = (await readdir(folder)).filter((file) => file.endsWith('.p7s'));
    const [signature = ''] = signatures;
    await hand.press(the.button(text('results.showNamed', { name: signature })));
    await expect.poll(() => desk.desktop.shown).toEqual([join(folder, signature)]);
    expect(signatures).toHaveLength(2);
    verifyAll(folder, signatures);
    await hand.press(the.button(text('results.finish')));
    await hand.arrives(text('step.files'));

    desk.desktop.files = [join(folder, signature)];
    const checking = the.tab(text('tab.check'));
    await hand.press(checking);
    await hand.finds(checking, { selected: true });
    await hand.press(the.button(text('chooseFiles')));
    await hand.hears(text('report.verdict.indeterminate'));
    for (const part of ['who', 'checked', 'notChecked']) await hand.reads(text(`report.${part}`));
    await hand.reads(signature);
  });

  it('finds out what is wrong, layer by layer, and makes a report', async () => {
    const text = (path: string): string => desk.text('diagnosis', path);
    const hand = await desk.open('diagnosis');
    await hand.press(the.button(text('start')));
    await hand.arrives(text('results'));
    await hand.reads(text('report.title'));
    const shown = await hand.page.locator('main').innerText();
    const conclusion = ['ok', 'attention', 'failed']
      .map((one) => text(`conclusion.${one}`))
      .find((one) => shown.includes(one));
    await hand.hears(conclusion ?? 'a conclusion');
    const content = the.button(text('report.content'));
    await hand.finds(content, { expanded: false });
    await hand.press(content);
    await hand.finds(content, { expanded: true });
    await hand.press(the.button(text('report.copy')));
    await hand.hears(text('report.copied'));
    expect(desk.desktop.copied.at(-1)).not.toContain(session.stateDirectory);
    desk.desktop.savePath = join(folder, 'report.txt');
    await hand.press(the.button(text('report.save')));
    await hand.hears(text('report.saved'));
    expect(await readFile(desk.desktop.savePath, 'utf8')).toBe(desk.desktop.copied.at(-1));
  });

  it('keeps settings at once, and shows whose another is', async () => {
    const text = (path: string, values?: Readonly<Record<string, string | number>>): string =>
      desk.text('settings', path, values);
    const values = () => session.client.settings.read().settings;
    const hand = await desk.open('settings');
    const shuffle = the.checkbox(startingWith(text('keypadShuffle.label')));
    const isShuffled = values().keypadShuffle.value;
    await hand.finds(shuffle, { checked: isShuffled });
    await hand.press(shuffle);
    await hand.finds(shuffle, { checked: !isShuffled });
    await hand.hears(text('saved'));
    await expect.poll(() => values().keypadShuffle.value).toBe(!isShuffled);
    const dark = the.radio(text('appearance.dark'));
    await hand.press(dark);
    await hand.finds(dark, { checked: true });
    await expect.poll(() => values().appearance.value).toBe('dark');

    await hand.reads(text('startWithSystem.label'));
    await hand.reads(text('locked'));
    expect(await hand.page.getByRole('checkbox', { name: text('startWithSystem.label') }).count()).toBe(0);

    const { least, most } = SETTING_DEFINITIONS.historyDays;
    await hand.write(the.field(text('historyDays.label')), 'abc');
    await hand.press(the.button(text('historyDays.save')));
    await hand.hears(text('historyDays.invalid', { least, most }));
    await hand.write(the.field(text('historyDays.label')), '30');
    await hand.press(the.button(text('historyDays.save')));
    await hand.arrives(text('historyDays.confirmTitle_other', { count: 30 }));
    await hand.press(the.button(text('historyDays.confirm')));
    await expect.poll(() => values().historyDays.value).toBe(30);
  });

  it('uses government sites once it was explained, and no longer after one press', async () => {
    const text = (path: string): string => desk.text('government', path);
    const isOn = (): boolean => session.client.settings.read().settings.governmentSites.value;
    const hand = await desk.open('settings');
    await hand.press(the.button(text('read')));
    await hand.arrives(text('title'));
    await hand.reads(text('explain.unofficial'));
    expect(isOn()).toBe(false);
    await hand.press(the.button(text('agree')));
    await hand.reads(text('steps.none'));
    expect(isOn()).toBe(true);
    expect(await hand.page.evaluate(() => document.activeElement?.tagName)).toBe('H1');

    await hand.press(the.button(text('windows.more')));
    for (const [address, said] of [
      ['www.attacker.example', 'windows.notGovernment'],
      ['login.sample.go.jp', 'windows.added'],
    ] as const) {
      await hand.write(the.field(text('windows.address')), address);
      await hand.press(the.button(text('windows.add')));
      await hand.hears(text(said));
    }
    const { windowsUserAgent } = session.client.governmentSites.status();
    expect(windowsUserAgent).toEqual(['https://login.sample.go.jp']);
    await hand.press(the.button(text('turnOff')));
    await hand.reads(text('explain.unofficial'));
    expect(isOn()).toBe(false);
  });

  it('goes through its pages, each read from its heading on', async () => {
    const hand = await desk.open('card');
    for (const page of MAIN_PAGES.filter((one) => one !== 'card' && one !== 'welcome')) {
      await hand.press(the.button(desk.text('common', `page.${page}`)));
      await hand.arrives(desk.text('common', `page.${page}`));
      expect(await hand.page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    }
  });

  it('shows a newcomer how it works, up to a signature', async () => {
    const text = (path: string): string => desk.text('welcome', path);
    const hand = await desk.open('welcome');
    await hand.arrives(text('about.title'));
    await hand.press(the.button(text('next')));
    await hand.arrives(text('card.title'));
    await hand.hears(text('card.testReady'));
    await hand.press(the.button(text('next')));
    await hand.arrives(text('try.title'));
    const consent = await consents.openedBy(session, name, () => hand.press(the.button(text('try.start'))));
    await hand.hears(text('try.running'));
    await consents.agree(consent, 'sign');
    await consents.enter(consent, TEST_CARD_PINS.signing, { heading: 'heading_signing', submit: 'submit_sign' });
    await consents.finish(consent, 'sign');
    await hand.hears(text('try.done'));
    await hand.press(the.button(text('finish')));
    await hand.arrives(desk.text('common', 'page.card'));
  });
});

/** By another program, over the very files. */
function verifyAll(folder: string, signatures: readonly string[]): void {
  for (const [file, content] of Object.entries(TEXTS)) {
    const signature = signatures.find((one) => one.startsWith(file));
    if (signature === undefined) throw new Error(`no signature of ${file}`);
    const verified = execFileSync(
      'openssl',
      [
        ...['cms', '-verify', '-noverify', '-binary', '-inform', 'DER', '-in', join(folder, signature)],
        ...['-content', join(folder, file)],
      ],
      { stdio: 'pipe', encoding: 'utf8' },
    );
    if (verified !== content) throw new Error(`${file} is not what was signed`);
  }
}
