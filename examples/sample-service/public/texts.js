/** What the page says, by error code: what happened, and what the visitor can do. */

/** @type {Record<string, string | undefined>} */
const CLIENT_ERRORS = {
  ERR_PROTOCOL_UNREACHABLE:
    'このパソコンの「まどぐち」につながりませんでした。まどぐちが起動しているか確かめてください。ブラウザーが「このデバイス上の他のアプリ」へのアクセスを尋ねたら、許可してください。',
  ERR_USER_PERMISSION_DENIED:
    'ブラウザーが、このパソコンのアプリへのアクセスを許可していません。アドレスバーのサイト情報から許可するか、「画面を切り替えてログインする」を選んでください。',
  ERR_USER_PERMISSION_TIMEOUT:
    'ブラウザーの確認に答えがありませんでした。アドレスバーの近くに出る確認で許可して、もう一度お試しください。',
  ERR_USER_BLOCKED: 'このサイトからの依頼は、まどぐちで止められています。「madoguchi sites unblock」で戻せます。',
  ERR_POLICY_REQUEST_UNSIGNED: 'この依頼には、登録されたサービスの署名が必要です。',
  ERR_POLICY_OPERATION: 'このサイトには、この依頼が許されていません。',
  ERR_PROTOCOL_RATE_LIMITED: '続けて依頼しすぎました。しばらく待ってから、もう一度お試しください。',
  ERR_PROTOCOL_QUEUE_FULL: 'まどぐちの順番待ちがいっぱいです。しばらく待ってから、もう一度お試しください。',
  ERR_PROTOCOL_VERSION: 'まどぐちの版が合いません。新しい版に更新してください。',
  ERR_PROTOCOL_BUSY: 'まどぐちはほかの確認を表示しています。それを終えてから、もう一度お試しください。',
  ERR_PROTOCOL_BODY_TOO_LARGE: '申請の内容が大きすぎます。短くしてください。',
  ERR_PROTOCOL_SESSION_UNKNOWN: '確認の途中で時間切れになったか、まどぐちが再起動されました。もう一度お試しください。',
  ERR_USER_REFUSED: 'まどぐちの確認で断りました。カードは使われていません。',
  ERR_USER_CANCELLED: '取りやめました。',
  ERR_USER_TIMEOUT: '確認に時間がかかったため取りやめました。もう一度お試しください。',
  ERR_ORIGIN_NOT_ALLOWED: 'まどぐちはこのサイトからの依頼を受け付けません。',
  ERR_POLICY_ORIGIN: '管理者の設定により、このサイトからの依頼は受け付けられません。',
  ERR_POLICY_TEST_CARD: 'テスト用カードは開発者モードでだけ使えます。',
  ERR_CARD_UNAVAILABLE:
    'カードを使えませんでした。理由はまどぐちに表示されています。カードとリーダーを確かめて、もう一度お試しください。',
};

/** @type {Record<string, string | undefined>} */
const SERVICE_ERRORS = {
  'challenge-missing': 'ログインの受付が切れました（5分間、1回かぎり有効です）。もう一度お試しください。',
  'body-too-large': '申請の内容が大きすぎます。短くしてください。',
  'no-verifier': 'このサイトには、結果を読める検証者がいません。',
  ERR_PROTOCOL_STATE: 'このログインは、ここで始めたものではないか、時間が切れています。もう一度ログインしてください。',
  ERR_PROTOCOL_RESULT_BINDING: '別の依頼に対する結果が届きました。もう一度お試しください。',
  ERR_PROTOCOL_RESULT_ENCRYPTION: '検証者が結果を開けませんでした。もう一度お試しください。',
  signers: '署名した人が1人ではないため、受け付けられません。',
  ERR_CERT_UNTRUSTED: '証明書の発行元を、このサイトは信頼していません。',
  ERR_CERT_EXPIRED: '証明書の有効期間が過ぎています。市区町村の窓口で更新してください。',
  ERR_CERT_NOT_YET_VALID: '証明書の有効期間がまだ始まっていません。パソコンの時計を確かめてください。',
  ERR_CERT_USAGE: 'この用途には使えない証明書です。',
  ERR_SIGN_INVALID: '署名を確かめられませんでした。もう一度お試しください。',
  ERR_SIGN_DIGEST: '署名のあとで内容が変わっています。もう一度署名してください。',
};

/** @param {string} code */
export function clientErrorText(code) {
  return CLIENT_ERRORS[code] ?? `できませんでした（${code}）。もう一度お試しください。`;
}

/** @param {string} code */
export function serviceErrorText(code) {
  return SERVICE_ERRORS[code] ?? `サービスが受け付けませんでした（${code}）。`;
}

/** What came of a login by redirect: the client's own code, or the service's. @param {string} code */
export const loginErrorText = (code) => CLIENT_ERRORS[code] ?? serviceErrorText(code);

/** @type {Record<string, string | undefined>} */
const ROUTES = {
  extension: 'ブラウザーの拡張機能を使います',
  loopback: 'このパソコンの中でつながりました',
  redirect: '画面を切り替えます',
};

/** @param {string} route */
export const routeText = (route) => ROUTES[route] ?? route;

/** @type {Record<string, string | undefined>} */
const ATTRIBUTES = { name: '氏名', address: '住所', birthDate: '生年月日', gender: '性別' };
/** @type {Record<string, string | undefined>} */
const GENDERS = { male: '男', female: '女', 'not-applicable': '適用不能', unknown: '不明' };

/**
 * @param {import('madoguchi/browser').AttributeAnswer} answer
 * @returns {[label: string, value: string]}
 */
export function attributeText(answer) {
  const { attribute } = answer;
  const label = typeof attribute === 'string' ? (ATTRIBUTES[attribute] ?? attribute) : `${attribute.ageOver}歳以上`;
  if (answer.status !== 'given') return [label, answer.status === 'declined' ? '渡されませんでした' : '分かりません'];
  if (typeof answer.value === 'boolean') return [label, answer.value ? 'はい' : 'いいえ'];
  if (attribute === 'gender') return [label, GENDERS[answer.value] ?? '不明'];
  return [label, attribute === 'birthDate' ? dateText(answer.value.replaceAll('-', '')) : answer.value];
}

/** @type {Record<string, string | undefined>} */
const SEXES = { 1: '男', 2: '女' };

/** @param {string | undefined} code 性別 as the certificate has it. */
export const sexText = (code) => SEXES[code ?? ''] ?? '不明';

/** @param {string | undefined} date 生年月日 as the certificate has it: the era's digit, then YYYYMMDD. */
export const birthDateText = (date) => dateText(date?.slice(1) ?? '');

/** Month and day are 00 where the register does not know them. @param {string} date YYYYMMDD */
function dateText(date) {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date) ?? [];
  if (year === undefined) return '不明';
  return `${year}年${month === '00' ? '' : `${Number(month)}月`}${day === '00' ? '' : `${Number(day)}日`}`;
}
