/**
 * Starts the sample service by itself.
 * Usage: node examples/sample-service/main.js <configuration.json>
 *
 * The file has `authenticationCa` and `signingCa` (paths of PEM files, from the file's own folder), and may have `port`,
 * `bridgePorts`, `registration` and `verifier` as `startSampleService` takes them, the latter's `subjectKey` in base64.
 * `madoguchi dev-service` writes one with everything in it.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { startSampleService } from './server.js';

/** @import { SampleServiceOptions } from './server.js' */

/**
 * @typedef {object} Configuration
 * @property {string} authenticationCa
 * @property {string} signingCa
 * @property {number} [port]
 * @property {number[]} [bridgePorts]
 * @property {SampleServiceOptions['registration']} [registration]
 * @property {Omit<NonNullable<SampleServiceOptions['verifier']>, 'subjectKey'> & { subjectKey: string }} [verifier]
 */

/** Everyday use of a service's own start: a fixed port, so that its origin in the registry stays true. */
const DEFAULT_PORT = 8080;

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node examples/sample-service/main.js <configuration.json>');
/** @type {unknown} */
const parsed = JSON.parse(await readFile(file, 'utf8'));
const configuration = /** @type {Configuration} */ (parsed);
/** @param {string} path */
const pem = (path) => readFile(resolve(dirname(file), path), 'utf8');

const { port = DEFAULT_PORT, bridgePorts, registration, verifier } = configuration;
const { url } = await startSampleService({
  trustAnchors: {
    authentication: [await pem(configuration.authenticationCa)],
    signing: [await pem(configuration.signingCa)],
  },
  port,
  ...(bridgePorts && { bridgePorts }),
  ...(registration && { registration }),
  ...(verifier && { verifier: { ...verifier, subjectKey: Buffer.from(verifier.subjectKey, 'base64') } }),
});
process.stdout.write(`${url}\n`);
