import { useEffect, useId, useLayoutEffect, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { useTexts } from '../../app/text.js';
import { classNames } from '../../ui/class-names.js';
import { Icon } from '../../ui/icon.js';
import type { EntryNotice, PinEntry } from './use-pin-entry.js';
import classes from './pin.module.css';

/** Milliseconds after the last key, after which a screen reader is told how many there are: not at every key. */
const COUNT_MILLISECONDS = 1_000;

/** Asks browsers and password managers to keep out. The names are theirs. */
const KEEP_OUT = {
  autoComplete: 'off',
  autoCapitalize: 'off',
  autoCorrect: 'off',
  spellCheck: false,
  'data-1p-ignore': '',
  'data-bwignore': '',
  'data-form-type': 'other',
  'data-lpignore': 'true',
} as const;

interface PinFieldProps {
  readonly entry: PinEntry;
  readonly label: string;
  /** Ids of what stands elsewhere and describes it: the role, the tries left, why it is asked again. */
  readonly describedBy: readonly string[];
  readonly hasLetters: boolean;
  readonly minLength: number;
  readonly maxLength: number;
  /** While the entry is on its way. */
  readonly busy: boolean;
  /** Whether the last entry was not taken. */
  readonly invalid: boolean;
}

/** The field of a PIN. Its value is bullets, of which no key is told; what was typed is in the entry's `PinBuffer`. */
export function PinField(props: PinFieldProps) {
  const { entry, label, describedBy, hasLetters, minLength, maxLength, busy, invalid } = props;
  const { t } = useTexts();
  const { ids, capsLock, readCapsLock } = useFieldState();
  useFocus(entry);
  const kind = hasLetters ? 'letters' : 'digits';
  const pressed = (event: KeyboardEvent): void => {
    readCapsLock(event);
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    // A key that is still held from the question before is no answer to this one.
    if (!event.repeat) entry.submit();
  };
  const refuse = (refusal: 'paste' | 'drop') => (event: SyntheticEvent) => {
    event.preventDefault();
    entry.refuse(refusal);
  };
  return (
    <div className={classes['field']}>
      <label htmlFor={ids.field} className={classes['label']}>
        {label}
      </label>
      <div className={classes['line']}>
        <input
          {...KEEP_OUT}
          ref={entry.fieldRef}
          id={ids.field}
          type="password"
          className={classes['input']}
          inputMode={hasLetters ? 'text' : 'numeric'}
          draggable={false}
          readOnly={busy}
          aria-describedby={[...describedBy, ids.notice].join(' ')}
          aria-invalid={invalid || entry.notice === 'too-short'}
          onKeyDown={pressed}
          onKeyUp={readCapsLock}
          onPaste={refuse('paste')}
          onDrop={refuse('drop')}
          onDragOver={prevent}
          onDragStart={prevent}
          onCopy={prevent}
          onCut={prevent}
        />
        <span className={classes['count']} aria-hidden>
          {t('pin.count', { context: kind, count: entry.length, of: maxLength })}
        </span>
      </div>
      <CountStatus length={entry.length} maxLength={maxLength} kind={kind} />
      <div id={ids.notice} role="status" className={classes['notices']}>
        {entry.notice !== undefined && (
          <p className={classNames(classes['notice'], isProblem(entry.notice) && classes['problem'])}>
            <Icon name={isProblem(entry.notice) ? 'warning' : 'information'} />
            <span>
              {t(`pin.notice.${entry.notice}`, { context: kind, minLength, maxLength, length: entry.length })}
            </span>
          </p>
        )}
        {capsLock && hasLetters && (
          <p className={classes['notice']}>
            <Icon name="information" />
            <span>{t('pin.capsLock')}</span>
          </p>
        )}
      </div>
    </div>
  );
}

function useFieldState() {
  const [field, notice] = [useId(), useId()];
  const [capsLock, setCapsLock] = useState(false);
  const readCapsLock = (event: KeyboardEvent): void => setCapsLock(event.getModifierState('CapsLock'));
  return { ids: { field, notice }, capsLock, readCapsLock };
}

/** Nothing else can be done in this step but to enter the PIN or to leave. */
function useFocus({ fieldRef }: PinEntry): void {
  useLayoutEffect(() => fieldRef.current?.focus(), [fieldRef]);
}

function prevent(event: SyntheticEvent): void {
  event.preventDefault();
}

function isProblem(notice: EntryNotice): boolean {
  return notice !== 'forgotten';
}

interface CountStatusProps {
  readonly length: number;
  readonly maxLength: number;
  readonly kind: 'letters' | 'digits';
}

/** How many there are, for those who do not see the bullets. */
function CountStatus({ length, maxLength, kind }: CountStatusProps) {
  const { t } = useTexts();
  const [said, setSaid] = useState(0);
  useEffect(() => {
    if (said === length) return undefined;
    const timer = setTimeout(() => setSaid(length), COUNT_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [said, length]);
  return (
    <p className="visually-hidden" role="status">
      {said > 0 && t('pin.entered', { context: kind, count: said, of: maxLength })}
    </p>
  );
}
