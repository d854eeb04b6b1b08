/**
 * Writes the documents that follow from `sdk/protocol`: JSON Schema, OpenAPI and the table of errors. Run after a build.
 * Usage: node tools/generate-docs.js
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as protocol from '../dist/sdk/protocol/index.js';
import { generateDocs } from './generate-docs/documents.js';
import { REPOSITORY } from './setup/terminal.js';

for (const [path, text] of await generateDocs(protocol)) writeFileSync(join(REPOSITORY, path), text);
