import { Disclosure as AriakitDisclosure, DisclosureContent, DisclosureProvider } from '@ariakit/react';
import type { ReactNode } from 'react';
import { Icon } from './icon.js';
import classes from './disclosure.module.css';

interface DisclosureProps {
  /** What is inside, in a few words. */
  readonly title: ReactNode;
  readonly defaultOpen?: boolean;
  /** Told when it is opened or closed, for what is fetched only then. */
  readonly onToggle?: (open: boolean) => void;
  readonly children: ReactNode;
}

/** Details that few people need, closed at first. */
export function Disclosure({ title, defaultOpen = false, onToggle, children }: DisclosureProps) {
  return (
    <DisclosureProvider defaultOpen={defaultOpen} {...(onToggle && { setOpen: onToggle })}>
      <div className={classes['disclosure']}>
        <AriakitDisclosure className={classes['button']}>
          <Icon name="chevron" />
          <span>{title}</span>
        </AriakitDisclosure>
        <DisclosureContent className={classes['content']}>{children}</DisclosureContent>
      </div>
    </DisclosureProvider>
  );
}
