import { TextField, type TextFieldProps } from './text-field.js';

/** An address of a site, as people copy or write it. What it comes to, the core says. */
export function AddressField(props: Pick<TextFieldProps, 'label' | 'hint' | 'fault' | 'value' | 'onChange'>) {
  return (
    <TextField
      {...props}
      inputMode="url"
      maxLength={2_048}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      dir="ltr"
    />
  );
}
