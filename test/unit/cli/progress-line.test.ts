import { describe, expect, it } from 'vitest';
import { createProgressLine } from '../../../main/cli/progress-line.js';

function scene(interactive: boolean) {
  let screen = '';
  let time = 0;
  const terminal = { interactive, columns: 80, write: (text: string) => void (screen += text) };
  const line = createProgressLine(terminal, 'Reading', () => time);
  return { line, screen: () => screen, later: (milliseconds: number) => void (time += milliseconds) };
}

describe('a progress line', () => {
  it('is drawn over itself, no more often than can be seen, and at the end', () => {
    const { line, screen, later } = scene(true);
    line.show({ done: 0, count: 4 });
    line.show({ done: 1, count: 4 });
    later(100);
    line.show({ done: 2, count: 4 });
    line.show({ done: 4, count: 4 });
    expect(screen().split('\r').filter(Boolean)).toEqual([
      `Reading [${'.'.repeat(24)}] 0/4`,
      `Reading [${'#'.repeat(12)}${'.'.repeat(12)}] 2/4`,
      `Reading [${'#'.repeat(24)}] 4/4`,
    ]);
  });

  it('shows another stage at once, and leaves the line empty', () => {
    const { line, screen } = scene(true);
    line.show({ done: 1, count: 2 });
    line.show({ done: 0, count: 2 }, 'Signing');
    expect(screen()).toContain('Signing [');
    line.end();
    line.end();
    expect(/\r +\r$/.test(screen())).toBe(true);
  });

  it('tells each stage once where nobody looks', () => {
    const { line, screen } = scene(false);
    for (let done = 0; done <= 3; done += 1) line.show({ done, count: 3 });
    line.show({ done: 0, count: 3 }, 'Signing');
    line.show({ done: 1, count: 3 }, 'Signing');
    line.end();
    expect(screen()).toBe('Reading\nSigning\n');
  });
});
