// @ts-check
/** Lints the workflows of GitHub Actions, without a network. Usage: node tools/verify-workflows.js */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, say } from './setup/terminal.js';
import { lintWorkflow } from './verify-workflows/lint.js';

const folder = join(REPOSITORY, '.github', 'workflows');
const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
const faults = [];
for (const file of files) {
  faults.push(...(await lintWorkflow(`.github/workflows/${file}`, readFileSync(join(folder, file), 'utf8'))));
}
for (const fault of faults) say(fault);
say(`${files.length} workflows, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
