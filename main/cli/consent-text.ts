import type { ConsentItem, ConsentModel, DisclosedDatum, Requester } from '../core/consent/consent-model.js';
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
    `${t('consent.certificate')}:`,
    indented(certificateLine(model, t)),
  ];
  if (model.disclosed.length > 0) {
    lines.push('', `${t('consent.disclosed')}:`);
    lines.push(...model.disclosed.map((datum) => indented(`・${disclosedLine(datum, model.requester, t)}`)));
  }
  if (model.items.length > 0) lines.push('', `${t('consent.items')}:`, ...itemLines(model, t).map(indented));
  if (model.operation === 'authenticate') lines.push('', indented(t('consent.bound')));
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

function certificateLine({ keyRole, requester }: ConsentModel, t: Translate): string {
  if (keyRole === 'authentication') return t('consent.certificateAuthentication');
  return requester.kind === 'self' ? t('consent.certificateSigningSelf') : t('consent.certificateSigning');
}

function disclosedLine(datum: DisclosedDatum, requester: Requester, t: Translate): string {
  const self = requester.kind === 'self';
  switch (datum) {
    case 'four-attributes':
      return self ? t('consent.disclosedAttributesSelf') : t('consent.disclosedAttributes');
    case 'serial-number':
      if (self) return t('consent.disclosedSerialSelf');
      return requester.kind === 'origin' ? t('consent.disclosedSerial') : t('consent.disclosedSerialLocal');
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
