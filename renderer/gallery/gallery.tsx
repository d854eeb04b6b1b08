import '../ui/tokens.css';
import '../ui/base.css';
import { createRoot, type Root } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { LOCALES, type AppDescription } from '../../main/ipc/app.js';
import { loadTextsFrom, type TextFiles } from '../app/load-texts.js';
import { WindowRoot } from '../app/window-root.js';
import { ConsentWindow } from '../features/consent/consent-window.js';
import { MainWindow } from '../features/main-window/main-window.js';
import { readGalleryHash, type Look } from './gallery-address.js';
import { galleryHands, stillness, until } from './gallery-hands.js';
import { GalleryIndex, ZoomedState } from './gallery-index.js';
import { galleryApi, type GalleryState } from './gallery-state.js';
import { GALLERY_STATES } from './states.js';

const load = loadTextsFrom(
  import.meta.glob(['../locales/*/*.json', '../../resources/locales/documents/*.json']) as TextFiles,
);

function describeApp(state: GalleryState, { language, appearance }: Look): AppDescription {
  return {
    window: state.window,
    version: '0.1.0',
    language,
    appearance,
    page: state.page ?? 'card',
    developerMode: false,
    bridgePort: 41731,
    ...state.app,
  };
}

let root: Root | undefined;
/** Counts what was asked for: a state that is left while it plays must not touch the next one. */
let latest = 0;
/** Changes language and appearance of the state that is shown, as the app does when they are set. */
let changeLook: (look: Look) => void = () => undefined;

/** A page as it was when it was loaded; nothing of the state before is left. */
function clear(onFault: (fault: unknown) => void): Root {
  root?.unmount();
  const html = document.documentElement;
  delete html.dataset['shown'];
  delete html.dataset['failed'];
  html.removeAttribute('style');
  document.body.removeAttribute('style');
  document.title = 'まどぐち';
  const element = document.createElement('div');
  element.id = 'root';
  document.body.replaceChildren(element);
  scrollTo(0, 0);
  root = createRoot(element, { onUncaughtError: onFault });
  return root;
}

async function play(state: GalleryState, look: Look, onto: Root): Promise<void> {
  const { api, push } = galleryApi(state, describeApp(state, look));
  changeLook = (changed) => push('app.changed', describeApp(state, changed));
  flushSync(() => {
    onto.render(
      <WindowRoot api={api} load={load}>
        {state.window === 'consent' ? <ConsentWindow /> : <MainWindow />}
      </WindowRoot>,
    );
  });
  await stillness();
  if (!state.play) return;
  await state.play(galleryHands(push));
  await stillness('afterPlay');
}

/** Shows what the address names; then `<html data-shown>` says so, or `data-failed` why not, and the event `gallery:shown` tells. */
async function show(): Promise<void> {
  const asked = (latest += 1);
  const { state: id, ...look } = readGalleryHash(location.hash);
  const html = document.documentElement;
  const fail = (fault: unknown): void => {
    if (asked === latest) html.dataset['failed'] ??= fault instanceof Error ? fault.message : String(fault);
    reportError(fault);
  };
  const onto = clear(fail);
  const state = GALLERY_STATES.find((one) => one.id === id);
  try {
    if (state && look.zoom === '100') {
      await play(state, look, onto);
    } else {
      html.dataset['appearance'] = look.appearance;
      onto.render(
        state ? (
          <ZoomedState state={state} look={look} />
        ) : (
          <GalleryIndex key={asked} states={GALLERY_STATES} look={look} />
        ),
      );
      await stillness();
      if (!state && id !== '') throw new Error('there is no such state');
    }
  } catch (fault) {
    if (asked === latest) fail(fault);
  }
  if (asked !== latest) return;
  html.dataset['shown'] = location.hash;
  dispatchEvent(new Event('gallery:shown'));
}

/** `gallery:look` with a `Look`: the state stays as it is, and what was done in it. */
async function lookAnew(look: Look): Promise<void> {
  changeLook(look);
  // Texts may take longer to come than a page that waits for them stays still.
  await until(() => {
    const html = document.documentElement;
    return html.lang === LOCALES[look.language] && html.dataset['appearance'] === look.appearance;
  }, `the state does not become ${look.language}, ${look.appearance}`);
  await stillness();
  dispatchEvent(new Event('gallery:shown'));
}

addEventListener('hashchange', () => void show());
addEventListener('gallery:look', (event) => void lookAnew((event as CustomEvent<Look>).detail));
void show();
