import { spawnSync } from 'node:child_process';

/** Default values of keys of the Windows registry. */
export interface RegistryKeys {
  /** The default value of `key`; undefined where there is none. */
  read(key: string): string | undefined;
  write(key: string, value: string): void;
  /** Removes `key` and what is below it. */
  remove(key: string): void;
}

/** Runs one program and answers what it printed; undefined where it failed. */
export type RunProgram = (program: string, programArguments: readonly string[]) => string | undefined;

/** Through `reg.exe`, which every Windows has. Both views of a 64-bit system hold these keys for both kinds of browser. */
export function registryThroughReg(run: RunProgram = runProgram): RegistryKeys {
  return {
    read(key) {
      const printed = run('reg.exe', ['query', key, '/ve']);
      return /REG_SZ\s+(.*\S)/.exec(printed ?? '')?.[1];
    },
    write(key, value) {
      const printed = run('reg.exe', ['add', key, '/ve', '/t', 'REG_SZ', '/d', value, '/f']);
      if (printed === undefined) throw new Error(`the registry key ${key} cannot be written`);
    },
    remove(key) {
      const printed = run('reg.exe', ['delete', key, '/f']);
      if (printed === undefined) throw new Error(`the registry key ${key} cannot be removed`);
    },
  };
}

function runProgram(program: string, programArguments: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, programArguments, { encoding: 'utf8', windowsHide: true });
  return status === 0 ? stdout : undefined;
}
