import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../bin/madoguchi.js');

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  readonly cwd?: string;
}

/** Runs `madoguchi` from `dist/` without a terminal, to its end. */
export async function madoguchi(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, LANG: 'C.UTF-8', ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

/** `madoguchi` from `dist/` without a terminal, while it runs. */
export function madoguchiProcess(args: readonly string[], options: RunOptions = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, LANG: 'C.UTF-8', ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.end(options.input ?? '');
  const stderr = collect(child.stderr);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    /** Waits, ten seconds at most, until it has printed this to standard error. */
    async says(text: string): Promise<void> {
      for (let waited = 0; !stderr().includes(text); waited += 50) {
        if (waited > 10_000) throw new Error(`not said: ${text}\n${stderr()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    interrupt: () => child.kill('SIGINT'),
    exitCode: async (): Promise<number | null> => (await closed)[0],
  };
}

/** `madoguchi` in a pseudo-terminal, with a person who reads and types. */
export class TerminalSession {
  readonly #child: ChildProcess;
  readonly #closed: Promise<number | null>;
  #screen = '';
  #read = 0;

  constructor(args: readonly string[], options: RunOptions = {}) {
    const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    // util-linux: runs the command on a pseudo-terminal and passes on its exit code.
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], {
      env: { ...process.env, LANG: 'C.UTF-8', TERM: 'xterm', ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#screen += text;
    });
    this.#closed = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  get screen(): string {
    return this.#screen;
  }

  /** Waits until `text` appears after what was waited for before. */
  async see(text: string, milliseconds = 20_000): Promise<void> {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const found = this.#screen.indexOf(text, this.#read);
      if (found !== -1) {
        this.#read = found + text.length;
        return;
      }
      if (Date.now() > deadline) throw new Error(`the terminal never showed “${text}”; it shows:\n${this.#screen}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Types the answer to a visible question once its answer counts. */
  async answer(question: string, text: string): Promise<void> {
    await this.see(question);
    await this.see('\n> ');
    this.type(`${text}\r`);
  }

  /** Types a PIN once it is asked for. */
  async enterPin(question: string, pin: string): Promise<void> {
    await this.see(question);
    this.type(`${pin}\r`);
  }

  exitCode(): Promise<number | null> {
    return this.#closed;
  }

  async stop(): Promise<void> {
    // The first one closes a question, where there is one.
    const interrupt = (): void => {
      if (this.#child.exitCode === null) this.type('\u0003');
    };
    interrupt();
    const again = setInterval(interrupt, 300);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await this.#closed;
    clearInterval(again);
    clearTimeout(timer);
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
