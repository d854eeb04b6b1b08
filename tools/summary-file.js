import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const SUMMARY_FILE = resolve(import.meta.dirname, '../test-results/summary.json');

/** @typedef {{ passed: number, failed: number, skipped: number }} Summary */

/** @returns {Summary | undefined} Undefined where no test run came to its end. */
export function readSummary() {
  return existsSync(SUMMARY_FILE) ? /** @type {Summary} */ (JSON.parse(readFileSync(SUMMARY_FILE, 'utf8'))) : undefined;
}
