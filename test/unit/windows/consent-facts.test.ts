import { describe, expect, it } from 'vitest';
import { consentText, separateStepText } from '../../../main/cli/consent-text.js';
import { loadMessages } from '../../../main/cli/messages.js';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { ConsentStage, ConsentView } from '../../../main/core/consent-window/consent-view.js';
import { consentPage, flat, holds, readTree, windowTexts } from './consent-page.js';
import { MODELS } from './consent-models.js';

const ASKED: ConsentView = { conversation: 1, question: 1, stage: { kind: 'consent' }, agreement: 'possible' };
const FIRST: ConsentView = { ...ASKED, question: 0, agreement: 'card' };

const draw = await consentPage('ja');
const windowText = new Map(flat(windowTexts('ja')));
const cliTexts = flat(readTree('resources/locales/ja.json')['consent'] as never);
const t = loadMessages('ja');

const SEPARATE = 'separate.seal';

/**
 * Where a fact that the command line tells stands in the window: any of these texts, and all of a list within. Those of one
 * name in both are left out; nothing is `[]`, which stands nowhere.
 */
const PLACES: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  requester: ['requester.label', 'requester.label_self'],
  requesterClaimed: ['requester.claimed'],
  requesterUnconfirmed: ['requester.unconfirmed'],
  requesterAscii: ['common.address.ascii'],
  'warning.started': [['warning.started', 'warning.startedWhat']],
  'caller.unknown': [['caller.unknown', 'caller.unknownName']],
  purpose: [['purpose.title', 'common.unsaidByApp']],
  'attribute.required': ['disclosed.required'],
  'attribute.optional': ['disclosed.optional'],
  'attribute.optionalHint': ['disclosed.optionalHint'],
  'attribute.ageOver': ['disclosed.ageOver'],
  'attribute.ageOver_besides': ['disclosed.ageOver_besides'],
  'attribute.severalAges': ['disclosed.severalAges'],
  // Beside a listed site that it looks like, more is said.
  'standing.unlistedWhy': ['standing.unlistedWhy', 'warning.lookAlikeWhat'],
  'separate.unlisted': ['standing.unlistedWhy', 'warning.lookAlikeWhat'],
  'separate.title': ['separate.heading'],
  'separate.disclosed': ['separate.disclosed.site', 'separate.disclosed.site-key'],
  'separate.disclosed_program': ['separate.disclosed.program'],
  'separate.disclosed_unknown-key': ['separate.disclosed.unknown-key'],
  'separate.disclosed_verifier': ['separate.disclosed.verifier'],
  remembered: ['remembered.short'],
  rememberedUndo: ['remembered.undo'],
  rememberedStop: ['remembered.stop'],
  localProgram: ['requester.localProgram'],
  localProgramClaim: ['requester.localProgramClaims'],
  self: ['requester.self'],
  certificate: ['used.certificate'],
  certificateAuthentication: [['common.certificate.authentication', 'used.authentication']],
  certificateSigning: [['common.certificate.signing', 'used.signing']],
  certificateSigningSelf: [['common.certificate.signing', 'used.signing_self']],
  secret: ['used.secret'],
  secretProfile: ['common.pinName.profile'],
  secretNumberB: ['common.pinName.number-b'],
  disclosed: ['disclosed.title', 'disclosed.title_self'],
  disclosedSelf: ['disclosed.title_read'],
  disclosedName: ['disclosed.name'],
  disclosedAddress: ['disclosed.address'],
  disclosedBirthDate: ['disclosed.birth-date'],
  disclosedGender: ['disclosed.gender'],
  myNumberNotRead: ['disclosed.myNumberNotRead'],
  disclosedAttributes: ['disclosed.four-attributes'],
  disclosedAttributesSelf: ['disclosed.four-attributes_self'],
  disclosedSerial: ['disclosed.serial.site', 'disclosed.serial.site-key'],
  disclosedSerial_program: ['disclosed.serial.program'],
  'disclosedSerial_unknown-key': ['disclosed.serial.unknown-key'],
  disclosedSerial_verifier: ['disclosed.serial.verifier'],
  disclosedSerialSelf: ['disclosed.serial.self'],
  items: ['items.title_other', 'government.logIn.line'],
  itemSize: ['items.size'],
  noPreview: ['items.noPreview', 'items.unshownCount_other'],
  preview: ['items.previewText'],
  linesHidden: ['items.linesHidden_other'],
  lineCut: ['items.lineCut'],
  'summary.authentication': ['disclosed.proof.authentication', 'government.logIn.given'],
  'summary.signing': ['disclosed.proof.signing', 'disclosed.proof.signing_reading'],
  'summary.four-attributes': ['disclosed.four-attributes', 'disclosed.four-attributes_self', SEPARATE],
  'summary.serial-number': [SEPARATE, 'disclosed.serial.self', 'disclosed.title', 'disclosed.title_self'],
  'summary.optional': ['disclosed.optional'],
  bound: ['disclosed.bound'],
  secretToChange: ['used.toChange'],
  changeOrder: ['used.changeOrder'],
  changeUpperCase: ['used.changeUpperCase'],
  changeAdvice: ['used.changeAdvice'],
  blind: [
    ['items.blind', 'items.blindWhy'],
    ['government.logIn.unknown', 'government.logIn.why'],
    ['government.sign.unknown', 'government.sign.why'],
  ],
  disclosedSiteIdentifier: ['disclosed.site-identifier'],
  'summary.site-identifier': ['disclosed.site-identifier'],
  'government.siteValue': ['government.logIn.items'],
  'government.numberedValue': ['government.values_other'],
  'government.page': ['government.protocolName'],
  'government.logIn': [['government.logIn.unknown', 'government.logIn.why', 'government.logIn.doubt']],
  'government.signatures_one': [['government.sign.unknown', 'government.sign.doubt']],
  'government.signatures_other': [['government.sign.unknown', 'government.sign.doubt']],
  part: ['items.parts_other'],
  unbound: ['items.unbound_other'],
  format: ['items.format'],
  destination: ['items.destination'],
  timeStamping: ['items.timeStamping'],
  // Layout, and the headings of what is told again at the end: a window need not scroll to who asks.
  localised: [[]],
  quoted: [[]],
  'summary.title': [[]],
  'summary.given': [[]],
  'summary.made': [[]],
  'summary.separator': [[]],
};

