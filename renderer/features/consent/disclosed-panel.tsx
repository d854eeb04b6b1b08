import type { ConsentAttribute, ConsentModel, DisclosedDatum } from '../../../main/ipc/consent.js';
import { localised, useTexts, type Texts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { Checkbox } from '../../ui/checkbox.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { ForeignText } from './preview-view.js';
import { readerOf, selfContext } from './parties.js';

/** Why a service reads attributes, in its own words. */
export function PurposePanel({ purpose }: { readonly purpose: string }) {
  const { t } = useTexts();
  return (
    <Panel title={t('consent.purpose.title')}>
      <ForeignText>{purpose}</ForeignText>
      <p>{t('common.unsaidByApp')}</p>
    </Panel>
  );
}

interface DisclosedPanelProps {
  readonly consent: ConsentModel;
  /** Positions of optional attributes that are to be given. */
  readonly given: readonly number[];
  readonly onGive: (given: readonly number[]) => void;
}

/** What leaves, to whom, and what that means. */
export function DisclosedPanel({ consent, given, onGive }: DisclosedPanelProps) {
  const { t } = useTexts();
  const { operation, requester, attributes, disclosed, governmentPage } = consent;
  const lines = givenLines(consent, t);
  if (lines.length === 0 && !attributes) return null;
  const isSelf = requester.kind === 'self';
  const title =
    isSelf && operation === 'read-attributes'
      ? t('consent.disclosed.title_read')
      : t('consent.disclosed.title', selfContext(consent));
  return (
    <Panel title={title}>
      {attributes ? (
        <Attributes attributes={attributes} disclosed={disclosed} given={given} onGive={onGive} />
      ) : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {/* What such a site has signed is bound to nothing that can be told here. */}
      {operation === 'authenticate' && !isSelf && !governmentPage && <p>{t('consent.disclosed.bound')}</p>}
      {governmentPage && attributes && <p>{t('consent.government.noPurpose')}</p>}
      {operation === 'read-attributes' && <p>{t('consent.disclosed.myNumberNotRead')}</p>}
      {requester.kind === 'origin' && <Recipient consent={consent} />}
    </Panel>
  );
}

function givenLines(consent: ConsentModel, t: Texts['t']): readonly string[] {
  const { operation, pinRole, items, beingRead, disclosed, governmentPage } = consent;
  const lines = disclosed.map((datum) => datumLine(datum, consent, t));
  if (operation === 'authenticate' && governmentPage) return [t('consent.government.logIn.given'), ...lines];
  if (operation === 'authenticate') return [t('consent.disclosed.proof.authentication'), ...lines];
  if (operation !== 'sign' || pinRole !== 'signing') return lines;
  const proof = beingRead ? { context: 'reading' } : { count: items.length };
  return [t('consent.disclosed.proof.signing', proof), ...lines];
}

function datumLine(datum: DisclosedDatum, consent: ConsentModel, t: Texts['t']): string {
  switch (datum) {
    case 'serial-number':
      return t(`consent.disclosed.serial.${consent.requester.kind === 'self' ? 'self' : readerOf(consent)}`);
    case 'four-attributes':
      return t('consent.disclosed.four-attributes', selfContext(consent));
    case 'name':
    case 'address':
    case 'birth-date':
    case 'gender':
    case 'site-identifier':
      return t(`consent.disclosed.${datum}`);
  }
}

interface AttributesProps {
  readonly attributes: readonly ConsentAttribute[];
  readonly disclosed: readonly DisclosedDatum[];
  readonly given: readonly number[];
  readonly onGive: (given: readonly number[]) => void;
}

function Attributes({ attributes, disclosed, given, onGive }: AttributesProps) {
  const { t } = useTexts();
  const ages = attributes.filter(({ attribute }) => typeof attribute !== 'string').length;
  const give = (position: number, isGiven: boolean): void =>
    onGive(isGiven ? [...given, position] : given.filter((one) => one !== position));
  return (
    <>
      <div>
        {attributes.map(({ attribute, required }, position) => (
          <Checkbox
            key={position}
            checked={required || given.includes(position)}
            disabled={required}
            hint={t(required ? 'consent.disclosed.required' : 'consent.disclosed.optional')}
            onChange={(isGiven) => give(position, isGiven)}
          >
            {attributeText(attribute, disclosed, t)}
          </Checkbox>
        ))}
      </div>
      {attributes.some(({ required }) => !required) && <p>{t('consent.disclosed.optionalHint')}</p>}
      {/* Several bounds together come close to the birth date. */}
      {ages > 1 && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')}>
          <p>{t('consent.disclosed.severalAges')}</p>
        </Callout>
      )}
    </>
  );
}

function attributeText(
  attribute: ConsentAttribute['attribute'],
  disclosed: readonly DisclosedDatum[],
  t: Texts['t'],
): string {
  if (typeof attribute !== 'string') {
    const context = disclosed.includes('birth-date') ? { context: 'besides' } : {};
    return t('consent.disclosed.ageOver', { years: attribute.ageOver, ...context });
  }
  return t(`consent.disclosed.${attribute === 'birthDate' ? 'birth-date' : attribute}`);
}

/** Who can read the result: said for every page. */
function Recipient({ consent }: { readonly consent: ConsentModel }) {
  const { t, language } = useTexts();
  const { recipient, operation } = consent;
  return (
    <Facts>
      {recipient?.kind === 'verifier' ? (
        <Fact name={t('consent.recipient.title')}>
          <p>
            {t('consent.recipient.verifier')}: <bdi>{localised(recipient.name, language)}</bdi>
          </p>
          <p>
            {t('consent.standing.operator')}: <bdi>{localised(recipient.operator, language)}</bdi>
          </p>
          <p>{t(`consent.recipient.verifierOnly.${operation}`)}</p>
        </Fact>
      ) : (
        <Fact name={t('consent.recipient.title')}>
          <strong>{t(`consent.recipient.${readerOf(consent)}`)}</strong>
        </Fact>
      )}
    </Facts>
  );
}
