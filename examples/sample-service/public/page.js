import { createClient, MadoguchiError } from 'madoguchi/browser';
import {
  attributeText,
  birthDateText,
  clientErrorText,
  loginErrorText,
  routeText,
  serviceErrorText,
  sexText,
} from './texts.js';

/**
 * @typedef {{ subject?: string, issuer?: string, serialNumber?: string, isTestCertificate: boolean }} Person
 * @typedef {{ redirectUri: string, state: string, signedRequest?: string }} Redirect
 * @typedef {{ challengeNonce: string, signedRequest?: string, redirect: Redirect }} Challenge
 * @typedef {import('madoguchi/browser').RequestedAttribute} RequestedAttribute
 * @typedef {{ signedRequest?: string, required: RequestedAttribute[], optional: RequestedAttribute[], purpose: string }} AttributesRequest
 * @typedef {{ name?: string, address?: string, birthDate?: string, sex?: string }} Attributes
 * @typedef {{ issuer: string, serialNumber: string, signatureAlgorithm: string, attributes: Attributes }} Signer
 * @typedef {[label: string, value: string | Node][]} Rows
 */

const ports = (document.documentElement.dataset['bridgePorts'] ?? '').split(',').map(Number);
/** The place where the operation that runs says what happens. @type {HTMLElement | undefined} */
let currentPlace;

const options = {
  ports,
  onPermissionPrompt() {
    if (currentPlace) show(currentPlace, 'waiting', PERMISSION);
  },
  /** @param {{ route: string }} event */
  onRoute({ route }) {
    if (currentPlace) show(currentPlace, 'waiting', `${WAITING}（${routeText(route)}）`);
  },
};
const madoguchi = createClient(options);
/** Leaves the page in any browser, as Safari always has to. */
const redirecting = createClient({ ...options, routes: ['redirect'] });

/** The service refused; `code` says why. */
class ServiceError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

/**
 * Calls this page's own service.
 * @param {string} path @param {object} [body]
 * @returns {Promise<Record<string, unknown>>}
 */
async function callService(path, body = {}) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await /** @type {Promise<Record<string, unknown>>} */ (response.json());
  if (response.ok) return answer;
  throw new ServiceError(/** @type {{ code: string }} */ (answer['error']).code);
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** @param {string} tag @param {string | Node} content */
function create(tag, content) {
  const made = document.createElement(tag);
  made.append(content);
  return made;
}

/**
 * Shows what happened. All text goes in as text: names and addresses come from certificates.
 * @param {HTMLElement} place @param {'waiting' | 'done' | 'failed'} state @param {string} message @param {Rows} [rows]
 */
function show(place, state, message, rows = []) {
  const list = document.createElement('dl');
  for (const [label, value] of rows) list.append(create('dt', label), create('dd', value));
  place.dataset['state'] = state;
  place.replaceChildren(create('p', message), ...(rows.length > 0 ? [list] : []));
}

/** @param {unknown} error @returns {{ message: string, code: string }} */
function describeError(error) {
  if (error instanceof MadoguchiError) return { message: clientErrorText(error.code), code: error.code };
  if (error instanceof ServiceError) return { message: serviceErrorText(error.code), code: error.code };
  if (error instanceof DOMException && error.name === 'AbortError')
    return { message: '取りやめました。', code: 'aborted' };
  return { message: 'このサイトにつながりませんでした。通信を確かめて、もう一度お試しください。', code: 'network' };
}

const PERMISSION =
  'このあとブラウザーが「このデバイス上の他のアプリ」へのアクセスを尋ねることがあります。まどぐちにつなぐために許可してください。';

const WAITING =
  'まどぐちに確認が表示されます。相手と内容を確かめて、暗証番号はまどぐちにだけ入力してください。このページで暗証番号を尋ねることはありません。';

/**
 * Runs one operation with its buttons and its result.
 * @param {'login' | 'sign' | 'attributes'} name @param {(signal: AbortSignal, place: HTMLElement) => Promise<void>} operation
 */
async function run(name, operation) {
  const start = /** @type {HTMLButtonElement} */ (element(name));
  const cancel = element(`${name}-cancel`);
  const place = element(`${name}-result`);
  const abort = new AbortController();
  const onCancel = () => abort.abort();

  currentPlace = place;
  start.disabled = true;
  cancel.hidden = false;
  cancel.addEventListener('click', onCancel);
  show(place, 'waiting', WAITING);
  try {
    await operation(abort.signal, place);
  } catch (error) {
    const { message, code } = describeError(error);
    place.dataset['code'] = code;
    show(place, 'failed', message);
  } finally {
    start.disabled = false;
    cancel.hidden = true;
    cancel.removeEventListener('click', onCancel);
  }
}

const REVOCATION_NOT_CHECKED = '失効しているかどうか（確認できるのは署名検証者だけです）';

/** @param {Person} person @returns {Rows} */
function identityRows({ subject, issuer = '不明', serialNumber = '不明' }) {
  if (subject === undefined) {
    return [
      ['発行者', issuer],
      ['発行番号', `${serialNumber}（全サービス共通の番号です）`],
    ];
  }
  return [
    ['このサイトだけの番号', subject],
    ['発行番号', 'このサイトには渡っていません。検証者だけが知っています。'],
  ];
}

