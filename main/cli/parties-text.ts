import type { LocalisedText } from '../../sdk/protocol/index.js';
import type { ConsentModel, OriginRequester, OriginStanding, Requester } from '../core/consent/consent-model.js';
import { foreignRows, INDENT, indented, withoutQuotes, type Layout } from './foreign-text.js';
import type { Translate } from './messages.js';

/** What stands above the asker's address. A claim is called one there, before anybody reads it. */
export function requesterHeading(requester: Requester, t: Translate): string {
  if (requester.kind !== 'origin') return `${t('consent.requester')}:`;
  if (!requester.confirmed) return `${t('consent.requesterUnconfirmed')}:`;
  return `${t(isClaimed(requester) ? 'consent.requesterClaimed' : 'consent.requester')}:`;
}

/** Who asks, how far that is known, and what speaks against it. */
export function requesterLines(requester: Requester, layout: Layout): string[] {
  const { t } = layout;
  switch (requester.kind) {
    case 'origin':
      return [
        ...addressLines(requester, layout),
        ...standingLines(requester, layout),
        ...warningLines(requester, layout),
        ...callerLines(requester, layout),
      ];
    case 'local-program': {
      const program = indented(t('consent.localProgram'));
      if (requester.claimedOrigin === undefined) return [program];
      const claim = t('consent.localProgramClaim', { origin: withoutQuotes(requester.claimedOrigin) });
      return [program, ...foreignRows(claim, INDENT, layout)];
    }
    case 'self':
      return [indented(t('consent.self'))];
  }
}

/** The same where it is repeated. */
export function requesterSummary(requester: Requester, layout: Layout): string[] {
  if (requester.kind !== 'origin') {
    return [indented(layout.t(requester.kind === 'self' ? 'consent.self' : 'consent.localProgram'))];
  }
  return [
    ...addressLines(requester, layout),
    ...foreignRows(standingTitle(requester, layout.t), INDENT, layout),
    ...warningTitles(requester, layout),
  ];
}

export function addressLines({ origin, unicodeOrigin }: OriginRequester, layout: Layout): string[] {
  if (unicodeOrigin === undefined) return foreignRows(origin, INDENT, layout);
  const ascii = layout.t('consent.requesterAscii', { origin });
  return [...foreignRows(unicodeOrigin, INDENT, layout), ...foreignRows(ascii, INDENT, layout)];
}

/** A program other than a browser can name any address; a signed request names its own. */
export function isClaimed({ caller, standing }: OriginRequester): boolean {
  return caller.kind === 'program' && standing.level !== 'verified';
}

function standingLines(requester: OriginRequester, layout: Layout): string[] {
  const { t } = layout;
  const { standing } = requester;
  // What the registry says is of the site, not of the program that gives the site's address.
  if (standing.level === 'listed' && isClaimed(requester))
    return foreignRows(standingTitle(requester, t), INDENT, layout);
  return [
    ...foreignRows(standingTitle(requester, t), INDENT, layout),
    ...operatorLines(standing, layout),
    indented(t(`consent.standing.${standing.level}Why`)),
  ];
}

function standingTitle(requester: OriginRequester, t: Translate): string {
  const { standing } = requester;
  if (standing.level === 'unlisted') return t('consent.standing.unlisted');
  if (standing.level === 'listed' && isClaimed(requester)) return t('consent.standing.listed', { context: 'claimed' });
  return t(`consent.standing.${standing.level}`, { name: localised(standing.name, t) });
}

function operatorLines(standing: OriginStanding, layout: Layout): string[] {
  if (standing.level === 'unlisted') return [];
  return foreignRows(operatorText(standing.operator, layout.t), INDENT, layout);
}

function operatorText(operator: LocalisedText, t: Translate): string {
  return t('consent.standing.operator', { name: localised(operator, t) });
}

