import { WINDOW_LANGUAGES, type Appearance, type WindowLanguage } from '../../main/ipc/app.js';

export const GALLERY_APPEARANCES = [
  'light',
  'dark',
  'high-contrast',
  'system',
] as const satisfies readonly Appearance[];

/** Percent. */
export const ZOOMS = ['100', '200', '400'] as const;
export type Zoom = (typeof ZOOMS)[number];

/** How a state is looked at. */
export interface Look {
  readonly language: WindowLanguage;
  readonly appearance: Appearance;
  readonly zoom: Zoom;
}

export interface GalleryAddress extends Look {
  /** The state's identifier; empty for the index. */
  readonly state: string;
}

/** Reads `#consent/log-in?language=en&appearance=dark&zoom=200`. What it does not know is left at its first value. */
export function readGalleryHash(hash: string): GalleryAddress {
  const [state = '', query = ''] = decodeURIComponent(hash.slice(1)).split('?');
  const parameters = new URLSearchParams(query);
  return {
    state,
    language: WINDOW_LANGUAGES.find((one) => one === parameters.get('language')) ?? 'ja',
    appearance: GALLERY_APPEARANCES.find((one) => one === parameters.get('appearance')) ?? 'light',
    zoom: ZOOMS.find((one) => one === parameters.get('zoom')) ?? '100',
  };
}

export function galleryHash(state: string, { language, appearance, zoom }: Look): string {
  return `#${state}?language=${language}&appearance=${appearance}${zoom === '100' ? '' : `&zoom=${zoom}`}`;
}
