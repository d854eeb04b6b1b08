import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DIAGNOSIS_LAYERS } from '../../../main/core/diagnosis/diagnosis.js';
import { NO_POLICY, type ClientPolicy } from '../../../main/core/policy/policy.js';
import { createDiagnosis } from '../../../main/core/diagnosis/run-diagnosis.js';
import type { CardReaders } from '../../../main/core/ports.js';
import { diagnosisCalls } from '../../../main/electron/window-calls/diagnosis-calls.js';
import { serveCalls, type ServeCall } from '../../../main/electron/window-calls/serve-calls.js';
import type { CallResult } from '../../../main/ipc/call.js';
import {
  SHOWN_LAYERS,
  SHOWN_LAYERS_OF_GOVERNMENT_SITES,
  type DiagnosisPushes,
  type ExportOutcome,
  type FinishedDiagnosis,
} from '../../../main/ipc/diagnosis.js';
import { fakeReader, fakeReaders, portsOver, type PortDifferences } from '../diagnosis/fixture.js';
import { eventually } from '../../support/eventually.js';

const TITLE = '報告の保存先を選ぶ';

let folder: string;
let end: AbortController;
let pushes: DiagnosisPushes['diagnosis.layer'][];
let savePath: string | undefined;
let policy: ClientPolicy;
let asked: { readonly title: string; readonly suggestedName: string }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-window-diagnosis-'));
  end = new AbortController();
  pushes = [];
  asked = [];
  policy = NO_POLICY;
  savePath = join(folder, 'report.txt');
});
afterEach(() => {
  end.abort();
  rmSync(folder, { recursive: true, force: true });
});

function openWindow(readers: CardReaders = fakeReaders({ list: [] }), differences: PortDifferences = {}): ServeCall {
  const handlers = diagnosisCalls({
    client: { diagnosis: createDiagnosis(portsOver(readers, differences)), policy: () => policy },
    desktop: {
      chooseSavePath(options) {
        asked.push(options);
        return Promise.resolve(savePath);
      },
    },
    language: () => 'ja',
    push: (_name, value) => void pushes.push(value as DiagnosisPushes['diagnosis.layer']),
    signal: end.signal,
  });
  return serveCalls('main', handlers);
}

/** A service that never answers. */
function silentReaders(): CardReaders {
  return { ...fakeReaders({}), list: () => new Promise(() => undefined) };
}

async function answer<Answer>(calling: Promise<CallResult<unknown>>): Promise<Answer> {
  const result = await calling;
  if (!result.ok) throw new Error(result.error.code);
  return result.result as Answer;
}

async function refusal(calling: Promise<CallResult<unknown>>): Promise<string> {
  const result = await calling;
  if (result.ok) throw new Error('it was answered');
  return result.error.code;
}

describe('the diagnosis in a window', () => {
  it('shows the layers in the order in which they are told', () => {
    expect(SHOWN_LAYERS).toEqual(DIAGNOSIS_LAYERS);
  });

  it('looks at what government sites need where it is asked to, in the order in which it is shown', async () => {
    const status = () => ({
      setting: { value: false, source: 'default' } as const,
      origins: [],
      windowsUserAgent: [],
      browsers: [],
    });
    const call = openWindow(undefined, { governmentSites: { isOn: false, isServing: true, status } });
    const asked = await answer<FinishedDiagnosis>(call('diagnosis.run', { run: 1, governmentSites: true }));
    expect(asked.results.map(({ layer }) => layer)).toEqual([...SHOWN_LAYERS_OF_GOVERNMENT_SITES]);
    expect(asked.results.find(({ layer }) => layer === 'government-permission')?.remedy).toBe(
      'turn-on-government-sites',
    );
    const usual = await answer<FinishedDiagnosis>(call('diagnosis.run', { run: 2 }));
    expect(usual.results.map(({ layer }) => layer)).toEqual([...SHOWN_LAYERS]);
  });

  it('tells each layer as it is known, with the run it is of, and all in the end', async () => {
    const call = openWindow();
    const finished = await answer<FinishedDiagnosis>(call('diagnosis.run', { run: 7 }));
    expect(pushes.map(({ run }) => run)).toEqual(SHOWN_LAYERS.map(() => 7));
    expect(pushes.map(({ result }) => result)).toEqual(finished.results);
    expect(finished.results.map(({ layer }) => layer)).toEqual([...SHOWN_LAYERS]);
    expect(finished.results.find(({ layer }) => layer === 'reader')?.finding).toBe('no-reader');
    for (const layer of SHOWN_LAYERS) expect(finished.report).toContain(`- ${layer}: `);
  });

  it.each([
    ['another run begins', (call: ServeCall) => void call('diagnosis.run', { run: 2 })],
    ['it is stopped', (call: ServeCall) => void call('diagnosis.stop', undefined)],
    ['the window ends', () => end.abort()],
  ])('ends when %s', async (_what, act) => {
    const call = openWindow(silentReaders());
    const running = call('diagnosis.run', { run: 1 });
    await eventually(() => expect(pushes).toEqual([]));
    act(call);
    expect(await refusal(running)).toBe('ERR_USER_CANCELLED');
    expect(pushes.filter(({ run }) => run === 1)).toEqual([]);
  });

  it('may be stopped where nothing runs', async () => {
    expect(await answer(openWindow()('diagnosis.stop', undefined))).toBeUndefined();
  });

  it('does what a button offers, and nothing that no button does', async () => {
    const registered: string[] = [];
    const call = openWindow(fakeReaders({ list: [] }), {
      computer: { actions: { 'register-extension': () => Promise.resolve(void registered.push('done')) } },
    });
    expect(await answer(call('diagnosis.act', { action: 'register-extension' }))).toEqual({ status: 'done' });
    expect(registered).toEqual(['done']);
    expect(await answer(call('diagnosis.act', { action: 'open-clock-settings' }))).toEqual({
      status: 'failed',
      code: 'ERR_INTERNAL',
    });
    for (const action of ['retry', 'constructor', '__proto__', 'sh', '', null]) {
      expect(await refusal(call('diagnosis.act', { action }))).toBe('ERR_PROTOCOL_MALFORMED');
    }
  });
});

