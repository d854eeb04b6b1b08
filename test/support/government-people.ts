import { until } from './browsers/browser.js';
import type { Person } from './fake-interaction.js';
import type { GovernmentFixture } from './government-fixture.js';

export type { Person };

/** Agrees to everything, and enters `pin` once. */
export const agreeing = (pin: string): Person => ({
  decide: () => 'agreed',
  confirmSeparateStep: () => true,
  pins: [pin],
});

/** Reads until the test answers for them. */
export function hesitating() {
  let resolve: ((answer: 'agreed' | 'refused') => void) | undefined;
  const decided = new Promise<'agreed' | 'refused'>((settle) => (resolve = settle));
  const person: Person = { decide: () => decided };
  return { person, answer: (answer: 'agreed' | 'refused') => resolve?.(answer) };
}

/** Waits until the client has ended a session since the last person came. */
export async function sessionEnds({ events }: GovernmentFixture): Promise<void> {
  await until('the end of the session', () => events.find(({ name }) => name === 'bridge.session.cancelled'));
}