function warningLines(requester: OriginRequester, layout: Layout): string[] {
  const { t } = layout;
  const { confirmed, caller, route } = requester;
  const lines = lookAlikeLines(requester, layout);
  if (!confirmed) {
    lines.push(indented(t('consent.warning.unconfirmed')), indented(t('consent.warning.unconfirmedWhy')));
    // Another program than a browser gets the answer itself.
    if (caller.kind !== 'program') lines.push(indented(t('consent.warning.unconfirmedAnswer')));
  } else if (route === 'redirect') {
    // The service's signature says who asks, not whose browser the service asked it for.
    lines.push(...foreignRows(t('consent.warning.started'), INDENT, layout));
  }
  if (caller.kind === 'program') {
    lines.push(...programLines(caller.name, layout));
    lines.push(indented(t(isClaimed(requester) ? 'consent.warning.programClaim' : 'consent.warning.programAnswer')));
  }
  return lines;
}

function warningTitles({ standing, confirmed, caller }: OriginRequester, layout: Layout): string[] {
  const { t } = layout;
  return [
    ...lookAlikeTitle(standing, layout),
    ...(confirmed ? [] : [indented(t('consent.warning.unconfirmed'))]),
    ...(caller.kind === 'program' ? programLines(caller.name, layout) : []),
  ];
}

function lookAlikeLines({ standing }: OriginRequester, layout: Layout): string[] {
  if (standing.level !== 'unlisted' || !standing.lookAlike) return [];
  const { origin } = standing.lookAlike;
  const listed = layout.t('consent.warning.lookAlikeOrigin', { origin });
  return [...lookAlikeTitle(standing, layout), ...foreignRows(listed, INDENT, layout)];
}

function lookAlikeTitle(standing: OriginStanding, layout: Layout): string[] {
  if (standing.level !== 'unlisted' || !standing.lookAlike) return [];
  const name = withoutQuotes(localised(standing.lookAlike.name, layout.t));
  return foreignRows(layout.t('consent.warning.lookAlike', { name }), INDENT, layout);
}

function programLines(name: string, layout: Layout): string[] {
  return foreignRows(layout.t('consent.warning.program', { name: withoutQuotes(name) }), INDENT, layout);
}

/** On the extension's way the name is that of the program which started the native messaging host, by the host's own word. */
function callerLines({ caller, route }: OriginRequester, layout: Layout): string[] {
  switch (caller.kind) {
    case 'browser': {
      const context = route === 'extension' ? { context: 'reported' } : {};
      const name = withoutQuotes(caller.name);
      return foreignRows(layout.t('consent.caller.browser', { name, ...context }), INDENT, layout);
    }
    case 'unknown':
      return [indented(layout.t('consent.caller.unknown'))];
    // Among the warnings.
    case 'program':
      return [];
  }
}

/**
 * Who really gets to read the result. A program that is no browser gets it in the site's place, and a key that came with an
 * address of its own claiming may be anybody's.
 */
export type Reader = 'site' | 'program' | 'site-key' | 'unknown-key' | 'verifier';

export function readerOf({ requester, recipient }: ConsentModel): Reader {
  if (requester.kind !== 'origin') return 'program';
  switch (recipient?.kind) {
    case 'verifier':
      return 'verifier';
    case 'requester-key':
      return isClaimed(requester) ? 'unknown-key' : 'site-key';
    case 'requester':
    case undefined:
      return requester.caller.kind === 'program' ? 'program' : 'site';
  }
}

/** Who can read the result: said for every page, nothing for others. */
export function recipientLines(model: ConsentModel, layout: Layout): string[] {
  const { requester, recipient, operation } = model;
  if (requester.kind !== 'origin') return [];
  const { t } = layout;
  const lines = recipientSummary(model, layout);
  if (recipient?.kind !== 'verifier') return lines;
  const operator = foreignRows(operatorText(recipient.operator, t), INDENT, layout);
  return [...lines, ...operator, indented(t(`consent.recipient.verifierOnly.${operation}`))];
}

/** The same where it is repeated. */
export function recipientSummary(model: ConsentModel, layout: Layout): string[] {
  const { t } = layout;
  const { recipient } = model;
  const lines =
    recipient?.kind === 'verifier'
      ? foreignRows(t('consent.recipient.verifier', { name: localised(recipient.name, t) }), INDENT, layout)
      : [indented(t(`consent.recipient.${readerOf(model)}`))];
  return [`${t('consent.recipient.title')}:`, ...lines];
}

/** A text of the registry in the language of `t`. */
function localised({ ja, en }: LocalisedText, t: Translate): string {
  return t('consent.localised', { ja, en });
}
