import { displayedUnicodeOrigin, displayText, LONGEST_SHOWN_ORIGIN } from '../consent/display-text.js';
import type { CertificateExpiringNotice, KeyUsedNotice, Notice, NoticeRequester } from './notice.js';

/** What a notice says. Lines are separate: each begins where the desktop begins one. */
export interface NoticeText {
  readonly title: string;
  readonly lines: readonly string[];
}

/** How a notice is put into words. */
export interface NoticeWords {
  /** A text of the section `notice`. Values are our own words and numbers, never foreign text. */
  readonly t: (key: string, values?: Readonly<Record<string, string | number>>) => string;
  /** A moment as the person reads it, to the minute at least. */
  readonly moment: (at: Date) => string;
  /** The day of a moment. */
  readonly day: (at: Date) => string;
}

/** The origin comes first after the title, in full and alone in its line: nothing else there is anybody's but ours. */
export function noticeText(notice: Notice, words: NoticeWords): NoticeText {
  const { t } = words;
  switch (notice.kind) {
    case 'key-used':
      return keyUsedText(notice, words);
    case 'certificate-expiring':
      return certificateText(notice, words);
    case 'card-left':
      return { title: t('notice.cardLeft.title'), lines: [t('notice.cardLeft.text', { count: notice.minutes })] };
    case 'history-unwritten':
      return { title: t('notice.historyUnwritten.title'), lines: [t('notice.historyUnwritten.text')] };
  }
}

function keyUsedText(notice: KeyUsedNotice, { t, moment }: NoticeWords): NoticeText {
  const { requester, operation, pinRole, items, outcome, testCard, at } = notice;
  const used = t(`notice.keyUsed.secret.${pinRole}`);
  const signed = operation === 'sign' && items > 0 ? [t('notice.keyUsed.items', { count: items })] : [];
  return {
    title: t(`notice.keyUsed.title.${operation}.${outcome.status}`),
    lines: [
      ...requesterLines(requester, t),
      used,
      ...signed,
      t('notice.keyUsed.at', { moment: moment(new Date(at)) }),
      ...(testCard ? [t('notice.keyUsed.testCard')] : []),
      ...(requester.kind === 'self' ? [] : [t('notice.keyUsed.unexpected')]),
    ],
  };
}

function requesterLines(requester: NoticeRequester, t: NoticeWords['t']): string[] {
  switch (requester.kind) {
    case 'origin': {
      const { origin, confirmed } = requester;
      const unicode = displayedUnicodeOrigin(requester.unicodeOrigin);
      return [
        displayText(origin, LONGEST_SHOWN_ORIGIN),
        ...(unicode === undefined ? [] : [unicode]),
        ...(confirmed ? [] : [t('notice.keyUsed.unconfirmed')]),
      ];
    }
    case 'local-program': {
      const { unverifiedOrigin } = requester;
      if (unverifiedOrigin === undefined) return [t('notice.keyUsed.localProgram')];
      // Whatever it says, it stays behind a bar and cannot pass for a line of ours.
      return [
        t('notice.keyUsed.localProgram'),
        t('notice.keyUsed.claim'),
        `│ ${displayText(unverifiedOrigin, LONGEST_SHOWN_ORIGIN)}`,
      ];
    }
    case 'self':
      return [t('notice.keyUsed.self')];
  }
}

function certificateText(
  { role, step, days, notAfter }: CertificateExpiringNotice,
  { t, day }: NoticeWords,
): NoticeText {
  const certificate = t(`notice.certificate.role.${role}`);
  const until = day(new Date(notAfter));
  const when = step === 'expired' ? 'expired' : days === 0 ? 'lastDay' : 'expiring';
  const text = t(`notice.certificate.${when}`, { certificate, until, count: days });
  return {
    title: t(step === 'expired' ? 'notice.certificate.titleExpired' : 'notice.certificate.titleExpiring'),
    lines: [text, t('notice.certificate.remedy')],
  };
}
