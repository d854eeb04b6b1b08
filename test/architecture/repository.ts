import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Made by tools or by git, never written by hand. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'release', 'coverage', 'test-results']);

/** Every file of the checkout, as a path from the repository's root with `/`. */
export function listFiles(folder = ''): string[] {
  return readdirSync(join(REPOSITORY, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}

export const listSourceFiles = (): string[] => listFiles().filter((path) => /\.[cm]?[jt]sx?$/.test(path));

export const readText = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
