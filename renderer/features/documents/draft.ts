import type {
  DocumentsDescription,
  ListedFile,
  PageCorner,
  SignatureFormat,
  SigningChoice,
  VisibleChoice,
} from '../../../main/ipc/documents.js';

/** What a signature is for, in people's words. */
export const PURPOSES = ['touki', 'egov', 'etax', 'pdf', 'other'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Formats of files that no service of their own asks for; the first is the usual one. */
export const OTHER_FORMATS = ['cades', 'cms', 'xades', 'xmldsig', 'jws'] as const;
export type OtherFormat = (typeof OTHER_FORMATS)[number];

const FORMATS: Readonly<Record<Exclude<Purpose, 'other'>, SignatureFormat>> = {
  touki: 'touki-pdf',
  egov: 'egov-kousei',
  etax: 'etax-xtx',
  pdf: 'pades',
};

/** The numbers of a place as they are typed. */
export const PLACE_NUMBERS = ['page', 'x', 'y', 'width', 'height'] as const;
export type PlaceNumber = (typeof PLACE_NUMBERS)[number];

export interface VisibleDraft {
  readonly kind: 'none' | 'corner' | 'place';
  readonly page: 'first' | 'last';
  readonly corner: PageCorner;
  readonly place: Readonly<Record<PlaceNumber, string>>;
}

/** What the person has chosen so far. Options that the format does not have are kept, and not sent. */
export interface Draft {
  readonly purpose: Purpose | undefined;
  readonly otherFormat: OtherFormat;
  readonly attached: boolean;
  readonly visible: VisibleDraft;
  readonly stamped: boolean;
  readonly stampAddress: string;
  /** Ids of certificates. */
  readonly stampTrust: readonly string[];
  readonly folder: { readonly id: string; readonly name: string } | undefined;
}

const EMPTY_DRAFT: Draft = {
  purpose: undefined,
  otherFormat: 'cades',
  attached: false,
  visible: {
    kind: 'none',
    page: 'first',
    corner: 'lower-right',
    place: { page: '1', x: '36', y: '36', width: '170', height: '48' },
  },
  stamped: false,
  stampAddress: '',
  stampTrust: [],
  folder: undefined,
};

/** What nobody has decided anything in but the administrator. */
export function emptyDraft({ timeStampAuthority }: Pick<DocumentsDescription, 'timeStampAuthority'>): Draft {
  if (timeStampAuthority === undefined) return EMPTY_DRAFT;
  return { ...EMPTY_DRAFT, stamped: true, stampAddress: timeStampAuthority };
}

export function formatOf({ purpose, otherFormat }: Draft): SignatureFormat | undefined {
  if (purpose === undefined) return undefined;
  return purpose === 'other' ? otherFormat : FORMATS[purpose];
}

/** A purpose that all files have by their kind; the person can choose another. */
export function suggestedPurpose(files: readonly Pick<ListedFile, 'name' | 'kind'>[]): Purpose | undefined {
  if (files.length === 0) return undefined;
  if (files.every(({ name }) => name.toLowerCase().endsWith('.xtx'))) return 'etax';
  if (files.every(({ kind }) => kind === 'application')) return 'egov';
  return undefined;
}

export interface FormatFacts {
  readonly attached?: string;
  readonly takesTimeStamp: boolean;
  readonly isShowable: boolean;
}

/** Whether what is typed is a number as the app takes it. */
export function isPlaceNumber(name: PlaceNumber, text: string): boolean {
  if (!/^\d{1,5}(?:\.\d{1,4})?$/.test(text)) return false;
  if (name === 'page') return Number.isInteger(Number(text)) && Number(text) >= 1;
  return name === 'x' || name === 'y' || Number(text) > 0;
}

/** What can be an authority's address; the app looks again. */
export function isStampAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

function visibleChoice({ kind, page, corner, place }: VisibleDraft): VisibleChoice | undefined {
  if (kind === 'none') return undefined;
  if (kind === 'corner') return { kind, page, corner };
  const number = (name: PlaceNumber): number => Number(place[name]);
  return {
    kind,
    page: number('page'),
    x: number('x'),
    y: number('y'),
    width: number('width'),
    height: number('height'),
  };
}

/** Undefined while something is missing or cannot be sent. */
export function signingChoice(
  draft: Draft,
  files: readonly { readonly id: string }[],
  facts: FormatFacts | undefined,
): SigningChoice | undefined {
  const format = formatOf(draft);
  if (format === undefined || facts === undefined || files.length === 0) return undefined;
  const { visible: chosen, folder, stampAddress: address, stampTrust: trust } = draft;
  const isPlace = facts.isShowable && chosen.kind === 'place';
  if (isPlace && PLACE_NUMBERS.some((name) => !isPlaceNumber(name, chosen.place[name]))) return undefined;
  const isStamped = facts.takesTimeStamp && draft.stamped;
  if (isStamped && !isStampAddress(address)) return undefined;
  const visible = facts.isShowable ? visibleChoice(chosen) : undefined;
  return {
    files: files.map(({ id }) => id),
    format,
    attached: facts.attached !== undefined && draft.attached,
    ...(visible && { visible }),
    ...(isStamped && { timeStamp: { address, trust } }),
    ...(folder && { folder: folder.id }),
  };
}
