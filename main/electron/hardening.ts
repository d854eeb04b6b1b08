import type { GuardedContents, GuardedSession, PreventableEvent, ShellApp } from './electron-api.js';
import { WINDOW_ORIGIN } from './window-files.js';

/**
 * Where connections end that a page makes past the session's requests, as WebRTC does: at a port of this PC on which nothing
 * listens (discard, RFC 863), this PC's own addresses included.
 */
const NOWHERE = { mode: 'fixed_servers', proxyRules: '127.0.0.1:9', proxyBypassRules: '<-loopback>' } as const;
/** No name is looked up either: the question alone would tell. */
const NO_NAMES = 'MAP * ~NOTFOUND';

/** `net::ERR_FAILED` as a certificate's verdict: not trusted, whatever it is. */
const CERTIFICATE_REFUSED = -2;

const prevent = (event: PreventableEvent): void => event.preventDefault();

function guardContents(contents: GuardedContents): void {
  contents.on('will-navigate', prevent);
  contents.on('will-frame-navigate', prevent);
  contents.on('will-redirect', prevent);
  contents.on('will-attach-webview', prevent);
  contents.on('select-bluetooth-device', (event, _devices, callback) => {
    event.preventDefault();
    callback('');
  });
  // Prevented, a page's wish to stay is passed over.
  contents.on('will-prevent-unload', prevent);
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function guardDevices(session: GuardedSession): void {
  session.setDevicePermissionHandler(() => false);
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.on('select-hid-device', (event, _details, callback) => {
    event.preventDefault();
    callback();
  });
  session.on('select-usb-device', (event, _details, callback) => {
    event.preventDefault();
    callback();
  });
  session.on('select-serial-port', (event, _ports, _contents, callback) => {
    event.preventDefault();
    callback('');
  });
}

function guardSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  guardDevices(session);
  session.on('will-download', prevent);
  // Files of ours come from the windows' scheme. There is nothing else that a page could be shown or tell anybody.
  session.webRequest.onBeforeRequest(({ url }, callback) => {
    callback({ cancel: !url.startsWith(`${WINDOW_ORIGIN}/`) });
  });
  void session.setProxy(NOWHERE);
  session.setCertificateVerifyProc((_request, callback) => callback(CERTIFICATE_REFUSED));
  // It would fetch dictionaries, and remember words.
  session.setSpellCheckerEnabled(false);
}

function guardApp(app: ShellApp): void {
  app.on('certificate-error', (event, ...[, , , , answer]) => {
    event.preventDefault();
    answer(false);
  });
  app.on('select-client-certificate', (event, ...[, , , answer]) => {
    event.preventDefault();
    answer();
  });
  app.on('login', (event, ...[, , , answer]) => {
    event.preventDefault();
    answer();
  });
  app.on('open-file', prevent);
}

/**
 * Denies whatever a page in a window of ours could ask for: navigation, new windows, embedded pages, downloads, devices, the
 * network and every permission. What a window is allowed is written at that window. Called before the app is ready, so that
 * no window or session exists without it.
 */
export function harden(app: ShellApp): void {
  app.enableSandbox();
  app.commandLine.appendSwitch('host-resolver-rules', NO_NAMES);
  guardApp(app);
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('session-created', guardSession);
}
