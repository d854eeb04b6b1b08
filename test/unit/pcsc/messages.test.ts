import { describe, expect, test } from 'vitest';
import {
  boundedMessage,
  MAX_READER_NAME_CHARACTERS,
  MAX_READERS,
  parseReplyOrNotice,
  parseRequest,
} from '../../../native/pcsc/messages.js';

const LONG_NAME = 'x'.repeat(MAX_READER_NAME_CHARACTERS + 1);
const READER = { name: 'Reader 00 00', cardPresent: true, insertion: 3 };

describe('parseRequest', () => {
  test.each([
    [{ id: 1, op: 'list' }],
    [{ id: 5, op: 'features', reader: 'Reader 00 00' }],
    [{ id: 2, op: 'connect', reader: 'Reader 00 00', shareMode: 'exclusive' }],
    [{ id: 3, op: 'transmit', connection: 1 }],
    [{ id: 4, op: 'disconnect', connection: 1, disposition: 'unpower' }],
  ])('takes %j', (request) => {
    expect(parseRequest(request)).toEqual(request);
  });

  test.each([
    [null],
    ['list'],
    [[{ id: 1, op: 'list' }]],
    [{ op: 'list' }],
    [{ id: 0, op: 'list' }],
    [{ id: 1.5, op: 'list' }],
    [{ id: '1', op: 'list' }],
    [{ id: 1, op: 'control' }],
    [{ id: 1, op: 'list', reader: 'Reader' }],
    [{ id: 1, op: 'features' }],
    [{ id: 1, op: 'features', reader: 'a\0b' }],
    [{ id: 1, op: 'features', reader: 'Reader', controlCode: 1 }],
    [{ id: 1, op: 'connect', reader: '', shareMode: 'shared' }],
    [{ id: 1, op: 'connect', reader: 'a\0b', shareMode: 'shared' }],
    [{ id: 1, op: 'connect', reader: LONG_NAME, shareMode: 'shared' }],
    [{ id: 1, op: 'connect', reader: 'Reader', shareMode: 'direct' }],
    [{ id: 1, op: 'connect', reader: 'Reader' }],
    [{ id: 1, op: 'transmit' }],
    [{ id: 1, op: 'transmit', connection: -1 }],
    [{ id: 1, op: 'transmit', connection: 1, maxResponse: 65_536 }],
    [{ id: 1, op: 'disconnect', connection: 1, disposition: 'eject' }],
  ])('refuses %j', (request) => {
    expect(parseRequest(request)).toBeUndefined();
  });
});

describe('parseReplyOrNotice', () => {
  test.each([
    [{ event: 'ready' }],
    [{ event: 'changed' }],
    [{ event: 'retiring' }],
    [{ id: 1, outcome: 'done' }],
    [{ id: 1, outcome: 'done', connection: 4 }],
    [{ id: 1, outcome: 'done', readers: [] }],
    [{ id: 1, outcome: 'done', readers: [READER] }],
    [{ id: 1, outcome: 'done', features: { pinPad: true, usbId: '076b:3031' } }],
    [{ id: 1, outcome: 'done', features: { pinPad: false, usbId: null } }],
    [{ id: 1, outcome: 'failed', scard: 'SCARD_E_NO_SMARTCARD', message: 'SCardConnect: 0x8010000c' }],
    [{ id: 1, outcome: 'failed', scard: 'MADOGUCHI_BINDING_MISSING', message: '' }],
    [{ id: 1, outcome: 'retired' }],
  ])('takes %j', (message) => {
    expect(parseReplyOrNotice(message)).toEqual(message);
  });

  test.each([
    [undefined],
    [[]],
    [{}],
    [{ event: 'gone' }],
    [{ event: 'changed', id: 1 }],
    [{ outcome: 'done' }],
    [{ id: 1, outcome: 'maybe' }],
    [{ id: 1, outcome: 'done', connection: 0 }],
    [{ id: 1, outcome: 'done', connection: 1, readers: [] }],
    [{ id: 1, outcome: 'done', features: { pinPad: true } }],
    [{ id: 1, outcome: 'done', features: { pinPad: 1, usbId: null } }],
    [{ id: 1, outcome: 'done', features: { pinPad: true, usbId: '076B:3031' } }],
    [{ id: 1, outcome: 'done', features: { pinPad: true, usbId: '076b:3031\n' } }],
    [{ id: 1, outcome: 'done', features: { pinPad: true, usbId: null, keys: 12 } }],
    [{ id: 1, outcome: 'done', readers: [{ ...READER, insertion: '3' }] }],
    [{ id: 1, outcome: 'done', readers: [{ ...READER, name: LONG_NAME }] }],
    [{ id: 1, outcome: 'done', readers: [{ ...READER, serial: 1 }] }],
    [{ id: 1, outcome: 'done', readers: Array.from({ length: MAX_READERS + 1 }, () => READER) }],
    [{ id: 1, outcome: 'failed', scard: 'SCARD_E_MADE_UP', message: '' }],
    [{ id: 1, outcome: 'failed', scard: 'constructor', message: '' }],
    [{ id: 1, outcome: 'failed', scard: 'SCARD_E_TIMEOUT', message: 'x'.repeat(513) }],
    [{ id: 1, outcome: 'failed', scard: 'SCARD_E_TIMEOUT' }],
    [{ id: 1, outcome: 'retired', connection: 1 }],
  ])('refuses %j', (message) => {
    expect(parseReplyOrNotice(message)).toBeUndefined();
  });

  test('takes any failure text once it is bounded', () => {
    const message = boundedMessage('x'.repeat(10_000));
    const reply = { id: 1, outcome: 'failed', scard: 'SCARD_F_INTERNAL_ERROR', message };
    expect(parseReplyOrNotice(reply)).toEqual(reply);
  });
});
