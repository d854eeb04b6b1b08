import type { WindowLanguage } from '../../ipc/app.js';

/** Titles of the system's dialogs, which no page may write. */
export interface DialogTitles {
  readonly signing: string;
  readonly checking: string;
  readonly applicationFolder: string;
  readonly resultFolder: string;
  readonly certificates: string;
  readonly content: string;
  readonly saveCertificate: string;
  readonly saveReport: string;
  readonly saveHistory: string;
}

/** Those from `zh-Hans` on were translated by machine and have not been reviewed. */
const TITLES: Readonly<Record<WindowLanguage, DialogTitles>> = {
  ja: {
    signing: '署名するファイルを選ぶ',
    checking: '確認するファイルを選ぶ',
    applicationFolder: 'e-Govの申請のフォルダーを選ぶ',
    resultFolder: '署名したファイルの保存先を選ぶ',
    certificates: '認証局の証明書を選ぶ',
    content: '署名の対象のファイルを選ぶ',
    saveCertificate: '証明書の保存先を選ぶ',
    saveReport: '報告の保存先を選ぶ',
    saveHistory: '履歴の保存先を選ぶ',
  },
  en: {
    signing: 'Choose files to sign',
    checking: 'Choose files to check',
    applicationFolder: 'Choose the folder of an e-Gov application',
    resultFolder: 'Choose where signed files go',
    certificates: 'Choose certificates of an authority',
    content: 'Choose the file that the signature is over',
    saveCertificate: 'Choose where to save the certificate',
    saveReport: 'Choose where to save the report',
    saveHistory: 'Choose where to save the history',
  },
  'ja-simple': {
    signing: 'サインする ファイルを えらぶ',
    checking: 'しらべる ファイルを えらぶ',
    applicationFolder: 'e-Govの 申請（しんせい）の フォルダーを えらぶ',
    resultFolder: 'サインした ファイルを どこに 保存（ほぞん）するか えらぶ',
    certificates: '認証局（にんしょうきょく）の 証明書（しょうめいしょ）を えらぶ',
    content: 'サインが ついている もとの ファイルを えらぶ',
    saveCertificate: '証明書（しょうめいしょ）を どこに 保存（ほぞん）するか えらぶ',
    saveReport: '報告（ほうこく）を どこに 保存（ほぞん）するか えらぶ',
    saveHistory: '履歴（りれき）を どこに 保存（ほぞん）するか えらぶ',
  },
  'zh-Hans': {
    signing: '选择要签名的文件',
    checking: '选择要验证的文件',
    applicationFolder: '选择 e-Gov 申请的文件夹',
    resultFolder: '选择已签名文件的保存位置',
    certificates: '选择认证机构的证书',
    content: '选择签名所针对的文件',
    saveCertificate: '选择证书的保存位置',
    saveReport: '选择报告的保存位置',
    saveHistory: '选择记录的保存位置',
  },
  ko: {
    signing: '서명할 파일 선택',
    checking: '확인할 파일 선택',
    applicationFolder: 'e-Gov 신청 폴더 선택',
    resultFolder: '서명한 파일을 저장할 위치 선택',
    certificates: '인증기관의 인증서 선택',
    content: '서명 대상 파일 선택',
    saveCertificate: '인증서를 저장할 위치 선택',
    saveReport: '보고서를 저장할 위치 선택',
    saveHistory: '기록을 저장할 위치 선택',
  },
  vi: {
    signing: 'Chọn tệp để ký',
    checking: 'Chọn tệp để kiểm tra',
    applicationFolder: 'Chọn thư mục hồ sơ e-Gov',
    resultFolder: 'Chọn nơi lưu tệp đã ký',
    certificates: 'Chọn chứng thư của tổ chức chứng thực',
    content: 'Chọn tệp mà chữ ký xác nhận',
    saveCertificate: 'Chọn nơi lưu chứng thư',
    saveReport: 'Chọn nơi lưu báo cáo',
    saveHistory: 'Chọn nơi lưu lịch sử',
  },
  pt: {
    signing: 'Escolher arquivos para assinar',
    checking: 'Escolher arquivos para verificar',
    applicationFolder: 'Escolher a pasta de um pedido do e-Gov',
    resultFolder: 'Escolher onde salvar os arquivos assinados',
    certificates: 'Escolher certificados de uma autoridade',
    content: 'Escolher o arquivo ao qual a assinatura se refere',
    saveCertificate: 'Escolher onde salvar o certificado',
    saveReport: 'Escolher onde salvar o relatório',
    saveHistory: 'Escolher onde salvar o histórico',
  },
};

/** In the language of the windows. */
export function dialogTitles(language: WindowLanguage): DialogTitles {
  return TITLES[language];
}
