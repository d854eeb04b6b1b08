import { openTextSocket } from './web-socket.js';

export interface BiDi {
  /** One command; rejects with the error that the browser names, or where the connection ends. */
  send(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Called for every event subscribed to with `session.subscribe`. */
  onEvent(listener: (method: string, params: unknown) => void): void;
  close(): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: unknown;
}

/** A connection to the remote end of WebDriver BiDi. */
export async function connectBiDi(url: string): Promise<BiDi> {
  const waiting = new Map<number, Waiting>();
  const listeners: ((method: string, params: unknown) => void)[] = [];
  let lastId = 0;
  let isOpen = true;
  const onMessage = (text: string): void => {
    const { id, type, result, error, message, method, params } = JSON.parse(text) as Message;
    if (type === 'event') for (const listener of listeners) listener(method ?? '', params);
    const command = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    if (type === 'success') command?.resolve(result);
    else command?.reject(new Error(`${error ?? ''}: ${message ?? ''}`));
  };
  const onClose = (): void => {
    isOpen = false;
    for (const { reject } of waiting.values()) reject(new Error('the browser has gone'));
    waiting.clear();
  };
  const socket = await openTextSocket(url, { onMessage, onClose });
  return {
    send: (method, params) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        if (isOpen) socket.send(JSON.stringify({ id: lastId, method, params }));
        else onClose();
      }),
    onEvent: (listener) => {
      listeners.push(listener);
    },
    close: () => socket.close(),
  };
}
