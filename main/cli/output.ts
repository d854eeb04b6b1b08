import { displayText } from '../core/consent/display-text.js';
import type { ClientError } from '../core/errors.js';
import { toWireError } from '../core/errors.js';
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
  const { code, details } = error;
  const reason = details['reason'];
  const name = typeof reason === 'string' && isSlug(reason) ? `: ${reason}` : '';
  return `${failureText(error, t)} [${code}${name}]`;
}

/**
 * The same without the code. Where a code has a text of its own for one application of the card, one PIN, or one rule that
 * an entry breaks, that is chosen.
 */
export function failureText({ code, details }: Pick<ClientError, 'code' | 'details'>, t: Translate): string {
  const { reason, file, errno } = details;
  const finer = typeof reason === 'string' && isSlug(reason) ? t(`reason.${reason}`, { defaultValue: '' }) : '';
  // A page learns no reasons and no files; these are for whoever sits here.
  if (finer !== '') return typeof file === 'string' ? `${displayText(file)}: ${finer}` : finer;
  const kind = details['application'] ?? details['rule'] ?? details['role'];
  const context = typeof kind === 'string' ? { context: kind } : {};
  const system = typeof errno === 'string' ? t(`file.${errno}`, { defaultValue: '' }) : '';
  const words = system === '' || typeof file !== 'string' ? {} : { reason: `${displayText(file)}: ${system}` };
  const text = t(`error.${code}`, { reason: '', ...details, ...context, ...words }).trim();
  const isNamed = typeof file !== 'string' || text.includes(displayText(file));
  return isNamed ? text : `${displayText(file)}: ${text}`;
}

/** A short name that stands for what exactly is wrong; a sentence is none. */
function isSlug(reason: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(reason);
}
