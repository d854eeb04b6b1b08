import type { CDPSession, Page } from 'playwright-core';
import type { Control, ControlState, Hand } from './window-hand.js';
import { describe, isLike, until, withoutSpace } from './window-mouse.js';

/** A node of Chromium's accessibility tree, as far as it matters here. */
interface AxNode {
  readonly nodeId: string;
  readonly ignored: boolean;
  readonly role?: { readonly value?: unknown };
  readonly name?: { readonly value?: unknown };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
  readonly childIds?: readonly string[];
  readonly backendDOMNodeId?: number;
}

/** What is worked with, and so has to say what it is. */
const CONTROLS: ReadonlySet<string> = new Set([
  ...[
    'button',
    'checkbox',
    'radio',
    'tab',
    'textbox',
    'searchbox',
    'combobox',
    'link',
    'spinbutton',
    'switch',
    'slider',
  ],
  ...['Date', 'progressbar', 'region', 'group', 'dialog', 'alertdialog', 'listbox', 'option', 'navigation', 'tabpanel'],
]);
/** These need no name of their own. */
const NAMELESS: ReadonlySet<string> = new Set(['group']);
/** Where reading goes on once another step has come: its heading, or the field that it is about. */
const READ_FIRST: ReadonlySet<string> = new Set(['heading', 'textbox']);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const roleOf = ({ role }: AxNode): string => textOf(role?.value);
const nameOf = ({ name }: AxNode): string => textOf(name?.value).trim();
const property = ({ properties = [] }: AxNode, wanted: string): unknown =>
  properties.find(({ name }) => name === wanted)?.value.value;

/** One reading of the whole tree. */
class Tree {
  readonly nodes: readonly AxNode[];
  readonly #byId: ReadonlyMap<string, AxNode>;

  constructor(nodes: readonly AxNode[]) {
    this.nodes = nodes;
    this.#byId = new Map(nodes.map((node) => [node.nodeId, node]));
  }

  /** Its parts in the order in which they are read. */
  within(node: AxNode): readonly AxNode[] {
    const children = (node.childIds ?? []).flatMap((id) => this.#byId.get(id) ?? []);
    return [node, ...children.flatMap((child) => this.within(child))];
  }

  /** What is said of a part and all that is in it. */
  text(node: AxNode | undefined): string {
    if (!node) return '';
    const said = this.within(node).filter((part) => !part.ignored && roleOf(part) === 'StaticText');
    return said.map(nameOf).join('');
  }

  get root(): AxNode | undefined {
    return this.nodes[0];
  }

  get focused(): AxNode | undefined {
    return this.nodes.find((node) => node !== this.root && !node.ignored && property(node, 'focused') === true);
  }

  /** What the dialog around a part is called: it is read before the part that has the focus. */
  dialogOf(part: AxNode): string | undefined {
    const dialogs = this.nodes.filter((node) => !node.ignored && /^(alert)?dialog$/.test(roleOf(node)));
    const around = dialogs.find((dialog) => this.within(dialog).includes(part));
    return around && nameOf(around);
  }

  controls({ role, name }: Control): readonly AxNode[] {
    const ordered = this.root ? this.within(this.root) : [];
    return ordered.filter(
      (node) =>
        !node.ignored &&
        roleOf(node) === role &&
        (typeof name === 'string' ? nameOf(node) === name : name.test(nameOf(node))),
    );
  }

  /** What cannot be told from anything else by whoever hears it. */
  get nameless(): readonly AxNode[] {
    return this.nodes.filter(
      (node) => !node.ignored && CONTROLS.has(roleOf(node)) && !NAMELESS.has(roleOf(node)) && nameOf(node) === '',
    );
  }
}

/**
 * Works with a window as assistive technology does: by role and name in the browser's own accessibility tree, and through its nodes.
 * Fails where a step comes without the focus on what is read first, where a change is in no live region, and where a
 * control has no name.
 */
export class TreeHand implements Hand {
  readonly page: Page;
  readonly #devtools: CDPSession;
  readonly #patience: number;

  private constructor(page: Page, devtools: CDPSession, patience: number) {
    this.page = page;
    this.#devtools = devtools;
    this.#patience = patience;
  }

  static async of(page: Page, patience: number): Promise<TreeHand> {
    return new TreeHand(page, await page.context().newCDPSession(page), patience);
  }

  async press(control: Control): Promise<void> {
    await this.finds(control, { disabled: false });
    await this.#call(await this.#find(control), 'function () { this.focus(); this.click(); }');
  }

