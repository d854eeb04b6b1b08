import { vi } from 'vitest';

/** Asks again until `holds` throws no more, for ten seconds: a PC may be busy, and nobody waits for longer than it takes. */
export function eventually<Result>(holds: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(holds, { timeout: 10_000 });
}
