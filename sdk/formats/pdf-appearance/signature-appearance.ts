import { pdfDictionary } from '../pdf/objects.js';
import type { AppearanceContent, AppearanceRequest, SignatureAppearance } from '../pdf/appearance.js';
import type { FindGlyphs } from './glyphs.js';
import { textAppearance } from './text-appearance.js';

/**
 * A signature as people in Japan expect it to look: that it is one, whose, and when by the signer's own clock. The name is the
 * certificate's, in the very characters it has there.
 */
export function signatureAppearance(
  place: Pick<SignatureAppearance, 'page' | 'rect'>,
  findGlyphs: FindGlyphs,
): SignatureAppearance {
  return { ...place, build: (request) => build(request, findGlyphs) };
}

async function build(request: AppearanceRequest, findGlyphs: FindGlyphs): Promise<AppearanceContent> {
  const { signerName, signingTime, width, height, allocate } = request;
  const lines = ['電子署名', ...(signerName === undefined ? [] : [signerName]), japanTime(signingTime)];
  const { content, font } = textAppearance(lines, { width, height }, await findGlyphs(lines.join('')));
  const procedures = font.procedures().map((data) => ({ reference: allocate(), data }));
  const toUnicode = allocate();
  const dictionary = font.dictionary(
    procedures.map(({ reference }) => reference),
    toUnicode,
  );
  const reference = allocate();
  return {
    content,
    resources: pdfDictionary({ Font: pdfDictionary({ F: reference }) }),
    objects: [
      { reference, object: dictionary },
      { reference: toUnicode, object: { dictionary: pdfDictionary({}), data: font.toUnicode() } },
      ...procedures.map(({ reference: one, data }) => ({
        reference: one,
        object: { dictionary: pdfDictionary({}), data },
      })),
    ],
  };
}

const JAPAN_MILLISECONDS = 9 * 3_600_000;

/** `2026-11-21 15:02:11 JST` */
function japanTime(time: Date): string {
  const shifted = new Date(time.getTime() + JAPAN_MILLISECONDS).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} JST`;
}
