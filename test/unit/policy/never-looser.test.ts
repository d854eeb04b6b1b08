import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { POLICY_NAMES, policyDefinition, type PolicyName } from '../../../main/core/policy/definitions.js';
import { NO_POLICY } from '../../../main/core/policy/policy.js';
import { resolvePolicy } from '../../../main/core/policy/resolve.js';
import { SAMPLE_POLICY } from '../../../main/core/policy/templates/sample.js';
import { judgePolicyValue } from '../../../main/core/policy/values.js';
import { policyFileSource } from '../../../main/node/policy/index.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { IS_LOOSER } from './looseness.js';

const folder = mkdtempSync(join(tmpdir(), 'madoguchi-looser-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const origin = fc.constantFrom('https://a.example', 'https://b.example:8443', 'http://localhost:3000');

/** Every value that a policy takes. */
function valid(name: PolicyName): fc.Arbitrary<unknown> {
  const definition = policyDefinition(name);
  switch (definition.kind) {
    case 'switch':
      return fc.boolean();
    case 'choice':
      return fc.constantFrom(...definition.choices);
    case 'number':
      return fc.integer({ min: definition.least, max: definition.most });
    case 'origins':
      return fc.array(definition.takesAll ? fc.oneof(origin, fc.constant('*')) : origin, { maxLength: 5 });
    case 'ports':
      return fc.uniqueArray(fc.integer({ min: 1_024, max: 65_535 }), { minLength: 1, maxLength: 8 });
    case 'registries':
      return fc.constantFrom([], SAMPLE_POLICY.registries);
    case 'text':
      return {
        address: fc.webUrl(),
        version: fc.tuple(fc.nat(65_535), fc.nat(65_535), fc.nat(65_535)).map((parts) => parts.join('.')),
        proxy: fc.constantFrom('system', 'direct', 'offline', 'http://proxy.example:3128'),
      }[definition.form];
  }
}

/** What somebody may make of a value by mistake. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  const others: fc.Arbitrary<unknown>[] = [
    fc.jsonValue(),
    fc.constantFrom(String(value), [value], { value }, null, '', -1, 0.5, 1e9, 'true', []),
  ];
  if (!Array.isArray(value)) return fc.oneof(...others);
  const entries: readonly unknown[] = value;
  const entry = fc.oneof(fc.jsonValue(), fc.constantFrom('https://*.example', 'https://a.example/', '*', ''));
  const index = fc.nat(entries.length);
  return fc.oneof(
    ...others,
    fc.tuple(index, entry).map(([at, wrong]) => [...entries.slice(0, at), wrong, ...entries.slice(at + 1)] as unknown),
    fc.tuple(index, entry).map(([at, wrong]) => [...entries.slice(0, at), wrong, ...entries.slice(at)] as unknown),
  );
}

const inForce = (name: PolicyName, value: unknown): unknown => value ?? NO_POLICY[name];

describe.each(POLICY_NAMES)('%s', (name) => {
  it('takes every value that it should', () => {
    fc.assert(
      fc.property(valid(name), (value) => {
        expect(judgePolicyValue(name, value)).toEqual({ status: 'valid', value });
      }),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('is loosened by no value that it does not take', { timeout: FUZZ_TIMEOUT }, () => {
    const pairs = valid(name).chain((meant) => fc.tuple(fc.constant(meant), mutated(meant)));
    fc.assert(
      fc.property(pairs, ([meant, written]) => {
        const judged = judgePolicyValue(name, written);
        if (judged.status === 'valid' || policyDefinition(name).stops) return;
        expect(IS_LOOSER[name](inForce(name, judged.value), meant)).toBe(false);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});

describe('a file of policies that was damaged', () => {
  const path = join(folder, 'policy.json');
  const source = policyFileSource({ path, owner: undefined });
  const whole = new TextEncoder().encode(JSON.stringify(SAMPLE_POLICY));
  const read = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    return resolvePolicy(source.read());
  };
  /** Either nothing holds, or every policy is still there and none that is malformed is looser. */
  const check = (bytes: Uint8Array): void => {
    const { policy, entries, problems } = read(bytes);
    if (problems.some(({ stops }) => stops)) return;
    expect(entries.map(({ name }) => name)).toEqual(POLICY_NAMES);
    const written = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
    for (const { name, malformed } of entries) {
      if (!malformed) continue;
      // A list that permits keeps the entries that can be read: one of them may have become another origin.
      const { kind } = policyDefinition(name);
      const own = written[name];
      const meant: unknown = SAMPLE_POLICY[name];
      const most: unknown =
        kind === 'origins' && Array.isArray(own) ? [...(meant as string[]), ...(own as unknown[])] : meant;
      expect(`${name} ${String(IS_LOOSER[name](policy[name], most))}`).toBe(`${name} false`);
    }
  };

  it('is whole to begin with', () => {
    expect(read(whole)).toMatchObject({ policy: SAMPLE_POLICY, problems: [] });
  });

  it('cut off at any octet, does not count', () => {
    for (let length = 0; length < whole.length; length += 7) {
      expect(read(whole.slice(0, length)).problems[0]?.stops).toBe(true);
    }
  });

  it('with octets changed, put in or taken out, loosens nothing', { timeout: FUZZ_TIMEOUT }, () => {
    const edit = fc.tuple(fc.nat(whole.length - 1), fc.nat(2), fc.integer({ min: 0x20, max: 0x7e }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const bytes = [...whole];
        for (const [at, kind, octet] of edits) bytes.splice(at, kind === 1 ? 0 : 1, ...(kind === 2 ? [] : [octet]));
        check(Uint8Array.from(bytes));
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
