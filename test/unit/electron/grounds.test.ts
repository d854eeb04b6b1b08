import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GROUNDS } from '../../../main/electron/running-shell.js';
import { packageRoot } from '../../../main/node/package-root.js';

it('a window has the ground of its page before there is a page', () => {
  const css = readFileSync(join(packageRoot(), 'renderer', 'ui', 'tokens.css'), 'utf8');
  const [, light, dark] = /--ground: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/.exec(css) ?? [];
  const [, highContrast] = /high-contrast'\] \{[^}]*--ground: (#[0-9a-f]{6});/.exec(css) ?? [];
  expect({ light, dark, highContrast }).toEqual(GROUNDS);
  // Nothing else sets it.
  expect(css.match(/--ground:/g)).toHaveLength(2);
});
