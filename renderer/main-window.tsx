import './ui/tokens.css';
import './ui/base.css';
import { loadTextsFrom, type TextFiles } from './app/load-texts.js';
import { renderWindow } from './app/window-root.js';
import { MainWindow } from './features/main-window/main-window.js';

const loadMainTexts = loadTextsFrom(
  import.meta.glob(['./locales/*/*.json', '../resources/locales/documents/*.json']) as TextFiles,
);

renderWindow(loadMainTexts, <MainWindow />);
