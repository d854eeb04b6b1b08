/**
 * The client half of RFC 6455, as far as a browser's remote control needs it: text messages, to this PC. Node.js 20 has
 * none without a flag.
 */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export interface TextSocket {
  send(text: string): void;
  close(): void;
}

export interface TextSocketEvents {
  readonly onMessage: (text: string) => void;
  /** Once, however the connection ended. */
  readonly onClose: () => void;
}

/** Connects to `ws://…`. Sends no `Origin`, as no page asks. */
export function openTextSocket(url: string, events: TextSocketEvents): Promise<TextSocket> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    const handshake = request(url.replace(/^ws:/, 'http:'), { headers });
    handshake.on('error', reject);
    handshake.on('response', ({ statusCode }) => reject(new Error(`no WebSocket there: HTTP ${String(statusCode)}`)));
    handshake.on('upgrade', (_response, socket: Socket, head: Buffer) => {
      receive(socket, head, events);
      resolve({
        send: (text) => socket.write(encodeFrame(TEXT, Buffer.from(text))),
        close: () => socket.end(encodeFrame(CLOSE, Buffer.alloc(0))),
      });
    });
    handshake.end();
  });
}

function receive(socket: Socket, head: Buffer, { onMessage, onClose }: TextSocketEvents): void {
  let unread = head;
  let fragments: Buffer[] = [];
  const readFrames = (): void => {
    for (let frame = decodeFrame(unread); frame !== undefined; frame = decodeFrame(unread)) {
      unread = unread.subarray(frame.length);
      if (frame.opcode === PING) socket.write(encodeFrame(PONG, frame.payload));
      if (frame.opcode === CLOSE) socket.end();
      if (frame.opcode > 2) continue;
      fragments.push(frame.payload);
      if (!frame.isLast) continue;
      const message = Buffer.concat(fragments).toString('utf8');
      fragments = [];
      onMessage(message);
    }
  };
  socket.on('data', (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    readFrames();
  });
  socket.on('error', () => undefined);
  socket.on('close', onClose);
  readFrames();
}

/** A whole message in one frame, masked as a client's have to be (§5.3). */
function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  const masked = payload.map((octet, index) => octet ^ (mask[index % 4] ?? 0));
  return Buffer.concat([head, mask, masked]);
}

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
  /** Bytes of the whole frame. */
  readonly length: number;
}

/** The first frame, if all of it is there (§5.2). A server's frames are not masked. */
function decodeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const length = start + size;
  if (bytes.length < length) return undefined;
  const first = bytes[0] ?? 0;
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload: bytes.subarray(start, length), length };
}
