import { execFile } from 'node:child_process';
import { win32 } from 'node:path';

const LONGEST_RUN_MILLISECONDS = 2_000;

/** Runs a program of the system; what it printed, or undefined where it failed or took too long. */
export type RunTool = (file: string, parameters: readonly string[]) => Promise<string | undefined>;

export const runTool: RunTool = (file, parameters) =>
  new Promise((resolve) => {
    const options = { encoding: 'latin1', timeout: LONGEST_RUN_MILLISECONDS, windowsHide: true } as const;
    execFile(file, [...parameters], options, (error, output) => resolve(error ? undefined : output));
  });

/** A value of the Windows registry as `reg.exe` writes it, such as `0x4`; undefined where there is none. */
export async function registryValue(key: string, name: string, run = runTool): Promise<string | undefined> {
  const program = win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe');
  const printed = await run(program, ['query', key, '/v', name]);
  return /\bREG_(?:DWORD|SZ)\s+(\S+)/.exec(printed ?? '')?.[1];
}
