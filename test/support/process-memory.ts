import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** A process and everything it started. */
export function processTree(pid: number): number[] {
  const children = readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/** How often `secret` lies in the writable memory of a process, as bytes or as UTF-16. Needs the right to trace it. */
export function occurrencesInMemory(pid: number, secret: string): number {
  const patterns = [Buffer.from(secret, 'latin1'), Buffer.from(secret, 'utf16le')];
  const memory = openSync(`/proc/${String(pid)}/mem`, 'r');
  try {
    return writableRegions(pid).reduce(
      (sum, region) => sum + patterns.reduce((count, pattern) => count + countIn(memory, region, pattern), 0),
      0,
    );
  } finally {
    closeSync(memory);
  }
}

interface Region {
  readonly start: number;
  readonly end: number;
}

function writableRegions(pid: number): Region[] {
  return readFileSync(`/proc/${String(pid)}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
      return match ? [{ start: parseInt(match[1] ?? '', 16), end: parseInt(match[2] ?? '', 16) }] : [];
    });
}

/** Chunks overlap by a pattern's length, so that none is missed at a border. */
function countIn(memory: number, { start, end }: Region, pattern: Buffer): number {
  const chunk = Buffer.alloc(CHUNK_BYTES + pattern.length);
  let count = 0;
  for (let position = start; position < end; position += CHUNK_BYTES) {
    const wanted = Math.min(chunk.length, end - position);
    const view = chunk.subarray(0, readIfMapped(memory, chunk, { wanted, position }));
    for (let at = view.indexOf(pattern); at !== -1 && at < CHUNK_BYTES; at = view.indexOf(pattern, at + 1)) count += 1;
  }
  return count;
}

/** Pages that were never touched cannot be read, and hold nothing. */
function readIfMapped(
  memory: number,
  chunk: Buffer,
  { wanted, position }: { readonly wanted: number; readonly position: number },
): number {
  try {
    return readSync(memory, chunk, 0, wanted, position);
  } catch {
    return 0;
  }
}
