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
 * Where the time went, by kind of test and by file, for whoever has to shorten it.
 * @param {readonly TestModule[]} modules
 */
function describeTime(modules) {
  /** @param {readonly TestModule[]} some */
  const seconds = (some) =>
    (some.reduce((total, file) => total + file.diagnostic().duration, 0) / 1000).toFixed(0).padStart(5);
  const kinds = [...new Set(modules.map(({ project }) => project.name))].map((kind) => {
    const files = modules.filter(({ project }) => project.name === kind);
    return `${seconds(files)} s  ${kind}, ${files.length} files\n`;
  });
  const slowest = [...modules].sort((a, b) => b.diagnostic().duration - a.diagnostic().duration).slice(0, 12);
  return [
    'time by kind and in the slowest files\n',
    ...kinds,
    ...slowest.map((file) => `${seconds([file])} s  ${file.relativeModuleId}\n`),
  ].join('');
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

    process.stdout.write(describeTime(modules));

    const unfinished = inState('pending').length + (reason === 'interrupted' ? 1 : 0);
    const failed = inState('failed').length + countBrokenSuites(modules) + unhandledErrors.length + unfinished;
    mkdirSync(dirname(SUMMARY_FILE), { recursive: true });
    writeFileSync(SUMMARY_FILE, JSON.stringify({ passed: inState('passed').length, failed, skipped: skipped.length }));
  }
}
