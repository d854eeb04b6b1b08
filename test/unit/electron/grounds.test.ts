import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GROUNDS } from '../../../main/electron/running-shell.js';
import { packageRoot } from '../../../main/node/package-root.js';

it('a window has the ground of its page before there is a page', () => {
  const css = readFileSync(join(packageRoot(), 'renderer', 'ui', 'tokens.css'), 'utf8');
  const grounds = [...css.matchAll(/([^{}]+)\{[^{}]*?--ground: (#[0-9a-f]{6});/g)].map(([, selector = '', ground]) => [
    /high-contrast|dark/.exec(selector)?.[0] ??
      (css.includes(`(prefers-color-scheme: dark) {${selector}`) ? 'dark' : 'light'),
    ground,
  ]);
  expect(grounds.length).toBeGreaterThanOrEqual(3);
  const expected = { light: GROUNDS.light, dark: GROUNDS.dark, 'high-contrast': GROUNDS.highContrast };
  expect(Object.fromEntries(grounds)).toEqual(expected);
  for (const [look, ground] of grounds) expect(ground).toBe(expected[look as keyof typeof expected]);
});
