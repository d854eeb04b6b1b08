// @ts-check
/**
 * The program that browsers start on Windows. The app itself cannot be it: its fuses keep it from running as Node.js, and a
 * browser's pipes do not reach a program with windows. So it is Node.js with one script inside (a single executable application):
 * a `.cmd` file would not start where administrators turned off the command prompt.
 */
import { inject } from 'postject';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { REPOSITORY } from '../setup/terminal.js';
import { fetchNode, pinnedNode } from './node-runtime.js';

/** Of Node's own documentation on single executable applications. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const RESOURCE = 'NODE_SEA_BLOB';

/**
 * Builds the program for each platform.
 * @param {Readonly<Record<string, string>>} outputs path by platform, as `packaging/node.json` names them
 */
export async function buildNativeHost(outputs) {
  const work = mkdtempSync(join(tmpdir(), 'madoguchi-native-host-'));
  try {
    const blob = await prepareBlob(work);
    for (const [platform, output] of Object.entries(outputs)) {
      cpSync(nodeProgram(platform), output);
      chmodSync(output, 0o755);
      await inject(output, RESOURCE, blob, { sentinelFuse: FUSE });
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} platform @returns {string} path of the pinned Node.js */
function nodeProgram(platform) {
  const folder = join(fetchNode(pinnedNode(platform)), 'bin');
  const program = join(folder, platform.startsWith('win-') ? 'node.exe' : 'node');
  if (!existsSync(program)) throw new Error(`${program} is not there`);
  return program;
}

/**
 * The script as Node.js reads it. Without a snapshot and compiled code it is the same for every platform of one version, so
 * this system's Node.js of that version can write it.
 * @param {string} work @returns {Promise<Buffer>}
 */
async function prepareBlob(work) {
  const versions = new Set(['linux-x64', 'win-x64'].map((platform) => pinnedNode(platform).version));
  if (versions.size > 1) throw new Error('packaging/node.json: one version of Node.js for every system');
  await build({
    configFile: false,
    root: REPOSITORY,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: work,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: join(REPOSITORY, 'tools', 'packaging', 'native-host-entry.js'),
        output: { format: 'cjs', entryFileNames: 'script.cjs', codeSplitting: false },
      },
    },
    ssr: { noExternal: true },
  });
  // `none`: NODE_OPTIONS would run other code in it.
  const config = { main: 'script.cjs', output: 'blob', disableExperimentalSEAWarning: true, execArgvExtension: 'none' };
  writeFileSync(join(work, 'sea.json'), JSON.stringify({ ...config, useSnapshot: false, useCodeCache: false }));
  const { status, stdout, stderr } = spawnSync(nodeProgram('linux-x64'), ['--experimental-sea-config', 'sea.json'], {
    cwd: work,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Node.js could not prepare the program: ${stdout}${stderr}`);
  return readFileSync(join(work, 'blob'));
}
