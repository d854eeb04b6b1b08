/**
 * What does not fit in the page as it is now: in the page's own words, one line for each. Runs in the page; needs nothing from
 * outside of itself.
 */
export function findLayoutFaults(): readonly string[] {
  /** CSS pixels that rounding may take. */
  const TOLERANCE = 1.5;
  const faults = new Set<string>();
  const name = (element: Element): string => {
    const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
    return `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${text}`;
  };
  const scrolls = (overflow: string): boolean => overflow === 'auto' || overflow === 'scroll';
  const cuts = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
  const isPainted = (style: CSSStyleDeclaration): boolean =>
    style.backgroundColor !== 'rgba(0, 0, 0, 0)' || parseFloat(style.borderInlineStartWidth) > 0;
  const isForReadersOnly = (element: Element): boolean => {
    const { width, height } = element.getBoundingClientRect();
    return element.closest('.visually-hidden') !== null || (width <= 1 && height <= 1);
  };
  const isVisible = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !isForReadersOnly(element);

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.add(`the page scrolls sideways: ${scrollWidth} in ${clientWidth}`);

  for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
    if (!isVisible(element) || element instanceof SVGElement) continue;
    const style = getComputedStyle(element);
    const isWider = element.scrollWidth > element.clientWidth + TOLERANCE && element.clientWidth > 0;
    const isHigher = element.scrollHeight > element.clientHeight + TOLERANCE && element.clientHeight > 0;
    // What is typed moves along with the caret.
    const isField = element instanceof HTMLInputElement;
    if (isWider && !isField && cuts(style.overflowX)) faults.add(`cut sideways: ${name(element)}`);
    if (isHigher && cuts(style.overflowY)) faults.add(`cut below: ${name(element)}`);
    if (isWider && scrolls(style.overflowX)) faults.add(`scrolls sideways: ${name(element)}`);
    if (isField && element.placeholder !== '' && element.value === '' && isWider) {
      faults.add(`placeholder cut: ${name(element)}`);
    }
  }

  interface Line {
    readonly element: Element;
    readonly rect: DOMRect;
    /** What it scrolls with; lines on different ones may pass over each other. */
    readonly layer: Element;
  }
  const layerOf = (element: Element): Element => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const { position, overflowY } = getComputedStyle(at);
      if (position === 'sticky' || position === 'fixed' || scrolls(overflowY)) return at;
    }
    return document.body;
  };
  /** The box that the text's line has to stay in: of the nearest ancestor that one can see. */
  const checkWithin = (element: Element, rect: DOMRect): void => {
    for (let at: Element | null = element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (scrolls(style.overflowX) || scrolls(style.overflowY)) return;
      if (style.display === 'inline' || !isPainted(style)) continue;
      const box = at.getBoundingClientRect();
      const above = rect.height * 0.3;
      // A space at the end of a line hangs where spaces are kept.
      const hanging = getComputedStyle(element).whiteSpace.startsWith('pre') ? rect.height * 0.3 : 0;
      if (rect.left < box.left - TOLERANCE || rect.right > box.right + TOLERANCE + hanging) {
        faults.add(`text out of its box sideways: ${name(element)} in ${name(at)}`);
      }
      if (rect.top < box.top - above || rect.bottom > box.bottom + above) {
        faults.add(`text out of its box: ${name(element)} in ${name(at)}`);
      }
      return;
    }
  };

  const lines: Line[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || (node.nodeValue ?? '').trim() === '' || !isVisible(element)) continue;
    if (element.closest('rt, option, [aria-hidden="true"][inert]')) continue;
    range.selectNodeContents(node);
    const layer = layerOf(element);
    for (const rect of range.getClientRects()) {
      if (rect.width < 1 || rect.height < 1) continue;
      if (layer === document.body && (rect.left < -TOLERANCE || rect.right > clientWidth + TOLERANCE)) {
        faults.add(`text out of the window: ${name(element)}`);
      }
      checkWithin(element, rect);
      lines.push({ element, rect, layer });
    }
  }

  lines.sort((a, b) => a.rect.top - b.rect.top);
  for (const [index, line] of lines.entries()) {
    for (const other of lines.slice(index + 1)) {
      if (other.rect.top >= line.rect.bottom) break;
      if (other.layer !== line.layer || other.element === line.element) continue;
      const height = Math.min(line.rect.bottom, other.rect.bottom) - other.rect.top;
      const width = Math.min(line.rect.right, other.rect.right) - Math.max(line.rect.left, other.rect.left);
      // The boxes of a font's lines are higher than its letters.
      if (width > 2 && height > Math.min(line.rect.height, other.rect.height) * 0.4) {
        faults.add(`text over text: ${name(line.element)} and ${name(other.element)}`);
      }
    }
  }
  return [...faults];
}
