import type { ReactNode } from 'react';
import type { DocumentPreview, PreviewField, ShownPreview } from '../../../main/ipc/consent.js';
import { useTexts } from '../../app/text.js';
import { classNames } from '../../ui/class-names.js';
import { Fact } from '../../ui/facts.js';
import { Quoted } from '../../ui/quoted.js';
import classes from './preview-view.module.css';

interface PreviewFactsProps {
  readonly preview: Omit<ShownPreview, 'hasContent'>;
}

/** What kind of document it is, and what it calls itself. */
export function PreviewFacts({ preview: { kind, pages, title } }: PreviewFactsProps) {
  const { t } = useTexts();
  const what = t(`document.preview.kind.${kind}`);
  return (
    <>
      <Fact name={t('consent.items.kind')}>
        {pages === undefined ? what : t('consent.items.kindPages', { kind: what, count: pages })}
      </Fact>
      {title !== undefined && (
        <Fact name={t('consent.items.documentTitle')}>
          <Quoted>{title}</Quoted>
        </Fact>
      )}
    </>
  );
}

interface PreviewContentProps {
  readonly preview: DocumentPreview;
  /** Says whose words the text is. */
  readonly heading: string;
}

/** The document's own words, on a ground that nothing of the app's has, and never more than a part of the window. */
export function PreviewContent({ preview: { text, fields = [] }, heading }: PreviewContentProps) {
  const { t } = useTexts();
  return (
    <>
      {fields.length > 0 && (
        <Foreign heading={t('consent.items.previewFields')}>
          {fields.map((field, position) => (
            <FieldLine key={position} field={field} />
          ))}
        </Foreign>
      )}
      {text && (
        <>
          <Foreign heading={heading}>
            {text.lines.map((line, position) => (
              <bdi key={position} className={classes['line']}>
                {line}
              </bdi>
            ))}
          </Foreign>
          {text.cutLines > 0 && <p>{t('consent.items.lineCut')}</p>}
          {text.omittedLines > 0 && <p>{t('consent.items.linesHidden', { count: text.omittedLines })}</p>}
        </>
      )}
    </>
  );
}

interface ForeignTextProps {
  readonly children: string;
}

/** Somebody else's sentence, whole, on that ground. */
export function ForeignText({ children }: ForeignTextProps) {
  return (
    <blockquote className={classes['ground']}>
      <bdi className={classes['line']}>{children}</bdi>
    </blockquote>
  );
}

interface ForeignProps {
  readonly heading: string;
  readonly children: ReactNode;
}

function Foreign({ heading, children }: ForeignProps) {
  return (
    <div>
      <p>{heading}</p>
      <div
        className={classNames(classes['ground'], classes['scrolls'])}
        role="region"
        aria-label={heading}
        tabIndex={0}
      >
        {children}
      </div>
    </div>
  );
}

/** Deeper levels look like this one. */
const DEPTH_MOST = 4;

interface FieldLineProps {
  readonly field: PreviewField;
}

function FieldLine({ field: { label, value, depth } }: FieldLineProps) {
  return (
    <p className={classNames(classes['line'], classes[`depth${Math.min(depth, DEPTH_MOST)}`])}>
      <bdi className={value === '' ? undefined : classes['label']}>{label}</bdi>
      {value !== '' && <bdi>{value}</bdi>}
    </p>
  );
}
