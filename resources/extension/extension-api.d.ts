/** The part of the browsers' extension API (https://developer.chrome.com/docs/extensions/reference/api/runtime) used here. */

export interface ExtensionEvent<Arguments extends readonly unknown[]> {
  addListener(listener: (...values: Arguments) => unknown): void;
}

/** What the browser itself says of the other end of a connection; a page has no influence on it. */
export interface MessageSender {
  /** Set where the other end belongs to an extension, a content script included. */
  readonly id?: string;
  /** Set where the other end is in a tab. */
  readonly tab?: { readonly id?: number };
  /** 0 is the top frame. */
  readonly frameId?: number;
  /** Serialised origin; `null` for opaque ones. */
  readonly origin?: string;
}

export interface MessagePortToPage {
  readonly sender?: MessageSender;
  readonly onMessage: ExtensionEvent<[message: unknown]>;
  readonly onDisconnect: ExtensionEvent<[]>;
  postMessage(message: unknown): void;
  disconnect(): void;
}

export interface ExtensionRuntime {
  readonly id: string;
  readonly lastError?: { readonly message?: string };
  readonly onConnect: ExtensionEvent<[port: MessagePortToPage]>;
  readonly onConnectExternal: ExtensionEvent<[port: MessagePortToPage]>;
  getManifest(): { readonly externally_connectable?: unknown };
  connect(options: { readonly name: string }): MessagePortToPage;
  connectNative(name: string): MessagePortToPage;
}

declare global {
  var chrome: { readonly runtime: ExtensionRuntime };
}
