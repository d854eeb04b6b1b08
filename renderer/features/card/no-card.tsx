import { useState, type ReactNode } from 'react';
import type { ReaderChoice } from '../../../main/ipc/card.js';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Choices } from '../../ui/choices.js';
import { Icon } from '../../ui/icon.js';
import { Panel } from '../../ui/panel.js';
import { Quoted } from '../../ui/quoted.js';
import { Row } from '../../ui/stack.js';
import classes from './card.module.css';

interface WaitingProps {
  /** Of what was done with a card before it went. */
  readonly outcome: ReactNode;
  readonly isLooking: boolean;
  readonly onLook: () => void;
}

interface NoReaderProps extends WaitingProps {
  /** Leads to where it is found out why. */
  readonly onDiagnose: () => void;
}

export function NoReader({ outcome, isLooking, onLook, onDiagnose }: NoReaderProps) {
  const { t } = useTexts();
  return (
    <>
      {outcome}
      <Panel title={t('card.noReader.title')}>
        <p>{t('card.noReader.connect')}</p>
        <p>{t('card.noReader.diagnose')}</p>
        <Row>
          <Button disabled={isLooking} onClick={onLook}>
            {t('card.noReader.again')}
          </Button>
          <Button onClick={onDiagnose}>{t('welcome.card.diagnose')}</Button>
        </Row>
      </Panel>
    </>
  );
}

interface NoCardProps extends WaitingProps {
  readonly readers: readonly ReaderChoice[];
}

export function NoCard({ outcome, readers, isLooking, onLook }: NoCardProps) {
  const { t } = useTexts();
  return (
    <>
      {outcome}
      <Panel
        title={
          <span className={classes['waiting']}>
            <Icon name="card" />
            <span>{t('card.noCard.title')}</span>
          </span>
        }
      >
        <p>{t('card.noCard.put')}</p>
        <div>
          <h3>{t('card.noCard.readers')}</h3>
          <ul>
            {readers.map(({ id, shownName }) => (
              <li key={id}>
                <Quoted>{shownName}</Quoted>
              </li>
            ))}
          </ul>
        </div>
        <Row>
          <Button disabled={isLooking} onClick={onLook}>
            {t('card.again')}
          </Button>
        </Row>
      </Panel>
    </>
  );
}

interface SeveralCardsProps {
  readonly outcome: ReactNode;
  readonly readers: readonly ReaderChoice[];
  readonly onChoose: (reader: string) => void;
}

export function SeveralCards({ outcome, readers, onChoose }: SeveralCardsProps) {
  const { t } = useTexts();
  return (
    <>
      {outcome}
      <Panel title={t('card.several.title')}>
        <p>{t('card.several.text')}</p>
        <ReaderPicker readers={readers} onChoose={onChoose} />
      </Panel>
    </>
  );
}

interface ReaderPickerProps {
  readonly readers: readonly ReaderChoice[];
  readonly selected?: string;
  readonly disabled?: boolean;
  readonly onChoose: (reader: string) => void;
}

export function ReaderPicker({ readers, selected, disabled = false, onChoose }: ReaderPickerProps) {
  const { t } = useTexts();
  const [chosen, setChosen] = useState(selected ?? readers[0]?.id);
  return (
    <>
      <Choices
        legend={t('card.several.readers')}
        choices={readers.map(({ id, shownName }) => ({ value: id, label: <Quoted>{shownName}</Quoted> }))}
        value={chosen}
        onChange={setChosen}
      />
      <Row>
        <Button
          kind="primary"
          disabled={disabled || chosen === undefined}
          onClick={() => {
            if (chosen !== undefined) onChoose(chosen);
          }}
        >
          {t('card.several.show')}
        </Button>
      </Row>
    </>
  );
}
