import { displayedUnicodeOrigin, displayText, LONGEST_SHOWN_ORIGIN } from '../core/consent/display-text.js';
import { disclosedAttribute } from '../core/consent/build-consent-model.js';
import type { HistoryAttribute, HistoryEntry, HistoryRequester } from '../core/history/history-entry.js';
import type { HistoryLoss, HistoryState } from '../core/history/history.js';
import { isoDateTime } from './dates.js';
import { indented } from './foreign-text.js';
import type { Translate } from './messages.js';

/** One use of the card: when and who in a line of its own, then what, what came of it, and what left. */
export function historyEntryLines(entry: HistoryEntry, t: Translate): string[] {
  const { at, day, requester, operation, testCard, governmentPage, items, id } = entry;
  const what = t(`history.operation.${operation}`, { pin: t(`history.pin.${entry.pinRole}`) });
  return [
    `${isoDateTime(new Date(at))}  ${requesterText(requester, t)}`,
    ...standingLines(requester, t),
    indented(
      `${what}${testCard ? t('history.testCard') : ''}${governmentPage ? t('history.governmentPage') : ''}: ${resultText(entry, t)}`,
    ),
    ...disclosedLines(entry, t),
    ...items.map(({ format, algorithm, digest }) => indented(`${format}  ${algorithm} ${digest}`)),
    indented(t('history.identifier', { id, day })),
  ];
}

function requesterText(requester: HistoryRequester, t: Translate): string {
  switch (requester.kind) {
    case 'origin': {
      const ascii = displayText(requester.origin, LONGEST_SHOWN_ORIGIN);
      const unicode = displayedUnicodeOrigin(requester.unicodeOrigin);
      return unicode === undefined ? ascii : `${ascii} (${unicode})`;
    }
    case 'local-program': {
      const { claimedOrigin } = requester;
      if (claimedOrigin === undefined) return t('history.program');
      return t('history.programClaim', { origin: displayText(claimedOrigin, LONGEST_SHOWN_ORIGIN) });
    }
    case 'self':
      return t('history.self');
  }
}

function standingLines(requester: HistoryRequester, t: Translate): string[] {
  if (requester.kind !== 'origin') return [];
  const name = requester.name === undefined ? '' : displayText(t('consent.localised', { ...requester.name }));
  const standing = t(`consent.standing.${requester.level}`, { name });
  return [indented(standing), ...(requester.confirmed ? [] : [indented(t('history.unconfirmed'))])];
}

function resultText({ result }: HistoryEntry, t: Translate): string {
  if (result.status !== 'failed') return t(`history.result.${result.status}`);
  return t('history.result.failed', { code: result.code });
}

function disclosedLines({ disclosed, attributes, recipient, result }: HistoryEntry, t: Translate): string[] {
  const isDone = result.status === 'done';
  const answers = attributes.filter(({ attribute, withheld }) => isDone && !withheld && typeof attribute !== 'string');
  const withheld = attributes.filter((asked) => asked.withheld);
  const left = [
    ...disclosed.map((kind) => t(`history.disclosed.${kind}`)),
    ...answers.map(({ attribute }) => attributeText(attribute, t)),
  ];
  const list = (texts: readonly string[]): string => texts.join(t('history.separator'));
  const kept = withheld.map(({ attribute }) => attributeText(attribute, t));
  return [
    ...(left.length > 0 ? [indented(t('history.left', { list: list(left) }))] : []),
    ...(kept.length > 0 ? [indented(t('history.withheld', { list: list(kept) }))] : []),
    ...(recipient.kind === 'verifier'
      ? [indented(t('history.verifier', { name: displayText(t('consent.localised', { ...recipient.name })) }))]
      : []),
  ];
}

function attributeText(attribute: HistoryAttribute['attribute'], t: Translate): string {
  if (typeof attribute === 'string') return t(`history.disclosed.${disclosedAttribute(attribute)}`);
  return t('consent.attribute.ageOver', { years: attribute.ageOver, context: 'besides' });
}

/** What is kept, for how long, what protects it, and what is wrong with it. */
export function historyStateLines(state: HistoryState, t: Translate): string[] {
  const { keptDays, protection, expiryHeldBack, losses } = state;
  return [
    keptDays === 0 ? t('history.keptNone') : t('history.kept', { count: keptDays }),
    t(`history.protection.${protection}`),
    ...(expiryHeldBack ? [t('history.heldBack')] : []),
    ...lossLines(losses, t),
  ];
}

function lossLines(losses: readonly HistoryLoss[], t: Translate): string[] {
  return losses.map(({ kind, day, file, count }) => {
    const where = [day, file === undefined ? undefined : displayText(file)].filter((part) => part !== undefined);
    return `${t(`history.loss.${kind}`, { count })}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
  });
}
