/** Where and how a signature shows on a page (ISO 32000-2 §12.5.5, §12.7.5.5). */
import type { PdfIncrement } from './increment.js';
import { PdfArray, PdfName, pdfDictionary, type PdfDictionary, type PdfObject, type PdfReference } from './objects.js';
import type { PdfPage } from './pages.js';
import { refusePdf } from './pdf-error.js';
import type { NewStream } from './serialize.js';

export interface SignatureAppearance {
  /** From 1. Of no meaning where a field that is there already is signed: that one has its place. */
  readonly page: number;
  /**
   * x, y, width and height in points, from the lower left corner of what shows of the page, as it is turned when it shows.
   * It must lie on the page. Of no meaning as above.
   */
  readonly rect: readonly [x: number, y: number, width: number, height: number];
  readonly build: (request: AppearanceRequest) => Promise<AppearanceContent>;
}

export interface AppearanceRequest {
  /** Points. */
  readonly width: number;
  readonly height: number;
  /** The signer, as the certificate says; not made safe to display. Undefined where it names nobody. */
  readonly signerName: string | undefined;
  readonly signingTime: Date;
  /** A number for an object that the content needs, such as a font. */
  readonly allocate: () => PdfReference;
}

export interface AppearanceContent {
  /** A content stream, upright, with the origin in the lower left corner of the rectangle. */
  readonly content: Uint8Array;
  readonly resources: PdfDictionary;
  /** What `allocate` gave numbers for. */
  readonly objects: readonly { readonly reference: PdfReference; readonly object: PdfObject | NewStream }[];
}

/** A rectangle in user space, and how what is in it must be turned. */
export interface AppearancePlace {
  readonly rect: readonly [number, number, number, number];
  /** Of the page: degrees clockwise. */
  readonly rotation: PdfPage['rotation'];
  /** Points, as it shows. */
  readonly width: number;
  readonly height: number;
}

/** @throws FormatError `ERR_SIGN_FORMAT` `pdf-appearance` where the rectangle is not on the page */
export function placeOnPage(page: PdfPage, rect: SignatureAppearance['rect']): AppearancePlace {
  const [x, y, width, height] = rect.map((points) => points / page.userUnit) as [number, number, number, number];
  const [left, bottom, right, top] = page.box;
  const pageWidth = right - left;
  const pageHeight = top - bottom;
  const isTurned = page.rotation === 90 || page.rotation === 270;
  const [shownWidth, shownHeight] = isTurned ? [pageHeight, pageWidth] : [pageWidth, pageHeight];
  const isOnPage = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= shownWidth && y + height <= shownHeight;
  if (!isOnPage) refusePdf('pdf-appearance', 'the rectangle is not on the page');
  const corner = (dx: number, dy: number): readonly [number, number] => {
    switch (page.rotation) {
      case 0:
        return [left + dx, bottom + dy];
      case 90:
        return [right - dy, bottom + dx];
      case 180:
        return [right - dx, top - dy];
      case 270:
        return [left + dy, top - dx];
    }
  };
  const [x1, y1] = corner(x, y);
  const [x2, y2] = corner(x + width, y + height);
  return {
    rect: [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)].map(rounded) as [
      number,
      number,
      number,
      number,
    ],
    rotation: page.rotation,
    width: rect[2],
    height: rect[3],
  };
}

/** The place of a widget that is there already. @throws FormatError `ERR_SIGN_FORMAT` `pdf-appearance` for an invisible one */
export function placeOfWidget(rect: readonly [number, number, number, number], page: PdfPage): AppearancePlace {
  const [x1, y1, x2, y2] = rect;
  const width = Math.abs(x2 - x1) * page.userUnit;
  const height = Math.abs(y2 - y1) * page.userUnit;
  if (width === 0 || height === 0) refusePdf('pdf-appearance', 'the field has no room for an appearance');
  const isTurned = page.rotation === 90 || page.rotation === 270;
  return { rect, rotation: page.rotation, width: isTurned ? height : width, height: isTurned ? width : height };
}

/** Ten thousandths of a unit are finer than any printer, and keep numbers short. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Turns the content against the page's rotation, so that it stands upright, and back into the first quadrant. */
function uprightMatrix({ rotation, width, height }: AppearancePlace): readonly number[] {
  switch (rotation) {
    case 0:
      return [1, 0, 0, 1, 0, 0];
    case 90:
      return [0, 1, -1, 0, height, 0];
    case 180:
      return [-1, 0, 0, -1, width, height];
    case 270:
      return [0, -1, 1, 0, 0, width];
  }
}

/** Adds the form XObject of the content. @returns the widget's `AP` */
export async function addAppearance(
  increment: PdfIncrement,
  place: AppearancePlace,
  appearance: { readonly build: SignatureAppearance['build'] } & Pick<AppearanceRequest, 'signerName' | 'signingTime'>,
): Promise<PdfDictionary> {
  const { signerName, signingTime } = appearance;
  const { width, height } = place;
  const allocate = (): PdfReference => increment.allocate();
  const built = await appearance.build({ width, height, signerName, signingTime, allocate });
  for (const { reference, object } of built.objects) increment.set(reference, object);
  const dictionary = pdfDictionary({
    Type: new PdfName('XObject'),
    Subtype: new PdfName('Form'),
    BBox: new PdfArray([0, 0, width, height]),
    Matrix: new PdfArray(uprightMatrix(place)),
    Resources: built.resources,
  });
  return pdfDictionary({ N: increment.add({ dictionary, data: built.content }) });
}
