/** What is wrong with the page's headings, landmarks, language and live regions, one line each. Runs in the page. */
export function findStructureFaults(language: string): readonly string[] {
  const faults: string[] = [];
  const shown = (selector: string): readonly Element[] =>
    [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const hasText = (element: Element): boolean => element.textContent.trim() !== '';

  const { lang } = document.documentElement;
  if (lang.split('-')[0] !== language.split('-')[0]) faults.push(`<html lang> is ${lang}`);
  if (document.title.trim() === '') faults.push('the window has no title');

  const isInDialog = (element: Element): boolean => element.closest('[role="dialog"], [role="alertdialog"]') !== null;
  const headings = shown('h1, [role="heading"][aria-level="1"]').filter((one) => !isInDialog(one));
  if (headings.length !== 1) faults.push(`${headings.length} main headings`);
  const mains = shown('main:not([role]), [role="main"]');
  if (mains.length !== 1) faults.push(`${mains.length} main landmarks`);
  if (headings[0] && mains[0] && !mains[0].contains(headings[0])) faults.push('the main heading is elsewhere');
  for (const heading of shown('h1, h2, h3, h4, h5, h6')) if (!hasText(heading)) faults.push('an empty heading');

  const levels = shown('h1, h2, h3, h4, h5, h6').filter((one) => !isInDialog(one));
  for (const [place, heading] of levels.entries()) {
    const before = levels[place - 1];
    if (before && Number(heading.tagName[1]) > Number(before.tagName[1]) + 1) {
      faults.push(`a level is left out before ${heading.tagName} ${heading.textContent}`);
    }
  }
  for (const region of document.querySelectorAll('[role="status"], [role="alert"], [aria-live]')) {
    // While a dialog is open, the rest is silent on purpose.
    const isSilenced = document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
    if (!isSilenced && region.closest('[aria-hidden="true"], [inert]')) faults.push('a live region that nobody hears');
  }
  for (const described of document.querySelectorAll('[aria-describedby], [aria-labelledby]')) {
    for (const attribute of ['aria-describedby', 'aria-labelledby']) {
      for (const id of (described.getAttribute(attribute) ?? '').split(/\s+/).filter((one) => one !== '')) {
        if (!document.getElementById(id)) faults.push(`${attribute} of <${described.tagName}> names nothing: ${id}`);
      }
    }
  }
  return faults;
}

const NAMED_ROLES =
  'button|link|checkbox|radio|textbox|tab|combobox|listbox|dialog|alertdialog|heading|img|progressbar|searchbox|switch|spinbutton';
const WITHOUT_NAME = new RegExp(String.raw`^\s*- (?:${NAMED_ROLES})(?: \[[^\]]*\])*:?\s*$`, 'u');

/** Lines of Playwright's snapshot of the accessibility tree whose element has a role that needs a name, and has none. */
export function unnamedIn(snapshot: string): readonly string[] {
  return snapshot.split('\n').filter((line) => WITHOUT_NAME.test(line));
}

/** Whatever still moves. Runs in the page. */
export function findMotion(): readonly string[] {
  return document.getAnimations().flatMap((animation) => {
    if (animation.playState !== 'running') return [];
    const target = animation.effect instanceof KeyframeEffect ? animation.effect.target : null;
    return [`<${target?.tagName.toLowerCase() ?? ''} class="${target?.getAttribute('class') ?? ''}"> moves`];
  });
}

/** In forced colours: shapes of the ground's own colour, buttons that cannot be told from it. Runs in the page. */
export function findLostShapes(): readonly string[] {
  const faults: string[] = [];
  const groundOf = (element: Element): string => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (backgroundColor !== 'rgba(0, 0, 0, 0)' && backgroundColor !== 'transparent') return backgroundColor;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  for (const shape of document.querySelectorAll('svg path')) {
    if (!shape.checkVisibility()) continue;
    const { stroke, fill } = getComputedStyle(shape);
    const ground = groundOf(shape);
    const isLost = (paint: string): boolean => paint === 'none' || paint === ground || paint === 'rgba(0, 0, 0, 0)';
    if (isLost(stroke) && isLost(fill)) faults.push(`an icon of the ground's colour: ${shape.getAttribute('d') ?? ''}`);
  }
  for (const button of document.querySelectorAll('button')) {
    const { borderTopStyle, borderTopWidth, color } = getComputedStyle(button);
    if (!button.checkVisibility() || button.getBoundingClientRect().width <= 1) continue;
    if (color === groundOf(button)) faults.push(`a text of the ground's colour: ${button.textContent}`);
    // What opens and closes a part has its arrow, what belongs to a row of its kind has that row.
    if (button.closest('nav, [role="tablist"]') || (button.ariaExpanded !== null && button.querySelector('svg')))
      continue;
    const hasEdge = borderTopStyle !== 'none' && parseFloat(borderTopWidth) > 0;
    const isUnderlined = getComputedStyle(button).textDecorationLine !== 'none';
    if (!hasEdge && !isUnderlined) faults.push(`a button without an edge: ${button.textContent}`);
  }
  return faults;
}
