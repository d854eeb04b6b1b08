/**
 * What `madoguchi/verifier` needs of Node.js: a store in files, and the redirect's callback for `node:http`, Express and
 * Fastify. Everything else is in `madoguchi/verifier`.
 */
export { createFileStore, type FileStoreOptions } from './file-store.js';
export {
  redirectPlugin,
  type FastifyHandlers,
  type FastifyInstanceLike,
  type FastifyReplyLike,
  type FastifyRequestLike,
} from './fastify.js';
export { redirectListener, redirectMiddleware, type HttpHandlers, type ListenerHandlers } from './http.js';
