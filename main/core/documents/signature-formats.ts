/** The forms a signature can take, by purpose, and what each allows; one file each in `sdk/formats/profiles`. */

export interface SignatureFormatFacts {
  /** Where the signature is: in the document, whose name keeps its extension, or in a file beside it. */
  readonly place: { readonly inside: string } | { readonly beside: string };
  /** Extension of a signature that holds the document, where it may. */
  readonly attached?: string;
  /** Whether it can hold a time stamp. */
  readonly takesTimeStamp: boolean;
  /** Whether it can show on a page. */
  readonly isShowable: boolean;
}

const DOCUMENT = { takesTimeStamp: false, isShowable: false } as const;

export const SIGNATURE_FORMATS = {
  'touki-pdf': { ...DOCUMENT, place: { inside: '.pdf' }, isShowable: true },
  'egov-kousei': { ...DOCUMENT, place: { inside: '.xml' } },
  'etax-xtx': { ...DOCUMENT, place: { inside: '.xtx' } },
  pades: { place: { inside: '.pdf' }, takesTimeStamp: true, isShowable: true },
  cms: { place: { beside: '.p7s' }, attached: '.p7m', takesTimeStamp: true, isShowable: false },
  cades: { place: { beside: '.p7s' }, attached: '.p7m', takesTimeStamp: true, isShowable: false },
  xades: { place: { inside: '.xml' }, takesTimeStamp: true, isShowable: false },
  xmldsig: { ...DOCUMENT, place: { inside: '.xml' } },
  jws: { ...DOCUMENT, place: { beside: '.jws' } },
} as const satisfies Readonly<Record<string, SignatureFormatFacts>>;

export type SignatureFormat = keyof typeof SIGNATURE_FORMATS;

/** In the order in which people are offered them. */
export const SIGNATURE_FORMAT_NAMES = Object.keys(SIGNATURE_FORMATS) as readonly SignatureFormat[];

export function signatureFormat(name: SignatureFormat): SignatureFormatFacts {
  return SIGNATURE_FORMATS[name];
}
