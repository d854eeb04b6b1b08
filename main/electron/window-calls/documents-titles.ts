import type { CallContext } from './call-context.js';

/** Titles of the system's dialogs, which no page may write. */
export interface DialogTitles {
  readonly signing: string;
  readonly checking: string;
  readonly applicationFolder: string;
  readonly resultFolder: string;
  readonly certificates: string;
  readonly content: string;
}

const japanese: DialogTitles = {
  signing: '署名するファイルを選ぶ',
  checking: '確認するファイルを選ぶ',
  applicationFolder: 'e-Govの申請のフォルダーを選ぶ',
  resultFolder: '署名したファイルの保存先を選ぶ',
  certificates: '認証局の証明書を選ぶ',
  content: '署名の対象のファイルを選ぶ',
};

const english: DialogTitles = {
  signing: 'Choose files to sign',
  checking: 'Choose files to check',
  applicationFolder: 'Choose the folder of an e-Gov application',
  resultFolder: 'Choose where signed files go',
  certificates: 'Choose certificates of an authority',
  content: 'Choose the file that the signature is over',
};

/** In the language of the windows; Japanese but for English. */
export function dialogTitles({ settings }: Pick<CallContext['client'], 'settings'>): DialogTitles {
  const chosen = settings.read().settings.language.value;
  const language = chosen === 'system' ? Intl.DateTimeFormat().resolvedOptions().locale : chosen;
  return /^en\b/.test(language) ? english : japanese;
}
