import { useId, type ComponentProps, type ReactNode } from 'react';
import classes from './text-field.module.css';

export interface TextFieldProps extends Omit<
  ComponentProps<'input'>,
  'className' | 'id' | 'value' | 'onChange' | 'aria-describedby' | 'aria-invalid'
> {
  readonly label: ReactNode;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  /** What is wrong with it, and what helps. */
  readonly fault?: ReactNode;
}

/** One line of the person's own text. Never for a PIN. */
export function TextField({ label, value, onChange, hint, fault, ...rest }: TextFieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, fault !== undefined && `${id}-fault`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className={classes['field']}>
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <span id={`${id}-hint`} className={classes['hint']}>
          {hint}
        </span>
      )}
      <input
        {...rest}
        id={id}
        className={classes['input']}
        value={value}
        aria-describedby={described === '' ? undefined : described}
        aria-invalid={fault !== undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {fault !== undefined && (
        <span id={`${id}-fault`} className={classes['fault']} role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}
