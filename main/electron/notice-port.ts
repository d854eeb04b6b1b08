import { noticeText, type NoticeWords } from '../core/notices/notice-text.js';
import type { Notice } from '../core/notices/notice.js';
import type { NoticePort } from '../core/notices/notices.js';
import type { MainPage } from '../ipc/app.js';
import type { ElectronApi } from './electron-api.js';

export interface NoticePortOptions {
  readonly notify: ElectronApi['notify'];
  /** In the language of now. */
  readonly words: () => NoticeWords;
  readonly openPage: (page: MainPage) => void;
  readonly onKeyUsed: (at: Date) => void;
}

/** Notices as notifications of the desktop; a click opens the page that says more. */
export function createNoticePort({ notify, words, openPage, onKeyUsed }: NoticePortOptions): NoticePort {
  return {
    show(notice) {
      if (notice.kind === 'key-used') onKeyUsed(new Date(notice.at));
      const { title, lines } = noticeText(notice, words());
      notify({ title, body: lines.join('\n') }, () => openPage(pageOf(notice)));
    },
  };
}

function pageOf({ kind }: Notice): MainPage {
  switch (kind) {
    case 'key-used':
    case 'history-unwritten':
      return 'history';
    case 'certificate-expiring':
    case 'card-left':
      return 'card';
  }
}
