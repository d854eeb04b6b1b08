import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsentView } from '../../../main/core/consent-window/consent-view.js';
import { ARMING_MILLISECONDS } from '../../../main/core/consent-window/consent-window.js';
import { BEING_READ, follow, MODEL, open, READ, type Outcome, type Scene } from './fixture.js';
import { ACTIONS, numbered, QUESTIONS, type WithoutQuestion } from './questions.js';

/** What can happen to a window: its own doing, and the core's. */
type Event =
  | { readonly kind: 'focus'; readonly hasFocus: boolean }
  | { readonly kind: 'pass'; readonly milliseconds: number }
  | { readonly kind: 'act'; readonly action: WithoutQuestion; readonly away: number }
  /** Yes to whatever is asked. */
  | { readonly kind: 'yes'; readonly away: number }
  | { readonly kind: 'pin'; readonly away: number }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'abort' }
  | { readonly kind: 'ask'; readonly which: number }
  | { readonly kind: 'read' }
  | { readonly kind: 'working' }
  | { readonly kind: 'end' };

const away = fc.constantFrom(0, 0, 0, 0, -1, 1);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('focus' as const), hasFocus: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      milliseconds: fc.oneof(fc.constantFrom(1, ARMING_MILLISECONDS - 1, ARMING_MILLISECONDS), fc.nat(1_500)),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant('act' as const), action: fc.constantFrom(...ACTIONS), away }),
  },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('yes' as const), away }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pin' as const), away }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('ask' as const), which: fc.nat(QUESTIONS.length - 1) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'read' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'working' as const }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...(['cancel', 'closed', 'abort', 'end'] as const)).map((kind) => ({ kind })),
  },
);

/** Knows, from what a person could see and do alone, since when each thing has stood. */
class Witness {
  readonly scene: Scene;
  #focusedSince: number | undefined;
  #shownSince: number;
  #shown: ConsentView;
  isRead: boolean;
  outcome: Outcome | undefined;
  taken = 0;

  constructor(beingRead: boolean) {
    this.scene = open(beingRead ? BEING_READ : MODEL, (view) => {
      this.#see(view);
    });
    this.isRead = !beingRead;
    this.#shown = this.scene.window.view;
    this.#shownSince = this.#now;
  }

  get #now(): number {
    return this.scene.clock.monotonic();
  }

  /** A consent that is asked is the one that has stood; everything else is new with its number. */
  #see(view: ConsentView): void {
    const before = this.#shown;
    const isSame = view.stage.kind === before.stage.kind;
    const isNew = !isSame || (view.stage.kind !== 'consent' && view.question !== before.question);
    if (isNew) this.#shownSince = this.#now;
    this.#shown = view;
  }

  /** Whether yes may be answered now. */
  get mayAgree(): boolean {
    if (!this.isRead || this.#focusedSince === undefined) return false;
    return this.#now - Math.max(this.#focusedSince, this.#shownSince) >= ARMING_MILLISECONDS;
  }

  focus(hasFocus: boolean): void {
    this.#focusedSince = hasFocus ? (this.#focusedSince ?? this.#now) : undefined;
    this.scene.events.focused(hasFocus);
  }

  read(): void {
    if (this.isRead) return;
    this.isRead = true;
    this.#shownSince = this.#now;
    this.scene.dialog.showItems(READ);
  }
}

function yesTo({ stage }: ConsentView): WithoutQuestion {
  return stage.kind === 'consent' ? { kind: 'agree', withheld: [], remember: false } : { kind: 'confirm' };
}

async function play(witness: Witness, event: Event): Promise<void> {
  const { events, dialog, clock, question, abort } = witness.scene;
  switch (event.kind) {
    case 'focus':
      witness.focus(event.hasFocus);
      return;
    case 'pass':
      await clock.pass(event.milliseconds);
      return;
    case 'act':
    case 'yes': {
      const action = event.kind === 'act' ? event.action : yesTo(witness.scene.window.view);
      const taken = events.act(numbered(action, question() + event.away));
      const agrees = action.kind === 'agree' || action.kind === 'confirm';
      if (taken) expect(event.away).toBe(0);
      if (taken && agrees) {
        expect(witness.mayAgree).toBe(true);
        witness.taken += 1;
      }
      return;
    }
    case 'pin': {
      const pin = Uint8Array.of(0x31, 0x32);
      const taken = events.takePin(question() + event.away, pin);
      expect(pin.every((byte) => byte === 0)).toBe(!taken);
      return;
    }
    case 'cancel':
      events.act({ kind: 'cancel', conversation: 1 });
      return;
    case 'closed':
      events.closed();
      return;
    case 'abort':
      abort();
      return;
    case 'ask': {
      // One question at a time.
      await clock.pass(0);
      if (witness.outcome?.status === 'pending') return;
      const asked = QUESTIONS[event.which];
      if (asked) witness.outcome = follow(asked.ask(dialog));
      return;
    }
    case 'read':
      witness.read();
      return;
    case 'working':
      if (witness.outcome?.status !== 'pending') dialog.showProgress('verifying-pin');
      return;
    case 'end':
      dialog.close({ status: 'failed', code: 'ERR_INTERNAL', details: {} });
  }
}

describe('whatever comes from a window, in whatever order', () => {
  it('agrees to nothing before the question has stood with the keyboard, and everything been read', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(event, { minLength: 5, maxLength: 40, size: 'max' }),
        async (beingRead, sequence) => {
          const witness = new Witness(beingRead);
          for (const one of sequence) await play(witness, one);
          taken += witness.taken;
          // Nobody waits for an answer that cannot come any more.
          witness.scene.events.closed();
          await witness.scene.clock.pass(0);
          expect(witness.outcome?.status).not.toBe('pending');
        },
      ),
      { numRuns: 1_500 },
    );
    // It can be agreed to at all.
    expect(taken).toBeGreaterThan(20);
  });

  it('shows that yes is possible exactly when it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(event, { maxLength: 30, size: 'max' }), async (beingRead, sequence) => {
        const witness = new Witness(beingRead);
        for (const one of sequence) await play(witness, one);
        const { scene, outcome } = witness;
        const { stage, agreement, question } = scene.window.view;
        if (
          outcome?.status !== 'pending' ||
          !['consent', 'separate-step', 'last-try', 'trivial-pin'].includes(stage.kind)
        )
          return;
        expect(scene.events.act(numbered(yesTo(scene.window.view), question))).toBe(agreement === 'possible');
      }),
      { numRuns: 500 },
    );
  });
});
