import type { ComponentProps, KeyboardEvent, ReactNode } from 'react';
import { classNames } from './class-names.js';
import classes from './button.module.css';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className' | 'type' | 'disabled'> {
  readonly kind?: 'primary' | 'secondary' | 'danger' | 'quiet';
  /** It stays where it was in the order of focus, and says why with `aria-describedby`. */
  readonly disabled?: boolean;
  /** Enter does not press it: for what must not follow from a key meant for something else. Space does. */
  readonly withoutEnter?: boolean;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Button({
  kind = 'secondary',
  disabled = false,
  withoutEnter = false,
  wide = false,
  onClick,
  onKeyDown,
  children,
  ...rest
}: ButtonProps) {
  const stopEnter = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (withoutEnter && event.key === 'Enter') event.preventDefault();
    onKeyDown?.(event);
  };
  return (
    <button
      {...rest}
      type="button"
      className={classNames(classes['button'], classes[kind], wide && classes['wide'])}
      aria-disabled={disabled}
      onKeyDown={stopEnter}
      onClick={(event) => {
        if (!disabled) onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}
