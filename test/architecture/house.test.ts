import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { listFiles, listSourceFiles, readText } from './repository.js';

const isTest = (path: string): boolean => path.startsWith('test/');
const isBinary = (path: string): boolean => /\.(png|ico|icns|pdf|der|p12|woff2)$/.test(path);

/** Quotes what it forbids. */
const THIS_FILE = 'test/architecture/house.test.ts';
const otherSourceFiles = listSourceFiles().filter((path) => path !== THIS_FILE);

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly scripts: Record<string, string>;
}
const manifest = JSON.parse(readText('package.json')) as Manifest;

/** `path:line` of every node of a kind. */
function findNodes(path: string, text: string, kind: ts.SyntaxKind): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === kind) found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `path:line` of every line that matches. */
function findLines(path: string, text: string, pattern: RegExp): string[] {
  return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
}

describe('source files', () => {
  it('have at most 500 lines', () => {
    const tooLong = listSourceFiles().filter((path) => !isTest(path) && readText(path).split('\n').length > 501);
    expect(tooLong).toEqual([]);
  });

  it('never use any', () => {
    const findAny = (path: string, text: string): string[] => findNodes(path, text, ts.SyntaxKind.AnyKeyword);
    expect(findAny('x.ts', 'let y: any;')).toEqual(['x.ts:1']);
    expect(listSourceFiles().flatMap((path) => findAny(path, readText(path)))).toEqual([]);
  });

  it('leave nothing to be done in comments', () => {
    const pattern = /\b(TODO|FIXME|XXX)\b/;
    expect(findLines('x.ts', '// TODO later', pattern)).toEqual(['x.ts:1']);
    expect(otherSourceFiles.flatMap((path) => findLines(path, readText(path), pattern))).toEqual([]);
  });

  it('replace no module by a mock, end-to-end tests excepted', () => {
    const pattern = /\bvi\.(mock|doMock|hoisted)\(/;
    expect(findLines('x.ts', "vi.mock('node:fs');", pattern)).toEqual(['x.ts:1']);
    const files = otherSourceFiles.filter((path) => !path.startsWith('test/e2e/'));
    expect(files.flatMap((path) => findLines(path, readText(path), pattern))).toEqual([]);
  });
});

it('no file names a place on the machine it was written on', () => {
  const pattern = /(^|[^\w.])(\/(work|root|Users|home)\/[\w.-]|[A-Z]:\\{1,2}Users)/;
  expect(findLines('x.md', 'see /home/me/x', pattern)).toEqual(['x.md:1']);
  expect(findLines('x.md', 'https://example.test/home/me and ../work/x', pattern)).toEqual([]);
  const files = listFiles().filter((path) => !isBinary(path) && path !== THIS_FILE);
  expect(files.flatMap((path) => findLines(path, readText(path), pattern))).toEqual([]);
});

describe('package.json', () => {
  it('pins every version exactly', () => {
    const versions = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
    expect(Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('has a decision record for every package the product runs on', () => {
    const records = listFiles('docs/adr').map(readText).join('\n');
    const packages = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, electron: '' });
    expect(packages.filter((name) => !records.includes(`\`${name}\``))).toEqual([]);
  });

  it('has only scripts whose files exist', () => {
    const files = new Set(listFiles());
    const named = Object.values(manifest.scripts).flatMap((script) => script.match(/\b[\w/.-]+\.[jt]s\b/g) ?? []);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !files.has(path))).toEqual([]);
  });

  it('has a lock file that names no registry', () => {
    expect(readText('package-lock.json')).not.toContain('"resolved"');
  });
});

describe('TypeScript', () => {
  const strictness = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowUnreachableCode: false,
  };
  const readConfig = (path: string): { extends?: string; compilerOptions: Record<string, unknown> } => {
    const parsed = ts.parseConfigFileTextToJson(path, readText(path));
    expect(parsed.error).toBeUndefined();
    return parsed.config as { compilerOptions: Record<string, unknown> };
  };
  const projects = listFiles().filter((path) => /(^|\/)tsconfig\.json$/.test(path) && path !== 'tsconfig.json');

  it('is strict', () => {
    expect(readConfig('tsconfig.base.json').compilerOptions).toMatchObject(strictness);
  });

  it.each(projects)('is as strict in %s', (path) => {
    const config = readConfig(path);
    expect(config.extends).toMatch(/^(\.\.\/)+tsconfig\.base\.json$/);
    expect(Object.keys(strictness).filter((option) => option in config.compilerOptions)).toEqual([]);
  });

  it.each(['sdk/protocol', 'sdk/formats', 'main/core'])('knows neither Node nor DOM in %s', (folder) => {
    const { compilerOptions } = readConfig(`${folder}/tsconfig.json`);
    expect(compilerOptions).not.toHaveProperty('lib');
    expect(compilerOptions).not.toHaveProperty('types');
  });
});
