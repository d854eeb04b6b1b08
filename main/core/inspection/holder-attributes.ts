import { jpkiPersonalAttributes, type Certificate } from '../../../sdk/formats/index.js';
import { displayText } from '../consent/display-text.js';

/** The holder's four attributes as the signing certificate carries them, made safe to display. */
export interface HolderAttributes {
  readonly name: string;
  readonly address: string;
  /** As encoded: one era digit, then the Gregorian date YYYYMMDD. */
  readonly birthDate: string;
  /** As encoded: 1 male, 2 female, 3 unknown. */
  readonly sex: string;
}

/** Undefined for certificates without the attributes, such as the authentication certificate. */
export function holderAttributes(certificate: Certificate): HolderAttributes | undefined {
  const { name, address, birthDate, sex } = jpkiPersonalAttributes(certificate);
  if (name === undefined || address === undefined || birthDate === undefined || sex === undefined) return undefined;
  return {
    name: displayText(name),
    address: displayText(address),
    birthDate: displayText(birthDate),
    sex: displayText(sex),
  };
}
