import type { Page } from 'playwright-core';

/** Something the keyboard should get to, or got to. */
export interface Stop {
  /** Of the order in the page; -1 for what is no such thing, as a part that scrolls. */
  readonly index: number;
  readonly name: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** What it scrolls with. */
  readonly layer: number;
}

/** What is wrong with the element that has the focus. */
export interface Focused {
  readonly index: number;
  readonly name: string;
  readonly faults: readonly string[];
}

const NOTES = 'data-gallery-stop';

/** Runs in the page: numbers everything that can be worked with, in the order of the page, and says where it is. */
function numberStops(attribute: string): { readonly stops: readonly Stop[]; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const modal = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"], dialog[open]')]
    .filter((one) => one.checkVisibility())
    .at(-1);
  const nameOf = (element: Element): string =>
    `<${element.tagName.toLowerCase()}> ${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 30)}`;
  const layers: Element[] = [];
  const layerOf = (element: Element): number => {
    let at: Element | null = element;
    for (; at; at = at.parentElement) {
      const { position, overflowY } = getComputedStyle(at);
      if (position === 'sticky' || position === 'fixed' || overflowY === 'auto' || overflowY === 'scroll') break;
    }
    const layer = at ?? document.body;
    if (!layers.includes(layer)) layers.push(layer);
    return layers.indexOf(layer);
  };
  /** Of radio buttons one takes the focus: the chosen one, or else the first. */
  const isOtherRadio = (element: Element): boolean => {
    if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return false;
    const group = [...document.querySelectorAll<HTMLInputElement>(`input[type="radio"]`)].filter(
      ({ name }) => name === element.name,
    );
    return (group.find(({ checked }) => checked) ?? group[0]) !== element;
  };
  const workable =
    'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex], [contenteditable]';
  const stops: Stop[] = [];
  for (const element of (modal ?? document.body).querySelectorAll<HTMLElement>(workable)) {
    element.removeAttribute(attribute);
    if (element.tabIndex > 0) faults.push(`an order of its own: ${nameOf(element)}`);
    if (element.tabIndex < 0 || element.matches(':disabled') || element.closest('[inert]')) continue;
    const rect = element.getBoundingClientRect();
    // Ariakit keeps such edges around a dialog, and a way out for those who only hear it.
    if (rect.width <= 1 || !element.checkVisibility({ visibilityProperty: true }) || isOtherRadio(element)) continue;
    element.setAttribute(attribute, String(stops.length));
    const target = element.closest('label')?.getBoundingClientRect() ?? rect;
    const isInText = getComputedStyle(element).display === 'inline' && element.matches('a');
    if (!isInText && (target.width < 24 || target.height < 24)) {
      faults.push(`smaller than 24 by 24: ${nameOf(element)} ${target.width} by ${target.height}`);
    }
    const { left, right } = rect;
    stops.push({
      index: stops.length,
      name: nameOf(element),
      left,
      right,
      top: rect.top + scrollY,
      bottom: rect.bottom + scrollY,
      layer: layerOf(element),
    });
  }
  return { stops, faults };
}

/** Runs in the page: what has the focus, whether one can see that it has, and whether one can see it at all. */
function lookAtFocus(attribute: string): Focused {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return { index: -2, name: '', faults: [] };
  const name = `<${element.tagName.toLowerCase()}> ${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 30)}`;
  const faults: string[] = [];
  const rect = element.getBoundingClientRect();
  if (rect.width <= 1) return { index: -1, name, faults };
  const hasOutline = (one: Element): boolean => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  if (
    !hasOutline(element) &&
    !hasOutline(element.parentElement ?? element) &&
    !hasOutline(element.closest('label') ?? element)
  ) {
    faults.push('the focus cannot be seen');
  }
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [x, y] as const));
  const isSeen = points.some(([x, y]) => {
    const at = document.elementFromPoint(rect.left + rect.width * x, rect.top + rect.height * y);
    return at !== null && (element.contains(at) || at.contains(element) || at === element.closest('label'));
  });
  if (!isSeen) faults.push('it is out of sight');
  const index = element.getAttribute(attribute);
  return { index: index === null ? -1 : Number(index), name, faults };
}

/** Whether `next` stands before `stop` for somebody who reads: above it in the same column, or to its left in the same row. */
function goesBack(stop: Stop, next: Stop): boolean {
  if (stop.layer !== next.layer) return false;
  const sharesColumn = next.left < stop.right && stop.left < next.right;
  const overlap = Math.min(stop.bottom, next.bottom) - Math.max(stop.top, next.top);
  const sharesRow = overlap > Math.min(stop.bottom - stop.top, next.bottom - next.top) / 2;
  return (sharesColumn && next.bottom <= stop.top + 1) || (sharesRow && next.right <= stop.left + 1);
}

/**
 * Goes through the page with Tab, all the way round. What is wrong, one line for each: what is never reached, what comes out of
 * order, what is hidden, and a focus that does not get away or cannot be seen. Goes round once more where nothing but a stop is
 * missing: past the end of the page the focus goes by way of the browser, which on a busy PC gives it back only after the next Tab.
 */
export async function findKeyboardFaults(page: Page): Promise<readonly string[]> {
  let round = await goRound(page);
  if (round.faults.length === 0 && round.missed.length > 0) round = await goRound(page);
  return [...round.faults, ...round.missed];
}

async function goRound(
  page: Page,
): Promise<{ readonly faults: readonly string[]; readonly missed: readonly string[] }> {
  const { stops, faults: found } = await page.evaluate(numberStops, NOTES);
  const faults = [...found];
  const order: number[] = [];
  // Round once, with room for the browser itself and for parts that scroll.
  const most = stops.length * 2 + 24;
  for (let count = 0; count < most; count += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(lookAtFocus, NOTES);
    // A date has several places of its own to stop at.
    if (focused.index >= 0 && order.at(-1) === focused.index) continue;
    if (focused.index >= 0 && order.includes(focused.index)) {
      // Round: where it began, or else it goes in a smaller circle.
      if (order[0] === focused.index) break;
      faults.push(`Tab comes back to ${focused.name} too early`);
      break;
    }
    for (const fault of focused.faults) faults.push(`${fault}: ${focused.name}`);
    if (focused.index >= 0) order.push(focused.index);
  }
  const missed = stops.filter(({ index }) => !order.includes(index)).map(({ name }) => `Tab does not reach ${name}`);
  for (const [place, index] of order.entries()) {
    const stop = stops[index];
    const next = stops[order[place + 1] ?? -1];
    // Once round, from wherever the state put the focus: one step goes back to the first.
    if (!stop || !next || next.index === 0) continue;
    if (goesBack(stop, next)) faults.push(`Tab goes back from ${stop.name} to ${next.name}`);
  }
  return { faults, missed };
}
