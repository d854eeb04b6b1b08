import { createContext, use, useId, useState, type ReactNode } from 'react';
import { Icon } from './icon.js';
import classes from './disclosure.module.css';

/** Whether everything below is open from the beginning, for whoever reads the page as a whole. */
export const AllDisclosed = createContext(false);

interface DisclosureProps {
  /** What is inside, in a few words. */
  readonly title: ReactNode;
  readonly defaultOpen?: boolean;
  /** Told when it is opened or closed, for what is fetched only then. */
  readonly onToggle?: (open: boolean) => void;
  readonly children: ReactNode;
}

/**
 * Details that few people need, closed at first: a button and what it shows (ARIA's disclosure pattern). They are in the page
 * once they were opened: of a thousand, a page could not hold them all.
 */
export function Disclosure({ title, defaultOpen = false, onToggle, children }: DisclosureProps) {
  const contentId = useId();
  const isOpenAtFirst = use(AllDisclosed) || defaultOpen;
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [wasOpened, setOpened] = useState(isOpenAtFirst);
  const toggle = (): void => {
    setOpened(true);
    setOpen(!isOpen);
    onToggle?.(!isOpen);
  };
  return (
    <div className={classes['disclosure']}>
      <button
        type="button"
        className={classes['button']}
        aria-expanded={isOpen}
        aria-controls={contentId}
        onClick={toggle}
      >
        <Icon name="chevron" />
        <span>{title}</span>
      </button>
      <div id={contentId} className={classes['content']} hidden={!isOpen}>
        {wasOpened && children}
      </div>
    </div>
  );
}
