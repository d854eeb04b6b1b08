import classes from './busy.module.css';

interface BusyProps {
  readonly children: string;
  /** How far it is, where that is known. */
  readonly progress?: { readonly done: number; readonly count: number };
}

/** Something is going on, said aloud when it begins. */
export function Busy({ children, progress }: BusyProps) {
  return (
    <div className={classes['busy']} role="status">
      {progress === undefined ? (
        <span className={classes['spinner']} aria-hidden />
      ) : (
        <progress className={classes['bar']} value={progress.done} max={progress.count} aria-label={children} />
      )}
      <span>{children}</span>
    </div>
  );
}
