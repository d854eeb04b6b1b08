import { format } from 'prettier';
import { z } from 'zod';
import { errorTable } from './error-table.js';
import { openApi } from './open-api.js';

/** @import * as Protocol from '../../sdk/protocol/index.js' */

/**
 * The messages of the contract by the names they have in JSON Schema and OpenAPI.
 * @param {typeof Protocol} protocol
 */
export function messageSchemas(protocol) {
  return {
    OpenSessionRequest: protocol.openSessionRequestSchema,
    SignedRequestHeader: protocol.signedRequestHeaderSchema,
    SignedRequestClaims: protocol.signedRequestClaimsSchema,
    Status: protocol.envelopeSchema(protocol.statusResultSchema),
    OpenedSession: protocol.envelopeSchema(protocol.openSessionResultSchema),
    SessionResult: protocol.envelopeSchema(protocol.sessionResultSchema),
    Cancelled: protocol.envelopeSchema(protocol.cancelResultSchema),
    Uploaded: protocol.envelopeSchema(protocol.uploadResultSchema),
    UploadDeleted: protocol.envelopeSchema(protocol.deleteUploadResultSchema),
    EncryptedResultPayload: protocol.encryptedResultPayloadSchema,
    AuthorizeParameters: protocol.authorizeParametersSchema,
    RedirectResponse: protocol.redirectResponseSchema,
    RegistryClaims: protocol.registryClaimsSchema,
    NativeRequest: protocol.nativeRequestSchema,
  };
}

/**
 * JSON Schema (2020-12) of each message as it is sent: what may be left out is not required. Rules that relate members to
 * each other (`encryptTo` needs `challengeNonce`, an attribute is asked once, digests go with `raw-digest`) are in `docs/protocol.md` only.
 * @param {typeof Protocol} protocol
 * @returns {Record<string, object>}
 */
export function jsonSchemas(protocol) {
  return Object.fromEntries(
    Object.entries(messageSchemas(protocol)).map(([name, schema]) => {
      /** @type {Record<string, unknown>} */
      const definition = { ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
      // The document says once which dialect it is written in.
      delete definition['$schema'];
      return [name, definition];
    }),
  );
}

/**
 * Path from the repository's root, and text, of each generated document.
 * @param {typeof Protocol} protocol
 * @returns {Promise<[path: string, text: string][]>}
 */
export async function generateDocs(protocol) {
  const definitions = jsonSchemas(protocol);
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Madoguchi bridge protocol, version ${protocol.PROTOCOL_VERSION}`,
    $defs: definitions,
  };
  return [
    ['docs/api/schema.json', await json(schema)],
    ['docs/api/openapi.json', await json(openApi(protocol, definitions))],
    ['docs/errors.md', await format(errorTable(protocol), { parser: 'markdown', printWidth: 120 })],
  ];
}

/** @param {unknown} value */
function json(value) {
  return format(JSON.stringify(value), { parser: 'json', printWidth: 120 });
}
