import { ClientError } from '../../core/errors.js';
import { decodeUtf8 } from '../../../sdk/formats/bytes.js';

/** More than any contract has. */
const MOST_PARAMETERS = 8;
const NAME = /^[a-z]+(?:_[a-z]+)*$/;
/** Printable ASCII but `&` and `#`, with every `%` the beginning of an octet. */
const VALUE = /^(?:[!"$'-~]|%[0-9A-Fa-f]{2})*$/;

/**
 * The parameters in a query or a body of `application/x-www-form-urlencoded` (URL Standard §5.1), read strictly where that
 * algorithm repairs: no name twice, no piece without a name or `=`, no broken percent-encoding, UTF-8 only.
 * @throws ClientError `ERR_PROTOCOL_MALFORMED`
 */
export function parseFormParameters(text: string): Record<string, string> {
  const pieces = text.split('&', MOST_PARAMETERS + 1);
  if (pieces.length > MOST_PARAMETERS) throw malformed('too many parameters');
  const parameters = new Map<string, string>();
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    const name = piece.slice(0, Math.max(equals, 0));
    if (!NAME.test(name)) throw malformed('a parameter has no name of the contract');
    if (parameters.has(name)) throw malformed('a parameter is there twice');
    parameters.set(name, decodeValue(piece.slice(equals + 1)));
  }
  return Object.fromEntries(parameters);
}

function decodeValue(value: string): string {
  if (!VALUE.test(value)) throw malformed('a value is not percent-encoded');
  const octets = Buffer.from(
    value.replaceAll('+', ' ').replace(/%(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))),
    'latin1',
  );
  const decoded = decodeUtf8(octets);
  if (decoded === undefined) throw malformed('a value is not UTF-8');
  return decoded;
}

function malformed(message: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', message);
}
