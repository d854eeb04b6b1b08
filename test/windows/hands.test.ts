import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_ARGUMENTS, chromiumMissing } from '../support/chromium.js';
import { takeHand, the } from '../support/window-hand.js';

const missing = chromiumMissing();
if (missing !== undefined) console.warn(`skipped: the hands of the windows' tests: ${missing}`);

/** What the tests over the core rely on: each hand finds out where a page cannot be worked with in its way. */
describe.skipIf(missing !== undefined)('a page that is wrong on purpose', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
    page = await (await browser.newContext()).newPage();
  });
  afterAll(() => browser.close());

  const show = (markup: string): Promise<void> => page.setContent(`<main>${markup}</main>`);
  const go = the.button('Go');

  it.each([
    [
      'cannot be reached',
      '<div role="button" aria-label="Go">Go</div><button>Else</button>',
      /leaves the page|does not lead|by$/,
    ],
    [
      'comes out of order',
      '<button>A</button><button tabindex="0">B</button><button>Go</button><button tabindex="1" autofocus>First</button>',
      /Tab/,
    ],
    ['takes the focus with it', '<button onclick="this.remove()">Go</button>', /focus is lost/],
    [
      'does not let go of the focus',
      `<button onkeydown="event.key === 'Tab' && event.preventDefault()" autofocus>Trap</button><button>Go</button>`,
      /does not lead/,
    ],
  ])('by keyboard: what %s', async (_, markup, fault) => {
    await show(markup);
    const hand = await takeHand('keyboard alone', page);
    await expect(hand.press(go)).rejects.toThrow(fault);
  });

  it('by mouse: what is covered', async () => {
    await show('<button>Go</button><div style="position: fixed; inset: 0"></div>');
    await expect((await takeHand('mouse', page, 500)).press(go)).rejects.toThrow(/intercepts/);
  });

  it('by the tree: what has no name', async () => {
    await show('<button>Go</button><button><svg></svg></button>');
    await expect((await takeHand('accessibility tree', page)).press(go)).rejects.toThrow('a button has no name');
  });

  it('by the tree: what is said nowhere, and a step without the focus', async () => {
    await show('<h1>Step</h1><p>Done</p><p role="status">Other</p>');
    const hand = await takeHand('accessibility tree', page, 500);
    await hand.reads('Done');
    await hand.hears('Other');
    await expect(Promise.all([rejected(hand.hears('Done')), rejected(hand.arrives('Step'))])).resolves.toEqual([
      expect.stringContaining('nobody is told "Done"'),
      expect.stringContaining('Step is not come to'),
    ]);
  });

  it('by each: what is in another state', async () => {
    await show('<button aria-disabled="true">Go</button><input type="checkbox" aria-label="Tick" checked>');
    const hands = await Promise.all(
      (['mouse', 'keyboard alone', 'accessibility tree'] as const).map((name) => takeHand(name, page, 500)),
    );
    const faults = hands.map(async (hand) => {
      await hand.finds(the.checkbox('Tick'), { checked: true });
      return rejected(hand.finds(go, { disabled: false }));
    });
    for (const fault of await Promise.all(faults)) expect(fault).toContain('button Go is');
  });
});

async function rejected(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was wrong',
    (thrown: unknown) => String(thrown),
  );
}
