import classes from './digest-value.module.css';

interface DigestValueProps {
  /** Hexadecimal. */
  readonly children: string;
  /** Which digest it is, where nothing beside it says so. */
  readonly label?: string;
}

/** In groups of eight, set apart by room and not by characters: what is selected is the value itself. */
export function DigestValue({ children, label }: DigestValueProps) {
  const groups = children.match(/.{1,8}/gu) ?? [];
  return (
    <p className={classes['value']} translate="no">
      {label !== undefined && <span className={classes['label']}>{label}</span>}
      {groups.map((group, position) => (
        <span key={position} className={classes['group']}>
          {group}
        </span>
      ))}
    </p>
  );
}
