import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ServiceChanges } from '../../../native/pcsc/service-changes.js';

const newSignal = () => new AbortController().signal;

async function outcome(waiting: Promise<void>): Promise<'told' | 'waits'> {
  return Promise.race([waiting.then(() => 'told' as const), sleep(20, 'waits' as const)]);
}

test('waits for the next change', async () => {
  const changes = new ServiceChanges();
  const waiting = changes.wait(newSignal());
  expect(await outcome(waiting)).toBe('waits');
  changes.announce();
  expect(await outcome(waiting)).toBe('told');
});

test('tells at once of a change since the last look', async () => {
  const changes = new ServiceChanges();
  changes.markSeen();
  changes.announce();
  expect(await outcome(changes.wait(newSignal()))).toBe('told');
  changes.markSeen();
  expect(await outcome(changes.wait(newSignal()))).toBe('waits');
});

test('tells who waits again with the same signal of every change since, whoever else looked', async () => {
  const changes = new ServiceChanges();
  const signal = newSignal();
  const first = changes.wait(signal);
  changes.announce();
  await first;
  changes.announce();
  changes.markSeen();
  expect(await outcome(changes.wait(newSignal()))).toBe('waits');
  expect(await outcome(changes.wait(signal))).toBe('told');
  expect(await outcome(changes.wait(signal))).toBe('waits');
});

test('wakes everyone', async () => {
  const changes = new ServiceChanges();
  const waiting = [changes.wait(newSignal()), changes.wait(newSignal())];
  changes.announce();
  expect(await Promise.all(waiting.map(outcome))).toEqual(['told', 'told']);
});

test('ends with its signal, before and after', async () => {
  const changes = new ServiceChanges();
  const abort = new AbortController();
  const waiting = changes.wait(abort.signal);
  abort.abort();
  expect(await outcome(waiting)).toBe('told');
  expect(await outcome(changes.wait(abort.signal))).toBe('told');
});
