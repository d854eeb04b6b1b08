// @ts-check
/** @import { View } from './government-sites.js' */
/** What the extension's button shows: whether it is used on government sites in this browser, and the way to change that. */
const { i18n, permissions, runtime } = chrome;

const button = /** @type {HTMLButtonElement} */ (find('button'));

document.documentElement.lang = i18n.getMessage('language');
find('heading').textContent = i18n.getMessage('government_heading');
find('unofficial').textContent = i18n.getMessage('government_unofficial');
find('forced').textContent = i18n.getMessage('government_forced');
void send('look');

/** @param {'look' | 'agree' | 'stop'} order */
async function send(order) {
  show(/** @type {View} */ (await runtime.sendMessage(order)));
}

/** @param {View} view */
function show({ state, forced, patterns }) {
  find('state').textContent = i18n.getMessage(`government_${state}`);
  find('forced').hidden = !forced;
  button.hidden = state !== 'ask' && state !== 'on';
  button.textContent = i18n.getMessage(state === 'on' ? 'government_stop_button' : 'government_ask_button');
  button.onclick = () => (state === 'on' ? send('stop') : agree(patterns));
  document.body.dataset['state'] = state;
}

/** Nothing may come between the click and the browser's question. @param {readonly string[]} origins */
async function agree(origins) {
  const isAllowed = await permissions.request({ origins });
  if (isAllowed) {
    await send('agree');
    return;
  }
  find('state').textContent = i18n.getMessage('government_refused');
  document.body.dataset['state'] = 'refused';
}

/** @param {string} id */
function find(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(id);
  return element;
}
