import type { ItemProgress } from '../core/ports.js';
import { textWidth } from './foreign-text.js';
import type { Terminal } from './terminal.js';

/** A line of the terminal that is drawn over while things go on. */
export interface ProgressLine {
  show(progress: ItemProgress, label?: string): void;
  /** Leaves the line empty for what comes next. A second call does nothing. */
  end(): void;
}

const BAR_WIDTH = 24;
/** Drawn at most this often, in milliseconds. */
const REDRAW_MILLISECONDS = 80;

/** Where nobody looks, each label is printed once and nothing is drawn. */
export function createProgressLine(
  terminal: Pick<Terminal, 'interactive' | 'write' | 'columns'>,
  label: string,
  now: () => number = () => performance.now(),
): ProgressLine {
  let lastLabel = '';
  if (!terminal.interactive) {
    const show = (_progress: ItemProgress, current = label): void => {
      if (current !== lastLabel) terminal.write(`${current}\n`);
      lastLabel = current;
    };
    return { show, end: () => undefined };
  }
  let drawn = Number.NEGATIVE_INFINITY;
  let width = 0;
  const draw = (text: string): void => {
    terminal.write(`\r${text}${' '.repeat(Math.max(0, width - textWidth(text)))}`);
    width = textWidth(text);
  };
  return {
    show({ done, count }, current = label) {
      const isNew = current !== lastLabel;
      if (!isNew && done < count && now() - drawn < REDRAW_MILLISECONDS) return;
      lastLabel = current;
      drawn = now();
      draw(progressText(current, { done, count }));
    },
    end() {
      if (width === 0) return;
      draw('');
      terminal.write('\r');
      width = 0;
    },
  };
}

function progressText(label: string, { done, count }: ItemProgress): string {
  const filled = count === 0 ? BAR_WIDTH : Math.floor((BAR_WIDTH * done) / count);
  return `${label} [${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${String(done)}/${String(count)}`;
}
