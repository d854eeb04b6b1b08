import { beforeEach, describe, expect, test } from 'vitest';
import type { PcscReader } from '../../../../native/pcsc/binding.js';
import { OpenConnections } from '../../../../native/pcsc/open-connections.js';
import { parseFeatureList } from '../../../../native/pcsc/pin-pad/features.js';
import { enterPinOnReader } from '../../../../native/pcsc/pin-pad/pin-entry.js';
import { encodePinModify, encodePinVerify } from '../../../../native/pcsc/pin-pad/structures.js';
import { FakePcsc } from '../fake-pcsc.js';

const CONTROL_CODE = { verify: 0x42330006, modify: 0x42330007 } as const;
const ENTRY = { digits: 4, timeoutSeconds: 30, display: true };
const VERIFY_STRUCTURE = encodePinVerify({ ...ENTRY, commandHeader: Uint8Array.of(0x00, 0x20, 0x00, 0x80) });
const MODIFY_STRUCTURE = encodePinModify({ ...ENTRY, commandHeader: Uint8Array.of(0x00, 0x24, 0x01, 0x80) });
const VERIFY = { feature: 'VERIFY_PIN_DIRECT', structure: VERIFY_STRUCTURE } as const;

const features = parseFeatureList(Buffer.from('060442330006' + '070442330007', 'hex')) ?? new Map<number, number>();

let pcsc: FakePcsc;
let connections: OpenConnections;
let connection: number;
beforeEach(async () => {
  pcsc = new FakePcsc();
  connections = new OpenConnections();
  connection = await connections.connect(await fakeReader(), 'exclusive');
});

async function fakeReader(): Promise<PcscReader> {
  pcsc.names = ['Reader 00 00'];
  return new Promise((resolve) => pcsc.binding().on('reader', resolve));
}

const answer = (controlCode: number, hex: string) => pcsc.controlAnswers.set(controlCode, Buffer.from(hex, 'hex'));
const send = (controlCode: number, input: Uint8Array) => connections.control(connection, controlCode, input);
const enter = () => enterPinOnReader(send, features, VERIFY);

describe('entering a PIN on a reader', () => {
  test('sends the structure of a verification by its control code', async () => {
    answer(CONTROL_CODE.verify, '9000');
    expect(await enter()).toEqual({ outcome: 'answered', statusWord: 0x9000 });
    expect(pcsc.controlled).toEqual([{ controlCode: CONTROL_CODE.verify, input: Buffer.from(VERIFY_STRUCTURE) }]);
    expect(pcsc.transmitted).toEqual([]);
  });

  test('sends the structure of a change by its control code', async () => {
    answer(CONTROL_CODE.modify, '9000');
    await enterPinOnReader(send, features, { feature: 'MODIFY_PIN_DIRECT', structure: MODIFY_STRUCTURE });
    expect(pcsc.controlled).toEqual([{ controlCode: CONTROL_CODE.modify, input: Buffer.from(MODIFY_STRUCTURE) }]);
  });

  test.each([
    ['6400', 'timed-out'],
    ['6401', 'cancelled'],
    ['6402', 'mismatch'],
    ['6403', 'length'],
    ['6b80', 'unsupported'],
    ['63c2', 'answered'],
    ['6983', 'answered'],
    ['6b00', 'answered'],
  ])('tells of %s that it was %s', async (statusWord, outcome) => {
    answer(CONTROL_CODE.verify, statusWord);
    expect(await enter()).toEqual({ outcome, statusWord: Number.parseInt(statusWord, 16) });
  });

  test.each(['', '90', '00'.repeat(257) + '9000'])('refuses an answer without a status word: %s', async (hex) => {
    answer(CONTROL_CODE.verify, hex);
    await expect(enter()).rejects.toMatchObject({ scard: 'SCARD_E_COMM_DATA_LOST' });
  });

  test.each([
    ['SCardControl error: Feature not supported.(0x8010001f)', 'SCARD_E_UNSUPPORTED_FEATURE'],
    ['SCardControl error: Card was removed.(0x80100069)', 'SCARD_W_REMOVED_CARD'],
    ['SCardControl error: Transaction failed.(0x80100016)', 'SCARD_E_NOT_TRANSACTED'],
  ])('fails as the control call does: %s', async (message, scard) => {
    pcsc.failures.control = message;
    await expect(enter()).rejects.toMatchObject({ scard });
    expect(pcsc.controlled).toHaveLength(1);
  });

  test('asks nothing of a reader without the feature', async () => {
    await expect(enterPinOnReader(send, new Map(), VERIFY)).rejects.toMatchObject({
      scard: 'SCARD_E_UNSUPPORTED_FEATURE',
    });
    expect(pcsc.controlled).toEqual([]);
  });

  test('asks nothing without a connection', async () => {
    await connections.disconnect(connection, 'unpower');
    await expect(enter()).rejects.toMatchObject({ scard: 'SCARD_E_INVALID_HANDLE' });
    expect(pcsc.controlled).toEqual([]);
  });

  test('leaves the structure as it is for its owner', async () => {
    answer(CONTROL_CODE.verify, '9000');
    const before = Uint8Array.from(VERIFY_STRUCTURE);
    await enter();
    expect(VERIFY_STRUCTURE).toEqual(before);
  });
});
