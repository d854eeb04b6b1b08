import type { DocumentKind, DocumentPreview } from '../core/documents/document-preview.js';
import type { SignatureFormat, SignatureFormatFacts } from '../core/documents/signature-formats.js';
import type { WireError } from '../../sdk/protocol/index.js';
import type { Call } from './call.js';

export type {
  DocumentKind,
  DocumentPreview,
  PreviewField,
  PreviewWarning,
} from '../core/documents/document-preview.js';
export type { SignatureFormat, SignatureFormatFacts } from '../core/documents/signature-formats.js';

/** Files that are to be signed, and such as are to be checked. An id of the one list means nothing in the other. */
export type FileList = 'signing' | 'checking';

/** Files of one consent, and files that are checked side by side. */
export const LIST_LIMITS: Readonly<Record<FileList, number>> = { signing: 1_000, checking: 20 };
/** Paths of one drop; what is beyond is left out before it is sent. */
export const DROPPED_MOST = 10_000;
/** Files of certificates that are kept at a time. */
export const CERTIFICATES_MOST = 20;

/** What a listed thing is, by its content. `application`: a folder with a `kousei.xml` of e-Gov in it. */
export type ListedKind = DocumentKind | 'application' | 'folder';

/** One file or folder that the person chose. Where it is, only the app knows. */
export interface ListedFile {
  readonly id: string;
  /** Its own name and its folder's path, made safe to display. */
  readonly name: string;
  readonly folder: string;
  readonly kind: ListedKind;
  /** Octets; 0 for a folder. */
  readonly size: number;
}

/** `not-a-file`: neither a file nor a folder. `unreadable`: `errno` is the system's name of why. */
export interface RefusedFile {
  readonly name: string;
  readonly reason: 'not-a-file' | 'unreadable';
  readonly errno?: string;
}

export interface AddedFiles {
  /** The whole list as it is now. */
  readonly files: readonly ListedFile[];
  readonly added: number;
  /** The first few that cannot be taken, and how many more there are. */
  readonly refused: readonly RefusedFile[];
  readonly refusedMore: number;
  /** How many found no room in the list any more. */
  readonly leftOut: number;
}

/** What the app tells of one file before it is signed. */
export interface FileLook {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly preview: DocumentPreview;
  /** Of a PDF that is signed already: the rules of 登記・供託, one by one. */
  readonly conformance?: readonly ConformanceLine[];
}

export interface ConformanceLine {
  /** Stable name: `signature-present`. */
  readonly rule: string;
  readonly result: 'met' | 'not-met' | 'not-checked';
  /** The document's own words, made safe to display; may be empty. */
  readonly detail: string;
}

export type PageCorner = 'lower-left' | 'lower-right' | 'upper-left' | 'upper-right';

/** Where a signature shows. A corner is found anew for each document, by the size of its page. */
export type VisibleChoice =
  | { readonly kind: 'corner'; readonly page: 'first' | 'last'; readonly corner: PageCorner }
  | {
      readonly kind: 'place';
      /** From 1. */
      readonly page: number;
      /** Points (1/72 inch) from the lower left corner of the page as it is seen. */
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };

/** How the files of one batch are to be signed. */
export interface SigningChoice {
  /** Ids of the list `signing`. */
  readonly files: readonly string[];
  readonly format: SignatureFormat;
  /** Content inside the signature. */
  readonly attached: boolean;
  readonly visible?: VisibleChoice;
  readonly timeStamp?: {
    /** `http:` or `https:`; whoever is there learns the signatures' digests. */
    readonly address: string;
    /** Ids of certificates that a stamp has to lead to; empty: its authority is not checked. */
    readonly trust: readonly string[];
  };
  /** Id of a chosen folder; left out: beside each file. */
  readonly folder?: string;
}

/** Where the result of one file would go, or why the file cannot be signed so. */
export interface PlannedFile {
  readonly id: string;
  readonly output?: {
    /** Made safe to display. */
    readonly name: string;
    /** Whether it has a number because its usual name is taken. */
    readonly renamed: boolean;
  };
  /** Short stable name: `needs-pdf`, `changed`, or a reason of the format. */
  readonly problem?: string;
}

