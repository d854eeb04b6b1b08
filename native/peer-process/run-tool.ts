import { execFile } from 'node:child_process';

const LONGEST_RUN_MILLISECONDS = 2_000;
const LARGEST_OUTPUT = 4 * 1024 * 1024;

/** Runs a program of the operating system; its output, whatever its exit code. Rejects when it takes too long or says too much. */
export type RunTool = (file: string, parameters: readonly string[]) => Promise<string>;

/** Octets become characters one to one: what encoding a console has is not known, and nothing here depends on it. */
export const runTool: RunTool = (file, parameters) =>
  new Promise((resolve, reject) => {
    const options = {
      encoding: 'latin1',
      timeout: LONGEST_RUN_MILLISECONDS,
      maxBuffer: LARGEST_OUTPUT,
      windowsHide: true,
    } as const;
    execFile(file, [...parameters], options, (error, output) => {
      // lsof exits with 1 when a part of what was asked for is not there.
      if (error && typeof error.code !== 'number') reject(new Error(`${file} did not answer`, { cause: error }));
      else resolve(output);
    });
  });
