import type { Page } from 'playwright-core';
import { KeyboardHand } from './window-keyboard.js';
import { MouseHand } from './window-mouse.js';
import { TreeHand } from './window-tree.js';

export type ControlRole = 'button' | 'checkbox' | 'radio' | 'tab' | 'textbox' | 'searchbox' | 'combobox';

/** Something to work with, as a person would name it. The first of its name in the page, unless it says otherwise. */
export interface Control {
  readonly role: ControlRole;
  /** The whole name; a pattern where the name goes on with what explains it. */
  readonly name: string | RegExp;
  /** Of those with the name; -1 is the last. */
  readonly nth?: number;
}

/** What can be said of a control beside its name. Only what is named is looked at. */
export interface ControlState {
  readonly disabled?: boolean;
  readonly checked?: boolean;
  readonly expanded?: boolean;
  readonly selected?: boolean;
}

/** One way for a person to work with a window. Every method waits for what it names, and fails where that does not come. */
export interface Hand {
  readonly page: Page;
  /** Presses a button, opens a disclosure, ticks or chooses. */
  press(control: Control): Promise<void>;
  /** Takes `option` in a list that opens. */
  choose(control: Control, option: string): Promise<void>;
  /** Puts `text` in place of what is in a field. */
  write(control: Control, text: string): Promise<void>;
  /** Types into what has the keyboard already, one key at a time. */
  type(text: string): Promise<void>;
  /** A step, page or dialog has taken the place of what was there, and one learns of it. */
  arrives(heading: string): Promise<void>;
  /** Something changed, and whoever does not look there is told. */
  hears(text: string): Promise<void>;
  /** It stands in the page; spaces and line ends do not count. */
  reads(text: string): Promise<void>;
  /** The control is there, in this state. */
  finds(control: Control, state?: ControlState): Promise<void>;
}

export const HANDS = ['mouse', 'keyboard alone', 'accessibility tree'] as const;
export type HandName = (typeof HANDS)[number];

/** Works with `page` that way from now on. @param patience milliseconds that anything may take to appear */
export function takeHand(name: HandName, page: Page, patience = 10_000): Promise<Hand> {
  switch (name) {
    case 'mouse':
      return Promise.resolve(new MouseHand(page, patience));
    case 'keyboard alone':
      return Promise.resolve(new KeyboardHand(page, patience));
    case 'accessibility tree':
      return TreeHand.of(page, patience);
  }
}

type Name = string | RegExp;

/** Short ways to name controls. */
export const the = {
  button: (name: Name, nth?: number): Control => named('button', name, nth),
  checkbox: (name: Name): Control => named('checkbox', name),
  radio: (name: Name): Control => named('radio', name),
  tab: (name: Name): Control => named('tab', name),
  field: (name: Name): Control => named('textbox', name),
  search: (name: Name): Control => named('searchbox', name),
  list: (name: Name): Control => named('combobox', name),
};

function named(role: ControlRole, name: Name, nth?: number): Control {
  return { role, name, ...(nth !== undefined && { nth }) };
}

/** A name that begins so: what explains the control follows it. */
export function startingWith(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)}`);
}
