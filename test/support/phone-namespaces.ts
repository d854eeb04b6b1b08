/**
 * Two network namespaces joined by two cables, for a computer and a phone that are not on one machine as far as the
 * network goes. Needs Linux, iproute2 and root. Everything is removed by `close`.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Addresses of RFC 5737, reached within the namespaces only. */
export const COMPUTER = { address: '198.51.100.1', otherAddress: '203.0.113.1' } as const;
export const PHONE = { address: '198.51.100.2', otherAddress: '203.0.113.2' } as const;
const PREFIX_LENGTH = 24;

export interface Namespaces {
  readonly computer: NamespaceProgram;
  readonly phone: NamespaceProgram;
  close(): Promise<void>;
}

/** Why `openNamespaces` cannot work here; undefined where it can. */
export function namespacesMissing(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces with a cable between them need root';
  if (spawnSync('ip', ['-V']).error) return 'ip is missing (Debian package iproute2)';
  const name = `mdg-probe-${process.pid}`;
  const { status } = spawnSync('ip', ['netns', 'add', name]);
  spawnSync('ip', ['netns', 'del', name]);
  return status === 0 ? undefined : 'this machine does not let root make network namespaces';
}

/** Makes the namespaces and starts the computer's and the phone's program in them, from `dist/`. */
export function openNamespaces(): Namespaces {
  const names = { computer: `mdg-computer-${process.pid}`, phone: `mdg-phone-${process.pid}` };
  const remove = () => {
    for (const name of Object.values(names)) spawnSync('ip', ['netns', 'del', name]);
  };
  try {
    layCables(names);
  } catch (thrown) {
    remove();
    throw thrown;
  }
  const computer = new NamespaceProgram(names.computer, 'phone-computer.mjs');
  const phone = new NamespaceProgram(names.phone, 'phone-program.mjs');
  return {
    computer,
    phone,
    close: async () => {
      await Promise.all([computer.end(), phone.end()]);
      remove();
    },
  };
}

function layCables({ computer, phone }: { computer: string; phone: string }): void {
  for (const name of [computer, phone]) {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
  for (const [index, field] of (['address', 'otherAddress'] as const).entries()) {
    const link = `mdg${index}`;
    ip('link', 'add', link, 'netns', computer, 'type', 'veth', 'peer', 'name', link, 'netns', phone);
    for (const [name, address] of [
      [computer, COMPUTER[field]],
      [phone, PHONE[field]],
    ] as const) {
      ip('-n', name, 'address', 'add', `${address}/${PREFIX_LENGTH}`, 'dev', link);
      ip('-n', name, 'link', 'set', link, 'up');
    }
  }
}

function ip(...parameters: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${parameters.join(' ')}: ${stderr}`);
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code?: string; readonly name?: string; readonly message?: string };
}

/** One of the two programs: takes orders one at a time and ends with its parent. */
export class NamespaceProgram {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(namespace: string, program: string) {
    const path = join(import.meta.dirname, program);
    this.#child = spawn('ip', ['netns', 'exec', namespace, process.execPath, path], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#exited = once(this.#child, 'exit');
  }

  /** Sends an order and waits for its answer; a failure is thrown with its code. */
  async order(name: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#child.send({ name, parameters });
    const [answer] = (await Promise.race([
      once(this.#child, 'message'),
      this.#exited.then(() => {
        throw new Error(`${name}: the program has ended`);
      }),
    ])) as [Answer];
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.result;
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }
}
