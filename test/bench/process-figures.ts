import { readFileSync } from 'node:fs';
import { descendants, processorSeconds } from '../support/child-processes.js';

/** CPU seconds so far and resident memory in MiB of a process and its children. */
export function processFigures(id: number): { readonly cpuSeconds: number; readonly residentMiB: number } {
  const processes = [id, ...descendants(id, '')];
  const sum = (figure: (member: number) => number): number =>
    processes.reduce((total, member) => total + figure(member), 0);
  return { cpuSeconds: sum(processorSeconds), residentMiB: sum(residentMiB) };
}

function residentMiB(id: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(id)}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}