/** @param {Person | null} person */
function showPerson(person) {
  element('login').hidden = person !== null;
  element('logout').hidden = person === null;
  element('login-options').hidden = person !== null;
  if (person === null) {
    element('login-result').replaceChildren();
    return;
  }
  show(element('login-result'), 'done', 'ログインしました。', [
    ...identityRows(person),
    ['証明書', person.isTestCertificate ? 'テスト用（本物ではありません）' : '公的個人認証の利用者証明用電子証明書'],
    ['確認したこと', '発行元、有効期間、用途、このサイトと今回のログインへの署名'],
    ['確認していないこと', REVOCATION_NOT_CHECKED],
  ]);
}

/** @param {string} id */
const isChecked = (id) => /** @type {HTMLInputElement} */ (element(id)).checked;

/** @param {AbortSignal} signal */
async function login(signal) {
  const asked = await callService('/challenge', { encrypt: isChecked('login-encrypt') });
  const { challengeNonce, signedRequest, redirect } = /** @type {Challenge} */ (/** @type {unknown} */ (asked));
  const client = isChecked('login-redirect') ? redirecting : madoguchi;
  const result =
    signedRequest === undefined
      ? await client.authenticate({ challengeNonce, redirect, signal })
      : await client.authenticate({ signedRequest, redirect, signal });
  const { person } = await callService('/login', result);
  showPerson(/** @type {Person} */ (person));
}

/** @param {string} name @param {Blob} content */
function downloadLink(name, content) {
  const link = /** @type {HTMLAnchorElement} */ (create('a', name));
  link.href = URL.createObjectURL(content);
  link.download = name;
  return link;
}

/** @param {AbortSignal} signal @param {HTMLElement} place */
async function sign(signal, place) {
  const text = /** @type {HTMLTextAreaElement} */ (element('application')).value;
  const content = new TextEncoder().encode(text);
  const name = '住民票の写しの交付申請.txt';
  const asked = await callService('/sign/request', { name, content: toBase64(content) });
  const { signedRequest } = /** @type {{ signedRequest?: string }} */ (asked);
  const result =
    signedRequest === undefined
      ? await madoguchi.sign({ items: [{ name, content }], signal })
      : await madoguchi.sign({ signedRequest, signal });
  const [item] = 'items' in result ? result.items : [];
  if (item?.status !== 'signed') throw new ServiceError(item?.error.code ?? 'ERR_SIGN_INVALID');
  const answer = await callService('/sign/verify', { content: toBase64(content), signature: item.signature });
  const { attributes, issuer, signatureAlgorithm } = /** @type {Signer} */ (answer['signer']);
  const signature = Uint8Array.from(atob(item.signature), (character) => character.charCodeAt(0));
  show(place, 'done', '署名された申請を受け付けました（見本なので、どこにも届きません）。', [
    ['氏名', attributes.name ?? '不明'],
    ['住所', attributes.address ?? '不明'],
    ['生年月日', birthDateText(attributes.birthDate)],
    ['性別', sexText(attributes.sex)],
    ['発行者', issuer],
    ['署名の方式', `CMS（${signatureAlgorithm}）`],
    ['確認したこと', '内容、署名、発行元、有効期間、用途'],
    ['確認していないこと', REVOCATION_NOT_CHECKED],
    ['申請の控え', downloadLink('application.txt', new Blob([content]))],
    ['署名', downloadLink('application.txt.p7s', new Blob([signature]))],
  ]);
}

/** @param {AbortSignal} signal @param {HTMLElement} place */
async function readAttributes(signal, place) {
  const asked = /** @type {unknown} */ (await callService('/attributes/request'));
  const { signedRequest, required, optional, purpose } = /** @type {AttributesRequest} */ (asked);
  const result =
    signedRequest === undefined
      ? await madoguchi.readAttributes({ required, optional, purpose, signal })
      : await madoguchi.readAttributes({ signedRequest, signal });
  const answers = 'answers' in result ? result.answers : [];
  show(
    place,
    'done',
    '読み取りました。パソコンから届いた値で、証明されたものではありません。',
    answers.map(attributeText),
  );
}

element('login').addEventListener('click', () => void run('login', login));
element('sign').addEventListener('click', () => void run('sign', sign));
element('attributes').addEventListener('click', () => void run('attributes', readAttributes));
element('logout').addEventListener('click', () => {
  callService('/logout').then(
    () => showPerson(null),
    (/** @type {unknown} */ error) => show(element('login-result'), 'failed', describeError(error).message),
  );
});

const { person } = await callService('/person');
showPerson(/** @type {Person | null} */ (person));

// What came of a login that left this page.
const failed = new URLSearchParams(location.search).get('failed');
if (failed !== null && person === null) {
  element('login-result').dataset['code'] = failed;
  show(element('login-result'), 'failed', loginErrorText(failed));
  history.replaceState(null, '', '/');
}
