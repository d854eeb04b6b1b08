/** What the page says, by error code: what happened, and what the visitor can do. */

/** @type {Record<string, string | undefined>} */
const CLIENT_ERRORS = {
  ERR_PROTOCOL_UNREACHABLE:
    'このパソコンの「まどぐち」につながりませんでした。まどぐちが起動しているか確かめてください。ブラウザーが「このデバイス上の他のアプリ」へのアクセスを尋ねたら、許可してください。',
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

/** @type {Record<string, string | undefined>} */
const SEXES = { 1: '男', 2: '女' };

/** @param {string | undefined} code 性別 as the certificate has it. */
export const sexText = (code) => SEXES[code ?? ''] ?? '不明';

/** @param {string | undefined} date 生年月日 as the certificate has it: the era's digit, then YYYYMMDD. */
export function birthDateText(date) {
  const [, year, month, day] = /^\d(\d{4})(\d{2})(\d{2})$/.exec(date ?? '') ?? [];
  return year === undefined ? '不明' : `${year}年${Number(month)}月${Number(day)}日`;
}
