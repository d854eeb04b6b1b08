import type { RequestedAttribute } from '../../sdk/protocol/index.js';
import type { ConsentModel, DisclosedDatum } from '../core/consent/consent-model.js';
import type { PinRole } from '../core/ports.js';
import { foreignRows, INDENT, indented, layoutOf, withoutQuotes } from './foreign-text.js';
import type { Layout } from './foreign-text.js';
import { itemLines } from './items-text.js';
import type { Translate } from './messages.js';
import {
  addressLines,
  readerOf,
  recipientLines,
  recipientSummary,
  requesterHeading,
  requesterLines,
  requesterSummary,
} from './parties-text.js';

const RULE = '─'.repeat(60);

/**
 * The consent as a terminal of `columns` shows it: words and layout only, every fact from the model. Foreign text is
 * wrapped here, because a terminal would continue it at the margin, where only our own words stand. What weighs most is
 * repeated at the end, right above the question.
 */
export function consentText(model: ConsentModel, t: Translate, columns?: number): string {
  const layout = layoutOf(t, columns);
  const opening = [RULE, title(model, t), '', requesterHeading(model.requester, t)];
  opening.push(...requesterLines(model.requester, layout), '', ...secretLines(model, t));
  if (model.remembered === 'is') return [...opening, '', ...rememberedLines(t), RULE].join('\n');
  const lines = [
    ...opening,
    ...section(recipientLines(model, layout)),
    ...section(purposeLines(model, layout)),
    ...section(disclosedLines(model, t)),
    ...section(itemLines(model, layout)),
    ...section(closingLines(model, layout)),
  ];
  return [...lines, RULE, ...summaryLines(model, layout)].join('\n');
}

/** What is told before the question that `ConsentModel.separateStep` names. */
export function separateStepText(model: ConsentModel, t: Translate, columns?: number): string {
  const layout = layoutOf(t, columns);
  const { requester } = model;
  return [
    t('consent.separate.title'),
    ...(requester.kind === 'origin' ? addressLines(requester, layout) : []),
    t('consent.separate.seal'),
    t('consent.separate.disclosed', { context: readerOf(model) }),
    t('consent.separate.unlisted'),
    RULE,
  ].join('\n');
}

function section(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? ['', ...lines] : [];
}

function title({ operation, attributes, governmentPage }: ConsentModel, t: Translate): string {
  // What such a site has signed may be anything.
  if (governmentPage && operation === 'authenticate') return t('consent.title.authenticate_government');
  return t(`consent.title.${operation}`, attributes ? { context: 'service' } : {});
}

function rememberedLines(t: Translate): string[] {
  return [t('consent.remembered'), t('consent.rememberedUndo'), t('consent.rememberedStop')];
}

/** The certificate where one is used, otherwise the secret alone. */
function secretLines({ operation, pinRole, requester }: ConsentModel, t: Translate): string[] {
  if (operation === 'change-pin') return changedPinLines(pinRole, t);
  const certificate = (line: string): string[] => [`${t('consent.certificate')}:`, indented(line)];
  const secret = (line: string): string[] => [`${t('consent.secret')}:`, indented(line)];
  switch (pinRole) {
    case 'authentication':
      return certificate(t('consent.certificateAuthentication'));
    case 'signing':
      return certificate(
        requester.kind === 'self' ? t('consent.certificateSigningSelf') : t('consent.certificateSigning'),
      );
    case 'profile':
      return secret(t('consent.secretProfile'));
    case 'number-b':
      return secret(t('consent.secretNumberB'));
  }
}

function changedPinLines(role: PinRole, t: Translate): string[] {
  const lines = [`${t('consent.secretToChange')}:`, indented(t(`pinName.${role}`)), '', t('consent.changeOrder')];
  if (role === 'signing') lines.push(t('consent.changeUpperCase'));
  return [...lines, t('consent.changeAdvice')];
}

function purposeLines({ purpose }: ConsentModel, layout: Layout): string[] {
  if (purpose === undefined) return [];
  const { t } = layout;
  const quoted = t('consent.quoted', { text: withoutQuotes(purpose) });
  return [`${t('consent.purpose')}:`, ...foreignRows(quoted, INDENT, layout)];
}

function disclosedLines(model: ConsentModel, t: Translate): string[] {
  const { operation, attributes, disclosed } = model;
  if (attributes) return [`${t('consent.disclosed')}:`, ...attributeLines(model, t).map(indented)];
  if (disclosed.length === 0) return [];
  const heading = t(operation === 'read-attributes' ? 'consent.disclosedSelf' : 'consent.disclosed');
  return [`${heading}:`, ...disclosed.map((datum) => indented(`・${disclosedLine(datum, model, t)}`))];
}

