import type { Locator } from 'playwright-core';
import type { Control, Hand } from './window-hand.js';
import { describe, LookingHand, until } from './window-mouse.js';

/** No window has as many places for the focus. */
const MOST_STOPS = 80;
/** Milliseconds in which what took the focus away has to put it somewhere. */
const FOCUS_PATIENCE = 1_500;

/** What has the focus, seen from what is wanted. */
interface Place {
  /** `group`: on another of the same tabs or radio buttons, from where arrows lead on. */
  readonly is: 'here' | 'group' | 'before' | 'after' | 'nowhere';
  readonly name: string;
  /** Which way the last key went in the order of the page. */
  readonly moved: 'on' | 'back' | 'nowhere';
}

/**
 * Presses keys and nothing else: Tab or Shift+Tab to what is wanted, arrows within tabs and radio buttons, then Space. Fails where
 * Tab does not lead there in the order of the page, and where the focus is lost.
 */
export class KeyboardHand extends LookingHand implements Hand {
  /** Whether the page is as it was opened, where nothing has the focus yet. */
  #isFresh = true;

  async press(control: Control): Promise<void> {
    const element = this.element(control);
    await this.#reach(control);
    if (control.role === 'tab' && (await element.getAttribute('aria-selected')) === 'true') return;
    if (control.role === 'radio' && (await element.isChecked())) return;
    await this.page.keyboard.press('Space');
    await this.#keepsFocus(`after ${describe(control)}`);
  }

  async choose(control: Control, option: string): Promise<void> {
    const element = this.element(control);
    await this.#reach(control);
    await this.page.keyboard.press('Home');
    const chosen = (): Promise<string> =>
      element.evaluate((list) => (list as HTMLSelectElement).selectedOptions[0]?.label ?? '');
    for (let presses = 0; (await chosen()) !== option; presses += 1) {
      if (presses > 40) throw new Error(`arrows do not lead to ${option}`);
      await this.page.keyboard.press('ArrowDown');
    }
    await this.#keepsFocus(`after ${describe(control)}`);
  }

  async write(control: Control, text: string): Promise<void> {
    await this.#reach(control);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type(text);
  }

  /** Whoever does not see the page change hears what has the focus now. */
  async arrives(heading: string): Promise<void> {
    await this.page.getByRole('heading', { name: heading, exact: true }).first().waitFor({ timeout: this.patience });
    await this.#keepsFocus(`where ${heading} has come`);
    this.#isFresh = false;
  }

  async #reach(control: Control): Promise<void> {
    const element = this.element(control);
    await element.waitFor({ timeout: this.patience });
    if (!this.#isFresh) await this.#keepsFocus(`before ${describe(control)}`);
    let place = await look(element);
    for (let presses = 0; place.is !== 'here' && place.is !== 'group'; presses += 1) {
      if (presses > MOST_STOPS) throw new Error(`Tab does not lead to ${describe(control)}`);
      const isBack = place.is === 'after';
      await this.page.keyboard.press(isBack ? 'Shift+Tab' : 'Tab');
      place = await look(element);
      if (place.is === 'nowhere') throw new Error(`Tab leaves the page before ${describe(control)}`);
      if (place.moved === (isBack ? 'on' : 'back')) {
        throw new Error(`Tab goes out of order to ${place.name} on the way to ${describe(control)}`);
      }
      if (place.is === (isBack ? 'before' : 'after')) throw new Error(`Tab passes ${describe(control)} by`);
    }
    this.#isFresh = false;
    for (let presses = 0; place.is === 'group'; presses += 1) {
      if (presses > 20) throw new Error(`arrows do not lead to ${describe(control)}`);
      await this.page.keyboard.press(control.role === 'tab' ? 'ArrowRight' : 'ArrowDown');
      place = await look(element);
    }
  }

  async #keepsFocus(when: string): Promise<void> {
    await until(
      FOCUS_PATIENCE,
      async () => (await this.page.evaluate(() => document.activeElement !== document.body)) || undefined,
      `the focus is lost ${when}`,
    );
  }
}

function look(element: Locator): Promise<Place> {
  return element.evaluate((wanted): Place => {
    const active = document.activeElement;
    const before = Reflect.get(globalThis, 'stopBefore') as Element | undefined;
    Reflect.set(globalThis, 'stopBefore', active);
    if (!active || active === document.body) {
      return { is: before === undefined || !before.isConnected ? 'before' : 'nowhere', name: '', moved: 'nowhere' };
    }
    const follows = (one: Element, other: Element): boolean =>
      (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    const isSameGroup =
      active instanceof HTMLInputElement && wanted instanceof HTMLInputElement
        ? active.type === 'radio' && active.name === wanted.name
        : active.role === 'tab' && active.parentElement === wanted.parentElement;
    const hasMoved = before !== undefined && before !== active && before.isConnected && before !== document.body;
    return {
      is: active === wanted ? 'here' : isSameGroup ? 'group' : follows(active, wanted) ? 'before' : 'after',
      name: `<${active.tagName.toLowerCase()}> ${(active.getAttribute('aria-label') ?? active.textContent).trim().slice(0, 30)}`,
      moved: hasMoved ? (follows(before, active) ? 'on' : 'back') : 'nowhere',
    };
  });
}
