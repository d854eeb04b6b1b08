/** A browser with the extension, for the tests of government sites. */
import axe from 'axe-core';
import { until, type PromptAnswer, type TestPage } from './browsers/browser.js';

export interface GovernmentBrowser {
  newPage(): Promise<TestPage>;
  /** What the extension's button shows, in a tab. In Firefox the first call installs the extension. */
  openPopup(): Promise<PopupPage>;
  /** A page in a browser without the extension; to be called before `openPopup`. */
  plainPage(): Promise<{ readonly page: TestPage; close(): Promise<void> }>;
  /** Calls the native messaging host from another extension; what that one is told. */
  callHostAsOther(): Promise<string>;
  close(): Promise<void>;
}

export interface PopupPage {
  /** As `data-state` of the body says, once it is known. */
  state(): Promise<string>;
  /** Everything it shows. */
  text(): Promise<string>;
  /** Rules of axe that it breaks. */
  violations(): Promise<readonly string[]>;
  /** Presses its button, and answers the browser's question where there is one. */
  press(answer?: PromptAnswer): Promise<void>;
  /** What the browser allows the extension on sites. */
  origins(): Promise<readonly string[]>;
  /** Content scripts that are registered now, `id matches`. */
  scripts(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface PopupHand {
  click(): Promise<void>;
  /** Undefined where the browser asks nothing. */
  readonly answer: ((answer: PromptAnswer) => Promise<void>) | undefined;
}

export async function popupPage(page: TestPage, hand: PopupHand): Promise<PopupPage> {
  const state = (): Promise<string> =>
    until('the state of the popup', async () => {
      const text = await page.evaluate('return document.body.dataset.state');
      return typeof text === 'string' ? text : undefined;
    });
  await state();
  return {
    state,
    text: async () => String(await page.evaluate('return document.body.innerText')),
    violations: async () =>
      (await page.evaluate(`${axe.source}; return axe.run().then(({ violations }) =>
        violations.map(({ id }) => id))`)) as string[],
    async press(chosen) {
      const before = await state();
      await hand.click();
      if (before === 'ask' && chosen !== undefined) await hand.answer?.(chosen);
      await until('another state', async () => ((await state()) === before ? undefined : true));
    },
    origins: async () =>
      (await page.evaluate('return chrome.permissions.getAll().then(({ origins }) => origins)')) as string[],
    scripts: async () =>
      (await page.evaluate(`return chrome.scripting.getRegisteredContentScripts().then((scripts) =>
        scripts.map(({ id, matches }) => [id, ...matches].join(' ')).sort())`)) as string[],
    close: () => page.close(),
  };
}
