import { expect, describe, it } from 'vitest';
import { DIAGNOSIS_LAYERS, GOVERNMENT_LAYERS } from '../../../main/core/diagnosis/diagnosis.js';
import type { GovernmentSitesView } from '../../../main/core/diagnosis/diagnosis-ports.js';
import { FINDINGS, findingEntry, type DiagnosisFinding } from '../../../main/core/diagnosis/findings.js';
import { reportText } from '../../../main/core/diagnosis/report-text.js';
import type { GovernmentBrowser } from '../../../main/core/government-sites/government-sites.js';
import type { Setting } from '../../../main/core/settings/settings.js';
import { diagnose, fakeReaders, portsOver } from './fixture.js';

const PLACE = 'https://login.tax.go.jp';
const seen = new Set<DiagnosisFinding>();

interface Mode {
  readonly isOn?: boolean;
  readonly isServing?: boolean;
  readonly source?: Setting<boolean>['source'];
}

function view(
  browsers: readonly GovernmentBrowser[],
  { isOn = true, isServing = true, source = 'person' }: Mode = {},
): GovernmentSitesView {
  const setting = { value: isOn, source };
  return { isOn, isServing, status: () => ({ setting, origins: [], windowsUserAgent: [PLACE], browsers }) };
}

async function look(governmentSites: GovernmentSitesView, isAsked = false) {
  const report = await diagnose(portsOver(fakeReaders({}), { governmentSites }), { governmentSites: isAsked });
  for (const { finding } of report.results) seen.add(finding);
  return report;
}

const met = (marker: 'placed' | 'official', at: number, permission = true): GovernmentBrowser => ({
  name: `Browser ${at}`,
  permission,
  lastPage: { origin: PLACE, marker, at: new Date(at) },
});

describe('government sites in a diagnosis', () => {
  it('are left out while nobody uses them', async () => {
    const { results } = await look(view([], { isOn: false }));
    expect(results.map(({ layer }) => layer)).toEqual([...DIAGNOSIS_LAYERS]);
  });

  it('are looked at after the browsers, where they are used or asked for', async () => {
    const place = DIAGNOSIS_LAYERS.indexOf('browser') + 1;
    const expected = DIAGNOSIS_LAYERS.toSpliced(place, 0, ...(GOVERNMENT_LAYERS as unknown as ['browser']));
    for (const report of [await look(view([])), await look(view([], { isOn: false }), true)]) {
      expect(report.results.map(({ layer }) => layer)).toEqual(expected);
    }
  });

  it.each<[string, GovernmentSitesView, DiagnosisFinding, DiagnosisFinding]>([
    ['off', view([met('placed', 1)], { isOn: false }), 'government-sites-off', 'lower-layer-failed'],
    [
      'forbidden',
      view([], { isOn: false, source: 'administrator' }),
      'government-sites-forbidden',
      'lower-layer-failed',
    ],
    ['in another process', view([], { isServing: false }), 'asked-in-app', 'asked-in-app'],
    ['no browser', view([]), 'extension-silent', 'lower-layer-failed'],
    ['no permission', view([met('placed', 1, false)]), 'site-access-missing', 'lower-layer-failed'],
    ['no page', view([{ name: '', permission: true }]), 'site-access-given', 'no-government-page'],
    ['ours', view([met('official', 1), met('placed', 2)]), 'site-access-given', 'marker-placed'],
    ['another’s', view([met('official', 2), met('placed', 1)]), 'site-access-given', 'official-extension'],
  ])('%s', async (_what, sites, permission, marker) => {
    const report = await look(sites, true);
    expect(report.of('government-permission').finding).toBe(permission);
    expect(report.of('government-marker').finding).toBe(marker);
    const text = reportText(report);
    expect(text).toContain('- government-permission: **');
    // Where somebody was is nobody's business, nor which browsers there are by name.
    expect(text).not.toMatch(/go\.jp|Browser|tax/);
  });

  it('has nothing in its table that no test of these found', () => {
    const names = Object.keys(FINDINGS) as DiagnosisFinding[];
    const own = names.filter((finding) => GOVERNMENT_LAYERS.some((layer) => layer === findingEntry(finding).layer));
    expect(own.filter((finding) => !seen.has(finding))).toEqual([]);
  });
});
