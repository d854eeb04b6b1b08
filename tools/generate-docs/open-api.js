/** @import * as Protocol from '../../sdk/protocol/index.js' */

/** @param {string} name @param {string} [mediaType] */
const content = (name, mediaType = 'application/json') => ({
  content: { [mediaType]: { schema: { $ref: `#/components/schemas/${name}` } } },
});

/** @param {string} name @param {string} description */
const answers = (name, description) => ({
  200: { description, ...content(name) },
  default: { description: 'The same envelope with `ok` false', ...content(name) },
});

/** Of a session or an upload. */
const HANDLE = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
};

/** The contract's numbers and names that paths and headers need. @param {typeof Protocol} protocol */
function parametersOf({ PROTOCOL_HEADER, PROTOCOL_VERSION, LIMITS }) {
  return {
    version: { name: PROTOCOL_HEADER, in: 'header', required: true, schema: { const: String(PROTOCOL_VERSION) } },
    wait: { name: 'wait', in: 'query', schema: { type: 'integer', minimum: 0, maximum: LIMITS.pollWaitSeconds } },
  };
}

/** What scripts of a page use. @param {typeof Protocol} protocol */
function sessionPaths(protocol) {
  const { version, wait } = parametersOf(protocol);
  return {
    '/v1/status': {
      get: { summary: 'Whether the client is there', responses: answers('Status', 'Protocol versions') },
    },
    '/v1/sessions': {
      post: {
        summary: 'Ask the person for one operation',
        parameters: [version],
        requestBody: { required: true, ...content('OpenSessionRequest') },
        responses: answers('OpenedSession', 'The session that answers'),
      },
    },
    '/v1/sessions/{id}': {
      get: {
        summary: 'Wait for the result, which is delivered once',
        parameters: [version, HANDLE, wait],
        responses: answers('SessionResult', 'Pending, or the result'),
      },
      delete: {
        summary: 'End the session; an open dialog closes',
        parameters: [version, HANDLE],
        responses: answers('Cancelled', 'It is ended'),
      },
    },
  };
}

/** Content ahead of a request. @param {typeof Protocol} protocol */
function uploadPaths(protocol) {
  const { version } = parametersOf(protocol);
  return {
    '/v1/uploads': {
      post: {
        summary: `Send content of at most ${protocol.LIMITS.uploadBytes} octets, for one item of one request`,
        parameters: [version],
        requestBody: { required: true, content: { 'application/octet-stream': {} } },
        responses: answers('Uploaded', 'What arrived'),
      },
    },
    '/v1/uploads/{id}': {
      delete: {
        summary: 'Remove content that no session uses',
        parameters: [version, HANDLE],
        responses: answers('UploadDeleted', 'It is gone'),
      },
    },
  };
}

/** What a browser navigates to. @param {typeof Protocol} protocol */
function redirectPaths({ LIMITS }) {
  const page = {
    description: "The client's own page: who asks, or why nothing can be asked",
    content: { 'text/html': {} },
  };
  const responses = { 200: page, default: page };
  const string = (/** @type {object} */ bounds = {}) => ({ schema: { type: 'string', ...bounds } });
  return {
    '/v1/authorize': {
      get: {
        summary: 'Top-level navigation: ask the person, and post the answer to `redirect_uri` as a form',
        parameters: [
          { name: 'redirect_uri', in: 'query', required: true, ...string({ maxLength: LIMITS.redirectUriLength }) },
          {
            name: 'state',
            in: 'query',
            required: true,
            ...string({ minLength: LIMITS.stateMin, maxLength: LIMITS.stateMax }),
          },
          { name: 'challenge_nonce', in: 'query', ...string() },
          { name: 'request', in: 'query', description: 'Signed request, in place of `challenge_nonce`', ...string() },
        ],
        responses,
      },
      post: {
        summary: 'The same as a form, for requests too long for a URL',
        requestBody: { required: true, ...content('AuthorizeParameters', 'application/x-www-form-urlencoded') },
        responses,
      },
    },
  };
}

/**
 * OpenAPI 3.1 of the loopback and redirect routes.
 * @param {typeof Protocol} protocol
 * @param {Record<string, object>} schemas
 */
export function openApi(protocol, schemas) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Madoguchi bridge',
      version: String(protocol.PROTOCOL_VERSION),
      description:
        'docs/protocol.md is the normative text; this is generated from the same schemas the client validates with.',
    },
    servers: protocol.BRIDGE_PORTS.map((port) => ({ url: `http://127.0.0.1:${port}` })),
    paths: { ...sessionPaths(protocol), ...uploadPaths(protocol), ...redirectPaths(protocol) },
    components: { schemas },
  };
}
