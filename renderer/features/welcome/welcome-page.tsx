import { useEffect, useRef, useState } from 'react';
import type { MainPage } from '../../../main/ipc/app.js';
import { useApp } from '../../app/app-description.js';
import { useApi } from '../../app/api.js';
import { useAction } from '../../app/use-call.js';
import { AboutStep } from './about-step.js';
import { CardStep } from './card-step.js';
import { TryStep } from './try-step.js';

interface WelcomePageProps {
  readonly onDone: () => void;
  readonly onShow?: (page: MainPage) => void;
}

const STEPS = ['about', 'card', 'try'] as const;
type Step = (typeof STEPS)[number];

export interface StepMoves {
  /** Counted from 1. */
  readonly step: number;
  readonly count: number;
  readonly onBack: () => void;
  readonly onNext: () => void;
  /** Passes over all that is left. */
  readonly onFinish: () => void;
}

/** The first run: what it is, the card, a signature. Each can be passed over. */
export function WelcomePage({ onDone, onShow }: WelcomePageProps) {
  const api = useApi();
  const { developerMode } = useApp();
  // Who chose the test card here comes back after a restart.
  const [step, setStep] = useState<Step>(developerMode ? 'card' : 'about');
  const finish = useAction(api.welcome.finish);
  const frame = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    frame.current?.querySelector<HTMLElement>('h1')?.focus();
    scrollTo(0, 0);
  }, [step]);

  const index = STEPS.indexOf(step);
  const moveTo = (position: number): void => setStep(STEPS[position] ?? step);
  const onFinish = (): void => {
    // Where it cannot be remembered, it comes once more; the settings say what is wrong with them.
    void finish.run().then(onDone);
  };
  const moves: StepMoves = {
    step: index + 1,
    count: STEPS.length,
    onBack: () => moveTo(index - 1),
    onNext: () => moveTo(index + 1),
    onFinish,
  };
  return (
    <div ref={frame}>
      <Shown step={step} moves={moves} {...(onShow && { onShow })} />
    </div>
  );
}

interface ShownProps {
  readonly step: Step;
  readonly moves: StepMoves;
  readonly onShow?: (page: MainPage) => void;
}

function Shown({ step, moves, onShow }: ShownProps) {
  switch (step) {
    case 'about':
      return <AboutStep moves={moves} />;
    case 'card':
      return <CardStep moves={moves} {...(onShow && { onShow })} />;
    case 'try':
      return <TryStep moves={moves} />;
  }
}
