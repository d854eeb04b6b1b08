import classes from './quoted.module.css';

interface QuotedProps {
  /** Text of somebody else, made safe to display by the core. */
  readonly children: string;
  /** Whether it stands on lines of its own. */
  readonly block?: boolean;
}

/**
 * Somebody else's words. Set apart by marks and a ground that nothing of the app's own has, isolated from the direction and
 * the flow of the text around them, and never interpreted.
 */
export function Quoted({ children, block = false }: QuotedProps) {
  if (block) {
    return (
      <blockquote className={classes['block']}>
        <bdi>{children}</bdi>
      </blockquote>
    );
  }
  return <bdi className={classes['inline']}>{children}</bdi>;
}
