import { decodeBase64 } from '../../../sdk/formats/bytes.js';
import {
  LIMITS,
  type OperationOutput,
  type SessionOutput,
  type SignedItem,
  type SignItem,
} from '../../../sdk/protocol/index.js';
import type { OriginRequester } from '../consent/consent-model.js';
import { ClientError, toClientError, toPublicError } from '../errors.js';
import type { Decision, Log, SiteMemory } from '../ports.js';
import type { CardOperations } from '../signing/operations.js';
import { encryptOutput, type EncryptionEnvironment } from './encrypt-output.js';
import { refuseBlocked, type JudgedRequest } from './judge-request.js';

export interface OperationEnvironment extends EncryptionEnvironment {
  readonly operations: CardOperations;
  readonly sites: SiteMemory;
  readonly log: Log;
  /** Ends what else waits of a site that the person has just blocked. */
  readonly onBlocked: (requester: OriginRequester) => void;
}

type Run<Output> = (signal: AbortSignal) => Promise<Output>;

/**
 * What a session does when its turn comes: the operation, and the encryption of what it came to.
 * @throws ClientError `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_BODY_TOO_LARGE` at once
 */
export function operationTask(environment: OperationEnvironment, judged: JudgedRequest): Run<SessionOutput> {
  const run = plainTask(environment, judged);
  const { requester, encryptionKey: key } = judged;
  return async (signal) => {
    // The person may have blocked the site while this request waited.
    refuseBlocked(environment.sites, requester.origin, requester.confirmed);
    const output = await run(signal);
    return key ? encryptOutput(environment, judged, { output, key }) : output;
  };
}

function plainTask(environment: OperationEnvironment, judged: JudgedRequest): Run<OperationOutput> {
  const { operations } = environment;
  const { request, requester, terms } = judged;
  const asked = {
    ...terms,
    requester,
    onDecision: (decision: Decision) => keepDecision(environment, judged, decision),
  };
  switch (request.operation) {
    case 'authenticate': {
      const { operation, challengeNonce } = request;
      const { origin } = requester;
      return async (signal) => ({
        operation,
        token: await operations.authenticate({ ...asked, operation, origin, challengeNonce }, signal),
      });
    }
    case 'sign': {
      const { operation, format } = request;
      const items = decodeItems(request.items);
      return async (signal) => {
        const signed = await operations.sign({ ...asked, operation, format, items }, signal);
        return { operation, items: signed.map(publicItem) };
      };
    }
    case 'readAttributes': {
      const { operation, required, optional, purpose: unverifiedPurpose } = request;
      return async (signal) => ({
        operation,
        assurance: 'client-asserted',
        answers: [
          ...(await operations.readAttributes({ ...asked, operation, required, optional, unverifiedPurpose }, signal)),
        ],
      });
    }
  }
}

/** What the person decided beyond this request. */
async function keepDecision(
  { sites, log, onBlocked }: OperationEnvironment,
  { request: { operation }, requester, terms }: JudgedRequest,
  decision: Decision,
): Promise<void> {
  const { origin, confirmed } = requester;
  if (decision.answer === 'refused') {
    if (!decision.block) return;
    onBlocked(requester);
    await sites.block(origin, confirmed);
  } else if (decision.remember && terms.remembered === 'may-be') {
    try {
      await sites.remember(origin, operation);
    } catch (thrown) {
      // The person agreed to this request; that the next one is explained in full again is no reason to fail it.
      log.event('bridge.site.not-remembered', { origin, operation, code: toClientError(thrown).code });
    }
  }
}

function decodeItems(items: readonly SignItem[]): { unverifiedName: string; content: Uint8Array }[] {
  const characters = items.reduce((sum, item) => sum + item.content.length, 0);
  if (characters > LIMITS.bodyBytes) {
    throw new ClientError('ERR_PROTOCOL_BODY_TOO_LARGE', 'the items are larger than a request may be');
  }
  return items.map(({ name, content }, index) => ({ unverifiedName: name, content: decodeContent(content, index) }));
}

function decodeContent(content: string, index: number): Uint8Array {
  try {
    return decodeBase64(content);
  } catch (cause) {
    const details = { path: `items.${index}.content`, rule: 'canonical_base64' };
    throw new ClientError('ERR_PROTOCOL_MALFORMED', 'the request does not follow the contract', { details, cause });
  }
}

function publicItem(item: SignedItem): SignedItem {
  if (item.status === 'signed') return item;
  const { code, message, retriable, details } = item.error;
  return { ...item, error: toPublicError(new ClientError(code, message, { retriable, details })) };
}
