import { inflate } from 'node:zlib';
import { promisify } from 'node:util';
import type { Inflate } from '../../sdk/formats/pdf/ports.js';

const inflateZlib = promisify(inflate);

/** `Inflate` over Node's zlib. */
export const nodeInflate: Inflate = async (bytes, maxLength) =>
  new Uint8Array(await inflateZlib(bytes, { maxOutputLength: Math.max(maxLength, 1) }));
