import type { GuardedContents, GuardedSession, PreventableEvent, ShellApp } from './electron-api.js';

const prevent = (event: PreventableEvent): void => event.preventDefault();

function guardContents(contents: GuardedContents): void {
  contents.on('will-navigate', prevent);
  contents.on('will-frame-navigate', prevent);
  contents.on('will-redirect', prevent);
  contents.on('will-attach-webview', prevent);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function guardSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.on('will-download', prevent);
}

/**
 * Denies whatever a page in a window of ours could ask for: navigation, new windows, embedded pages, downloads and every
 * permission. What a window is allowed is written at that window. Called before the app is ready, so that no window or
 * session exists without it.
 */
export function harden(app: ShellApp): void {
  app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('session-created', guardSession);
}
