import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { masked, readSteps, stepsOfTranscript } from '../../tools/deployment/steps.js';
import { REPOSITORY } from '../architecture/repository.js';

const document = readFileSync(join(REPOSITORY, 'docs', 'deployment.md'), 'utf8');
const transcriptFile = join(REPOSITORY, 'docs', 'deployment-transcript.md');

/** The commands themselves run in `npm run test:deployment`, which needs a mirror of Debian and minutes. */
describe('docs/deployment.md, step by step', () => {
  it('has steps from installing to removing, for the administrator and the person', () => {
    const steps = readSteps(document);
    expect([...new Set(steps.map(({ heading }) => heading))]).toEqual([
      'Install',
      'Decide',
      'Look',
      'Start',
      'Upgrade',
      'Remove',
    ]);
    expect(new Set(steps.map(({ who }) => who))).toEqual(new Set(['administrator', 'person', 'desktop']));
  });

  it('has no block for somebody else, which would be left out', () => {
    const part = document.slice(document.indexOf('## Linux, step by step'));
    expect(part.match(/^```sh$/gm)).toHaveLength(readSteps(document).length);
  });

  it('says what its transcript says: whoever changes a command runs it again', () => {
    expect(existsSync(transcriptFile)).toBe(true);
    const transcript = readFileSync(transcriptFile, 'utf8');
    expect(stepsOfTranscript(transcript)).toEqual(readSteps(document).map(({ text }) => text));
    expect(transcript).toBe(`${transcript.trimEnd()}\n`);
  });

  it('has a transcript without what is this machine’s', () => {
    expect(
      masked(
        `Get:1 http://mirror.example/debian x\nSetting up a (1) ...\nat 2026-01-02T03:04:05Z in ${['', 'home', 'hanako', 'x'].join('/')}`,
      ),
    ).toBe('Setting up a (1) ...\nat TIME in ~/x');
    expect(masked(readFileSync(transcriptFile, 'utf8'))).not.toMatch(/https?:\/\/(?!service\.example|other\.example)/);
  });
});
