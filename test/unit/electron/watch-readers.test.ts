import { setImmediate as settle } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import { watchCard } from '../../../main/electron/card-watch.js';
import { FakeClock } from '../bridge/fakes.js';

it('a service that cannot be watched is asked again after a pause, and heard when it is back', async () => {
  const clock = new FakeClock();
  const end = new AbortController();
  const states: string[] = [];
  let isThere = false;
  const gone = (): ClientError => new ClientError('ERR_PCSC_UNAVAILABLE', 'stopped');
  const watching = watchCard({
    readers: {
      list: () => (isThere ? Promise.resolve([]) : Promise.reject(gone())),
      changed: (signal) =>
        isThere
          ? new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
          : Promise.reject(gone()),
    },
    clock,
    signal: end.signal,
    onState: (state) => void states.push(state),
  });
  await settle();
  await clock.advance(4_999);
  expect(states).toEqual(['error']);
  isThere = true;
  await clock.advance(1);
  await settle();
  await clock.advance(200);
  await settle();
  expect(states).toEqual(['error', 'no-reader']);
  end.abort();
  await clock.advance(200);
  await watching;
  expect(states).toHaveLength(2);
});
