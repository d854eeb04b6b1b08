import { useState, type MouseEvent } from 'react';
import { useTexts } from '../../app/text.js';
import { Button } from '../../ui/button.js';
import { Icon } from '../../ui/icon.js';
import { keypadOrder } from './keypad-order.js';
import type { PinEdit } from './pin-edit.js';
import classes from './pin.module.css';

const ASCII_ZERO = 0x30;

interface KeypadProps {
  /** Whether the digits stand in another order at each prompt. */
  readonly shuffle: boolean;
  readonly disabled: boolean;
  readonly onEdit: (edit: PinEdit) => void;
}

/** Digits to press. What is read aloud and passed by Tab is in the order that is seen. */
export function Keypad({ shuffle, disabled, onEdit }: KeypadProps) {
  const { t } = useTexts();
  const [order] = useState(() => keypadOrder(shuffle ? (bytes) => crypto.getRandomValues(bytes) : undefined));
  const digitButton = (digit: number) => (
    <Button
      key={digit}
      disabled={disabled}
      onMouseDown={keepFocus}
      onClick={() => onEdit({ kind: 'append', byte: ASCII_ZERO + digit, anew: false })}
    >
      {String(digit)}
    </Button>
  );
  return (
    <div
      role="group"
      aria-label={t(shuffle ? 'pin.keypad.shuffled' : 'pin.keypad.digits')}
      className={classes['keypad']}
    >
      {order.slice(0, 9).map(digitButton)}
      <Button disabled={disabled} onMouseDown={keepFocus} onClick={() => onEdit({ kind: 'erase-all' })}>
        {t('pin.keypad.eraseAll')}
      </Button>
      {order.slice(9).map(digitButton)}
      <Button
        disabled={disabled}
        aria-label={t('pin.keypad.eraseLast')}
        onMouseDown={keepFocus}
        onClick={() => onEdit({ kind: 'erase-last' })}
      >
        <Icon name="backspace" />
      </Button>
    </div>
  );
}

/** Whoever presses with the mouse can go on with the keyboard in the field. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}
