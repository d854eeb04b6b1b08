import { useEffect, useRef } from 'react';

interface StepHeadingProps {
  readonly children: string;
}

/** The heading of a step that has just taken the place of another: it has the focus, so that it is read. */
export function StepHeading({ children }: StepHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h2 ref={heading} tabIndex={-1}>
      {children}
    </h2>
  );
}
