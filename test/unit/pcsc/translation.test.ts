import { describe, expect, test } from 'vitest';
import { ClientError } from '../../../main/core/errors.js';
import type { CardReaders } from '../../../main/core/ports.js';
import { SCARD_TRANSLATIONS, translatedCardReaders, translateScardError } from '../../../main/node/card-readers.js';
import { SCARD_CODES, ScardError, type ScardName } from '../../../native/scard-error.js';
import { errorArea, publicErrorCode } from '../../../sdk/protocol/index.js';

const NAMES = [...Object.keys(SCARD_CODES), 'MADOGUCHI_BINDING_MISSING', 'MADOGUCHI_CARD_PROCESS_LOST'] as ScardName[];

describe('translateScardError', () => {
  test('knows every name', () => {
    expect(Object.keys(SCARD_TRANSLATIONS).sort()).toEqual([...NAMES].sort());
  });

  test.each(NAMES)('%s keeps its name and cause, and a page learns nothing of it', (name) => {
    const thrown = new ScardError(name, 'text of the service');
    const error = translateScardError(thrown);
    expect(error).toMatchObject({ details: { scard: name }, cause: thrown });
    expect(error.message).not.toContain('text of the service');
    if (name === 'SCARD_E_CANCELLED') expect(error.code).toBe('ERR_USER_CANCELLED');
    else {
      expect(['PCSC', 'CARD']).toContain(errorArea(error.code));
      expect(publicErrorCode(error.code)).toBe('ERR_CARD_UNAVAILABLE');
    }
  });

  test.each([
    ['SCARD_E_NO_SERVICE', 'ERR_PCSC_UNAVAILABLE'],
    ['SCARD_E_SERVICE_STOPPED', 'ERR_PCSC_UNAVAILABLE'],
    ['SCARD_E_UNKNOWN_READER', 'ERR_PCSC_READER_GONE'],
    ['SCARD_E_NO_SMARTCARD', 'ERR_CARD_ABSENT'],
    ['SCARD_W_REMOVED_CARD', 'ERR_CARD_REMOVED'],
    ['SCARD_W_RESET_CARD', 'ERR_CARD_CHANGED'],
    ['SCARD_E_SHARING_VIOLATION', 'ERR_PCSC_SHARING_VIOLATION'],
    ['SCARD_E_TIMEOUT', 'ERR_PCSC_TIMEOUT'],
    ['MADOGUCHI_BINDING_MISSING', 'ERR_PCSC_BINDING_MISSING'],
    ['MADOGUCHI_CARD_PROCESS_LOST', 'ERR_PCSC_PROCESS'],
  ] as const)('%s is %s', (name, code) => {
    expect(translateScardError(new ScardError(name)).code).toBe(code);
  });

  test('a sharing violation says which kind of program may hold the card', () => {
    expect(translateScardError(new ScardError('SCARD_E_SHARING_VIOLATION')).message).toMatch(
      /another program.*clients/,
    );
  });

  test('what is no PC/SC error is a defect', () => {
    expect(translateScardError(new TypeError('x')).code).toBe('ERR_INTERNAL');
    const error = new ClientError('ERR_USER_REFUSED', 'refused');
    expect(translateScardError(error)).toBe(error);
  });
});

test('every call of translated readers is translated', async () => {
  const fail = () => Promise.reject(new ScardError('SCARD_E_SERVICE_STOPPED'));
  const native: CardReaders = { list: fail, changed: fail, connect: fail, close: fail };
  const readers = translatedCardReaders(native);
  const { signal } = new AbortController();
  const calls = [
    readers.list(),
    readers.changed(signal),
    readers.connect('Reader', { shareMode: 'shared' }),
    readers.close(),
  ];
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'ERR_PCSC_UNAVAILABLE' });
});
