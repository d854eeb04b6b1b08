import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireOwnStateDirectory } from '../../../main/node/state-directory.js';

const REFUSAL: unknown = expect.objectContaining({ code: 'ERR_INTERNAL_FILE' });

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-own-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function directory(name: string, mode: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

describe.skipIf(process.platform === 'win32')('a state directory', () => {
  it('may be missing, or this user’s own, or a link of theirs to their own', () => {
    const own = directory('own', 0o755);
    symlinkSync(own, join(folder, 'linked'));
    for (const name of ['missing', 'own', 'linked']) {
      expect(() => requireOwnStateDirectory(join(folder, name))).not.toThrow();
    }
  });

  it.each([0o702, 0o720, 0o777, 0o1777, 0o2770])('is refused where others can write to it: %i', (mode) => {
    const path = directory(`mode-${mode}`, mode);
    expect(() => requireOwnStateDirectory(path)).toThrow(REFUSAL);
    symlinkSync(path, `${path}-linked`);
    expect(() => requireOwnStateDirectory(`${path}-linked`)).toThrow(REFUSAL);
  });

  it('is refused where it is somebody else’s', () => {
    const path = directory('theirs', 0o700);
    expect(() => requireOwnStateDirectory(path, (process.getuid?.() ?? 0) + 1)).toThrow(REFUSAL);
  });

  it('is refused, and not a fault of the program, where it is none or cannot be looked at', () => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'round'), join(folder, 'round'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    for (const name of ['file', 'round', 'dangling', 'round/below', 'x'.repeat(300)]) {
      expect(() => requireOwnStateDirectory(join(folder, name)), name).toThrow(REFUSAL);
    }
  });
});
