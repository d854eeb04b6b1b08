/**
 * Writes the documents that follow from `sdk/protocol`: JSON Schema, OpenAPI and the table of errors; and what follows from the
 * table of policies: administrators' templates and their part of the document on deployment. Run after a build.
 * Usage: node tools/generate-docs.js
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as policyTemplates from '../dist/main/core/policy/templates/index.js';
import * as protocol from '../dist/sdk/protocol/index.js';
import { generateDocs } from './generate-docs/documents.js';
import { DEPLOYMENT_DOCUMENT, generatePolicyFiles } from './policy/documents.js';
import { REPOSITORY } from './setup/terminal.js';

const deployment = readFileSync(join(REPOSITORY, DEPLOYMENT_DOCUMENT), 'utf8');
const files = [...(await generateDocs(protocol)), ...(await generatePolicyFiles(policyTemplates, deployment))];
for (const [path, text] of files) {
  mkdirSync(dirname(join(REPOSITORY, path)), { recursive: true });
  writeFileSync(join(REPOSITORY, path), text);
}
