import { endianness } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import {
  CHROMIUM_EXTENSION_ID,
  FIREFOX_EXTENSION_ID,
  NATIVE_LIMITS,
  nativeRequestSchema,
  type NativeAnswer,
} from '../../../sdk/protocol/index.js';
import { parseStrictJson } from '../../core/bridge/strict-json.js';
import { ClientError } from '../../core/errors.js';
import { encodeFrame, FrameDecoder, socketAddresses } from '../bridge-socket/index.js';
import { ClientLink } from './client-link.js';
import { parentProgram } from './parent-program.js';
import { readWakeCommand, startClient } from './wake-command.js';

export interface NativeHostOptions {
  /** What the browser gave as arguments: in Chrome and Edge the extension's origin, in Firefox its identifier. */
  readonly callerArguments: readonly string[];
  readonly input: Readable;
  readonly output: Writable;
  readonly stateDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  /** For how long to look for a client that was started, in milliseconds. */
  readonly wakeMilliseconds?: number;
  readonly signal: AbortSignal;
}

const WAKE_MILLISECONDS = 10_000;

/**
 * The native messaging host: checks what the extension sends and passes it to the running client, many calls at a time.
 * Resolves when `input` ends between two messages, or `signal` aborts.
 * @throws ClientError `ERR_ORIGIN_NOT_ALLOWED` for another extension, before anything is read; `ERR_PROTOCOL_MALFORMED` for
 * what is no message, or ends in the middle of one
 */
export async function runNativeHost(options: NativeHostOptions): Promise<void> {
  const { input, output, signal } = options;
  checkCaller(options.callerArguments);
  const link = openLink(options, (answer) => {
    if (output.writable) output.write(encodeFrame(answer, endianness()));
  });
  const decoder = new FrameDecoder(endianness(), NATIVE_LIMITS.requestFrameBytes);
  const stopped = new AbortController();
  const stop = (): void => {
    stopped.abort();
    input.destroy();
  };
  // The browser is gone; the input ends too.
  output.on('error', stop);
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of input) {
      for (const frame of decoder.push(chunk as Buffer)) link.send(nativeRequestSchema.parse(parseStrictJson(frame)));
    }
  } catch (cause) {
    if (!stopped.signal.aborted) throw malformed(cause);
  } finally {
    signal.removeEventListener('abort', stop);
    link.close();
  }
  if (!decoder.isBetweenFrames && !stopped.signal.aborted) throw malformed();
}

function openLink(options: NativeHostOptions, onAnswer: (answer: NativeAnswer) => void): ClientLink {
  const { stateDirectory, environment, platform = process.platform, wakeMilliseconds = WAKE_MILLISECONDS } = options;
  return new ClientLink({
    addresses: socketAddresses({ stateDirectory, environment, platform }),
    platform,
    program: parentProgram(platform),
    wakeMilliseconds,
    wake() {
      const command = readWakeCommand(stateDirectory);
      if (command) startClient(command);
      return command !== undefined;
    },
    onAnswer,
  });
}

/** The browsers ask the install manifest already; this is for one that was widened. */
function checkCaller(callerArguments: readonly string[]): void {
  const known = [`chrome-extension://${CHROMIUM_EXTENSION_ID}/`, FIREFOX_EXTENSION_ID];
  if (callerArguments.some((argument) => known.includes(argument))) return;
  throw new ClientError('ERR_ORIGIN_NOT_ALLOWED', 'only the Madoguchi extension may start the native messaging host');
}

function malformed(cause?: unknown): ClientError {
  const details = { reason: 'native messaging: not a message of the extension' };
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'the browser sent no message', { details, cause });
}
