import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it, vi } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../../sdk/browser/', import.meta.url));
/** Bytes of everything, minified and compressed, that a page may have to load. */
const BUDGET = 12 * 1024;

describe('the bundle that a page loads', () => {
  let code: string;
  let modules: readonly string[];

  beforeAll(async () => {
    const bundle = await rolldown({ input: `${FOLDER}index.ts`, platform: 'browser' });
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    await bundle.close();
    expect(output).toHaveLength(1);
    const [chunk] = output;
    expect([...chunk.imports, ...chunk.dynamicImports]).toEqual([]);
    code = chunk.code;
    modules = chunk.moduleIds;
  });

  it('has at most 12 KiB', () => {
    const bytes = gzipSync(code, { level: 9 }).length;
    console.log(`madoguchi/browser: ${bytes} bytes of ${BUDGET}`);
    expect(bytes).toBeGreaterThan(2_048);
    expect(bytes).toBeLessThanOrEqual(BUDGET);
  });

  it('holds this package and nothing else', () => {
    expect(modules.filter((file) => !file.startsWith(FOLDER))).toEqual([]);
    expect(code).not.toMatch(/\bzod\b/i);
  });

  it('holds all of it: what nobody loads is dead', () => {
    const typesOnly = ['options.ts'];
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
    const loaded = modules.map((file) => file.slice(FOLDER.length));
    expect(files.filter((name) => !loaded.includes(name) && !typesOnly.includes(name))).toEqual([]);
  });

  it('looks at nothing when it is loaded', async () => {
    // A service may load it where it renders its pages; a page may load it before it is allowed to ask anybody.
    const looked = vi.fn();
    const browserOnly = ['document', 'location', 'origin', 'chrome', 'top', 'self', 'isSecureContext'];
    for (const name of browserOnly) Object.defineProperty(globalThis, name, { configurable: true, get: looked });
    const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<string, unknown>;
    for (const name of browserOnly) Reflect.deleteProperty(globalThis, name);
    expect(looked).not.toHaveBeenCalled();
    expect(Object.keys(module).sort()).toEqual([
      'MadoguchiError',
      'authenticate',
      'createClient',
      'readAttributes',
      'redirectForm',
      'redirectUrl',
      'sign',
      'status',
    ]);
  });
});
