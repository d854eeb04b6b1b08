// @ts-check
/**
 * The bill of materials (CycloneDX, JSON) of what is shipped: npm's own of everything installed, cut down to what is in a package,
 * with Electron and Node.js. The same sources give the same bytes. Usage: node tools/releasing/sbom.js FILE
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseJson, readJson } from '../packaging/read-json.js';
import { REPOSITORY, say } from '../setup/terminal.js';
import { readLock, shippedPackages } from './shipped.js';

/** @import { PinnedNode } from '../packaging/node-runtime.js' */

/**
 * @typedef {{ 'bom-ref': string, type: string, name: string, version: string, scope?: string, purl?: string,
 *   hashes?: { alg: string, content: string }[], properties?: { name: string, value: string }[] }} Component
 * @typedef {{ ref: string, dependsOn?: string[] }} Dependency
 * @typedef {object} BillOfMaterials
 * @property {string} bomFormat
 * @property {string} specVersion
 * @property {string} [serialNumber]
 * @property {{ timestamp?: string, component: Component }} metadata
 * @property {Component[]} components
 * @property {Dependency[]} dependencies
 */

/** @returns {BillOfMaterials} of everything that the lock file names */
export function npmBillOfMaterials() {
  const options = /** @type {const} */ ({
    cwd: REPOSITORY,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  });
  const parameters = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const { status, stdout, stderr } = spawnSync('npm', parameters, options);
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  return /** @type {BillOfMaterials} */ (parseJson(stdout));
}

/**
 * @param {BillOfMaterials} everything
 * @param {{ readonly shipped: readonly string[], readonly runtimes: readonly Component[] }} parts `shipped`: `name@version`
 * @returns {BillOfMaterials}
 * @throws where npm's bill does not know something that is shipped
 */
export function cutDown(everything, { shipped, runtimes }) {
  const components = shipped.map((ref) => {
    const found = everything.components.find((component) => component['bom-ref'] === ref);
    if (found === undefined) throw new Error(`npm sbom does not name ${ref}`);
    // Development is what npm thinks of packages that are bundled.
    const properties = (found.properties ?? []).filter(({ name }) => name !== 'cdx:npm:package:development');
    return { ...found, scope: 'required', properties };
  });
  const root = everything.metadata.component['bom-ref'];
  const known = new Set([root, ...shipped]);
  const dependencies = everything.dependencies
    .filter(({ ref }) => known.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => known.has(one)).sort() }));
  const component = { ...everything.metadata.component, type: 'application', name: 'madoguchi' };
  const metadata = { ...everything.metadata, component };
  // Both differ with every run.
  delete metadata.timestamp;
  const bill = { ...everything, metadata, components: [...components, ...runtimes], dependencies };
  delete bill.serialNumber;
  return bill;
}

/** @returns {Component[]} the Node.js of our own packages, one for each system */
export function nodeComponents() {
  const pinned = /** @type {Record<string, PinnedNode>} */ (readJson('packaging/node.json'));
  return Object.values(pinned).map(({ package: name, version, integrity }) => ({
    'bom-ref': `${name}@${version}`,
    type: 'platform',
    name,
    version,
    scope: 'required',
    purl: `pkg:npm/${name}@${version}`,
    hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }],
  }));
}

/** @returns {string[]} `name@version` of npm's packages in ours, Electron with them */
export function shippedReferences() {
  const lock = readLock();
  const { version } = /** @type {{ version: string }} */ (lock.packages['node_modules/electron']);
  const references = shippedPackages(lock).map((one) => `${one.name}@${one.version}`);
  return [...new Set([...references, `electron@${version}`])].sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const output = resolve(process.argv[2] ?? 'release/madoguchi.cdx.json');
  const bill = cutDown(npmBillOfMaterials(), { shipped: shippedReferences(), runtimes: nodeComponents() });
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(bill, undefined, 2)}\n`);
  say(`${output}: ${bill.components.length} components`);
}
