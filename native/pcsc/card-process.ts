/**
 * The card process: an entry of its own, started by `spawnCardProcess`. Requests come in by standard input, replies
 * leave by standard output. It ends when standard input does.
 */
import { Socket, type ConnectOpts, type SocketConstructorOpts } from 'node:net';
import { CardServer } from './card-server.js';
import { loadPcscBinding } from './binding.js';
import { FrameReader, MAX_FRAME_BYTES } from './frame.js';

/** A frame that is no request, or a defect here. */
const EXIT_FAILURE = 70;

// Ctrl-C in a terminal reaches this process too. The program decides what becomes of the card.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void server.end());

const server = new CardServer({
  loadBinding: loadPcscBinding,
  send: (frame) => process.stdout.write(frame, () => frame.fill(0)),
  exit: (callsRunning) =>
    process.stdout.write(new Uint8Array(0), () => {
      if (callsRunning) process.kill(process.pid, 'SIGKILL');
      else process.exit();
    }),
});
process.stdout.on('error', () => void server.end());
serveStandardInput();

/** Commands arrive with PINs in them: bytes are read into one buffer, which is zeroed as soon as they are copied. */
function serveStandardInput(): void {
  const frames = new FrameReader();
  const options: SocketConstructorOpts & ConnectOpts = {
    fd: 0,
    readable: true,
    writable: false,
    onread: {
      buffer: new Uint8Array(MAX_FRAME_BYTES),
      callback: (length, buffer) => {
        const chunk = buffer.subarray(0, length);
        try {
          for (const frame of frames.push(chunk)) server.handleFrame(frame);
        } catch {
          process.exit(EXIT_FAILURE);
        } finally {
          chunk.fill(0);
        }
        return true;
      },
    },
  };
  const input = new Socket(options);
  input.on('end', () => void server.end());
  input.on('error', () => void server.end());
  input.resume();
}
