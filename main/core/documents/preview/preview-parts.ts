import { boundedDisplayText } from '../../consent/display-text.js';
import type { DocumentPreview, PreviewField, PreviewWarning } from '../document-preview.js';

/** Fields of one preview, and code points of a label and of a value. */
const MAX_FIELDS = 500;
const MAX_LABEL_LENGTH = 100;
const MAX_VALUE_LENGTH = 200;
const MAX_TITLE_LENGTH = 200;
const MAX_DEPTH = 12;

/** A preview in the making: makes texts safe to show, and remembers whether anything had to be left out. */
export class PreviewBuilder {
  readonly #fields: PreviewField[] = [];
  readonly #warnings = new Set<PreviewWarning>();
  #title: string | undefined;

  warn(...warnings: readonly PreviewWarning[]): void {
    for (const warning of warnings) this.#warnings.add(warning);
  }

  /** The first one that says anything. */
  title(unverifiedTitle: string | undefined): void {
    const title = this.#shown((unverifiedTitle ?? '').trim(), MAX_TITLE_LENGTH);
    if (title !== '') this.#title ??= title;
  }

  get isFull(): boolean {
    return this.#fields.length >= MAX_FIELDS;
  }

  /** @param depth below the heading it belongs to */
  field(unverifiedLabel: string, unverifiedValue: string, depth: number): void {
    if (this.isFull) {
      this.warn('cut');
      return;
    }
    this.#fields.push({
      label: this.#shown(unverifiedLabel, MAX_LABEL_LENGTH),
      value: this.#shown(unverifiedValue.trim(), MAX_VALUE_LENGTH),
      depth: Math.min(depth, MAX_DEPTH),
    });
  }

  build(kind: DocumentPreview['kind'], rest: Pick<DocumentPreview, 'pages' | 'text'> = {}): DocumentPreview {
    return {
      kind,
      ...(this.#title !== undefined && { title: this.#title }),
      ...rest,
      ...(this.#fields.length > 0 && { fields: this.#fields }),
      warnings: ORDER.filter((warning) => this.#warnings.has(warning)),
    };
  }

  #shown(unverifiedText: string, maxLength: number): string {
    const { text, truncated } = boundedDisplayText(unverifiedText, maxLength);
    if (truncated) this.warn('cut');
    return text;
  }
}

/** What matters most first; the same document always gives the same list. */
const ORDER: readonly PreviewWarning[] = [
  'damaged',
  'encrypted',
  'macros',
  'scripts',
  'external-references',
  'invisible-text',
  'hidden-layers',
  'form-fields',
  'embedded-files',
  'already-signed',
  'cut',
];
