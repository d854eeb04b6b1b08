import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { Control, ControlState, Hand } from './window-hand.js';

/** Asks again until there is an answer, for `patience` milliseconds. @throws Error with what `fault` says last */
export async function until<Value>(
  patience: number,
  ask: () => Promise<Value | undefined>,
  fault: (() => string | Promise<string>) | string,
): Promise<Value> {
  const deadline = performance.now() + patience;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(typeof fault === 'string' ? fault : await fault());
    await sleep(30);
  }
}

/** What counts when texts are compared: how a browser breaks and pads them does not. */
export function withoutSpace(text: string): string {
  return text.replaceAll(/\s+/gu, '');
}

/** What those who look do, whatever they press with. */
export abstract class LookingHand implements Pick<Hand, 'hears' | 'reads' | 'finds' | 'type'> {
  readonly page: Page;
  /** Milliseconds that anything may take to appear. */
  protected readonly patience: number;

  constructor(page: Page, patience: number) {
    this.page = page;
    this.patience = patience;
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  hears(text: string): Promise<void> {
    return this.reads(text);
  }

  async reads(text: string): Promise<void> {
    const wanted = withoutSpace(text);
    const shown = (): Promise<string> => this.page.locator('body').innerText();
    await until(
      this.patience,
      async () => withoutSpace(await shown()).includes(wanted) || undefined,
      async () => `nothing says "${text}" in:\n${await shown()}`,
    );
  }

  async finds(control: Control, state: ControlState = {}): Promise<void> {
    const element = this.element(control);
    await element.waitFor({ timeout: this.patience });
    const read = (): Promise<Required<ControlState>> => element.evaluate(readState);
    await until(
      this.patience,
      async () => isLike(await read(), state) || undefined,
      async () => `${describe(control)} is ${JSON.stringify(await read())} and not ${JSON.stringify(state)}`,
    );
  }

  protected element({ role, name, nth = 0 }: Control): Locator {
    return this.page.getByRole(role, { name, exact: true }).nth(nth);
  }
}

/** Presses at the place of what is seen, where nothing else lies over it. */
export class MouseHand extends LookingHand implements Hand {
  async press(control: Control): Promise<void> {
    const element = this.element(control);
    await element.click({ timeout: this.patience });
  }

  /** The list itself is drawn by the browser, outside of the page, where no test can press. */
  async choose(control: Control, option: string): Promise<void> {
    await this.element(control).selectOption({ label: option }, { timeout: this.patience });
  }

  async write(control: Control, text: string): Promise<void> {
    await this.element(control).click({ clickCount: 3, timeout: this.patience });
    await this.page.keyboard.type(text);
  }

  async arrives(heading: string): Promise<void> {
    await this.page.getByRole('heading', { name: heading, exact: true }).first().waitFor({ timeout: this.patience });
  }
}

export function describe({ role, name }: Control): string {
  return `${role} ${String(name)}`;
}

export function isLike(found: ControlState, wanted: ControlState): boolean {
  return (Object.keys(wanted) as (keyof ControlState)[]).every((key) => found[key] === wanted[key]);
}

/** Runs in the page. */
function readState(element: Element): Required<ControlState> {
  const is = (name: string): boolean => element.getAttribute(`aria-${name}`) === 'true';
  return {
    disabled: is('disabled') || element.matches(':disabled'),
    checked: element instanceof HTMLInputElement ? element.checked : is('checked'),
    expanded: is('expanded'),
    selected: is('selected'),
  };
}
