import { useEffect, useRef, type ReactNode } from 'react';
import { useTexts } from '../../app/text.js';
import { useConversation } from './conversation.js';
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
  /** Takes the focus when the step appears: its heading, or nothing where an action does. */
  readonly focus?: 'heading' | 'none';
  readonly children: ReactNode;
  /** Stay in reach while the rest scrolls. The careful one first. */
  readonly actions: ReactNode;
}

/** One step of the conversation: heading, time limit, content, actions. */
export function StepFrame({ title, focus = 'heading', children, actions }: StepFrameProps) {
  const { t } = useTexts();
  const { view } = useConversation();
  const heading = useRef<HTMLHeadingElement>(null);
  const bar = useRoomForBar();
  useEffect(() => {
    document.title = `${title} - ${t('common.appName')}`;
  }, [title, t]);
  useEffect(() => {
    if (focus === 'heading') heading.current?.focus();
  }, [focus]);
  const isOver = view.stage.kind === 'done' || view.stage.kind === 'failed';
  return (
    <main className={classes['frame']}>
      <header className={classes['header']}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {view.endsAt !== undefined && !isOver && <TimeLimit endsAt={view.endsAt} />}
      </header>
      <div className={classes['content']}>{children}</div>
      <footer ref={bar} className={classes['bar']} role="group" aria-label={title}>
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
