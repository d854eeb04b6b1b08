/** What Linux tells about processes, for tests of ours that end, idle and forget. */
import { openSync, readdirSync, readFileSync, readSync, closeSync } from 'node:fs';

/** `USER_HZ`, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const SEARCH_CHUNK_BYTES = 1 << 20;

/** Processes below `parent`, at any depth, whose command line holds `text`. */
export function descendants(parent: number, text: string): number[] {
  const parents = new Map(processIds().map((id) => [id, statFields(id)?.parent]));
  const isBelow = (id: number | undefined): boolean =>
    id !== undefined && id > 0 && (parents.get(id) === parent || isBelow(parents.get(id)));
  return [...parents.keys()].filter((id) => isBelow(id) && commandLine(id).includes(text));
}

/** Whether there is such a process, zombies excepted. */
export function isRunning(id: number): boolean {
  const state = statFields(id)?.state;
  return state !== undefined && state !== 'Z';
}

/** Seconds of processor time that a process used so far, in all its threads. */
export function processorSeconds(id: number): number {
  const fields = statFields(id);
  if (!fields) throw new Error(`no process ${id}`);
  return fields.ticks / TICKS_PER_SECOND;
}

/** How many files, sockets and the like a process has open. */
export function openFiles(id: number): number {
  return readdirSync(`/proc/${id}/fd`).length;
}

/** How often `bytes` occur in the writable memory of a process. */
export function occurrencesInMemory(id: number, bytes: Uint8Array): number {
  const regions = readFileSync(`/proc/${id}/maps`, 'latin1').split('\n').map(parseWritableRegion);
  const memory = openSync(`/proc/${id}/mem`, 'r');
  try {
    return regions.reduce((sum, region) => sum + (region ? occurrencesInRegion(memory, region, bytes) : 0), 0);
  } finally {
    closeSync(memory);
  }
}

interface Region {
  readonly start: number;
  readonly end: number;
}

function parseWritableRegion(line: string): Region | undefined {
  const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
  return start === undefined || end === undefined
    ? undefined
    : { start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) };
}

function occurrencesInRegion(memory: number, { start, end }: Region, bytes: Uint8Array): number {
  const chunk = Buffer.alloc(SEARCH_CHUNK_BYTES + bytes.length - 1);
  let count = 0;
  for (let position = start; position < end; position += SEARCH_CHUNK_BYTES) {
    const length = readAt(memory, chunk.subarray(0, Math.min(chunk.length, end - position)), position);
    const content = chunk.subarray(0, length);
    for (let at = content.indexOf(bytes); at !== -1; at = content.indexOf(bytes, at + 1)) count += 1;
  }
  return count;
}

function readAt(memory: number, target: Buffer, position: number): number {
  try {
    return readSync(memory, target, 0, target.length, position);
  } catch {
    // Reserved and never touched: nothing can be there.
    return 0;
  }
}

function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function commandLine(id: number): string {
  return readProcessFile(id, 'cmdline')?.replaceAll('\0', ' ') ?? '';
}

function statFields(id: number): { state: string; parent: number; ticks: number } | undefined {
  // The second field is the name, in brackets, and may hold spaces and brackets.
  const fields = readProcessFile(id, 'stat')?.split(') ').pop()?.split(' ');
  if (!fields) return undefined;
  return { state: fields[0] ?? '', parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function readProcessFile(id: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'latin1');
  } catch {
    return undefined;
  }
}
