import type { ReadStream } from 'node:tty';
import { LineBuffer, type Echo } from './line-buffer.js';

/** How long keys must have been quiet before a question is put, in milliseconds: what came before was not for it. */
const QUIET_MILLISECONDS = 150;
/** How long a question that agrees to something stands before its answer counts, in milliseconds. */
const READING_MILLISECONDS = 700;
/** After a question that was taken away, keys are dropped until they were quiet this long, in milliseconds. */
const ABANDONED_QUIET_MILLISECONDS = 1_500;
/** Shown when the answer to a visible question begins to count. */
const READY = '> ';

const CTRL_C = 0x03;
const LINE_ENDS = [0x0a, 0x0d];

/** How a question ended. `closed`: Ctrl-C, Ctrl-D, the end of input, or the asker gone. */
export type Entry = { readonly status: 'entered'; readonly bytes: Uint8Array } | { readonly status: 'closed' };

export interface Terminal {
  /** Whether there is a person to ask. */
  readonly interactive: boolean;
  /** Columns of the screen. */
  readonly columns: number;
  /** Prints to the terminal, never to standard output: results stay separate from conversation. */
  write(text: string): void;
  /** One line, shown as it is typed; what is typed before the question has stood a moment does not count. */
  ask(question: string, signal: AbortSignal): Promise<Entry>;
  /** One line, shown as dots. The bytes are the caller's to zero; no other copy is kept. */
  askSecret(question: string, signal: AbortSignal): Promise<Entry>;
}

interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

const DEFAULT_COLUMNS = 80;

/** The process's own terminal. Keys are read raw, so that a PIN is never echoed, buffered as text, or kept by a line editor. */
export function createTerminal({ input, output }: TerminalStreams): Terminal {
  const keyboard = new Keyboard(input, output);
  return {
    interactive: input.isTTY && output.isTTY,
    get columns() {
      return output.columns || DEFAULT_COLUMNS;
    },
    write: (text) => void output.write(text),
    ask: (question, signal) => keyboard.ask({ question, signal, echo: 'text' }),
    askSecret: (question, signal) => keyboard.ask({ question, signal, echo: 'dots' }),
  };
}

interface Question {
  readonly question: string;
  readonly signal: AbortSignal;
  readonly echo: 'text' | 'dots';
}

class Keyboard {
  readonly #input: ReadStream;
  readonly #output: NodeJS.WriteStream;
  /** Ends when nobody types into a question any more that was taken away. */
  #abandoned: Promise<void> = Promise.resolve();

  constructor(input: ReadStream, output: NodeJS.WriteStream) {
    this.#input = input;
    this.#output = output;
  }

  async ask(question: Question): Promise<Entry> {
    await this.#abandoned;
    const isTakenAway = (): boolean => question.signal.aborted;
    if (isTakenAway()) return { status: 'closed' };
    this.#input.setRawMode(true);
    const entry = await this.#askRaw(question);
    if (isTakenAway()) this.#abandoned = this.#dropAbandoned();
    else this.#leaveRawMode();
    return entry;
  }

  async #askRaw({ question, signal, echo }: Question): Promise<Entry> {
    await this.#dropUntilQuiet(QUIET_MILLISECONDS);
    if (signal.aborted) return { status: 'closed' };
    this.#output.write(question);
    // A PIN is not cut short by a pause: losing its first keys could cost a try, and it agrees to nothing by itself.
    if (echo === 'text') {
      await this.#dropUntilQuiet(READING_MILLISECONDS);
      this.#output.write(`\n${READY}`);
    }
    const reading = new LineReading(this.#input, (bytes, change) => {
      if (change === 'added') this.#output.write(echo === 'dots' ? '•' : bytes);
      else this.#output.write('\b \b');
    });
    const entry = await reading.read(signal);
    this.#output.write('\n');
    return entry;
  }

  /** Still without echo: the rest of a PIN may be on its way. Ctrl-C ends the program as it does outside of questions. */
  async #dropAbandoned(): Promise<void> {
    await this.#dropUntilQuiet(ABANDONED_QUIET_MILLISECONDS, (key) => {
      if (key === CTRL_C) process.kill(process.pid, 'SIGINT');
      return key === CTRL_C || LINE_ENDS.includes(key);
    });
    this.#leaveRawMode();
  }

  #leaveRawMode(): void {
    this.#input.setRawMode(false);
    this.#input.pause();
  }

  /** Reads and drops keys until none came for so long, or one that `isLast`. They are zeroed: one may be of a PIN. */
  #dropUntilQuiet(milliseconds: number, isLast: (key: number) => boolean = () => false): Promise<void> {
    const input = this.#input;
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        input.off('data', drop);
        resolve();
      };
      const drop = (chunk: Buffer): void => {
        const last = chunk.some(isLast);
        chunk.fill(0);
        if (last) finish();
        else timer.refresh();
      };
      const timer = setTimeout(finish, milliseconds);
      input.on('data', drop);
      input.resume();
    });
  }
}

class LineReading {
  readonly #input: ReadStream;
  readonly #echo: Echo;
  readonly #line = new LineBuffer();

  constructor(input: ReadStream, echo: Echo) {
    this.#input = input;
    this.#echo = echo;
  }

  read(signal: AbortSignal): Promise<Entry> {
    return new Promise((resolve) => {
      const finish = (entry: Entry): void => {
        this.#input.off('data', onData);
        this.#input.off('end', onEnd);
        signal.removeEventListener('abort', onEnd);
        this.#line.clear();
        resolve(entry);
      };
      const onEnd = (): void => {
        finish({ status: 'closed' });
      };
      const onData = (chunk: Buffer): void => {
        try {
          const end = this.#line.feed(chunk, this.#echo);
          if (end === 'closed') finish({ status: 'closed' });
          if (end === 'entered') finish({ status: 'entered', bytes: this.#line.copy() });
        } finally {
          chunk.fill(0);
        }
      };
      this.#input.on('data', onData);
      this.#input.on('end', onEnd);
      signal.addEventListener('abort', onEnd, { once: true });
      if (signal.aborted) onEnd();
      else this.#input.resume();
    });
  }
}