function text(key: string): string {
  const found = windowText.get(key.startsWith('common.') ? key : `consent.${key}`);
  if (found === undefined) throw new Error(`the windows have no text ${key}`);
  return found;
}

/** Facts of the command line's text that the window's lacks. */
function missing(cli: string, window: string): string[] {
  return (
    cliTexts
      // 依頼元 is in other texts, too.
      .filter(([key, template]) => holds(cli, key === 'requester' ? `${template}:` : template))
      .filter(([key]) => {
        const places = PLACES[key] ?? [key];
        return !places.some((place) => [place].flat().every((one) => holds(window, text(one))));
      })
      .map(([key]) => key)
  );
}

/** Foreign words, names and figures in a model: every string and number that is no choice of the program. */
function wordsOf(value: unknown, language: 'ja' | 'en', key = ''): readonly string[] {
  const own = ['kind', 'level', 'operation', 'route', 'format', 'pinRole', 'serviceId', 'id', 'warnings', 'disclosed'];
  const others = [
    'attribute',
    'governmentPage',
    'separateStep',
    'remembered',
    language === 'ja' ? 'en' : 'ja',
    'cutLines',
    'depth',
  ];
  if (own.includes(key) || others.includes(key)) return [];
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value === 'number') return [value.toLocaleString('en')];
  if (Array.isArray(value)) return value.flatMap((one) => wordsOf(one, language));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => wordsOf(inner, language, name));
}

function viewOf(model: ConsentModel): ConsentView {
  if (model.beingRead) return { ...FIRST, agreement: 'reading', reading: { done: 0, count: model.beingRead.length } };
  return (model.separateStep ?? model.remembered === 'is') ? FIRST : ASKED;
}

const drawn = new Map<ConsentModel, string>();

/** The consent in Japanese, drawn once. */
function textOf(model: ConsentModel): string {
  const text = drawn.get(model) ?? draw(model, viewOf(model)).text;
  drawn.set(model, text);
  return text;
}

const STANDING_OF_A_CLAIM = ['standing.listedWhy', 'standing.name', 'standing.operator'];

