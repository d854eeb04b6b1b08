import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { PcscReader } from '../../../../native/pcsc/binding.js';
import { OpenConnections } from '../../../../native/pcsc/open-connections.js';
import { FakePcsc } from '../fake-pcsc.js';

/** `SCARD_CTL_CODE(3400)` of pcsc-lite. */
const GET_FEATURE_REQUEST = 0x42000d48;
const GET_TLV_PROPERTIES = 0x42330012;
const PIN_PAD = '060442330006' + '070442330007';
const PROPERTIES = '120442330012';
const USB_ID = '0b026b07' + '0c023130';
const SHARE_DIRECT = 3;
const LEAVE = 0;
const UNPOWER = 2;

let pcsc: FakePcsc;
let connections: OpenConnections;
let reader: PcscReader;
beforeEach(async () => {
  pcsc = new FakePcsc();
  connections = new OpenConnections();
  pcsc.names = ['Reader 00 00'];
  reader = await new Promise((resolve) => pcsc.binding().on('reader', resolve));
});

const answer = (controlCode: number, hex: string) => pcsc.controlAnswers.set(controlCode, Buffer.from(hex, 'hex'));
const discover = () => connections.features(reader);

describe('asking a reader for its features', () => {
  test('connects to it alone and leaves its card as it is', async () => {
    await discover();
    expect(pcsc.connected).toEqual([{ share_mode: SHARE_DIRECT, protocol: 0 }]);
    expect(pcsc.dispositions).toEqual([LEAVE]);
    expect(pcsc.transmitted).toEqual([]);
    expect(connections.size).toBe(0);
  });

  test('finds a PIN pad and the USB id', async () => {
    answer(GET_FEATURE_REQUEST, PIN_PAD + PROPERTIES);
    answer(GET_TLV_PROPERTIES, USB_ID);
    expect(await discover()).toEqual({ pinPad: true, usbId: '076b:3031' });
    expect(pcsc.controlled).toEqual(
      [GET_FEATURE_REQUEST, GET_TLV_PROPERTIES].map((controlCode) => ({ controlCode, input: Buffer.alloc(0) })),
    );
  });

  test.each([
    ['has none', PROPERTIES, false],
    ['has a PIN pad and tells no properties', PIN_PAD, true],
    ['has a PIN pad and refuses its properties', PIN_PAD + PROPERTIES, true],
  ])('finds that it %s', async (_what, list, pinPad) => {
    answer(GET_FEATURE_REQUEST, list);
    expect(await discover()).toEqual({ pinPad, usbId: null });
  });

  test.each([
    ['of today', 'SCardControl error: Feature not supported.(0x8010001f)'],
    ['of Windows', 'SCardControl error: (0x80100022)'],
    ['of old drivers', 'SCardControl error: Transaction failed.(0x80100016)'],
  ])('takes the refusal %s for no features', async (_which, message) => {
    pcsc.failures.control = message;
    expect(await discover()).toEqual({ pinPad: false, usbId: null });
  });

  test.each([
    ['SCardControl error: Reader unavailable.(0x80100017)', 'SCARD_E_READER_UNAVAILABLE'],
    ['SCardControl error: Unknown error.(0x80100055)', 'SCARD_F_INTERNAL_ERROR'],
  ])('takes no other failure for an answer: %s', async (message, scard) => {
    pcsc.failures.control = message;
    await expect(discover()).rejects.toMatchObject({ scard });
    expect(pcsc.dispositions).toEqual([LEAVE]);
    expect(connections.size).toBe(0);
  });

  test.each(['0604423300', 'ff'.repeat(512), PIN_PAD.repeat(100)])('takes %s for no answer', async (list) => {
    answer(GET_FEATURE_REQUEST, list);
    await expect(discover()).rejects.toMatchObject({ scard: 'SCARD_E_COMM_DATA_LOST' });
  });

  test('fails where another program holds the reader', async () => {
    pcsc.failures.connect = 'SCardConnect error: Sharing violation.(0x8010000b)';
    await expect(discover()).rejects.toMatchObject({ scard: 'SCARD_E_SHARING_VIOLATION' });
    expect(pcsc.controlled).toEqual([]);
  });

  test('takes no power from the card, also when the process ends meanwhile', async () => {
    await connections.connect(reader, 'exclusive');
    answer(GET_FEATURE_REQUEST, PIN_PAD);
    const asking = expect(discover()).rejects.toMatchObject({ scard: 'SCARD_E_INVALID_HANDLE' });
    while (pcsc.controlled.length === 0) await turn();
    await connections.unpowerAll();
    expect(pcsc.dispositions).toEqual([UNPOWER, LEAVE]);
    await asking;
  });
});
