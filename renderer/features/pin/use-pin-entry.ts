import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { PinBuffer } from './pin-buffer.js';
import { editFor, type EntryRefusal, type PinAlphabet, type PinEdit } from './pin-edit.js';

/** Milliseconds after the last key, after which an entry that nobody sent is forgotten. */
export const FORGET_MILLISECONDS = 60_000;

const BULLET = '•';

/** Why the entry is not what the person may think it is. */
export type EntryNotice = EntryRefusal | 'forgotten' | 'too-short';

interface Entered {
  readonly length: number;
}

export interface PinEntryOptions {
  readonly alphabet: PinAlphabet;
  readonly minLength: number;
  readonly maxLength: number;
  /** Takes no keys: while the entry before is on its way. A field that is read only hears them all the same. */
  readonly locked: boolean;
  /** Gets the bytes for as long as the call lasts; they are zeroed when it returns. */
  readonly onSubmit: (pin: Uint8Array) => void;
}

export interface PinEntry {
  readonly fieldRef: RefObject<HTMLInputElement | null>;
  /** All that is known outside about what was entered. */
  readonly length: number;
  readonly notice: EntryNotice | undefined;
  readonly edit: (edit: PinEdit) => void;
  readonly refuse: (refusal: EntryRefusal) => void;
  /** Sends the entry where it is long enough, and says so where it is not. */
  readonly submit: () => void;
  readonly clear: () => void;
}

/** A PIN as it is entered: its bytes in a `PinBuffer`, as many bullets in the field, its length and nothing else in React. */
export function usePinEntry({ alphabet, minLength, maxLength, locked, onSubmit }: PinEntryOptions): PinEntry {
  const fieldRef = useRef<HTMLInputElement>(null);
  const [buffer] = useState(() => new PinBuffer(maxLength));
  // Another object at each change, so that an effect can follow changes that leave the length as it was.
  const [entered, setEntered] = useState<Entered>({ length: 0 });
  const [notice, setNotice] = useState<EntryNotice>();

  const show = useCallback(() => {
    showBullets(fieldRef.current, buffer.length);
    setEntered({ length: buffer.length });
  }, [buffer]);
  const clear = useCallback(() => {
    buffer.clear();
    show();
  }, [buffer, show]);
  const refuse = useCallback(
    (refusal: EntryRefusal) => {
      showBullets(fieldRef.current, buffer.length);
      if (!locked) setNotice(refusal);
    },
    [buffer, locked],
  );
  const edit = useCallback(
    (change: PinEdit) => {
      if (locked) return;
      if (change.kind === 'refuse') {
        refuse(change.refusal);
      } else if (change.kind === 'nothing') {
        showBullets(fieldRef.current, buffer.length);
      } else {
        const isTaken = applyEdit(buffer, change);
        show();
        setNotice(isTaken ? undefined : 'full');
      }
    },
    [buffer, locked, refuse, show],
  );
  const submit = (): void => {
    if (locked) return;
    if (buffer.length < minLength) {
      setNotice('too-short');
      return;
    }
    const pin = buffer.take();
    show();
    setNotice(undefined);
    try {
      onSubmit(pin);
    } finally {
      pin.fill(0);
    }
  };

  useFieldEvents(fieldRef, { alphabet, edit, refuse, show });
  useLayoutEffect(() => clear, [clear]);
  useForgetting(entered, () => {
    clear();
    setNotice('forgotten');
  });
  return { fieldRef, length: entered.length, notice, edit, refuse, submit, clear };
}

/** Answers false where a byte did not fit. */
function applyEdit(buffer: PinBuffer, change: Exclude<PinEdit, { kind: 'refuse' | 'nothing' }>): boolean {
  switch (change.kind) {
    case 'append':
      if (change.anew) buffer.clear();
      return buffer.append(change.byte);
    case 'erase-last':
      buffer.eraseLast();
      return true;
    case 'erase-all':
      buffer.clear();
      return true;
  }
}

function showBullets(field: HTMLInputElement | null, count: number): void {
  if (!field) return;
  const bullets = BULLET.repeat(count);
  if (field.value !== bullets) field.value = bullets;
  if (document.activeElement === field) field.setSelectionRange(count, count);
}

interface FieldEvents {
  readonly alphabet: PinAlphabet;
  readonly edit: (edit: PinEdit) => void;
  readonly refuse: (refusal: EntryRefusal) => void;
  /** Puts the bullets back. */
  readonly show: () => void;
}

/**
 * React's own `onBeforeInput` is made of other events; these are the element's. They are heard before the field can be
 * drawn: a key that came earlier would be in its value.
 */
function useFieldEvents(
  fieldRef: RefObject<HTMLInputElement | null>,
  { alphabet, edit, refuse, show }: FieldEvents,
): void {
  useLayoutEffect(() => {
    const field = fieldRef.current;
    if (!field) return undefined;
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const beforeInput = (event: InputEvent): void => {
      event.preventDefault();
      const { inputType, data } = event;
      edit(editFor({ inputType, data, hasSelection: field.selectionStart !== field.selectionEnd }, alphabet));
    };
    // What an input method composes cannot be cancelled, only ended; its text is in the field for as long as this takes.
    const endComposition = (): void => {
      field.blur();
      field.focus();
      refuse('composition');
    };
    const keepSelection = (): void => {
      if (document.activeElement !== field) return;
      const { selectionStart, selectionEnd, value } = field;
      if (selectionStart === selectionEnd) {
        if (selectionEnd !== value.length) field.setSelectionRange(value.length, value.length);
      } else if (selectionStart !== 0 || selectionEnd !== value.length) field.select();
    };
    field.addEventListener('beforeinput', beforeInput, options);
    field.addEventListener('compositionstart', endComposition, options);
    // Whatever got in without asking: an input method, a password manager.
    field.addEventListener('input', show, options);
    field.addEventListener('change', show, options);
    document.addEventListener('selectionchange', keepSelection, options);
    return () => stop.abort();
  }, [fieldRef, alphabet, edit, refuse, show]);
}

/** Runs only while there is something to forget, from the last change on. */
function useForgetting(entered: Entered, forget: () => void): void {
  const forgetRef = useRef(forget);
  useEffect(() => {
    forgetRef.current = forget;
  });
  useEffect(() => {
    if (entered.length === 0) return undefined;
    const timer = setTimeout(() => {
      forgetRef.current();
    }, FORGET_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [entered]);
}
