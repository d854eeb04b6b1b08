import type { ConsentItem, ConsentModel, DisclosedDatum, Requester } from '../core/consent/consent-model.js';
import type { PinRole } from '../core/ports.js';
import type { Translate } from './messages.js';

const INDENT = '    ';
const RULE = '─'.repeat(60);

/** The consent as a terminal shows it: words and layout only, every fact from the model. */
export function consentText(model: ConsentModel, t: Translate): string {
  const lines = [
    RULE,
    t(`consent.title.${model.operation}`),
    '',
    `${t('consent.requester')}:`,
    ...requesterLines(model.requester, t).map(indented),
    '',
    ...secretLines(model, t),
  ];
  if (model.disclosed.length > 0) {
    lines.push('', `${t(model.operation === 'read-attributes' ? 'consent.disclosedSelf' : 'consent.disclosed')}:`);
    lines.push(...model.disclosed.map((datum) => indented(`・${disclosedLine(datum, model.requester, t)}`)));
  }
  if (model.items.length > 0) lines.push('', `${t('consent.items')}:`, ...itemLines(model, t).map(indented));
  if (model.operation === 'authenticate') lines.push('', indented(t('consent.bound')));
  if (model.operation === 'read-attributes') lines.push('', indented(t('consent.myNumberNotRead')));
  return [...lines, RULE].join('\n');
}

function indented(line: string): string {
  return INDENT + line;
}

function requesterLines(requester: Requester, t: Translate): string[] {
  switch (requester.kind) {
    case 'origin':
      return requester.unicodeOrigin === undefined
        ? [requester.origin, t('consent.requesterUnverified')]
        : [
            requester.unicodeOrigin,
            t('consent.requesterAscii', { origin: requester.origin }),
            t('consent.requesterUnverified'),
          ];
    case 'local-program':
      return requester.claimedOrigin === undefined
        ? [t('consent.localProgram')]
        : [t('consent.localProgram'), t('consent.localProgramClaim', { origin: requester.claimedOrigin })];
    case 'self':
      return [t('consent.self')];
  }
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

function disclosedLine(datum: DisclosedDatum, requester: Requester, t: Translate): string {
  const self = requester.kind === 'self';
  switch (datum) {
    case 'four-attributes':
      return self ? t('consent.disclosedAttributesSelf') : t('consent.disclosedAttributes');
    case 'serial-number':
      if (self) return t('consent.disclosedSerialSelf');
      return requester.kind === 'origin' ? t('consent.disclosedSerial') : t('consent.disclosedSerialLocal');
    case 'name':
      return t('consent.disclosedName');
    case 'address':
      return t('consent.disclosedAddress');
    case 'birth-date':
      return t('consent.disclosedBirthDate');
    case 'gender':
      return t('consent.disclosedGender');
  }
}

function itemLines({ items, requester }: ConsentModel, t: Translate): string[] {
  return items.flatMap((item, index) => [
    `${String(index + 1)}. ${t('consent.item', { name: item.name, size: item.size.toLocaleString('en-US') })}`,
    `   SHA-256 ${item.sha256}`,
    // One's own files are at hand; what a site sends is not.
    ...(requester.kind === 'self' ? [] : previewLines(item, t).map((line) => `   ${line}`)),
  ]);
}

/** Each line behind a bar, so that foreign text cannot pass for ours. */
function previewLines({ preview }: ConsentItem, t: Translate): string[] {
  if (!preview) return [t('consent.noPreview')];
  const lines = [t('consent.preview'), ...preview.lines.map((line) => `│ ${line}`)];
  return preview.complete ? lines : [...lines, t('consent.previewCut')];
}
