import {
  ASKERS_OFFERED,
  type HistoryAsker,
  type HistoryEntry,
  type HistoryQuery,
  type HistoryResult,
  type ShownAsker,
} from '../../../main/ipc/history.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Disclosure } from '../../ui/disclosure.js';
import { SelectField } from '../../ui/select-field.js';
import { Row } from '../../ui/stack.js';
import { TextField } from '../../ui/text-field.js';
import classes from './history.module.css';

const OPERATIONS = [
  'authenticate',
  'sign',
  'read-certificate',
  'read-attributes',
  'change-pin',
] as const satisfies readonly HistoryEntry['operation'][];
const RESULTS = ['done', 'refused', 'failed'] as const satisfies readonly HistoryResult['status'][];

export function isFiltered({ asker, day, operation, result }: HistoryQuery): boolean {
  return [asker, day, operation, result].some((part) => part !== undefined);
}

interface FiltersProps {
  readonly query: HistoryQuery;
  readonly askers: readonly ShownAsker[];
  readonly onChange: (query: HistoryQuery) => void;
}

/** Which entries are shown. */
export function Filters({ query, askers, onChange }: FiltersProps) {
  const { t } = useTexts();
  const active = isFiltered(query);
  const all = { value: '', label: t('history.filter.all') };
  return (
    <Disclosure title={t('history.filter.title', active ? { context: 'active' } : {})}>
      <div className={classes['filters']}>
        <AskerField query={query} askers={askers} onChange={onChange} />
        <TextField
          type="date"
          label={t('history.filter.day')}
          value={query.day ?? ''}
          onChange={(day) => onChange({ ...query, day: day === '' ? undefined : day })}
        />
        <SelectField
          label={t('history.filter.operation')}
          options={[all, ...OPERATIONS.map((value) => ({ value, label: t(`history.operation.${value}`) }))]}
          value={query.operation ?? ''}
          onChange={(value) => onChange({ ...query, operation: OPERATIONS.find((one) => one === value) })}
        />
        <SelectField
          label={t('history.filter.result')}
          options={[all, ...RESULTS.map((value) => ({ value, label: t(`history.result.${value}`) }))]}
          value={query.result ?? ''}
          onChange={(value) => onChange({ ...query, result: RESULTS.find((one) => one === value) })}
        />
      </div>
      <Row>
        <Button disabled={!active} onClick={() => onChange({})}>
          {t('history.filter.clear')}
        </Button>
      </Row>
    </Disclosure>
  );
}

/** One asker is no other's: an origin has a colon in it, the other kinds have none. */
export function askerKey(asker: HistoryAsker): string {
  return asker.kind === 'origin' ? asker.origin : asker.kind;
}

function AskerField({ query: { asker, ...rest }, askers, onChange }: FiltersProps) {
  const { t } = useTexts();
  const labelOf = (one: HistoryAsker): string => (one.kind === 'origin' ? one.origin : t(`history.asker.${one.kind}`));
  const offered = askers.map((one) => one.asker);
  const isOffered = asker === undefined || offered.some((one) => askerKey(one) === askerKey(asker));
  const options = isOffered ? offered : [asker, ...offered];
  return (
    <SelectField
      label={t('history.filter.asker')}
      options={[
        { value: '', label: t('history.filter.all') },
        ...options.map((one) => ({ value: askerKey(one), label: labelOf(one) })),
      ]}
      value={asker === undefined ? '' : askerKey(asker)}
      hint={askers.length < ASKERS_OFFERED ? undefined : t('history.filter.offered', { count: ASKERS_OFFERED })}
      onChange={(value) => onChange({ ...rest, asker: options.find((one) => askerKey(one) === value) })}
    />
  );
}
