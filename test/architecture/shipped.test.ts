import { describe, expect, it } from 'vitest';
import { licenceFaults, licenceReport, REPORT } from '../../tools/releasing/licences.js';
import { cutDown, nodeComponents, npmBillOfMaterials, shippedReferences } from '../../tools/releasing/sbom.js';
import { readLock, shippedPackages } from '../../tools/releasing/shipped.js';
import { readText } from './repository.js';

describe('the licences of what is shipped', () => {
  const packages = shippedPackages(readLock());

  it('are on the list of those that were decided on', () => {
    expect(licenceFaults(packages)).toEqual([]);
    expect(packages.length).toBeGreaterThan(50);
  });

  it.each(['GPL-3.0-only', 'AGPL-3.0-or-later', '(MIT OR GPL-2.0)', 'SEE LICENSE IN x', 'none named', 'UNLICENSED'])(
    'would not be with %s',
    (licence) => {
      expect(licenceFaults([{ name: 'x', version: '1.0.0', licence }])).toHaveLength(1);
    },
  );

  it('are in the packages with their texts: npm run licences', () => {
    expect(readText(REPORT)).toBe(licenceReport(packages));
  });

  it('are also those of what is bundled into the windows, and of nothing that only builds', () => {
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['react', 'react-dom', 'scheduler', '@ariakit/react', 'fastify', 'pcsclite']),
    );
    expect(names.filter((name) => ['electron', 'typescript', 'vite', 'vitest', 'eslint'].includes(name))).toEqual([]);
  });
});

describe('the bill of materials', () => {
  const everything = npmBillOfMaterials();
  const shipped = shippedReferences();
  const bill = cutDown(everything, { shipped, runtimes: nodeComponents() });

  it('names what is shipped with checksums, and nothing else', () => {
    const nodes = nodeComponents().map((component) => component['bom-ref']);
    expect(bill.components.map((component) => component['bom-ref'])).toEqual([...shipped, ...nodes]);
    const faulty = bill.components.filter(
      ({ purl, hashes }) => !purl?.startsWith('pkg:npm/') || !/^[0-9a-f]{128}$/.test(hashes?.[0]?.content ?? ''),
    );
    expect(faulty).toEqual([]);
    expect(everything.components.length).toBeGreaterThan(bill.components.length);
    expect(shipped.some((reference) => reference.startsWith('electron@'))).toBe(true);
  });

  it('is CycloneDX, of the application, and says nothing that differs from run to run', () => {
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'madoguchi', type: 'application' } },
    });
    expect(bill.serialNumber).toBeUndefined();
    expect(bill.metadata.timestamp).toBeUndefined();
    expect(JSON.stringify(bill)).not.toContain('cdx:npm:package:development');
  });

  it('has dependencies between what it names only', () => {
    const known = new Set([everything.metadata.component['bom-ref'], ...shipped]);
    const named = bill.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]);
    expect(named.filter((ref) => !known.has(ref))).toEqual([]);
    expect(named).toContain('fastify@' + (shipped.find((one) => one.startsWith('fastify@'))?.slice(8) ?? ''));
  });

  it('is not made where something shipped is missing', () => {
    const without = { ...everything, components: everything.components.filter(({ name }) => name !== 'zod') };
    expect(() => cutDown(without, { shipped, runtimes: [] })).toThrow('npm sbom does not name zod@');
  });
});
