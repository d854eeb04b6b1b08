import { readdir, readlink, stat } from 'node:fs/promises';
import type { PeerProgram } from './peer-process.js';
import { programOf } from './program-names.js';

/** Bounds of one search: links read altogether, at a time, and milliseconds. */
const LARGEST_SEARCH = 50_000;
const LINKS_AT_A_TIME = 24;
const LONGEST_SEARCH = 1_500;
/** Process ids remembered: a browser's connections all come from one process. */
const REMEMBERED = 8;

/** Finds the processes of this user that hold a socket, by `/proc/<pid>/fd` (proc(5)). Other users' cannot be seen. */
export class LinuxProcesses {
  readonly #root: string;
  /** Processes that held a socket before, the latest first. */
  #seen: readonly string[] = [];

  /** @param root where procfs is mounted */
  constructor(root = '/proc') {
    this.#root = root;
  }

  /** The program that holds a socket. Undefined where none of this user's is found within the bounds. */
  async programOf(inode: number): Promise<PeerProgram | undefined> {
    const pid = await this.#findHolder(`socket:[${inode}]`);
    if (pid === undefined) return undefined;
    this.#seen = [pid, ...this.#seen.filter((seen) => seen !== pid)].slice(0, REMEMBERED);
    return this.#describe(pid);
  }

  async #findHolder(target: string): Promise<string | undefined> {
    const search = { links: LARGEST_SEARCH, until: performance.now() + LONGEST_SEARCH };
    for (const pid of this.#seen) if (await this.#holds(pid, target, search)) return pid;
    const others = (await list(this.#root)).filter((name) => /^\d+$/.test(name) && !this.#seen.includes(name));
    // What was started last is more likely to be in use than a daemon of the system.
    for (const pid of others.reverse()) {
      if (search.links <= 0 || performance.now() > search.until) return undefined;
      if (await this.#holds(pid, target, search)) return pid;
    }
    return undefined;
  }

  async #holds(pid: string, target: string, search: { links: number }): Promise<boolean> {
    const folder = `${this.#root}/${pid}/fd`;
    const descriptors = (await list(folder)).slice(0, Math.max(search.links, 0));
    search.links -= descriptors.length;
    for (let start = 0; start < descriptors.length; start += LINKS_AT_A_TIME) {
      const chunk = descriptors.slice(start, start + LINKS_AT_A_TIME);
      const links = await Promise.all(chunk.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
      if (links.includes(target)) return true;
    }
    return false;
  }

  /** The link's own text names the file; through the link the file itself is reached, even one deleted by an update. */
  async #describe(pid: string): Promise<PeerProgram | undefined> {
    const link = `${this.#root}/${pid}/exe`;
    const [path, file] = await Promise.all([readlink(link).catch(() => ''), stat(link).catch(() => undefined)]);
    const trusted = file?.uid === 0 && (file.mode & 0o022) === 0;
    return programOf(path.replace(/ \(deleted\)$/, ''), { trusted });
  }
}

function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
