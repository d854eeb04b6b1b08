import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import { heldToModel } from '../../../main/core/consent/held-to-model.js';
import type { Decision } from '../../../main/core/ports.js';
import { FUZZ_RUNS } from '../../support/fuzz-runs.js';
import { originRequester } from '../../support/origin-requester.js';

const LOGIN: ConsentModel = {
  operation: 'authenticate',
  requester: originRequester(),
  pinRole: 'authentication',
  disclosed: ['serial-number'],
  items: [],
};
const READING: ConsentModel = {
  ...LOGIN,
  operation: 'read-attributes',
  attributes: [
    { attribute: 'name', required: true },
    { attribute: 'address', required: false },
    { attribute: 'gender', required: false },
  ],
};
const OWN: ConsentModel = { ...LOGIN, requester: { kind: 'self' } };
const REFUSED: Decision = { answer: 'refused' };

describe('a decision', () => {
  it.each<[string, Decision, ConsentModel, Decision]>([
    ['agreed', { answer: 'agreed' }, LOGIN, { answer: 'agreed' }],
    ['leaves out an optional one', { answer: 'agreed', withheld: [2] }, READING, { answer: 'agreed', withheld: [2] }],
    ['leaves out nothing', { answer: 'agreed', withheld: [] }, READING, { answer: 'agreed' }],
    ['leaves out a required one', { answer: 'agreed', withheld: [0] }, READING, REFUSED],
    ['leaves out what is not there', { answer: 'agreed', withheld: [3] }, READING, REFUSED],
    ['leaves out something of a log-in', { answer: 'agreed', withheld: [0] }, LOGIN, REFUSED],
    [
      'shortens where it may',
      { answer: 'agreed', remember: true },
      { ...LOGIN, remembered: 'may-be' },
      { answer: 'agreed', remember: true },
    ],
    ['shortens where it may not', { answer: 'agreed', remember: true }, LOGIN, { answer: 'agreed' }],
    [
      'shortens while refusing',
      { ...REFUSED, remember: true } as Decision,
      { ...LOGIN, remembered: 'may-be' },
      REFUSED,
    ],
    ['blocks a site', { answer: 'refused', block: true }, LOGIN, { answer: 'refused', block: true }],
    ['blocks oneself', { answer: 'refused', block: true }, OWN, REFUSED],
    ['blocks while agreeing', { answer: 'agreed', block: true } as Decision, LOGIN, { answer: 'agreed' }],
    ['is no answer at all', {} as Decision, LOGIN, REFUSED],
    ['is another word', { answer: 'AGREED' } as unknown as Decision, LOGIN, REFUSED],
  ])('that %s', (_what, decision, model, expected) => {
    expect(heldToModel(decision, model)).toEqual(expected);
  });

  it('never gives what was left out, and never leaves out what is required', () => {
    const requiredOnes = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });
    const positions = fc.array(fc.integer({ min: -2, max: 9 }), { maxLength: 8 });
    fc.assert(
      fc.property(requiredOnes, positions, (required, withheld) => {
        const attributes = required.map((isRequired) => ({ attribute: 'name' as const, required: isRequired }));
        const decision = heldToModel({ answer: 'agreed', withheld }, { ...READING, attributes });
        if (decision.answer === 'refused') return;
        expect(new Set(decision.withheld ?? [])).toEqual(new Set(withheld));
        expect(withheld.filter((position) => required[position] !== false)).toEqual([]);
        expect(new Set(withheld).size).toBeLessThan(attributes.length);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
