import type { MainPage, WindowLanguage } from '../ipc/app.js';
import type { TrayShape } from './electron-api.js';

/** What the tray, its notifications and the system's own messages say. `{{…}}` is filled in. */
export interface ShellText {
  readonly appName: string;
  /** One line for each shape of the icon. */
  readonly status: Readonly<Record<TrayShape, string>>;
  /** Web pages cannot reach the app. */
  readonly unreachable: string;
  readonly lastUse: string;
  readonly notUsed: string;
  readonly page: Readonly<Record<Exclude<MainPage, 'welcome'>, string>>;
  readonly quit: string;
  /** Of the main window; the consent window's. */
  readonly consentTitle: string;
  readonly waiting: { readonly title: string; readonly body: string };
  readonly refusedSwitch: string;
  readonly notStarted: string;
}

const ja: ShellText = {
  appName: 'まどぐち',
  status: {
    'no-reader': 'カードリーダーがつながっていません',
    'no-card': 'カードが置かれていません',
    card: 'カードがあります',
    working: '手続きの途中です',
    error: '使えない状態です（診断で調べられます）',
  },
  unreachable: 'ウェブサイトからの依頼を受け取れません',
  lastUse: '最後に使った日時: {{moment}}',
  notUsed: '起動してからカードは使われていません',
  page: {
    card: 'カード',
    documents: '署名・確認',
    history: '履歴',
    services: 'サービス',
    diagnosis: '診断',
    settings: '設定',
  },
  quit: 'まどぐちを終了',
  consentTitle: '確認 - まどぐち',
  waiting: { title: '確認をお待ちしています', body: 'ここを押すと、まどぐちの確認の窓が開きます。' },
  refusedSwitch: '起動のしかたに「{{name}}」が付いているため、安全のため起動しません。これを外して起動してください。',
  notStarted: '起動できませんでした。（{{reason}}）',
};

const en: ShellText = {
  appName: 'Madoguchi',
  status: {
    'no-reader': 'No card reader is connected',
    'no-card': 'No card is on the reader',
    card: 'A card is on the reader',
    working: 'A request is being dealt with',
    error: 'Not working (see Diagnosis)',
  },
  unreachable: 'Requests from websites cannot be received',
  lastUse: 'Last used: {{moment}}',
  notUsed: 'The card has not been used since the start',
  page: {
    card: 'Card',
    documents: 'Sign and check',
    history: 'History',
    services: 'Services',
    diagnosis: 'Diagnosis',
    settings: 'Settings',
  },
  quit: 'Quit Madoguchi',
  consentTitle: 'Confirmation - Madoguchi',
  waiting: { title: 'Waiting for your answer', body: 'Click here to open the confirmation window of Madoguchi.' },
  refusedSwitch: 'Madoguchi does not start with “{{name}}”, for your safety. Start it without that.',
  notStarted: 'Madoguchi could not start. ({{reason}})',
};

const easyJapanese: ShellText = {
  ...ja,
  status: {
    'no-reader': 'カードを 読（よ）む きかいが ありません',
    'no-card': 'カードが ありません',
    card: 'カードが あります',
    working: 'いま 使（つか）っています',
    error: '使（つか）えません（「診断（しんだん）」を 見（み）てください）',
  },
  unreachable: 'ウェブサイトから お願（ねが）いが とどきません',
  lastUse: 'さいごに 使（つか）ったとき: {{moment}}',
  notUsed: 'まだ カードを 使（つか）っていません',
  page: {
    card: 'カード',
    documents: '署名（しょめい）・確認（かくにん）',
    history: '使った記録（きろく）',
    services: 'サービス',
    diagnosis: '診断（しんだん）',
    settings: '設定（せってい）',
  },
  quit: 'まどぐちを おわる',
  consentTitle: 'かくにん - まどぐち',
  waiting: {
    title: 'あなたの 答（こた）えを 待（ま）っています',
    body: 'ここを おすと、まどぐちの まどが 開（ひら）きます。',
  },
  refusedSwitch: '「{{name}}」が あるので、まどぐちは はじまりません。これを とって、もういちど はじめてください。',
  notStarted: 'まどぐちを はじめられませんでした。（{{reason}}）',
};

// The four below were translated by machine and have not been reviewed.

