import type { ShownRegistry } from '../../../main/ipc/services.js';
import { formatDay, JAPAN } from '../../app/format.js';
import { useTexts } from '../../app/text.js';
import type { CallState } from '../../app/use-call.js';
import { Busy } from '../../ui/busy.js';
import { Callout } from '../../ui/callout.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';

interface RegistriesProps {
  readonly state: CallState<readonly ShownRegistry[]>;
}

/** Where the names of services come from, and whether anything is wrong with that. */
export function Registries({ state }: RegistriesProps) {
  const { t } = useTexts();
  switch (state.status) {
    case 'idle':
    case 'running':
      return <Busy>{t('common.loading')}</Busy>;
    case 'failed':
      return <Failure error={state.error} />;
    case 'done':
      return (
        <>
          <p>{t(state.answer.length === 0 ? 'services.registries.none' : 'services.registries.lead')}</p>
          {state.answer.map((registry) => (
            <Registry key={`${registry.kind} ${registry.shownName}`} registry={registry} />
          ))}
        </>
      );
  }
}

function Registry({ registry: { kind, shownName, inForce, fault } }: { readonly registry: ShownRegistry }) {
  const { t, locale } = useTexts();
  return (
    <Panel
      title={
        <>
          {t(`services.registries.kind.${kind}`)}
          {/* There is one that comes with the app, and any number of others. */}
          {kind !== 'shipped' && (
            <>
              {' '}
              <Quoted>{shownName}</Quoted>
            </>
          )}
        </>
      }
    >
      {fault !== undefined && (
        <Callout kind="warning" kindLabel={t('common.kind.warning')} title={t(`services.registries.fault.${fault}`)}>
          {inForce && <p>{t('services.registries.olderInForce')}</p>}
          {fault !== 'not-yet-valid' && <p>{t(`services.registries.help.${kind}`)}</p>}
        </Callout>
      )}
      <Facts>
        <Fact name={t('services.registries.state')}>
          {t(inForce ? 'services.registries.inForce' : 'services.registries.notInForce')}
        </Fact>
        {inForce && (
          <>
            <Fact name={t('services.registries.content')}>
              {t('services.registries.counts', { services: inForce.services, verifiers: inForce.verifiers })}
            </Fact>
            <Fact name={t('services.registries.version')}>
              {t('services.registries.versionNumber', { version: inForce.version })}
            </Fact>
            <Fact name={t('services.registries.issued')}>{formatDay(new Date(inForce.issued), locale, JAPAN)}</Fact>
            <Fact name={t('services.registries.expires')}>{formatDay(new Date(inForce.expires), locale, JAPAN)}</Fact>
          </>
        )}
      </Facts>
    </Panel>
  );
}
