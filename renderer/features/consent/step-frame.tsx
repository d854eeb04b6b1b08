import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTexts } from '../../app/text.js';
import { Callout } from '../../ui/callout.js';
import { useConversation } from './conversation.js';
import { RequesterLine } from './requester-panel.js';
import { TimeLimit } from './time-limit.js';
import classes from './step-frame.module.css';

interface PlainFrameProps {
  readonly children: ReactNode;
}

/** A step that has its heading and actions itself. */
export function PlainFrame({ children }: PlainFrameProps) {
  return <main className={classes['frame']}>{children}</main>;
}

interface StepFrameProps {
  /** Heading of the step and title of the window. */
  readonly title: string;
  readonly children: ReactNode;
  /** What the step comes to, in one sentence under the heading. */
  readonly summary?: string | undefined;
  /** Stay in reach while the rest scrolls, below who asks. The careful one first. */
  readonly actions: ReactNode;
}

/**
 * One step of the conversation: heading, time limit, content, actions. The heading takes the focus, so that no key meant for
 * something else answers, and who asks is read out with it.
 */
export function StepFrame({ title, summary, children, actions }: StepFrameProps) {
  const { t } = useTexts();
  const { consent, view } = useConversation();
  const requesterId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const bar = useRoomForBar();
  useEffect(() => {
    document.title = `${title} - ${t('common.appName')}`;
  }, [title, t]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const { stage, preparation, endsAt } = view;
  const isPast = stage.kind === 'done' || stage.kind === 'failed' || (stage.kind === 'working' && !stage.cancellable);
  return (
    <main className={classes['frame']}>
      <header className={classes['header']}>
        <h1 ref={heading} tabIndex={-1} aria-describedby={requesterId}>
          {title}
        </h1>
        {endsAt !== undefined && !isPast && <TimeLimit endsAt={endsAt} />}
      </header>
      <div className={classes['content']}>
        {summary !== undefined && <p className={classes['summary']}>{summary}</p>}
        {preparation?.status === 'ready' && preparation.testCard && (
          <Callout kind="warning" kindLabel={t('common.kind.warning')}>
            <p>{t('common.testCard')}</p>
          </Callout>
        )}
        {children}
      </div>
      <footer ref={bar} className={classes['bar']} role="group" aria-label={title}>
        <div id={requesterId}>
          <RequesterLine consent={consent} />
        </div>
        {actions}
      </footer>
    </main>
  );
}

/** Keeps what has the focus from being scrolled under the bar, however high its texts make it. */
function useRoomForBar() {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = bar.current;
    if (!element) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => {
      const room = getComputedStyle(element).position === 'sticky' ? element.offsetHeight + 8 : 0;
      style.scrollPaddingBlockEnd = `${room}px`;
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.scrollPaddingBlockEnd = '';
    };
  }, []);
  return bar;
}
