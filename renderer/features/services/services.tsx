import { useRef, useState } from 'react';
import type { ServicesFound, ShownService } from '../../../main/ipc/services.js';
import { useApi } from '../../app/api.js';
import { localised, useTexts } from '../../app/text.js';
import { useLoad, usePush } from '../../app/use-call.js';
import { Address } from '../../ui/address.js';
import { Busy } from '../../ui/busy.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Failure } from '../../ui/failure.js';
import { Panel } from '../../ui/panel.js';
import { TextField } from '../../ui/text-field.js';
import { Pager } from '../../ui/pager.js';
import classes from './services.module.css';

/** The services of all registries in force, a page at a time: there can be thousands. */
export function Services() {
  const api = useApi();
  const { t } = useTexts();
  const [search, setSearch] = useState({ text: '', page: 0 });
  const { run, state, last: found } = useLoad(() => api.services.find(search), JSON.stringify(search));
  const list = useRef<HTMLHeadingElement>(null);
  usePush('services.changed', () => void run());
  return (
    <>
      <Levels />
      <Panel
        title={
          <span ref={list} tabIndex={-1}>
            {t('services.tab.services')}
          </span>
        }
      >
        <TextField
          label={t('services.search.label')}
          hint={t('services.search.hint')}
          type="search"
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          value={search.text}
          onChange={(text) => setSearch({ text, page: 0 })}
        />
        {state.status === 'failed' && <Failure error={state.error} />}
        {!found && state.status === 'running' && <Busy>{t('common.loading')}</Busy>}
        {found && state.status !== 'failed' && (
          <Found
            found={found}
            isSearch={search.text.trim() !== ''}
            onShow={(page) => {
              setSearch({ ...search, page });
              list.current?.focus();
              list.current?.scrollIntoView();
            }}
          />
        )}
      </Panel>
    </>
  );
}

function Levels() {
  const { t } = useTexts();
  return (
    <Disclosure title={t('services.levels.title')}>
      <Facts>
        {(['verified', 'listed', 'unlisted'] as const).map((level) => (
          <Fact key={level} name={t(`common.level.${level}`)}>
            {t(`services.levels.${level}`)}
          </Fact>
        ))}
      </Facts>
      <p>{t('services.levels.promise')}</p>
    </Disclosure>
  );
}

interface FoundProps {
  readonly found: ServicesFound;
  readonly isSearch: boolean;
  readonly onShow: (page: number) => void;
}

function Found({ found, isSearch, onShow }: FoundProps) {
  const { t } = useTexts();
  const { services, page, pages, total } = found;
  if (total === 0) {
    return (
      <div role="status">
        <p>{t('services.search.empty')}</p>
        <p className={classes['muted']}>{t('services.search.emptyHelp')}</p>
      </div>
    );
  }
  return (
    <>
      <div role="status">
        {found.found === 0 ? (
          <>
            <p>{t('services.search.none')}</p>
            <p className={classes['muted']}>{t('services.search.noneHelp')}</p>
          </>
        ) : (
          <p>{t(isSearch ? 'services.search.found' : 'services.search.all', { count: found.found })}</p>
        )}
      </div>
      <ul className={classes['list']}>
        {services.map((service) => (
          <Service key={service.origins[0]?.origin} service={service} />
        ))}
      </ul>
      <Pager label={t('services.pager.label')} page={page} pages={pages} onShow={onShow} />
    </>
  );
}

function Service({ service }: { readonly service: ShownService }) {
  const { t, language } = useTexts();
  const { name, operator, origins, purposes, operations, signs, registry } = service;
  return (
    <li className={classes['item']}>
      <h3>
        <bdi>{localised(name, language)}</bdi>
      </h3>
      <Facts>
        <Fact name={t('services.service.operator')}>
          <bdi>{localised(operator, language)}</bdi>
        </Fact>
        <Fact name={t('services.service.origins')}>
          <ul className={classes['plain']}>
            {origins.map((origin) => (
              <li key={origin.origin}>
                <Address requester={origin} size="small" />
              </li>
            ))}
          </ul>
        </Fact>
        <Fact name={t('services.service.level')}>
          {t(signs ? 'services.service.signs' : 'services.service.doesNotSign')}
        </Fact>
      </Facts>
      <Disclosure title={t('services.service.more')}>
        <Facts>
          <Fact name={t('services.service.operations')}>
            {operations.map((operation) => t(`services.operation.${operation}`)).join(t('services.service.separator'))}
          </Fact>
          {purposes.length > 0 && (
            <Fact name={t('services.service.purposes')}>
              <ul className={classes['plain']}>
                {purposes.map((purpose) => (
                  <li key={purpose.ja}>
                    <bdi>{localised(purpose, language)}</bdi>
                  </li>
                ))}
              </ul>
            </Fact>
          )}
          <Fact name={t('services.service.registry')}>{t(`services.registries.kind.${registry}`)}</Fact>
        </Facts>
      </Disclosure>
    </li>
  );
}
