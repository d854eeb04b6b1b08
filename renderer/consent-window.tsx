import './ui/tokens.css';
import './ui/base.css';
import { loadTextsFrom, type TextFiles } from './app/load-texts.js';
import { renderWindow } from './app/window-root.js';
import { ConsentWindow } from './features/consent/consent-window.js';

/** Only what is said in this window, so that it is there at once. */
const loadConsentTexts = loadTextsFrom(
  import.meta.glob([
    './locales/*/common.json',
    './locales/*/consent.json',
    './locales/*/pin.json',
    './locales/*/error.json',
    '../resources/locales/documents/*.json',
  ]) as TextFiles,
);

renderWindow(loadConsentTexts, <ConsentWindow />);