/** What went wrong, without paths. */
export interface DocumentFailure extends Pick<WireError, 'code' | 'details'> {
  /** The file it is about, where it is about one. */
  readonly file?: { readonly id: string; readonly name: string };
}

export interface SignedFile {
  readonly id: string;
  readonly name: string;
  /** Of the result: name and folder, made safe to display. */
  readonly output: string;
  readonly folder: string;
  /** Undefined: it is signed and its result is there. */
  readonly failure?: DocumentFailure;
}

/** The one batch there is at a time. It goes on while the page shows something else. */
export type SigningState =
  | { readonly status: 'idle' }
  /** `asking`: the consent window has the word, and the card after it. */
  | {
      readonly status: 'running';
      readonly stage: 'reading' | 'asking' | 'writing';
      readonly done: number;
      readonly count: number;
    }
  | { readonly status: 'done'; readonly format: SignatureFormat; readonly files: readonly SignedFile[] }
  /** Nothing was signed. */
  | { readonly status: 'failed'; readonly failure: DocumentFailure };

/** Certificates of a file that the person chose. */
export interface ChosenCertificates {
  readonly id: string;
  /** Of the file, made safe to display. */
  readonly name: string;
  /** Subjects, made safe to display. */
  readonly subjects: readonly string[];
}

export interface DocumentsDescription {
  readonly formats: readonly (SignatureFormatFacts & { readonly name: SignatureFormat })[];
  readonly signing: readonly ListedFile[];
  readonly checking: readonly ListedFile[];
  readonly certificates: readonly ChosenCertificates[];
  readonly state: SigningState;
  /** Address that time stamps are got from unless the person names another: the administrator's. */
  readonly timeStampAuthority?: string;
}

export interface CheckChoice {
  /** Of the list `checking`. */
  readonly id: string;
  /** Ids of certificates of authorities that the person trusts; the second for time stamps, the first where it is empty. */
  readonly trust: readonly string[];
  readonly timeStampTrust: readonly string[];
  /** Asks the addresses in the certificates. */
  readonly revocation: boolean;
}

/** EN 319 102-1 §5.1.3. Says nothing about revocation. */
export type Verdict = 'total-passed' | 'indeterminate' | 'total-failed';

/** What a check found, in plain data. Texts of the document are made safe to display. */
export interface CheckedDocument {
  readonly format: 'cms' | 'xml' | 'pdf' | 'jws';
  readonly verdict: Verdict;
  readonly signatures: readonly CheckedSignature[];
  /** How many more signatures there are than are told. */
  readonly signaturesMore: number;
  readonly findings: readonly CheckedFinding[];
  readonly findingsMore: number;
  /** The file a detached signature was held against. */
  readonly content?: string;
  /** How many certificates of authorities the person gave. */
  readonly trusted: number;
  readonly revocationAsked: boolean;
  /** ISO 8601. */
  readonly checkedAt: string;
}

export interface CheckedSignature {
  readonly signer: CheckedSigner;
  readonly coverage:
    { readonly kind: 'whole' } | { readonly kind: 'part'; readonly covered: SomeNames; readonly uncovered: SomeNames };
  readonly findings: readonly CheckedFinding[];
  readonly findingsMore: number;
}

/** The first few of many names, as quoted. */
export interface SomeNames {
  readonly names: readonly string[];
  readonly more: number;
}

export interface CheckedFinding {
  /** Short stable name. */
  readonly code: string;
  readonly severity: 'failure' | 'warning' | 'information';
  readonly detail?: string;
}

export type CheckedSigner =
  | {
      readonly integrity: 'failed';
      readonly code: WireError['code'];
      readonly reason: string;
      /** `SHA-1` tells a legacy signature. */
      readonly digestAlgorithm?: string;
    }
  | CheckedIntactSigner;

export interface CheckedIntactSigner {
  readonly integrity: 'intact';
  readonly certificate: CheckedCertificate;
  readonly signatureAlgorithm: string;
  readonly digestAlgorithm: string;
  /** What the signer's clock claimed, ISO 8601. */
  readonly signingTime?: string;
  /** Whether the signature itself binds the certificate. */
  readonly signingCertificate: 'v2' | 'v1' | 'absent';
  readonly timeStamp: CheckedTimeStamp;
  readonly path: CheckedPath;
  /** The moment for which certificates were looked at, ISO 8601. */
  readonly validatedAt: string;
  readonly revocation: CheckedRevocation;
}

