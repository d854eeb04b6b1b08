import { createContext, use, type ReactNode } from 'react';
import type { ConsentAction, ShownConsent, ConsentView } from '../../../main/ipc/consent.js';
import { useApi } from '../../app/api.js';
import { useAction } from '../../app/use-call.js';

/** What every stage of a conversation shows and does. */
export interface Conversation {
  readonly consent: ShownConsent;
  readonly view: ConsentView;
  /** Whether it was taken; false also where the app did not answer. */
  readonly act: (action: ConsentAction) => Promise<boolean>;
  /** Ends the conversation, whatever is asked. */
  readonly cancel: () => void;
}

const ConversationContext = createContext<Conversation | undefined>(undefined);

interface ConversationProviderProps {
  readonly consent: ShownConsent;
  readonly view: ConsentView;
  readonly children: ReactNode;
}

export function ConversationProvider({ consent, view, children }: ConversationProviderProps) {
  const api = useApi();
  const { run } = useAction((action: ConsentAction) => api.consent.act(action));
  const act = async (action: ConsentAction): Promise<boolean> => (await run(action)) ?? false;
  const cancel = (): void => void act({ kind: 'cancel', conversation: view.conversation });
  return <ConversationContext value={{ consent, view, act, cancel }}>{children}</ConversationContext>;
}

export function useConversation(): Conversation {
  const conversation = use(ConversationContext);
  if (!conversation) throw new Error('no ConversationProvider above');
  return conversation;
}
