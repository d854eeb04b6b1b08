import { createHash } from 'node:crypto';

/** Lets the page's modules write `import … from 'madoguchi/browser'`, as they would with a bundler. */
const IMPORT_MAP = JSON.stringify({ imports: { 'madoguchi/browser': '/madoguchi/index.js' } });

/**
 * The page may run its own modules and this one import map, and may talk to this service and to the client on the
 * visitor's PC; to nobody else.
 * @param {readonly number[]} bridgePorts
 */
export function contentSecurityPolicy(bridgePorts) {
  const importMapDigest = createHash('sha256').update(IMPORT_MAP).digest('base64');
  const bridge = bridgePorts.map((port) => `http://127.0.0.1:${port}`).join(' ');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapDigest}'`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${bridge}`,
    "base-uri 'none'",
    `form-action ${bridge}`,
    "frame-ancestors 'none'",
  ].join('; ');
}

/** @param {{ bridgePorts: readonly number[], hasVerifier: boolean }} features */
export function renderPage({ bridgePorts, hasVerifier }) {
  return `<!doctype html>
<html lang="ja" data-bridge-ports="${bridgePorts.join(',')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>見本市 電子申請</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script type="importmap">${IMPORT_MAP}</script>
<script type="module" src="/page.js"></script>
</head>
<body>
<header>
  <p class="notice">これは動作の見本です。実在の役所ではなく、申請はどこにも届きません。</p>
  <h1>見本市 電子申請</h1>
</header>
<main>
  <section aria-labelledby="login-title">
    <h2 id="login-title">1. ログイン</h2>
    <p>マイナンバーカードの利用者証明用電子証明書を使います。暗証番号は数字4桁です。この証明書に氏名や住所は入っていません。</p>
    <div class="actions">
      <button id="login" type="button">マイナンバーカードでログイン</button>
      <button id="logout" type="button" class="quiet" hidden>ログアウト</button>
      <button id="login-cancel" type="button" class="quiet" hidden>やめる</button>
    </div>
    <div id="login-options" class="options">
      <label><input id="login-encrypt" type="checkbox" ${hasVerifier ? 'checked' : 'disabled'}> 検証者だけが読めるように暗号化する（このサイトに発行番号は渡りません）</label>
      <label><input id="login-redirect" type="checkbox"> 画面を切り替えてログインする（Safariなど、ページからつながらないとき）</label>
    </div>
    <div id="login-result" class="result" role="status"></div>
  </section>
  <section aria-labelledby="sign-title">
    <h2 id="sign-title">2. 申請に署名</h2>
    <p>署名用電子証明書を使います。暗証番号は英数字6〜16文字です。証明書に入っている氏名・住所・生年月日・性別が、申請とともに渡ります。</p>
    <label for="application">申請の内容</label>
    <textarea id="application" rows="6" maxlength="10000" spellcheck="false">住民票の写し（世帯全員）1通の交付を申請します。
使いみち: 動作の確認
</textarea>
    <div class="actions">
      <button id="sign" type="button">署名して提出</button>
      <button id="sign-cancel" type="button" class="quiet" hidden>やめる</button>
    </div>
    <div id="sign-result" class="result" role="status"></div>
  </section>
  <section aria-labelledby="attributes-title">
    <h2 id="attributes-title">3. 申込書に書き込む</h2>
    <p>カードの券面の情報（氏名、住所など）を読み取って入力の手間を省きます。暗証番号は数字4桁です。氏名のほかは、渡さないものを選べます。本人確認の証明にはなりません。</p>
    <div class="actions">
      <button id="attributes" type="button">カードから読み取る</button>
      <button id="attributes-cancel" type="button" class="quiet" hidden>やめる</button>
    </div>
    <div id="attributes-result" class="result" role="status"></div>
  </section>
</main>
<footer>
  <p>まどぐちのSDK（madoguchi/browser と madoguchi/verifier）だけで作られています。</p>
</footer>
<noscript><p class="notice">このページはJavaScriptを使います。</p></noscript>
</body>
</html>
`;
}
