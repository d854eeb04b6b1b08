import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of `/proc/PID/stat`; 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds so far and resident memory in MiB of a process and its children. */
export function processFigures(pid: number): { readonly cpuSeconds: number; readonly residentMiB: number } {
  return processTree(pid).reduce(
    (sum, member) => ({
      cpuSeconds: sum.cpuSeconds + cpuSeconds(member),
      residentMiB: sum.residentMiB + residentMiB(member),
    }),
    { cpuSeconds: 0, residentMiB: 0 },
  );
}

function processTree(pid: number): number[] {
  const children = readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

function cpuSeconds(pid: number): number {
  const afterName =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(afterName[11]) + Number(afterName[12])) / TICKS_PER_SECOND;
}

function residentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}