const simplifiedChinese: ShellText = {
  appName: 'Madoguchi',
  status: {
    'no-reader': '未连接读卡器',
    'no-card': '读卡器上没有卡',
    card: '读卡器上有卡',
    working: '正在办理',
    error: '无法使用（请查看“诊断”）',
  },
  unreachable: '无法接收网站的请求',
  lastUse: '上次使用：{{moment}}',
  notUsed: '启动后尚未使用过卡',
  page: {
    card: '卡',
    documents: '签名与验证',
    history: '记录',
    services: '服务',
    diagnosis: '诊断',
    settings: '设置',
  },
  quit: '退出 Madoguchi',
  consentTitle: '确认 - Madoguchi',
  waiting: { title: '正在等待您的确认', body: '点击此处打开 Madoguchi 的确认窗口。' },
  refusedSwitch: '启动参数中含有“{{name}}”，为了安全不会启动。请去掉后再启动。',
  notStarted: '无法启动。（{{reason}}）',
};

const korean: ShellText = {
  appName: 'Madoguchi',
  status: {
    'no-reader': '카드 리더기가 연결되어 있지 않습니다',
    'no-card': '카드가 놓여 있지 않습니다',
    card: '카드가 있습니다',
    working: '처리 중입니다',
    error: '사용할 수 없습니다(진단을 확인하세요)',
  },
  unreachable: '웹사이트의 요청을 받을 수 없습니다',
  lastUse: '마지막 사용: {{moment}}',
  notUsed: '시작한 뒤 카드가 사용되지 않았습니다',
  page: {
    card: '카드',
    documents: '서명·확인',
    history: '기록',
    services: '서비스',
    diagnosis: '진단',
    settings: '설정',
  },
  quit: 'Madoguchi 종료',
  consentTitle: '확인 - Madoguchi',
  waiting: { title: '확인을 기다리고 있습니다', body: '여기를 누르면 Madoguchi의 확인 창이 열립니다.' },
  refusedSwitch: '시작 옵션에 “{{name}}”이(가) 있어 안전을 위해 시작하지 않습니다. 빼고 시작하세요.',
  notStarted: '시작할 수 없습니다. ({{reason}})',
};

const vietnamese: ShellText = {
  appName: 'Madoguchi',
  status: {
    'no-reader': 'Chưa kết nối đầu đọc thẻ',
    'no-card': 'Chưa đặt thẻ lên đầu đọc',
    card: 'Đã có thẻ trên đầu đọc',
    working: 'Đang xử lý',
    error: 'Không dùng được (xem mục Chẩn đoán)',
  },
  unreachable: 'Không thể nhận yêu cầu từ trang web',
  lastUse: 'Lần dùng cuối: {{moment}}',
  notUsed: 'Thẻ chưa được dùng kể từ khi khởi động',
  page: {
    card: 'Thẻ',
    documents: 'Ký và kiểm tra',
    history: 'Lịch sử',
    services: 'Dịch vụ',
    diagnosis: 'Chẩn đoán',
    settings: 'Cài đặt',
  },
  quit: 'Thoát Madoguchi',
  consentTitle: 'Xác nhận - Madoguchi',
  waiting: { title: 'Đang chờ bạn xác nhận', body: 'Nhấn vào đây để mở cửa sổ xác nhận của Madoguchi.' },
  refusedSwitch: 'Để an toàn, Madoguchi không khởi động cùng “{{name}}”. Hãy bỏ tùy chọn này.',
  notStarted: 'Không khởi động được. ({{reason}})',
};

const portuguese: ShellText = {
  appName: 'Madoguchi',
  status: {
    'no-reader': 'Nenhum leitor de cartão conectado',
    'no-card': 'Não há cartão no leitor',
    card: 'Há um cartão no leitor',
    working: 'Um pedido está em andamento',
    error: 'Não funciona (veja Diagnóstico)',
  },
  unreachable: 'Não é possível receber pedidos de sites',
  lastUse: 'Último uso: {{moment}}',
  notUsed: 'O cartão não foi usado desde o início',
  page: {
    card: 'Cartão',
    documents: 'Assinar e verificar',
    history: 'Histórico',
    services: 'Serviços',
    diagnosis: 'Diagnóstico',
    settings: 'Configurações',
  },
  quit: 'Encerrar o Madoguchi',
  consentTitle: 'Confirmação - Madoguchi',
  waiting: {
    title: 'Aguardando sua confirmação',
    body: 'Clique aqui para abrir a janela de confirmação do Madoguchi.',
  },
  refusedSwitch: 'Por segurança, o Madoguchi não inicia com “{{name}}”. Inicie sem isso.',
  notStarted: 'Não foi possível iniciar. ({{reason}})',
};

const TEXTS: Readonly<Record<WindowLanguage, ShellText>> = {
  ja,
  en,
  'ja-simple': easyJapanese,
  'zh-Hans': simplifiedChinese,
  ko: korean,
  vi: vietnamese,
  pt: portuguese,
};

export function shellText(language: WindowLanguage): ShellText {
  return TEXTS[language];
}

/** Puts values into a text. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => values[name] ?? '');
}
