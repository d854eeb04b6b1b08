import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SUMMARY_FILE } from './summary-file.js';

/** @import { Reporter, TestCase, TestModule } from 'vitest/node' */

/** @param {TestCase} test */
function describeSkip(test) {
  const result = test.result();
  const reason = result.state === 'skipped' ? result.note : undefined;
  return `${test.module.relativeModuleId}: ${test.fullName} (${reason ?? 'see the note printed above'})`;
}

/**
 * Failures that belong to no single test: files that do not load, hooks that throw.
 * @param {readonly TestModule[]} modules
 */
function countBrokenSuites(modules) {
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  return suites.filter((suite) => suite.errors().length > 0).length;
}

/**
 * Names every skipped test with its reason, and leaves the numbers in a file for `run-tests.js`.
 * @implements {Reporter}
 */
export default class TestSummary {
  /** @param {readonly TestModule[]} modules @param {readonly unknown[]} unhandledErrors @param {string} reason */
  onTestRunEnd(modules, unhandledErrors, reason) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    /** @param {string} state */
    const inState = (state) => tests.filter((test) => test.result().state === state);

    const skipped = inState('skipped');
    for (const test of skipped) process.stdout.write(`skipped  ${describeSkip(test)}\n`);

    const unfinished = inState('pending').length + (reason === 'interrupted' ? 1 : 0);
    const failed = inState('failed').length + countBrokenSuites(modules) + unhandledErrors.length + unfinished;
    mkdirSync(dirname(SUMMARY_FILE), { recursive: true });
    writeFileSync(SUMMARY_FILE, JSON.stringify({ passed: inState('passed').length, failed, skipped: skipped.length }));
  }
}
