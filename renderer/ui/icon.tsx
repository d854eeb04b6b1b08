import classes from './icon.module.css';

/** Outlines on a grid of 24 by 24; each shape is told from the others without colour. */
const PATHS = {
  card: 'M3 6h18v12H3zM3 10h18M6.5 14.5h4',
  pen: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2',
  services: 'M4 20V9l8-5 8 5v11M9 20v-6h6v6M2 20h20',
  diagnosis: 'M3 12h4l2-6 4 12 2.5-6H21',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.5v5',
  success: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12.5l2.8 2.8L16 9.5',
  warning: 'M12 3.5L22 20H2zM12 10v4.5M12 17.2v.3',
  danger: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 15.8v.4',
  information: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.6v.3',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  close: 'M5 5l14 14M19 5L5 19',
  chevron: 'M9 5l7 7-7 7',
  backspace: 'M8 6h12v12H8l-5-6zM11.5 9.5l5 5M16.5 9.5l-5 5',
  unknown: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.4 9.6a2.7 2.7 0 1 1 3.8 2.6c-.8.4-1.2.9-1.2 1.8M12 16.6v.3',
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  readonly name: IconName;
  /** What a screen reader says; left out where text beside it says the same. */
  readonly label?: string;
}

export function Icon({ name, label }: IconProps) {
  const accessibility = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return (
    <svg className={classes['icon']} viewBox="0 0 24 24" {...accessibility}>
      <path d={PATHS[name]} />
    </svg>
  );
}
