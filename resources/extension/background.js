// @ts-check
/** @import { MessagePortToPage, MessageSender } from './extension-api.js' */
/** Service worker in Chrome and Edge, event page in Firefox. */
import { Broker, isContentScript, isWebPage } from './broker.js';

const HOST_NAME = 'jp.madoguchi.host';
const { runtime } = chrome;

const broker = new Broker(() => runtime.connectNative(HOST_NAME));

/** @param {(sender: MessageSender | undefined) => boolean} isExpected @returns {(port: MessagePortToPage) => void} */
const accept = (isExpected) => (port) => {
  // Reading it keeps the browser from reporting an error that is none.
  port.onDisconnect.addListener(() => runtime.lastError);
  if (isExpected(port.sender)) broker.addPage(port);
  else port.disconnect();
};

// Pages reach the extension in one way only: directly where the browser lets them, else through the content script.
if (runtime.getManifest().externally_connectable === undefined) {
  runtime.onConnect.addListener(accept((sender) => isContentScript(sender, runtime.id)));
} else {
  runtime.onConnectExternal.addListener(accept(isWebPage));
}
