import { expect, it } from 'vitest';
import { isClaimed as isClaimedInTerminal, readerOf as readerInTerminal } from '../../../main/cli/parties-text.js';
import { isClaimed, readerOf } from '../../../renderer/features/consent/parties.js';
import { MODELS } from './consent-models.js';

// Neither shell can import the other's, and the core has no words for it.
it('the window and the command line agree on who reads the result, and on who only claims to ask', () => {
  const readers = new Set<string>();
  for (const model of Object.values(MODELS)) {
    expect(readerInTerminal(model)).toBe(readerOf(model));
    readers.add(readerOf(model));
    if (model.requester.kind === 'origin')
      expect(isClaimedInTerminal(model.requester)).toBe(isClaimed(model.requester));
  }
  expect([...readers].sort()).toEqual(['program', 'site', 'site-key', 'unknown-key', 'verifier']);
});
