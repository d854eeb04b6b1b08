/**
 * Starts the sample service by itself.
 * Usage: AUTHENTICATION_CA=ca.pem SIGNING_CA=ca.pem [PORT=8080] node examples/sample-service/main.js
 */
import { readFile } from 'node:fs/promises';
import { startSampleService } from './server.js';

/** @param {string} name @returns {Promise<string[]>} */
async function readPem(name) {
  const path = process.env[name];
  if (path === undefined) throw new Error(`${name} must name a PEM file`);
  return [await readFile(path, 'utf8')];
}

const trustAnchors = { authentication: await readPem('AUTHENTICATION_CA'), signing: await readPem('SIGNING_CA') };
const { url } = await startSampleService({ trustAnchors, port: Number(process.env['PORT'] ?? 8080) });
process.stdout.write(`${url}\n`);
