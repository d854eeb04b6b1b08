#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../dist/main/cli/main.js', import.meta.url))) {
  process.stderr.write('madoguchi: this checkout is not built yet; run "npm run demo" or "npm test" once.\n');
  process.exit(70);
}
const { runCommandLine } = await import('../dist/main/cli/main.js');
process.exitCode = await runCommandLine(process.argv.slice(2));
