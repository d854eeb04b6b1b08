import type { PolicyCategory, PolicyName } from './definitions.js';

/** The languages that administrators' templates and documents are in. */
export type PolicyLanguage = 'ja' | 'en';

/** What an administrator reads about one policy. */
export interface PolicyText {
  readonly title: string;
  readonly meaning: string;
  /** What it changes for safety or privacy. */
  readonly security: string;
}

type Texts = Readonly<Record<PolicyLanguage, PolicyText>>;

function text(ja: readonly [string, string, string], en: readonly [string, string, string]): Texts {
  const of = ([title, meaning, security]: readonly [string, string, string]): PolicyText => ({
    title,
    meaning,
    security,
  });
  return { ja: of(ja), en: of(en) };
}

export const CATEGORY_TEXTS: Readonly<Record<PolicyCategory, Readonly<Record<PolicyLanguage, string>>>> = {
  sites: { ja: 'サイト', en: 'Sites' },
  signing: { ja: '署名と結果', en: 'Signing and results' },
  settings: { ja: '設定', en: 'Settings' },
  network: { ja: '通信', en: 'Network' },
  updates: { ja: '更新', en: 'Updates' },
};

export const POLICY_TEXTS: Readonly<Record<PolicyName, Texts>> = {
  allowedOrigins: text(
    [
      '要求できるサイト',
      '要求できるサイトのオリジンの一覧です。ないときはすべてのサイトが要求できます。空のときはどのサイトも要求できません。',
      '範囲を狭めるだけです。読めない項目は一覧から外れます。',
    ],
    [
      'Sites that may ask',
      'Origins of the sites that may ask. Without it every site may; with an empty list none may.',
      'It only narrows. An entry that cannot be read is left out.',
    ],
  ),
  blockedOrigins: text(
    [
      '要求できないサイト',
      '要求できないサイトのオリジンの一覧です。許可の一覧より優先します。「*」はすべてのサイトです。',
      '読めない項目があると、すべてのサイトが要求できなくなります。',
    ],
    [
      'Sites that may not ask',
      'Origins of sites that may not ask, also where another list allows them. * is every site.',
      'With an entry that cannot be read, no site may ask.',
    ],
  ),
  registries: text(
    [
      '追加のサービス登録簿',
      '署名されたサービス登録簿のファイルと、その署名を確かめる公開鍵です。',
      '登録簿は名前の表示と許可を決めます。鍵の持ち主を信頼することになります。ファイルは管理者だけが書ける場所に置いてください。',
    ],
    [
      'Further service registries',
      'Files of signed service registries, and the public keys that their signatures are checked with.',
      'A registry decides which names are shown and what is allowed: whoever holds a key is trusted. Keep the files where only administrators can write.',
    ],
  ),
  registryMode: text(
    [
      '付属の登録簿の扱い',
      'add：付属の登録簿に追加します。replace：付属の登録簿の代わりに使います。',
      'replace では、付属の登録簿にあるサイトは未登録になります。',
    ],
    [
      'The registry that is shipped',
      'add: yours are used besides it. replace: yours are used in its place.',
      'With replace, sites that only the shipped registry lists are unlisted.',
    ],
  ),
  rememberedConsent: text(
    [
      '説明の省略',
      '利用者が、ログインの説明をサイトごとに短くできるかどうかです。',
      'refuse では毎回すべての説明を表示します。',
    ],
    [
      'Shortened explanations',
      'Whether a person may have the explanation of a log-in shortened for a site.',
      'With refuse, everything is explained each time.',
    ],
  ),
  extensionForced: text(
    [
      '拡張機能の接続を固定',
      '拡張機能の接続の設定を「はい」に固定します。拡張機能そのものは、ブラウザーのポリシーで入れてください。',
      '固定しても、同意と暗証番号は毎回必要です。',
    ],
    [
      'Connect the extension',
      'Locks the setting that connects the browsers’ extension to on. The extension itself is installed by the browsers’ own policies.',
      'Consent and PIN are asked for all the same.',
    ],
  ),
  governmentSites: text(
    [
      '行政サービスのサイト',
      'いまある行政サービスのサイト（go.jp）で使う設定を固定します。',
      'これらのサイトの要求では、署名する内容を表示できません。オリジンの表示、同意、暗証番号は毎回必要です。使わせない場合は false にしてください。',
    ],
    [
      'Sites of government services',
      'Locks whether today’s sites of government services (go.jp) can be used.',
      'What these sites have signed cannot be shown. The origin is shown, and consent and PIN are asked for, each time. Set false to forbid it.',
    ],
  ),
  governmentOrigins: text(
    [
      '行政サービスとして扱うサイト',
      'go.jp のほかに、行政サービスと同じ方式で要求できるサイトのオリジンの一覧です。',
      '一覧のサイトは、内容を表示できないハッシュ値に署名させることができます。よく知っているサイトだけにしてください。',
    ],
    [
      'Further sites of government services',
      'Origins of sites besides go.jp that may ask in the way of government services.',
      'These sites can have digests signed whose content cannot be shown. Name sites you know well, and no others.',
    ],
  ),
  governmentSha1: text(
    [
      '行政サービスの SHA-1',
      '行政サービスのサイトが SHA-1 のハッシュ値に署名させてよいかどうかです。',
      'SHA-1 は破られています。必要なサイトがある間だけ allow にしてください。',
    ],
    [
      'SHA-1 for government services',
      'Whether sites of government services may have SHA-1 digests signed.',
      'SHA-1 is broken. Set allow only as long as a site needs it.',
    ],
  ),
  unlistedSigning: text(
    [
      '未登録サイトの署名',
      '登録簿にないサイトが署名用証明書を使えるかどうかです。ask：別の確認の後で使えます。allow：使えます。refuse：使えません。',
      '署名用証明書には氏名・住所・生年月日・性別があります。登録済みのサービスだけで使うなら refuse にしてください。',
    ],
    [
      'Signing for unlisted sites',
      'Whether a site that no registry lists may ask for the signing certificate. ask: after a question of its own. allow: freely. refuse: never.',
      'That certificate holds name, address, date of birth and sex. Set refuse if only listed services are to get it.',
    ],
  ),
  requesterKeys: text(
    [
      'サイトの鍵での暗号化',
      'サイトが持ってきた鍵で結果を暗号化してよいかどうかです。',
      'allow では、だれが読めるのかを確かめられません。',
    ],
    [
      'Keys that sites bring along',
      'Whether results may be encrypted to a key that the site brings along.',
      'With allow, nobody has checked who can read the result.',
    ],
  ),
  requireEncryption: text(
    [
      '検証者への暗号化を必須にする',
      '結果を、登録簿にある検証者あてに暗号化する要求だけを受け付けます。',
      'ページとブラウザーは証明書の中身を読めなくなります。対応していないサイトは使えません。',
    ],
    [
      'Require encryption to a verifier',
      'Only requests whose result is encrypted to a verifier of a registry are taken.',
      'Pages and browsers cannot read certificates then. Sites that do not encrypt stop working.',
    ],
  ),
  signItems: text(
    [
      '一度に署名できる件数',
      'ページの 1 回の要求で署名できる件数です。',
      '多いほど、利用者が内容を確かめにくくなります。',
    ],
    [
      'Items signed at a time',
      'How many items one request of a page may have signed.',
      'The more there are, the less a person can look at each.',
    ],
  ),
  rawDigestOrigins: text(
    [
      'ハッシュ値だけの署名',
      '内容のないハッシュ値だけに署名させてよいサイトのオリジンの一覧です。',
      '利用者は何に署名するのかを見られません。よく知っているサービスだけにしてください。',
    ],
    [
      'Signatures over bare digests',
      'Origins of sites that may have digests signed without their content.',
      'A person cannot see what they sign. Name services you know well, and no others.',
    ],
  ),
  timeStampAuthority: text(
    [
      'タイムスタンプ局',
      '利用者が指定しないときに使う、タイムスタンプ局（RFC 3161）のアドレスです。',
      'タイムスタンプ局は文書のハッシュ値と時刻を知ります。内容は知りません。',
    ],
    [
      'Time-stamping authority',
      'Address of the authority (RFC 3161) that is used where the person names none.',
      'The authority learns a digest of the document and when it was signed, not the content.',
    ],
  ),
  language: text(
    ['表示の言語', '表示の言語の設定を固定します。', '影響はありません。'],
    ['Language', 'Locks the language of all texts.', 'None.'],
  ),
  startWithSystem: text(
    ['自動起動', 'ログイン時に起動する設定を固定します。', '起動しても、要求があるまで通信しません。'],
    [
      'Start with the PC',
      'Locks whether the program starts when somebody logs in.',
      'A program that was started sends nothing until it is asked to.',
    ],
  ),
  historyDays: text(
    [
      '履歴を残す日数',
      '履歴を残す日数を固定します。0 では記録しません。日数を過ぎた記録は消えます。',
      '履歴は暗号化されますが、本人が読めます。読めない値のときは、記録せず、消しもしません。',
    ],
    [
      'Days the history is kept',
      'Locks for how many days the history is kept. With 0 nothing is recorded. Older entries are erased.',
      'The history is encrypted, and its owner can read it. With a value that cannot be read nothing is recorded and nothing erased.',
    ],
  ),
  keypadShuffle: text(
    [
      '数字キーの並べ替え',
      '画面の数字キーを毎回並べ替える設定を固定します。',
      '肩越しにのぞかれる場所では true にしてください。',
    ],
    [
      'Shuffle the keypad',
      'Locks whether the digits of the keypad on the screen change places each time.',
      'Set true where people can look on.',
    ],
  ),
  developerMode: text(
    [
      '開発者モード',
      '開発者モードの設定を固定します。',
      'true では、テスト用カードと、この PC の http: ページを使えます。業務用の PC では false にしてください。',
    ],
    [
      'Developer mode',
      'Locks developer mode.',
      'With true, the test card and http: pages of the PC itself can be used. Set false on PCs in ordinary use.',
    ],
  ),
  phoneReader: text(
    [
      'スマートフォンでの読み取り',
      'スマートフォンをカードリーダーとして使う設定を固定します。',
      'true では、同じネットワークのスマートフォンにポートを開きます。',
    ],
    [
      'Phone as the card reader',
      'Locks whether a phone may be the card reader.',
      'With true, a port is opened to phones in the same network.',
    ],
  ),
  diagnosisExport: text(
    [
      '診断結果の保存',
      '診断の報告をファイルなどに書き出してよいかどうかです。',
      '報告に氏名・番号・アドレスはありません。ソフトウェアの版などは書かれます。',
    ],
    [
      'Reports of the diagnosis',
      'Whether the report of a diagnosis may be written out.',
      'A report holds no names, numbers or addresses; it does hold versions of software.',
    ],
  ),
  ports: text(
    [
      '待ち受けるポート',
      'ページからの要求を待ち受けるポート番号です。先に空いているものを使います。',
      '待ち受けるのはこの PC の中だけです。ページが調べるのは通常の 3 つなので、他の番号は対応したサイトでしか見つかりません。',
    ],
    [
      'Ports to listen on',
      'Port numbers for requests of pages, the first free one is taken.',
      'They are open to this PC only. Pages try the usual three; others are found only by sites that know of them.',
    ],
  ),
  proxy: text(
    [
      'プロキシ',
      '外への通信の経路です。system：環境変数（HTTPS_PROXY など）のとおり。direct：直接。offline：通信しない。または http://ホスト:ポート。ないときは system です。',
      'プロキシは通信先の名前を知ります。',
    ],
    [
      'Proxy',
      'How the program reaches the network. system: as the environment says (HTTPS_PROXY and the like). direct: without a proxy. offline: not at all. Or http://host:port. Without it: system.',
      'A proxy learns the names of the servers that are asked.',
    ],
  ),
  update: text(
    [
      '新しい版の確認',
      '新しい版を確かめる設定を固定します。off では確かめません。',
      'off のときは、更新を配る責任が管理者にあります。',
    ],
    [
      'Looking for newer versions',
      'Locks whether the program looks for newer versions. With off it does not.',
      'With off, handing out updates is up to the administrator.',
    ],
  ),
  updateChannel: text(
    [
      '更新の種類',
      'stable：正式版だけを知らせます。preview：先行版も知らせます。ないときは stable です。',
      '先行版は十分に試されていません。',
    ],
    [
      'Kind of updates',
      'stable: tells of releases. preview: also of what comes before them. Without it: stable.',
      'Previews are not tested as well.',
    ],
  ),
  minimumVersion: text(
    [
      '最低限の版',
      'これより古い版は動きません。この版番号以上の版だけを使えます。update、settings、policy のコマンドは動きます。',
      '既知の欠陥がある版を使わせないためのものです。',
    ],
    [
      'Oldest version that may be used',
      'Below this version the program does not start. The commands update, settings and policy still work.',
      'Keeps versions with known defects out of use.',
    ],
  ),
};
