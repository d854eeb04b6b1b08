import type { OperationOutput, SessionOutput } from '../../../sdk/protocol/index.js';
import type { OriginRequester } from '../consent/consent-model.js';
import { toClientError } from '../errors.js';
import type { Decision, Log, Refusal, SiteMemory } from '../ports.js';
import type { CardOperations } from '../signing/operations.js';
import { encryptOutput, type EncryptionEnvironment } from './encrypt-output.js';
import { refuseBlocked, type JudgedRequest } from './judge-request.js';
import type { SessionTask } from './sessions.js';
import { createSignTask, type SignTaskEnvironment } from './sign-task.js';

export interface OperationEnvironment extends EncryptionEnvironment, SignTaskEnvironment {
  readonly operations: CardOperations;
  readonly sites: SiteMemory;
  readonly log: Log;
  /** Ends what else waits of a site that the person has just blocked. */
  readonly onBlocked: (requester: OriginRequester) => void;
}

/** What a session does, and what it takes with it when it ends. */
interface Task<Output extends SessionOutput> extends Pick<SessionTask, 'release'> {
  readonly run: (signal: AbortSignal) => Promise<Output>;
}

/**
 * What a session does when its turn comes: the operation, and the encryption of what it came to.
 * @throws ClientError `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_BODY_TOO_LARGE`, `ERR_PROTOCOL_UPLOAD_UNKNOWN` at once
 */
export function operationTask(environment: OperationEnvironment, judged: JudgedRequest): Task<SessionOutput> {
  const { run, ...plain } = plainTask(environment, judged);
  const { requester, encryptionKey: key } = judged;
  return {
    ...plain,
    async run(signal) {
      // The person may have blocked the site while this request waited.
      refuseBlocked(environment.sites, requester.origin, requester.confirmed);
      const output = await run(signal);
      return key ? encryptOutput(environment, judged, { output, key }) : output;
    },
  };
}

function plainTask(environment: OperationEnvironment, judged: JudgedRequest): Task<OperationOutput> {
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
      return {
        run: async (signal) => ({
          operation,
          token: await operations.authenticate({ ...asked, operation, origin, challengeNonce }, signal),
        }),
      };
    }
    case 'sign': {
      const { operation } = request;
      const task = createSignTask(environment, request, requester.origin);
      const { items } = task;
      return {
        run: async (signal) => ({
          operation,
          items: task.results(await operations.sign({ ...asked, operation, items }, signal)),
        }),
        release: () => task.release(),
      };
    }
    case 'readAttributes': {
      const { operation, required, optional, purpose: unverifiedPurpose } = request;
      return {
        run: async (signal) => ({
          operation,
          assurance: 'client-asserted',
          answers: [
            ...(await operations.readAttributes(
              { ...asked, operation, required, optional, unverifiedPurpose },
              signal,
            )),
          ],
        }),
      };
    }
  }
}

/** Blocks the site where the person said so. Rejects as `SiteMemory.block`. */
export async function keepRefusal(
  { sites, onBlocked }: Pick<OperationEnvironment, 'sites' | 'onBlocked'>,
  requester: OriginRequester,
  { block }: Refusal,
): Promise<void> {
  if (!block) return;
  onBlocked(requester);
  await sites.block(requester.origin, requester.confirmed);
}

/** What the person decided beyond this request. */
async function keepDecision(
  environment: OperationEnvironment,
  { request: { operation }, requester, terms }: JudgedRequest,
  decision: Decision,
): Promise<void> {
  const { sites, log } = environment;
  const { origin } = requester;
  if (decision.answer === 'refused') {
    await keepRefusal(environment, requester, decision);
  } else if (decision.remember && terms.remembered === 'may-be') {
    try {
      await sites.remember(origin, operation);
    } catch (thrown) {
      // The person agreed to this request; that the next one is explained in full again is no reason to fail it.
      log.event('bridge.site.not-remembered', { origin, operation, code: toClientError(thrown).code });
    }
  }
}
