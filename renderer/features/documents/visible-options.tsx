import { useTexts } from '../../app/text.js';
import { Choices } from '../../ui/choices.js';
import { TextField } from '../../ui/text-field.js';
import type { PageCorner } from '../../../main/ipc/documents.js';
import { isPlaceNumber, PLACE_NUMBERS, type VisibleDraft } from './draft.js';
import classes from './documents.module.css';

const CORNERS: readonly PageCorner[] = ['lower-right', 'lower-left', 'upper-right', 'upper-left'];

interface VisibleOptionsProps {
  readonly visible: VisibleDraft;
  readonly onChange: (visible: VisibleDraft) => void;
}

/** Whether and where the signature shows on a page. */
export function VisibleOptions({ visible, onChange }: VisibleOptionsProps) {
  const { t } = useTexts();
  const { kind, page, corner } = visible;
  return (
    <>
      <Choices
        legend={t('documents.visible.legend')}
        choices={(['none', 'corner', 'place'] as const).map((value) => ({
          value,
          label: t(`documents.visible.${value}`),
          hint: t(`documents.visible.${value}Hint`),
        }))}
        value={kind}
        onChange={(value) => onChange({ ...visible, kind: value })}
      />
      {kind === 'corner' && (
        <>
          <Choices
            legend={t('documents.visible.page')}
            choices={(['first', 'last'] as const).map((value) => ({ value, label: t(`documents.visible.${value}`) }))}
            value={page}
            onChange={(value) => onChange({ ...visible, page: value })}
          />
          <Choices
            legend={t('documents.visible.where')}
            choices={CORNERS.map((value) => ({ value, label: t(`documents.visible.corners.${value}`) }))}
            value={corner}
            onChange={(value) => onChange({ ...visible, corner: value })}
          />
        </>
      )}
      {kind === 'place' && <PlaceNumbers visible={visible} onChange={onChange} />}
    </>
  );
}

function PlaceNumbers({ visible, onChange }: VisibleOptionsProps) {
  const { t } = useTexts();
  const { place } = visible;
  return (
    <div className={classes['numbers']}>
      {PLACE_NUMBERS.map((name) => (
        <TextField
          key={name}
          label={t(`documents.visible.numbers.${name}`)}
          value={place[name]}
          inputMode="decimal"
          onChange={(text) => onChange({ ...visible, place: { ...place, [name]: text.trim() } })}
          {...(!isPlaceNumber(name, place[name]) && { fault: t('documents.visible.notANumber') })}
        />
      ))}
    </div>
  );
}
