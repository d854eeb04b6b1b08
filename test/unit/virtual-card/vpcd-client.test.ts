import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectVirtualCardToVpcd, type VirtualCard, type VpcdConnection } from '../../../native/virtual-card/index.js';
import { CardFactory, hex, JPKI_AID, selectAid, unhex } from '../../support/virtual-card.js';

const ATR = '3bda13ff8131fb468012392f31c173c601c03b';

let factory: CardFactory;
let card: VirtualCard;
let server: Server;
let vpcd: Socket;
let connection: VpcdConnection;
let received: Buffer;
let segments: number[];

beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => factory.remove());
beforeEach(async () => {
  card = await factory.newCard();
  card.powerOff();
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  connection = await connectVirtualCardToVpcd(card, address());
  [vpcd] = (await accepted) as [Socket];
  received = Buffer.alloc(0);
  segments = [];
  vpcd.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    segments.push(chunk.length);
  });
  vpcd.on('error', () => undefined);
});
afterEach(async () => {
  await connection.close();
  vpcd.destroy();
  server.close();
});

const address = () => ({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });

/** Waits until `length` bytes came, and takes them. */
async function take(length: number): Promise<string> {
  while (received.length < length) await once(vpcd, 'data');
  const taken = received.subarray(0, length);
  received = received.subarray(length);
  return hex(taken);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('orders of the reader', () => {
  it('are obeyed, and only the question for the ATR is answered', async () => {
    vpcd.write(unhex('0001 01'));
    vpcd.write(unhex('0001 04'));
    expect(await take(21)).toBe(`0013${ATR}`);
    expect(card.powered).toBe(true);
    vpcd.write(unhex('0001 02 0001 04'));
    expect(await take(21)).toBe(`0013${ATR}`);
    vpcd.write(unhex('0001 00 0001 04'));
    expect(await take(21)).toBe(`0013${ATR}`);
    expect(card.powered).toBe(false);
    expect(received.length).toBe(0);
  });

  it('reset what was selected', async () => {
    vpcd.write(unhex(`0001 01 000f ${selectAid(JPKI_AID)} 0004 00200098`));
    expect(await take(8)).toBe('00029000000263c3');
    vpcd.write(unhex('0001 02 0005 00b0000000'));
    expect(await take(4)).toBe('00026986');
  });
});

describe('commands', () => {
  it('are answered with their length in one piece', async () => {
    vpcd.write(unhex(`0001 01 000f ${selectAid(JPKI_AID)}`));
    expect(await take(4)).toBe('00029000');
    segments = [];
    vpcd.write(unhex('0005 00b08a0000'));
    expect((await take(260)).slice(0, 8)).toBe('01023082');
    expect(segments).toEqual([260]);
  });

  it('are understood however the bytes are cut', async () => {
    const bytes = unhex(`0001 01 000f ${selectAid(JPKI_AID)} 0004 00200098 0001 04`);
    for (const byte of bytes) {
      vpcd.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await take(29)).toBe(`00029000000263c30013${ATR}`);
  });

  it('of 65535 bytes are refused, not choked on', async () => {
    vpcd.write(unhex('0001 01 ffff'));
    vpcd.write(Buffer.alloc(0xffff, 0x41));
    expect(await take(4)).toBe('00026700');
  });

  it('wait as a fault asks', async () => {
    card.insertFault({ at: 0, fault: { delayMilliseconds: 60 } });
    const start = performance.now();
    vpcd.write(unhex('0001 01 0004 00200098'));
    expect(await take(4)).toBe('00026a82');
    expect(performance.now() - start).toBeGreaterThanOrEqual(55);
  });
});

describe('the card is taken out', () => {
  it('by a fault: the reader sees the connection end without an answer', async () => {
    card.insertFault({ at: 0, fault: 'remove' });
    const ended = once(vpcd, 'close');
    vpcd.write(unhex('0001 01 0004 00200098'));
    await ended;
    await connection.closed;
    expect(received.length).toBe(0);
    expect(card.powered).toBe(false);
  });

  it('by close, twice and in the middle of a slow command', async () => {
    card.insertFault({ at: 0, fault: { delayMilliseconds: 60_000 } });
    const ended = once(vpcd, 'close');
    vpcd.write(unhex('0001 01 0004 00200098'));
    await until(() => card.powered);
    await connection.close();
    await connection.close();
    await connection.closed;
    await ended;
    expect(card.powered).toBe(false);
    expect(card.log).toEqual([]);
  });

  it('by the reader', async () => {
    vpcd.write(unhex('0001 01'));
    await until(() => card.powered);
    vpcd.end();
    await connection.closed;
    expect(card.powered).toBe(false);
  });

  it('by a reader that dies', async () => {
    vpcd.resetAndDestroy();
    await connection.closed;
  });

  it('by the signal, and can be put in again', async () => {
    const controller = new AbortController();
    const again = await connectVirtualCardToVpcd(card, { ...address(), signal: controller.signal });
    controller.abort();
    await again.closed;
    const accepted = once(server, 'connection');
    const next = await connectVirtualCardToVpcd(card, address());
    const [socket] = (await accepted) as [Socket];
    socket.write(unhex('0001 04'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(hex(answer)).toBe(`0013${ATR}`);
    await next.close();
  });
});

describe('a connection that cannot be', () => {
  it('rejects where nobody listens', async () => {
    const { port } = address();
    await connection.close();
    server.close();
    await once(server, 'close');
    await expect(connectVirtualCardToVpcd(card, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('rejects with the reason of the signal', async () => {
    const reason = new Error('given up');
    const before = connectVirtualCardToVpcd(card, { ...address(), signal: AbortSignal.abort(reason) });
    await expect(before).rejects.toBe(reason);
    const controller = new AbortController();
    const during = connectVirtualCardToVpcd(card, { ...address(), signal: controller.signal });
    controller.abort(reason);
    await expect(during).rejects.toBe(reason);
  });

  it('fails aloud where a command comes without power', async () => {
    const failed = expect(connection.closed).rejects.toThrow('no power');
    vpcd.write(unhex('0004 00200098'));
    await failed;
  });
});
