/** What the tray and its message say. */
export interface ShellText {
  readonly appName: string;
  readonly running: string;
  readonly noWindowsYet: string;
  readonly noReader: string;
  readonly unavailable: string;
  readonly cardPresent: string;
  readonly cardAbsent: string;
  readonly status: string;
  readonly quit: string;
  readonly close: string;
}

const japanese: ShellText = {
  appName: 'まどぐち',
  running: 'まどぐちは起動しています。',
  noWindowsYet:
    'この版の窓はまだありません。ウェブサイトからの依頼は受け付けていません。ターミナルの madoguchi serve を使ってください。',
  noReader: 'カードリーダーが見つかりません。',
  unavailable: 'カードリーダーを調べられませんでした。スマートカードのサービスが動いているか確かめてください。',
  cardPresent: 'カードあり',
  cardAbsent: 'カードなし',
  status: '状態を見る',
  quit: '終了',
  close: '閉じる',
};

const english: ShellText = {
  appName: 'Madoguchi',
  running: 'Madoguchi is running.',
  noWindowsYet:
    'This version has no windows yet and takes no requests from websites. Use “madoguchi serve” in a terminal.',
  noReader: 'No card reader was found.',
  unavailable: 'The card readers could not be queried. Check that the smart-card service is running.',
  cardPresent: 'card present',
  cardAbsent: 'no card',
  status: 'Show status',
  quit: 'Quit',
  close: 'Close',
};

/** @param locale BCP 47, as Electron's `app.getLocale()` gives it. Japanese where it is empty. */
export function shellText(locale: string): ShellText {
  return locale === '' || /^ja\b/i.test(locale) ? japanese : english;
}
