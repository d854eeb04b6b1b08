/**
 * One request, from consent to result, as states and the moves allowed between them. `act` holds everything that happens
 * on the exclusive connection; no dialog waits there.
 *
 *     opened → preparing → deciding → entering-pin → acting → finished
 *                  ↑___________________/     ↑__________/
 *
 * From `entering-pin` back to `preparing`: the card was taken out and put back. From `acting` back to `entering-pin`: the PIN
 * was wrong, or tries were lost to another program; only the person can spend the next one.
 */
export type SessionState = 'opened' | 'preparing' | 'deciding' | 'entering-pin' | 'acting' | 'finished';

const MOVES: Readonly<Record<SessionState, readonly SessionState[]>> = {
  opened: ['preparing', 'finished'],
  preparing: ['deciding', 'entering-pin', 'finished'],
  deciding: ['entering-pin', 'finished'],
  'entering-pin': ['acting', 'preparing', 'finished'],
  acting: ['entering-pin', 'preparing', 'finished'],
  finished: [],
};

export class SessionStateMachine {
  #state: SessionState = 'opened';

  get state(): SessionState {
    return this.#state;
  }

  /** @throws Error for a move the diagram does not have: a defect, never a card's or a person's doing. */
  moveTo(next: SessionState): void {
    if (!MOVES[this.#state].includes(next))
      throw new Error(`signing session cannot move from ${this.#state} to ${next}`);
    this.#state = next;
  }
}
