import type { GalleryHands } from './gallery-state.js';

/** Milliseconds after which an element that is waited for will not come. */
const PATIENCE_MILLISECONDS = 10_000;
/** Frames without a change after which none follows. What opens and closes waits for a few, lest it be animated. */
const STILL_FRAMES = { first: 2, afterPlay: 6 } as const;

const nextFrame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Waits until what `isSo` asks is so. */
export async function until(isSo: () => boolean, fault: string): Promise<void> {
  const since = performance.now();
  while (!isSo()) {
    if (performance.now() - since > PATIENCE_MILLISECONDS) throw new Error(fault);
    await nextFrame();
  }
}

async function find(selector: string): Promise<HTMLElement> {
  await until(() => document.querySelector(selector) !== null, `the state has no ${selector}`);
  const element = document.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`the state has no ${selector}`);
  return element;
}

/** Resolves once something is shown and nothing in the page changes any more. Animations are no change. */
export async function stillness(of: keyof typeof STILL_FRAMES = 'first'): Promise<void> {
  let still = 0;
  const observer = new MutationObserver(() => {
    still = 0;
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  try {
    await document.fonts.ready;
    await until(() => {
      const isDrawn = (document.getElementById('root')?.childElementCount ?? 0) > 0;
      still = isDrawn ? still + 1 : 0;
      return still >= STILL_FRAMES[of];
    }, 'the state does not come to rest');
  } finally {
    observer.disconnect();
  }
}

/** Hands in the page itself, so that a state can be looked at in any browser. */
export function galleryHands(push: (name: string, value: unknown) => void): GalleryHands {
  return {
    async press(selector) {
      (await find(selector)).click();
    },
    async type(selector, text) {
      const element = await find(selector);
      element.focus();
      for (const data of text) {
        const event = new InputEvent('beforeinput', { data, inputType: 'insertText', bubbles: true, cancelable: true });
        if (!element.dispatchEvent(event)) continue;
        if (element instanceof HTMLInputElement) {
          // What React sees is what the element's own setter was told.
          Reflect.set(HTMLInputElement.prototype, 'value', element.value + data, element);
          element.dispatchEvent(new InputEvent('input', { data, inputType: 'insertText', bubbles: true }));
        }
      }
    },
    push,
  };
}