  async choose(control: Control, option: string): Promise<void> {
    await this.#call(await this.#find(control), 'function () { this.focus(); }');
    await this.page.keyboard.press('Home');
    for (let presses = 0; nameOf(await this.#chosen(control)) !== option; presses += 1) {
      if (presses > 40) throw new Error(`arrows do not lead to ${option}`);
      await this.page.keyboard.press('ArrowDown');
    }
  }

  async write(control: Control, text: string): Promise<void> {
    await this.#call(await this.#find(control), 'function () { this.focus(); this.select(); }');
    await this.page.keyboard.type(text);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  async arrives(heading: string): Promise<void> {
    let seen = '';
    await until(
      this.#patience,
      async () => {
        const tree = await this.#tree();
        const { focused } = tree;
        const headings = tree.nodes.filter((node) => !node.ignored && roleOf(node) === 'heading').map(nameOf);
        seen = `headings ${headings.join(', ')}; focus on ${focused ? `${roleOf(focused)} ${nameOf(focused)}` : 'nothing'}`;
        const isRead = focused !== undefined && (READ_FIRST.has(roleOf(focused)) || tree.dialogOf(focused) === heading);
        return (headings.includes(heading) && isRead) || undefined;
      },
      () => `${heading} is not come to: ${seen}`,
    );
  }

  async hears(text: string): Promise<void> {
    const wanted = withoutSpace(text);
    let seen: readonly string[] = [];
    await until(
      this.#patience,
      async () => {
        const tree = await this.#tree();
        const live = tree.nodes.filter(
          (node) => !node.ignored && ['polite', 'assertive'].includes(textOf(property(node, 'live'))),
        );
        const { focused } = tree;
        seen = [...live.map((node) => tree.text(node)), focused ? `${nameOf(focused)} ${tree.text(focused)}` : ''];
        return seen.some((said) => withoutSpace(said).includes(wanted)) || undefined;
      },
      () => `nobody is told "${text}", but: ${seen.filter((said) => said !== '').join(' | ')}`,
    );
  }

  async reads(text: string): Promise<void> {
    const wanted = withoutSpace(text);
    let seen = '';
    await until(
      this.#patience,
      async () => {
        const tree = await this.#tree();
        seen = tree.text(tree.root);
        return withoutSpace(seen).includes(wanted) || undefined;
      },
      () => `nothing says "${text}" in: ${seen}`,
    );
  }

  async finds(control: Control, state: ControlState = {}): Promise<void> {
    let seen: ControlState | undefined;
    await until(
      this.#patience,
      async () => {
        const node = nth((await this.#tree()).controls(control), control);
        seen = node && stateOf(node);
        return (seen && isLike(seen, state)) || undefined;
      },
      () => `${describe(control)} is ${seen ? JSON.stringify(seen) : 'not there'} and not ${JSON.stringify(state)}`,
    );
  }

  /** The tree as it is; every control in it has a name. */
  async #tree(): Promise<Tree> {
    const { nodes } = await this.#devtools.send('Accessibility.getFullAXTree');
    const tree = new Tree(nodes);
    const [nameless] = tree.nameless;
    if (nameless) throw new Error(`a ${roleOf(nameless)} has no name: ${tree.text(nameless)}`);
    return tree;
  }

  #find(control: Control): Promise<AxNode> {
    return until(
      this.#patience,
      async () => nth((await this.#tree()).controls(control), control),
      `there is no ${describe(control)}`,
    );
  }

  async #chosen(control: Control): Promise<AxNode> {
    return until(
      this.#patience,
      async () => {
        const tree = await this.#tree();
        const list = nth(tree.controls(control), control);
        return (
          list && tree.within(list).find((node) => roleOf(node) === 'option' && property(node, 'selected') === true)
        );
      },
      `nothing is chosen in ${describe(control)}`,
    );
  }

  async #call({ backendDOMNodeId }: AxNode, functionDeclaration: string): Promise<void> {
    if (backendDOMNodeId === undefined) throw new Error('a node of no element');
    const { object } = await this.#devtools.send('DOM.resolveNode', { backendNodeId: backendDOMNodeId });
    if (object.objectId === undefined) throw new Error('an element that is gone');
    await this.#devtools.send('Runtime.callFunctionOn', { objectId: object.objectId, functionDeclaration });
  }
}

function nth(nodes: readonly AxNode[], { nth: position = 0 }: Control): AxNode | undefined {
  return nodes.at(position);
}

function stateOf(node: AxNode): Required<ControlState> {
  const is = (name: string): boolean => [true, 'true'].includes(property(node, name) as boolean | string);
  return { disabled: is('disabled'), checked: is('checked'), expanded: is('expanded'), selected: is('selected') };
}
