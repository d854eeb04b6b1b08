import { describe, expect, it } from 'vitest';
import { conclusion, findingText, layerLines } from '../../../main/cli/diagnosis-text.js';
import { LANGUAGES } from '../../../main/cli/languages.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { DIAGNOSIS_LAYERS, type DiagnosisDetails, type LayerResult } from '../../../main/core/diagnosis/diagnosis.js';
import { FINDINGS, findingEntry, type DiagnosisFinding } from '../../../main/core/diagnosis/findings.js';

const FINDING_NAMES = Object.keys(FINDINGS) as DiagnosisFinding[];

function resultOf(finding: DiagnosisFinding, details: DiagnosisDetails = {}): LayerResult {
  const { layer, status, remedy, action } = findingEntry(finding);
  return {
    layer: layer === 'any' ? 'card' : layer,
    status,
    finding,
    details,
    ...(remedy !== undefined && { remedy }),
    ...(action !== undefined && { action }),
    ...(finding === 'lower-layer-failed' && { standsInTheWay: 'reader' as const }),
  };
}

describe.each(LANGUAGES)('a diagnosis in %s', (language) => {
  const t = loadMessages(language);

  it.each(FINDING_NAMES)('says what %s means, and what to do', (finding) => {
    const lines = layerLines(resultOf(finding), t);
    expect(lines).toHaveLength(findingEntry(finding).remedy === undefined ? 1 : 2);
    // What i18next writes where a text or one of its values is missing.
    expect(lines.join('\n')).not.toMatch(/diagnosis\.|browserIntegration|\{\{|undefined/);
  });

  it.each(DIAGNOSIS_LAYERS)('names the layer %s', (layer) => {
    expect(t(`diagnosis.layer.${layer}`)).not.toBe(`diagnosis.layer.${layer}`);
  });

  it('tells the facts that a person can use', () => {
    const pins = { authentication: 1, signing: 'blocked', profile: 'absent', 'number-b': 'still-verified' };
    const texts = [
      findingText(resultOf('pin-blocked', pins), t),
      findingText(resultOf('extension-registered', { registered: 'chrome', sandboxed: 'firefox-snap' }), t),
      findingText(resultOf('port-taken', { taken: 3, program: 'python3' }), t),
    ];
    expect(texts.join('\n')).not.toMatch(/diagnosis\.|browserIntegration\.|\{\{|undefined/);
    expect(texts[1]).toContain('Google Chrome');
    expect(texts[1]).toMatch(/Firefox.*Snap/);
    expect(texts[2]).toContain('python3');
  });

  it('ends with the worst', () => {
    const ends = (['readers-found', 'several-cards', 'no-reader'] as const).map((finding) =>
      conclusion([resultOf('clock-plausible'), resultOf(finding)], t),
    );
    expect(new Set(ends).size).toBe(3);
    expect(ends.join('\n')).not.toContain('diagnosis.');
  });
});

it('a foreign text in a fact is no text of ours', () => {
  const t = loadMessages('en');
  const text = findingText(resultOf('port-taken', { program: '$t(diagnosis.status.ok) {{finding}}' }), t);
  expect(text).toContain('$t(diagnosis.status.ok) {{finding}}');
});
