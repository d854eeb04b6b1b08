import type { ReadStream } from 'node:tty';
import { copyOfSecret, secretBytes } from '../core/secret-bytes.js';

/** Bytes of one visible answer or one PIN; far above any length asked for. */
const MAX_ENTRY_BYTES = 64;
/** What was typed before a question appeared is not an answer to it, in milliseconds after the question is put. */
const TYPE_AHEAD_MILLISECONDS = 150;

const KEY = {
  ctrlC: 0x03,
  ctrlD: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  escape: 0x1b,
  delete: 0x7f,
};

/** How a question ended. `closed`: Ctrl-C, Ctrl-D, the end of input, or the asker gone. */
export type Entry = { readonly status: 'entered'; readonly bytes: Uint8Array } | { readonly status: 'closed' };

export interface Terminal {
  /** Whether there is a person to ask. */
  readonly interactive: boolean;
  /** Prints to the terminal, never to standard output: results stay separate from conversation. */
  write(text: string): void;
  /** One line, shown as it is typed. */
  ask(question: string, signal: AbortSignal): Promise<Entry>;
  /** One line, shown as dots. The bytes are the caller's to zero; no other copy is kept. */
  askSecret(question: string, signal: AbortSignal): Promise<Entry>;
}

interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** The process's own terminal. Keys are read raw, so that a PIN is never echoed, buffered as text, or kept by a line editor. */
export function createTerminal({ input, output }: TerminalStreams): Terminal {
  const interactive = input.isTTY && output.isTTY;
  return {
    interactive,
    write: (text) => void output.write(text),
    ask: (question, signal) => askKeys({ input: input, output }, { question, signal, echo: 'text' }),
    askSecret: (question, signal) => askKeys({ input: input, output }, { question, signal, echo: 'dots' }),
  };
}

interface Question {
  readonly question: string;
  readonly signal: AbortSignal;
  readonly echo: 'text' | 'dots';
}

async function askKeys(
  streams: { readonly input: ReadStream; readonly output: NodeJS.WriteStream },
  { question, signal, echo }: Question,
): Promise<Entry> {
  const { input, output } = streams;
  input.setRawMode(true);
  try {
    await discardTypeAhead(input);
    if (signal.aborted) return { status: 'closed' };
    output.write(question);
    const entry = await readLine(input, signal, (bytes, change) => {
      if (change === 'added') output.write(echo === 'dots' ? '•' : bytes);
      else output.write('\b \b');
    });
    output.write('\n');
    return entry;
  } finally {
    input.setRawMode(false);
    input.pause();
  }
}

/** Reads and drops until the person has had time to see the question. Dropped bytes are zeroed: one may be a PIN too early. */
function discardTypeAhead(input: ReadStream): Promise<void> {
  return new Promise((resolve) => {
    const drop = (chunk: Buffer): void => {
      chunk.fill(0);
    };
    input.on('data', drop);
    input.resume();
    setTimeout(() => {
      input.off('data', drop);
      resolve();
    }, TYPE_AHEAD_MILLISECONDS);
  });
}

type Echo = (bytes: Uint8Array, change: 'added' | 'removed') => void;

function readLine(input: ReadStream, signal: AbortSignal, echo: Echo): Promise<Entry> {
  return new Promise((resolve) => {
    const line = new LineBuffer();
    const finish = (entry: Entry): void => {
      input.off('data', onData);
      input.off('end', onEnd);
      signal.removeEventListener('abort', onEnd);
      line.clear();
      resolve(entry);
    };
    const onEnd = (): void => {
      finish({ status: 'closed' });
    };
    const onData = (chunk: Buffer): void => {
      try {
        const end = line.feed(chunk, echo);
        if (end === 'closed') finish({ status: 'closed' });
        if (end === 'entered') finish({ status: 'entered', bytes: line.copy() });
      } finally {
        chunk.fill(0);
      }
    };
    input.on('data', onData);
    input.on('end', onEnd);
    signal.addEventListener('abort', onEnd, { once: true });
    input.resume();
  });
}

/** One line of keys in a buffer of fixed size that is zeroed when the line is over. */
export class LineBuffer {
  readonly #bytes = secretBytes(MAX_ENTRY_BYTES);
  #length = 0;
  #escape = false;

  /** Takes keys up to the end of the line; what follows it in the same chunk is dropped. */
  feed(keys: Uint8Array, echo: Echo): 'more' | 'entered' | 'closed' {
    for (const key of keys) {
      const end = this.#feedKey(key, echo);
      if (end !== 'more') return end;
    }
    return 'more';
  }

  /** A copy of the line so far; the caller owns it. */
  copy(): Uint8Array {
    return copyOfSecret(this.#bytes.subarray(0, this.#length));
  }

  clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  #feedKey(key: number, echo: Echo): 'more' | 'entered' | 'closed' {
    if (this.#escape) {
      // Cursor keys and pasted brackets: skipped to the sequence's final byte.
      if (key >= 0x40 && key !== 0x5b) this.#escape = false;
      return 'more';
    }
    switch (key) {
      case KEY.ctrlC:
      case KEY.ctrlD:
        return 'closed';
      case KEY.carriageReturn:
      case KEY.lineFeed:
        return 'entered';
      case KEY.backspace:
      case KEY.delete:
        this.#removeCharacter(echo);
        return 'more';
      case KEY.escape:
        this.#escape = true;
        return 'more';
      default:
        if (key >= 0x20 && this.#length < MAX_ENTRY_BYTES) this.#add(key, echo);
        return 'more';
    }
  }

  #add(key: number, echo: Echo): void {
    this.#bytes[this.#length] = key;
    this.#length += 1;
    echo(Uint8Array.of(key), 'added');
  }

  /** Removes one UTF-8 character: its continuation bytes first. */
  #removeCharacter(echo: Echo): void {
    if (this.#length === 0) return;
    do {
      this.#length -= 1;
    } while (this.#length > 0 && ((this.#bytes[this.#length] ?? 0) & 0xc0) === 0x80);
    this.#bytes.fill(0, this.#length);
    echo(new Uint8Array(0), 'removed');
  }
}
