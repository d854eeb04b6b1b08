import { useId } from 'react';
import classes from './select-field.module.css';

export interface SelectOption {
  readonly value: string;
  /** Plain text; nothing else can be in a list of choices. */
  readonly label: string;
}

interface SelectFieldProps {
  readonly label: string;
  readonly options: readonly SelectOption[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
}

/** One of many, in a list that opens. */
export function SelectField({ label, options, value, onChange, hint }: SelectFieldProps) {
  const id = useId();
  return (
    <div className={classes['field']}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={classes['select']}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <span id={`${id}-hint`} className={classes['hint']}>
          {hint}
        </span>
      )}
    </div>
  );
}
