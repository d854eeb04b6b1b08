import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import * as protocol from '../../sdk/protocol/index.js';
import { generateDocs, jsonSchemas } from '../../tools/generate-docs/documents.js';
import { REPOSITORY } from '../../tools/setup/terminal.js';

describe('documents generated from the contract', async () => {
  for (const [path, text] of await generateDocs(protocol)) {
    it(`${path} is what npm run docs writes`, async () => {
      expect(await readFile(join(REPOSITORY, path), 'utf8')).toBe(text);
    });
  }

  it('explains every error code', () => {
    for (const code of protocol.ERROR_CODES) {
      expect(protocol.ERRORS[code].cause, code).not.toBe('');
      expect(protocol.ERRORS[code].remedy, code).not.toBe('');
    }
  });
});

describe('JSON Schema', () => {
  const ajv = new Ajv2020({ strict: false, formats: { base64: true } });
  const schemas = jsonSchemas(protocol);
  const NONCE = 'A'.repeat(44);
  const REQUESTS: readonly [valid: boolean, request: unknown][] = [
    [true, { operation: 'authenticate', challengeNonce: NONCE }],
    [true, { operation: 'authenticate', challengeNonce: NONCE, encryptTo: { verifier: 'verifier.example' } }],
    [true, { operation: 'sign', items: [{ name: 'a', content: 'YQ==' }] }],
    [true, { operation: 'readAttributes', required: ['name'], optional: [{ ageOver: 20 }], purpose: 'delivery' }],
    [true, { signedRequest: 'a.b.c' }],
    [false, { operation: 'authenticate', challengeNonce: 'short' }],
    [false, { operation: 'authenticate', challengeNonce: NONCE, origin: 'https://other.example' }],
    [false, { operation: 'sign', items: [] }],
    [false, { operation: 'readAttributes', required: ['myNumber'], purpose: 'delivery' }],
    [false, { operation: 'readAttributes', required: [{ ageOver: 0 }], purpose: 'delivery' }],
    [false, { signedRequest: 'a.b.c', operation: 'authenticate', challengeNonce: NONCE }],
  ];

  it.each(REQUESTS)('says %s as the client does: %j', (valid, request) => {
    expect(ajv.validate(schemas['OpenSessionRequest'] ?? false, request)).toBe(valid);
    expect(protocol.openSessionRequestSchema.safeParse(request).success).toBe(valid);
  });
});
