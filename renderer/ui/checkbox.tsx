import { useId, type ReactNode } from 'react';
import classes from './checkbox.module.css';

interface CheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}

export function Checkbox({ checked, onChange, disabled = false, hint, children }: CheckboxProps) {
  const hintId = useId();
  return (
    <label className={classes['row']}>
      <input
        type="checkbox"
        className={classes['box']}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {children}
        {hint !== undefined && (
          <span id={hintId} className={classes['hint']}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
