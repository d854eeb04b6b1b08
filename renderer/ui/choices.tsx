import { useId, type ReactNode } from 'react';
import classes from './choices.module.css';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: ReactNode;
  /** When to choose it. */
  readonly hint?: ReactNode;
}

interface ChoicesProps<Value extends string> {
  readonly legend: ReactNode;
  readonly choices: readonly Choice<Value>[];
  /** Undefined: none is chosen yet. */
  readonly value: Value | undefined;
  readonly onChange: (value: Value) => void;
}

/** One of a few, all of them in sight. */
export function Choices<Value extends string>({ legend, choices, value, onChange }: ChoicesProps<Value>) {
  const name = useId();
  return (
    <fieldset className={classes['choices']}>
      <legend className={classes['legend']}>{legend}</legend>
      {choices.map((choice) => {
        const hintId = `${name}-${choice.value}`;
        return (
          <label key={choice.value} className={classes['choice']}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              className={classes['button']}
              checked={choice.value === value}
              aria-describedby={choice.hint === undefined ? undefined : hintId}
              onChange={() => onChange(choice.value)}
            />
            <span>
              {choice.label}
              {choice.hint !== undefined && (
                <span id={hintId} className={classes['hint']}>
                  {choice.hint}
                </span>
              )}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
