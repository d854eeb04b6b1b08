/**
 * The part of the browsers' extension API (https://developer.chrome.com/docs/extensions/reference/api) used here. Firefox has
 * the same under the same name.
 */

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
  /** Address of the page or frame. */
  readonly url?: string;
  /** In Chromium; `prerender` for a page that is loaded ahead and not shown. */
  readonly documentLifecycle?: string;
}

export interface MessagePortToPage {
  readonly name?: string;
  readonly sender?: MessageSender;
  readonly onMessage: ExtensionEvent<[message: unknown]>;
  readonly onDisconnect: ExtensionEvent<[]>;
  postMessage(message: unknown): void;
  disconnect(): void;
}

export interface ExtensionManifest {
  readonly externally_connectable?: unknown;
  readonly content_scripts?: readonly { readonly matches: readonly string[] }[];
}

export interface ExtensionRuntime {
  readonly id: string;
  readonly lastError?: { readonly message?: string };
  readonly onConnect: ExtensionEvent<[port: MessagePortToPage]>;
  readonly onConnectExternal: ExtensionEvent<[port: MessagePortToPage]>;
  readonly onInstalled: ExtensionEvent<[]>;
  readonly onStartup: ExtensionEvent<[]>;
  readonly onMessage: ExtensionEvent<[message: unknown, sender: MessageSender, answer: (value: unknown) => void]>;
  getManifest(): ExtensionManifest;
  getURL(path: string): string;
  connect(options: { readonly name: string }): MessagePortToPage;
  connectNative(name: string): MessagePortToPage;
  sendMessage(message: unknown): Promise<unknown>;
}

export interface HostPermissions {
  readonly origins?: readonly string[];
}

export interface ExtensionPermissions {
  readonly onAdded: ExtensionEvent<[permissions: HostPermissions]>;
  readonly onRemoved: ExtensionEvent<[permissions: HostPermissions]>;
  contains(permissions: HostPermissions): Promise<boolean>;
  getAll(): Promise<HostPermissions>;
  /** Only while a person's click is being handled. */
  request(permissions: HostPermissions): Promise<boolean>;
  remove(permissions: HostPermissions): Promise<boolean>;
}

export interface RegisteredScript {
  readonly id: string;
  readonly matches: readonly string[];
  readonly js: readonly string[];
  readonly runAt: 'document_start' | 'document_end';
  /** `MAIN` is the page's own; else the script has one of its own. */
  readonly world?: 'MAIN';
  readonly allFrames?: boolean;
}

export interface ExtensionScripting {
  getRegisteredContentScripts(filter?: { readonly ids: readonly string[] }): Promise<readonly RegisteredScript[]>;
  registerContentScripts(scripts: readonly RegisteredScript[]): Promise<void>;
  unregisterContentScripts(filter: { readonly ids: readonly string[] }): Promise<void>;
}

export interface ExtensionTabs {
  query(filter: object): Promise<readonly { readonly id?: number }[]>;
  sendMessage(tabId: number, message: unknown, options: { readonly frameId: number }): Promise<unknown>;
}

export interface ExtensionStorage {
  readonly local: {
    get(key: string): Promise<Readonly<Record<string, unknown>>>;
    set(values: Readonly<Record<string, unknown>>): Promise<void>;
    remove(key: string): Promise<void>;
  };
}

export interface ExtensionApi {
  readonly runtime: ExtensionRuntime;
  readonly permissions: ExtensionPermissions;
  readonly scripting: ExtensionScripting;
  readonly storage: ExtensionStorage;
  readonly tabs: ExtensionTabs;
}

declare global {
  var chrome: ExtensionApi & {
    readonly i18n: { getMessage(name: string): string; getUILanguage(): string };
  };
}