/** A program other than a browser gives the address of a listed site. */
function isClaimedListing({ requester }: ConsentModel): boolean {
  return requester.kind === 'origin' && requester.caller.kind === 'program' && requester.standing.level === 'listed';
}

/** What is not to be shown: of a claim the listed name, lest it look like the asker's. */
function withoutClaim(model: ConsentModel): ConsentModel {
  if (!isClaimedListing(model) || model.requester.kind !== 'origin') return model;
  return { ...model, requester: { ...model.requester, standing: { level: 'unlisted' } } };
}

/** Their places in the list, which the page counts by itself. */
function withoutNumbers(model: ConsentModel): ConsentModel {
  return model.governmentPage ? { ...model, items: model.items.map((item) => ({ ...item, name: '' })) } : model;
}

describe('the consent window', { timeout: 60_000 }, () => {
  it('has variants to be tried, and each text of the command line in at least one', () => {
    const all = MODELS.filter(({ beingRead }) => !beingRead).map((model) => consentText(model, t, 100_000));
    all.push(...MODELS.filter(({ separateStep }) => separateStep).map((model) => separateStepText(model, t, 100_000)));
    const joined = all.join('\n');
    const unseen = cliTexts.filter(([, template]) => !holds(joined, template)).map(([key]) => key);
    expect(unseen).toEqual([]);
  });

  it('tells every fact that the command line tells', () => {
    for (const model of MODELS.filter(({ beingRead }) => !beingRead)) {
      const cli = consentText(model, t, 100_000);
      const window = textOf(model);
      const lacking = missing(cli, window).filter(
        (key) =>
          !(key === 'bound' && model.requester.kind === 'self') &&
          // A name that the program only claims is not shown as the asker's.
          !(isClaimedListing(model) && STANDING_OF_A_CLAIM.includes(key)),
      );
      expect(lacking, JSON.stringify(model)).toEqual([]);
    }
  });

  it('tells every fact of the separate question', () => {
    for (const model of MODELS.filter(({ separateStep }) => separateStep)) {
      const window = draw(model, { ...ASKED, stage: { kind: 'separate-step' } }).text;
      // "This site" is a part of other sentences, too.
      const lacking = missing(separateStepText(model, t, 100_000), window).filter((key) => key !== 'recipient.site');
      expect(lacking).toEqual([]);
    }
  });

  it.each(['ja', 'en'] as const)('shows every word and figure of others: %s', async (language) => {
    const drawIn = await consentPage(language);
    for (const model of MODELS) {
      // What was remembered is shortened; who asks is not.
      const shown = withoutNumbers(withoutClaim(model));
      const words = wordsOf(model.remembered === 'is' ? shown.requester : shown, language);
      const window = language === 'ja' ? textOf(model) : drawIn(model, viewOf(model)).text;
      for (const word of words) expect(window, JSON.stringify(model)).toContain(word);
    }
  });

  it('shows each format, kind and warning by its name', () => {
    const named = (section: string): readonly string[] =>
      [...windowText].filter(([key]) => key.startsWith(`document.${section}.`)).map(([, value]) => value);
    const all = MODELS.map(textOf).join('\n');
    for (const name of [...named('format'), ...named('preview.kind'), ...named('preview.warning')]) {
      expect(all).toContain(name);
    }
  });

  const stages: readonly ConsentStage[] = [
    { kind: 'consent' },
    { kind: 'separate-step' },
    { kind: 'choose-reader', readers: [{ name: 'a', displayName: 'a', virtual: false }] },
    { kind: 'unusable-card' },
    { kind: 'last-try', role: 'signing' },
    { kind: 'trivial-pin', role: 'signing' },
    { kind: 'working', progress: 'signing', cancellable: true },
    { kind: 'done' },
    { kind: 'failed', code: 'ERR_CARD_REMOVED', details: {} },
  ];
  it.each(stages)('has one heading and the whole address of who asks at $kind', (stage) => {
    for (const model of MODELS.filter(({ requester }) => requester.kind === 'origin').slice(0, 40)) {
      const { text: window, markup } = draw(model, { ...ASKED, stage });
      if (model.requester.kind === 'origin') expect(window).toContain(`\n${model.requester.origin}\n`);
      expect(markup.match(/<h1/g)).toHaveLength(1);
    }
  });
});
