/** What a permission query answers; a name the browser does not know rejects. */
interface Permissions {
  query(descriptor: { readonly name: string }): Promise<{ readonly state: string }>;
}

/** Permissions Policy as a page sees it; Firefox and WebKit have neither of the two names. */
interface PermissionsPolicy {
  features(): readonly string[];
  allowsFeature(feature: string): boolean;
}

/** A port to the extension, as Chrome and Edge give one to pages. */
export interface ExtensionPort {
  readonly onMessage: { addListener(listener: (message: unknown) => void): void };
  readonly onDisconnect: { addListener(listener: () => void): void };
  postMessage(message: unknown): void;
  disconnect(): void;
}

interface ExtensionRuntime {
  readonly connect?: (extensionId: string, info: { readonly name: string }) => ExtensionPort;
  readonly lastError?: unknown;
}

/**
 * What this package uses of a browser's global object. Everything may be missing: in a worker, in an older browser, and
 * where a service renders its pages. It is looked at when a call is made, never when the module is loaded.
 */
export interface Environment {
  readonly fetch?: typeof fetch;
  /** Serialised origin; `null` in a sandboxed frame. */
  readonly origin?: string;
  readonly isSecureContext?: boolean;
  readonly location?: { readonly protocol: string; readonly hostname: string; readonly assign?: (url: string) => void };
  readonly navigator?: {
    readonly vendor?: string;
    readonly permissions?: Permissions;
    readonly serviceWorker?: { readonly controller: unknown };
  };
  readonly document?: Document & {
    readonly permissionsPolicy?: PermissionsPolicy;
    readonly featurePolicy?: PermissionsPolicy;
  };
  readonly top?: unknown;
  readonly self?: unknown;
  readonly chrome?: { readonly runtime?: ExtensionRuntime } | undefined;
  postMessage?(message: unknown, targetOrigin: string): void;
  addEventListener?(type: string, listener: (event: Event) => void): void;
  removeEventListener?(type: string, listener: (event: Event) => void): void;
}

/** The page or worker this runs in. */
export function globalEnvironment(): Environment {
  return globalThis;
}

/** Whether the page is shown inside another one. */
export function isFramed({ top, self }: Environment): boolean {
  return top !== undefined && top !== self;
}

/** Whether that other page is of another origin. */
export function isInForeignFrame(environment: Environment): boolean {
  if (!isFramed(environment)) return false;
  try {
    return typeof (environment.top as Window).location.href !== 'string';
  } catch {
    return true;
  }
}

/** Safari, and every browser with its engine. */
export function isWebKit({ navigator }: Environment): boolean {
  return navigator?.vendor?.startsWith('Apple') === true;
}

/** Whether this is a worker of any kind. */
export function isWorker({ document, navigator, location }: Environment): boolean {
  return document === undefined && navigator !== undefined && location !== undefined;
}

/** Listens until the returned function is called. */
export function listen(environment: Environment, type: string, listener: (event: Event) => void): () => void {
  environment.addEventListener?.(type, listener);
  return () => environment.removeEventListener?.(type, listener);
}
