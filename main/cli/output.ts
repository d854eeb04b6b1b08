import { ClientError, toWireError } from '../core/errors.js';
import type { Translate } from './messages.js';

/** Where results and errors go: text for people, one JSON object per run for programs. Conversation never comes here. */
export interface Output {
  readonly json: boolean;
  /** The command's result: `json` as `{ok:true, result}`, or the lines of `text`. */
  result(json: unknown, text: string | readonly string[]): void;
  /** The command's failure: the message on standard error, and with `--json` the envelope on standard output. */
  error(error: ClientError): void;
  /** A line for the person that is not part of the result. */
  note(text: string): void;
}

interface OutputOptions {
  readonly json: boolean;
  readonly t: Translate;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

export function createOutput({ json, t, stdout, stderr }: OutputOptions): Output {
  return {
    json,
    result(value, text) {
      const lines = typeof text === 'string' ? [text] : text;
      stdout.write(
        json ? `${JSON.stringify({ ok: true, result: value })}\n` : lines.map((line) => `${line}\n`).join(''),
      );
    },
    error(error) {
      if (json) stdout.write(`${JSON.stringify({ ok: false, error: toWireError(error) })}\n`);
      stderr.write(`${errorText(error, t)}\n`);
    },
    note(text) {
      stderr.write(`${text}\n`);
    },
  };
}

/** What went wrong and what to do about it, with the code for those who look it up. */
export function errorText(error: ClientError, t: Translate): string {
  const details = { reason: '', ...error.details };
  return `${t(`error.${error.code}`, details).trim()} [${error.code}]`;
}