export interface CheckedCertificate {
  /** Distinguished names. */
  readonly subject: string;
  readonly issuer: string;
  /** 氏名 as a certificate of a My Number Card has it; a claim until its path is checked. */
  readonly holderName?: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whether its issuer calls itself JPKI: nobody in public can ask about its revocation. */
  readonly isJpki: boolean;
  /** Whether that is a test hierarchy. */
  readonly isTest: boolean;
}

export type CheckedPath =
  { readonly status: 'trusted' | 'not-checked' } | { readonly status: 'untrusted'; readonly code: WireError['code'] };

/** Times in ISO 8601; `reason` of `not-checked` is a short stable name, `revocationReason` one of RFC 5280. */
export type CheckedRevocation =
  | { readonly status: 'not-checked'; readonly reason: string }
  | {
      readonly status: 'good';
      readonly thisUpdate: string;
      readonly revokedLater?: string;
      readonly revocationReason?: string;
    }
  | {
      readonly status: 'revoked';
      readonly thisUpdate: string;
      readonly revokedAt: string;
      readonly revocationReason?: string;
    };

export type CheckedTimeStamp =
  | { readonly status: 'absent' }
  | { readonly status: 'failed'; readonly code: WireError['code']; readonly reason: string }
  | {
      readonly status: 'intact';
      readonly time: string;
      readonly path: CheckedPath;
      /** The authority's certificate is no longer in force: the time does not count. */
      readonly isPathOver: boolean;
      readonly revocation: CheckedRevocation;
    };

/** Signing files, and checking received ones. */
export interface DocumentsCalls {
  'documents.describe': Call<undefined, DocumentsDescription>;
  /** Paths as the preload script tells them of files that were dropped. */
  'documents.addDropped': Call<{ readonly list: FileList; readonly paths: readonly string[] }, AddedFiles>;
  /** Opens the system's dialog. */
  'documents.choose': Call<{ readonly list: FileList; readonly kind: 'files' | 'folder' }, AddedFiles>;
  'documents.remove': Call<{ readonly list: FileList; readonly ids: readonly string[] }, readonly ListedFile[]>;
  /** Reads one file: what it is and what is hidden in it. What changed since it was added counts as seen from here on. */
  'documents.look': Call<{ readonly list: FileList; readonly id: string }, FileLook>;
  /** Undefined where the person chose none. */
  'documents.chooseResultFolder': Call<undefined, { readonly id: string; readonly name: string } | undefined>;
  'documents.chooseCertificates': Call<undefined, readonly ChosenCertificates[]>;
  /** Answers in the order of `files`. Nothing is written. */
  'documents.plan': Call<SigningChoice, readonly PlannedFile[]>;
  /** Starts the batch, which asks in the consent window; how it goes is pushed. */
  'documents.sign': Call<SigningChoice, undefined>;
  'documents.cancelSigning': Call<undefined, undefined>;
  /** Puts results away. Files that were signed leave the list; with `keepRest` the others stay in it. */
  'documents.endSigning': Call<{ readonly keepRest: boolean }, readonly ListedFile[]>;
  /** Shows the result of a file in the desktop's file manager. */
  'documents.showResult': Call<{ readonly id: string }, undefined>;
  'documents.check': Call<CheckChoice, CheckedDocument>;
  /** Asks for the file that a detached signature is over. Answers its name; undefined where the person chose none. */
  'documents.chooseContent': Call<{ readonly id: string }, string | undefined>;
}

export interface DocumentsPushes {
  'documents.signing': SigningState;
}

export const DOCUMENTS_CALLS = [
  'documents.describe',
  'documents.addDropped',
  'documents.choose',
  'documents.remove',
  'documents.look',
  'documents.chooseResultFolder',
  'documents.chooseCertificates',
  'documents.plan',
  'documents.sign',
  'documents.cancelSigning',
  'documents.endSigning',
  'documents.showResult',
  'documents.check',
  'documents.chooseContent',
] as const;
export const DOCUMENTS_PUSHES = ['documents.signing'] as const;