describe('the report', () => {
  it('is saved as it was shown, for this user alone', async () => {
    const call = openWindow();
    const { report } = await answer<FinishedDiagnosis>(call('diagnosis.run', { run: 1 }));
    const outcome = await answer<ExportOutcome>(call('diagnosis.saveReport', undefined));
    expect(outcome).toEqual({ status: 'saved', shownName: 'report.txt' });
    expect(asked).toEqual([{ title: TITLE, suggestedName: 'madoguchi-diagnosis.txt' }]);
    expect(readFileSync(join(folder, 'report.txt'), 'utf8')).toBe(report);
    expect(statSync(join(folder, 'report.txt')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['report.txt']);
  });

  it('cannot be given by the page, nor a place for it', async () => {
    const call = openWindow();
    await call('diagnosis.run', { run: 1 });
    for (const more of [{ report: 'evil' }, { path: '/tmp/evil' }, { text: 'evil' }, { title: 'Windows' }, {}]) {
      expect(await refusal(call('diagnosis.saveReport', more))).toBe('ERR_PROTOCOL_MALFORMED');
    }
    expect(asked).toEqual([]);
  });

  it('is asked no place for before there is one', async () => {
    expect(await refusal(openWindow()('diagnosis.saveReport', undefined))).toBe('ERR_PROTOCOL_MALFORMED');
    expect(asked).toEqual([]);
  });

  it('is not where the administrator forbids it, and nobody is asked for a place', async () => {
    const call = openWindow();
    await answer(call('diagnosis.run', { run: 1 }));
    policy = { ...NO_POLICY, diagnosisExport: 'refuse' };
    expect(await refusal(call('diagnosis.saveReport', undefined))).toBe('ERR_POLICY_OPERATION');
    expect(asked).toEqual([]);
  });

  it('stays that of the last run that ended, where a later one was stopped', async () => {
    let hangs = false;
    const quick = fakeReaders({ list: [] });
    const call = openWindow({ ...quick, list: () => (hangs ? new Promise(() => undefined) : quick.list()) });
    const { report } = await answer<FinishedDiagnosis>(call('diagnosis.run', { run: 1 }));
    hangs = true;
    const running = call('diagnosis.run', { run: 2 });
    await call('diagnosis.stop', undefined);
    expect(await refusal(running)).toBe('ERR_USER_CANCELLED');
    await answer(call('diagnosis.saveReport', undefined));
    expect(readFileSync(join(folder, 'report.txt'), 'utf8')).toBe(report);
  });

  it('is not written where the person chose no place, or one that cannot be used', async () => {
    const call = openWindow();
    await call('diagnosis.run', { run: 1 });
    savePath = undefined;
    expect(await answer(call('diagnosis.saveReport', undefined))).toEqual({ status: 'cancelled' });
    savePath = join(folder, 'missing', 'report.txt');
    expect(await refusal(call('diagnosis.saveReport', undefined))).toBe('ERR_INTERNAL_FILE');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names its file in a way that cannot pass for something else', async () => {
    const call = openWindow();
    await call('diagnosis.run', { run: 1 });
    savePath = join(folder, '\u202Etxt.exe\nsaved');
    const outcome = await answer<ExportOutcome>(call('diagnosis.saveReport', undefined));
    if (outcome.status !== 'saved') throw new Error(outcome.status);
    expect(outcome.shownName).toContain('<U+202E>');
    expect(outcome.shownName).not.toMatch(/[\u202E\n]/);
  });

  it('has nothing that tells who the person is, whatever a reader calls itself', async () => {
    const name = `hanako's PC Reader [Serial 4711081512345] (${['', 'home', 'hanako'].join('/')}) 00 00`;
    const call = openWindow(fakeReaders({ list: [fakeReader(name)] }), {
      computer: { identifyingWords: () => Promise.resolve(['hanako']) },
    });
    const finished = await answer<FinishedDiagnosis>(call('diagnosis.run', { run: 1 }));
    const told = JSON.stringify([finished, pushes]);
    expect(told).toContain('Reader');
    expect(told).not.toMatch(/hanako|4711081512345/i);
  });
});
