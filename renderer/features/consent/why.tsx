import classes from './why.module.css';

interface WhyProps {
  /** For the `aria-describedby` of the button it is about. */
  readonly id?: string;
  readonly children: string;
}

/** Why a button cannot be pressed yet, or what pressing it does. Its changes are said aloud; it keeps its room. */
export function Why({ id, children }: WhyProps) {
  return (
    <p id={id} className={classes['why']} role="status">
      {children}
    </p>
  );
}