function disclosedLine(datum: DisclosedDatum, model: ConsentModel, t: Translate): string {
  const self = model.requester.kind === 'self';
  switch (datum) {
    case 'four-attributes':
      return self ? t('consent.disclosedAttributesSelf') : t('consent.disclosedAttributes');
    case 'serial-number':
      return self ? t('consent.disclosedSerialSelf') : t('consent.disclosedSerial', { context: readerOf(model) });
    case 'name':
      return t('consent.disclosedName');
    case 'address':
      return t('consent.disclosedAddress');
    case 'birth-date':
      return t('consent.disclosedBirthDate');
    case 'gender':
      return t('consent.disclosedGender');
    case 'site-identifier':
      return t('consent.disclosedSiteIdentifier');
  }
}

/** What a service asks for, by the numbers under which the person can leave it out. */
function attributeLines(model: ConsentModel, t: Translate): string[] {
  const { attributes = [] } = model;
  const lines = attributes.map(({ attribute, required }, position) => {
    const text = t(required ? 'consent.attribute.required' : 'consent.attribute.optional', {
      text: attributeText(attribute, model, t),
    });
    return `${attributeNumber(position)}. ${text}`;
  });
  if (attributes.some(({ required }) => !required)) lines.push(t('consent.attribute.optionalHint'));
  const ages = attributes.filter(({ attribute }) => typeof attribute !== 'string').length;
  // Several bounds together come close to the birth date.
  if (ages > 1) lines.push(t('consent.attribute.severalAges'));
  return lines;
}

/** The number under which the attribute at this position is shown. */
export function attributeNumber(position: number): string {
  return String(position + 1);
}

/** One of `ConsentModel.attributes` in words. */
export function attributeText(attribute: RequestedAttribute, { disclosed }: ConsentModel, t: Translate): string {
  if (typeof attribute !== 'string') {
    const context = disclosed.includes('birth-date') ? { context: 'besides' } : {};
    return t('consent.attribute.ageOver', { years: attribute.ageOver, ...context });
  }
  switch (attribute) {
    case 'name':
      return t('consent.disclosedName');
    case 'address':
      return t('consent.disclosedAddress');
    case 'birthDate':
      return t('consent.disclosedBirthDate');
    case 'gender':
      return t('consent.disclosedGender');
  }
}

function closingLines(model: ConsentModel, layout: Layout): string[] {
  const { operation, separateStep, timeStampAuthority, governmentPage } = model;
  const { t } = layout;
  if (governmentPage) return governmentLines(model, t).map(indented);
  if (timeStampAuthority !== undefined) {
    return foreignRows(t('consent.timeStamping', { address: timeStampAuthority }), INDENT, layout);
  }
  if (operation === 'authenticate') return [indented(t('consent.bound'))];
  if (operation === 'read-attributes') return [indented(t('consent.myNumberNotRead'))];
  return separateStep ? [indented(t('consent.separate.notice'))] : [];
}

/** What a government site's own page protocol leaves unknown. */
function governmentLines({ operation, items }: ConsentModel, t: Translate): string[] {
  const page = t('consent.government.page');
  if (operation === 'authenticate') return [page, t('consent.government.logIn')];
  if (operation === 'sign') return [page, t('consent.government.signatures', { count: items.length })];
  return [page, t('consent.myNumberNotRead')];
}

/** What is done, for whom, and what leaves to whom: only where others supplied text above that could have led astray. */
function summaryLines(model: ConsentModel, layout: Layout): string[] {
  const { operation, requester, attributes } = model;
  const othersAsked = operation === 'authenticate' || operation === 'sign' || attributes !== undefined;
  if (!othersAsked) return [];
  const { t } = layout;
  return [
    `${t('consent.summary.title')}: ${title(model, t)}`,
    requesterHeading(requester, t),
    ...requesterSummary(requester, layout),
    `${t(requester.kind === 'self' ? 'consent.summary.made' : 'consent.summary.given')}:`,
    indented(givenTexts(model, t).join(t('consent.summary.separator'))),
    ...(requester.kind === 'origin' ? recipientSummary(model, layout) : []),
    RULE,
  ];
}

function givenTexts(model: ConsentModel, t: Translate): readonly string[] {
  const { attributes, pinRole, items, disclosed } = model;
  if (!attributes) {
    const signature = t(`consent.summary.${pinRole}`, { count: items.length });
    return [signature, ...disclosed.map((datum) => t(`consent.summary.${datum}`))];
  }
  return attributes.map(({ attribute, required }) => {
    const text = attributeText(attribute, model, t);
    return required ? text : t('consent.summary.optional', { text });
  });
}
