import { ClientError } from '../../core/errors.js';
import type { Handlers } from '../../ipc/calls.js';
import type { WelcomeCalls } from '../../ipc/welcome.js';
import type { Client } from '../../node/compose.js';
import type { CallContext } from './call-context.js';

/** What these handlers need of a `CallContext`. */
export interface WelcomeCallContext extends Pick<CallContext, 'signal'> {
  readonly client: Pick<Client, 'operations' | 'documents' | 'settings'>;
}

interface SampleDocument {
  readonly name: string;
  readonly text: string;
}

const japanese: SampleDocument = {
  name: '練習用の文書.txt',
  text:
    'これは、まどぐちの練習用の文書です。\n' +
    '署名しても、申し込みや約束をしたことにはなりません。\n' +
    'この文書と署名は、保存されず、どこにも送られません。\n',
};

const english: SampleDocument = {
  name: 'practice-document.txt',
  text:
    'This is a practice document of Madoguchi.\n' +
    'Signing it applies for nothing and promises nothing.\n' +
    'Neither this document nor its signature is saved or sent anywhere.\n',
};

/** The calls of the first run's screens. */
export function welcomeCalls({ client, signal }: WelcomeCallContext): Handlers<WelcomeCalls> {
  let current: AbortController | undefined;
  return {
    async 'welcome.trySigning'({ language }) {
      if (current) throw new ClientError('ERR_PROTOCOL_BUSY', 'a try goes on', { retriable: true });
      const mine = new AbortController();
      current = mine;
      try {
        await signSample(client, language === 'en' ? english : japanese, AbortSignal.any([mine.signal, signal]));
      } finally {
        current = undefined;
      }
      return undefined;
    },
    'welcome.stop'() {
      current?.abort();
      return undefined;
    },
    async 'welcome.finish'() {
      await client.settings.change('firstRunDone', true);
      return undefined;
    },
  };
}

/** The text is the app's own: a page in the window cannot have anything else signed by this. */
async function signSample(
  client: WelcomeCallContext['client'],
  { name, text }: SampleDocument,
  signal: AbortSignal,
): Promise<void> {
  const item = client.documents.detached({
    unverifiedName: name,
    content: new TextEncoder().encode(text),
    format: 'cms',
  });
  const [outcome] = await client.operations.sign(
    { operation: 'sign', requester: { kind: 'self' }, items: [item] },
    signal,
  );
  if (outcome?.status === 'signed') return;
  const { code, message, details, retriable } = outcome?.error ?? {
    code: 'ERR_INTERNAL' as const,
    message: 'no outcome',
    details: {},
    retriable: false,
  };
  throw new ClientError(code, message, { details, retriable });
}
