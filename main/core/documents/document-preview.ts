import type { ConsentPreview } from '../consent/consent-model.js';

/** What kind of document it is, by its content; a name says nothing. */
export type DocumentKind = 'text' | 'pdf' | 'xml' | 'xtx' | 'kousei' | 'office' | 'image' | 'archive' | 'binary';

/**
 * What a person should know before signing. `macros`, `scripts`: it can run programs. `external-references`: what it shows
 * may come from elsewhere. `invisible-text`, `hidden-layers`: there is more than can be seen. `form-fields`: what it shows can
 * change after signing. `embedded-files`: other files are inside. `already-signed`: it bears signatures already. `encrypted`,
 * `damaged`: it could not be read. `cut`: not all of it is in the preview.
 */
export type PreviewWarning =
  | 'macros'
  | 'scripts'
  | 'external-references'
  | 'invisible-text'
  | 'hidden-layers'
  | 'form-fields'
  | 'embedded-files'
  | 'already-signed'
  | 'encrypted'
  | 'damaged'
  | 'cut';

/** One line of a form in readable words. */
export interface PreviewField {
  /** Made safe to display, like every text here. */
  readonly label: string;
  readonly value: string;
  /** Depth below the heading it belongs to; 0 at the top. */
  readonly depth: number;
}

/** What can be shown of a document before it is signed; pure data, for a terminal or a window. Texts are the document's own. */
export interface DocumentPreview {
  readonly kind: DocumentKind;
  /** As the document calls itself. */
  readonly title?: string;
  /** Number of pages, where it has pages. */
  readonly pages?: number;
  /** Plain text, where it is short. */
  readonly text?: ConsentPreview;
  /** A form's entries in its own order. */
  readonly fields?: readonly PreviewField[];
  readonly warnings: readonly PreviewWarning[];
}
