import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Socket } from 'node:net';
import { ScardError } from '../scard-error.js';
import { FrameError, FrameReader } from './frame.js';

/**
 * The program's end of a card process, which may be a child process or one of Electron's. It never keeps the program
 * running by itself. Listeners are set once, before anything is sent.
 */
export interface CardProcessChannel {
  /** Sends one frame, becomes its owner, and zeroes it when it has left. Nothing happens where the process is gone. */
  send(frame: Uint8Array): void;
  /** Whole frames in order. The listener owns each. */
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Called after the last frame. `reason` is for people. */
  onExit(listener: (reason: string) => void): void;
  /** Lets the process take the cards' power and end by itself. */
  end(): void;
  /** Ends the process at once. */
  kill(): void;
}

/** Threads of libuv's pool in the card process. Each running call of PC/SC takes one. */
const THREAD_POOL_SIZE = '16';

/**
 * Starts a card process with the Node that runs the program.
 * @param environment variables added to this process's own
 * @throws ScardError `MADOGUCHI_CARD_PROCESS_LOST` where its compiled entry is not there
 */
export function spawnCardProcess(environment: NodeJS.ProcessEnv = {}): CardProcessChannel {
  const child = spawn(process.execPath, [compiledEntry()], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: childEnvironment(environment),
    windowsHide: true,
  });
  // Writing to a process that has ended fails; that it has ended is reported below.
  child.stdin.on('error', () => undefined);
  child.unref();
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
  return {
    send: (frame) => {
      child.stdin.write(frame, () => frame.fill(0));
    },
    onFrame: (listener) => readFrames(child.stdout, listener, () => child.kill('SIGKILL')),
    onExit: (listener) => {
      child.on('close', (exitCode, signal) => listener(signal ?? `exit code ${String(exitCode)}`));
      child.on('error', (error) => {
        if (child.pid === undefined) listener(error.message);
      });
    },
    end: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
  };
}

function readFrames(stream: Readable, listener: (frame: Uint8Array) => void, onBroken: () => void): void {
  const frames = new FrameReader();
  stream.on('data', (chunk: Buffer) => {
    try {
      for (const frame of frames.push(chunk)) listener(frame);
    } catch (thrown) {
      if (!(thrown instanceof FrameError)) throw thrown;
      onBroken();
    } finally {
      chunk.fill(0);
    }
  });
}

/** Beside this module once both are compiled; in `dist` while this one still is TypeScript, as in the tests. */
function compiledEntry(): string {
  const entry = import.meta.url.endsWith('.ts') ? '../../dist/native/pcsc/card-process.js' : './card-process.js';
  const path = fileURLToPath(new URL(entry, import.meta.url));
  if (!existsSync(path)) throw new ScardError('MADOGUCHI_CARD_PROCESS_LOST', 'the card process is not compiled');
  return path;
}

/** As this process's own, without what makes Node load, listen or write things. */
function childEnvironment(added: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, ...added, UV_THREADPOOL_SIZE: THREAD_POOL_SIZE };
  delete environment['NODE_OPTIONS'];
  delete environment['NODE_DEBUG'];
  return environment;
}
