import axe, { type AxeResults, type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import type { StateLook } from './gallery-session.js';

const EVERY_RULE: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

/** What differs between appearances. */
const CONTRAST: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] }, resultTypes: ['violations'] };

/** What another look can change. */
export const OTHER_LOOKS: readonly (StateLook & { readonly rules: RunOptions })[] = [
  { appearance: 'dark', rules: CONTRAST },
  { appearance: 'high-contrast', rules: CONTRAST },
  { language: 'en', rules: EVERY_RULE },
];

/** Brings axe into the page, from its next load on. As text: the page's policy lets nothing be evaluated there. */
export async function bringAxe(page: Page): Promise<void> {
  await page.addInitScript({ content: axe.source });
  await page.reload();
}

/** `rule: what it is about`, one for each element. */
export async function axeViolations(page: Page, rules = EVERY_RULE): Promise<readonly string[]> {
  const { violations } = await page.evaluate(
    (given) => (globalThis as unknown as { axe: { run(of: RunOptions): Promise<AxeResults> } }).axe.run(given),
    rules,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html}`));
}
