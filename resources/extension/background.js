// @ts-check
/** @import { MessagePortToPage, MessageSender } from './extension-api.js' */
/** Service worker in Chrome and Edge, event page in Firefox. */
import { Broker, isContentScript, isGovernmentContentScript, isWebPage } from './broker.js';
import { GovernmentSites } from './government-sites.js';

const HOST_NAME = 'jp.madoguchi.host';
const GOVERNMENT_PORT = 'madoguchi-government';
const { runtime, permissions } = chrome;

const broker = new Broker(
  () => runtime.connectNative(HOST_NAME),
  (call, envelope) => void governmentSites.learn(call, envelope),
);
const governmentSites = new GovernmentSites(chrome, (permission) =>
  broker.ask(runtime.getURL('').replace(/\/$/, ''), { method: 'governmentSites', permission }),
);

/**
 * @param {(sender: MessageSender | undefined) => boolean} isExpected @param {(port: MessagePortToPage) => void} [add]
 * @returns {(port: MessagePortToPage) => void}
 */
const accept =
  (isExpected, add = (port) => broker.addPage(port)) =>
  (port) => {
    // Reading it keeps the browser from reporting an error that is none.
    port.onDisconnect.addListener(() => runtime.lastError);
    if (isExpected(port.sender)) add(port);
    else port.disconnect();
  };

// Pages reach the extension in one way only: directly where the browser lets them, else through the content script.
const pagesConnect = runtime.getManifest().externally_connectable !== undefined;
if (pagesConnect) runtime.onConnectExternal.addListener(accept(isWebPage));
const acceptRelay = accept((sender) => !pagesConnect && isContentScript(sender, runtime.id));
const acceptGovernment = accept(
  (sender) => isGovernmentContentScript(sender, runtime.id),
  (port) => broker.addGovernmentPage(port, () => governmentSites.isAgreed()),
);
runtime.onConnect.addListener((port) => (port.name === GOVERNMENT_PORT ? acceptGovernment : acceptRelay)(port));

runtime.onInstalled.addListener(() => governmentSites.begin());
runtime.onStartup.addListener(() => governmentSites.begin());
permissions.onAdded.addListener(({ origins }) => governmentSites.permissionAdded(origins ?? []));
permissions.onRemoved.addListener(() => governmentSites.permissionRemoved());

// The popup, and nobody else: a content script's address is its page's.
runtime.onMessage.addListener((message, sender, answer) => {
  if (sender.id !== runtime.id || sender.url !== runtime.getURL('popup.html')) return false;
  void governmentSites.order(message).then(answer);
  return true;
});
