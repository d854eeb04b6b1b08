import type {
  KeyRole,
  ShownCard,
  ShownCertificate,
  ShownCertificateDetails,
  ShownValidity,
} from '../../../main/ipc/card.js';
import { useApi } from '../../app/api.js';
import { formatDay, JAPAN } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import { useAction, type CallState } from '../../app/use-call.js';
import { Button } from '../../ui/button.js';
import { Callout } from '../../ui/callout.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Row, Stack } from '../../ui/stack.js';
import { ExportCertificate } from './export-certificate.js';
import { authorityConcern, authorityText, issuerText } from './issuer-text.js';
import { Ongoing } from './ongoing.js';
import { LEFT_CODES } from './pin-change-outcome.js';
import { StateLine } from './state-line.js';
import { useStopOnLeave, type CardUse } from './use-card.js';

interface CertificatePanelProps {
  readonly role: KeyRole;
  readonly card: ShownCard;
  readonly use: CardUse;
}

/** One of the holder's two certificates: what it is for, and how long. */
export function CertificatePanel({ role, card, use }: CertificatePanelProps) {
  const api = useApi();
  const { t } = useTexts();
  const describe = useAction(api.card.describeCertificate);
  const isDescribed = describe.state.status === 'done';
  useStopOnLeave(describe.state.status === 'running');
  const certificate = card.certificates[role];
  const authority = card.authorities[role];
  const isThere = certificate.status === 'readable' || certificate.status === 'pin-needed';
  const describeKey = certificate.status === 'readable' ? 'card.details' : 'card.certificate.describe';
  const startDescribing = (): void => {
    void use.perform(() => describe.run({ kind: role, reader: card.reader.id }));
  };
  return (
    <Panel title={t(`common.certificate.${role}`)}>
      <Facts>
        <Fact name={t('card.certificate.use')}>{t(`common.certificateUse.${role}`)}</Fact>
        {certificate.status === 'readable' && <Period validity={certificate} />}
        {!isDescribed && (
          <Fact name={t('card.certificate.state')}>
            <CertificateState certificate={certificate} />
          </Fact>
        )}
        {isThere && !isDescribed && (
          <Fact name={t('card.certificate.issuer')}>
            <StateLine kind={authorityConcern(authority)}>{authorityText(authority, t)}</StateLine>
          </Fact>
        )}
      </Facts>
      <Described state={describe.state} />
      {isThere && (
        <Row>
          <Button disabled={use.busy} onClick={isDescribed ? describe.reset : startDescribing}>
            {t(isDescribed ? 'card.certificate.forget' : describeKey)}
          </Button>
          <ExportCertificate
            kind={role}
            needsPin={certificate.status !== 'readable'}
            reader={card.reader.id}
            use={use}
          />
        </Row>
      )}
    </Panel>
  );
}

function Period({ validity: { notBefore, notAfter } }: { readonly validity: ShownValidity }) {
  const { t, locale } = useTexts();
  return (
    <Fact name={t('card.certificate.period')}>
      {t('card.certificate.periodFromTo', {
        from: formatDay(new Date(notBefore), locale, JAPAN),
        to: formatDay(new Date(notAfter), locale, JAPAN),
      })}
    </Fact>
  );
}

function CertificateState({ certificate }: { readonly certificate: ShownCertificate }) {
  const { t } = useTexts();
  switch (certificate.status) {
    case 'readable':
      return <ValidityState validity={certificate} />;
    case 'pin-needed':
      return <StateLine kind="neutral">{t('card.certificate.pinNeeded')}</StateLine>;
    case 'recorded-absent':
      return <StateLine kind="neutral">{t('card.certificate.recordedAbsent')}</StateLine>;
    case 'absent':
      return <StateLine kind="neutral">{t('card.certificate.absent')}</StateLine>;
    case 'unreadable':
      return <StateLine kind="concern">{t('card.certificate.unreadable', { code: certificate.code })}</StateLine>;
  }
}

function ValidityState({ validity: { state, daysLeft } }: { readonly validity: ShownValidity }) {
  const { t } = useTexts();
  switch (state) {
    case 'in-force':
      return <StateLine kind="good">{t('card.certificate.inForce', { count: daysLeft })}</StateLine>;
    case 'expires-soon':
      return (
        <StateLine kind="concern">
          <strong>
            {daysLeft === 0 ? t('card.certificate.lastDay') : t('card.certificate.expiresSoon', { count: daysLeft })}
          </strong>{' '}
          {t('card.certificate.renew')}
        </StateLine>
      );
    case 'expired':
      return (
        <StateLine kind="bad">
          <strong>{t('card.certificate.expired')}</strong> {t('card.certificate.expiredHelp')}
        </StateLine>
      );
    case 'not-yet-valid':
      return (
        <StateLine kind="concern">
          <strong>{t('card.certificate.notYetValid')}</strong> {t('card.certificate.clockHelp')}
        </StateLine>
      );
  }
}

interface DescribedProps {
  readonly state: CallState<ShownCertificateDetails>;
}

function Described({ state }: DescribedProps) {
  const { t } = useTexts();
  switch (state.status) {
    case 'idle':
      return null;
    case 'running':
      return <Ongoing>{t('card.certificate.describing')}</Ongoing>;
    case 'failed':
      return LEFT_CODES.includes(state.error.code) ? null : <Failure error={state.error} />;
    case 'done':
      return (
        <Callout kind="information" kindLabel={t('common.kind.information')} live="polite">
          <Details details={state.answer} />
        </Callout>
      );
  }
}

function Details({ details }: { readonly details: ShownCertificateDetails }) {
  const { t, lookUp } = useTexts();
  const { validity, policies, keyUsage } = details;
  const listed = (values: readonly string[]): string => values.join(t('card.separator'));
  return (
    <Stack gap="small">
      <Facts>
        <Period validity={validity} />
        <Fact name={t('card.certificate.state')}>
          <ValidityState validity={validity} />
        </Fact>
        <Fact name={t('card.certificate.issuer')}>{issuerText(details, t)}</Fact>
        {keyUsage.length > 0 && (
          <Fact name={t('card.certificate.keyUsage')}>
            {listed(keyUsage.map((usage) => lookUp(`card.keyUsage.${usage}`) || usage))}
          </Fact>
        )}
        {policies.length > 0 && (
          <Fact name={t('card.certificate.policies')}>
            {listed(
              policies.map(({ oid, role, test }) =>
                role === undefined
                  ? oid
                  : t(test ? 'card.certificate.policyTest' : 'card.certificate.policy', {
                      name: t(`common.certificate.${role}`),
                      oid,
                    }),
              ),
            )}
          </Fact>
        )}
      </Facts>
      <p>{t('card.certificate.revocation')}</p>
    </Stack>
  );
}

/** For the few who need them. */
export function AuthorityCertificates({ card, use }: Omit<CertificatePanelProps, 'role'>) {
  const { t } = useTexts();
  const roles = (['authentication', 'signing'] as const).filter((role) => card.authorities[role].status === 'readable');
  if (roles.length === 0) return null;
  return (
    <Disclosure title={t('card.certificate.authorities')}>
      {roles.map((role) => (
        <Panel key={role} level={3} title={t(`card.kind.${role}-ca`)}>
          <p>{t(`card.certificate.authorityUse.${role}`)}</p>
          <Row>
            <ExportCertificate kind={`${role}-ca`} needsPin={false} reader={card.reader.id} use={use} />
          </Row>
        </Panel>
      ))}
    </Disclosure>
  );
}
