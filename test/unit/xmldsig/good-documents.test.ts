import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../support/xml-signatures.js';
import {
  options,
  GOOD,
  elementReference,
  beside,
  withFiles,
  ofFile,
  xades,
  SIGNED_ASSERTION,
  SIGNED_RESPONSE,
} from './signed-xml.js';

describe('documents that the attacks start from', () => {
  it.each([
    ['enveloped', GOOD],
    ['beside the signed element', beside()],
    ['XAdES', xades()],
    ['a signed assertion', SIGNED_ASSERTION],
    ['a signed response', SIGNED_RESPONSE],
    ['a signed file', ofFile('a.xml')],
    ['a signed file, percent-encoded', ofFile('%61.xml')],
    ['a signed element, percent-encoded', beside({ references: [elementReference({ attributes: 'URI="#s%75m"' })] })],
  ])('hold: %s', async (_, bytes) => {
    expect(await outcomeOf(bytes, withFiles)).toMatchObject({ verdict: 'total-passed' });
  });

  it.each([
    ['line feeds', (value: string) => value.replace(/(.{64})/g, '$1\n')],
    ['all XML white space', (value: string) => value.replace(/(.{10})/g, '$1 \t&#xD;\n')],
    ['white space around', (value: string) => `\n  ${value}\n`],
  ])('hold with %s in SignatureValue', async (_, change) => {
    const spaced = GOOD.replace(/(?<=<SignatureValue>)[^<]+/, change);
    expect(spaced).not.toBe(GOOD);
    expect(await outcomeOf(spaced, options)).toMatchObject({ verdict: 'total-passed' });
  });
});
