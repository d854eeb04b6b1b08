import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CardRemovedError, type VirtualCard } from './virtual-card.js';
import { encodeVpcdFrame, VpcdFrameReader } from './vpcd-frames.js';

/** Where vpcd of Debian's vsmartcard-vpcd listens for the first of its cards. */
export const VPCD_PORT = 35963;

/** Payloads of one byte are not APDUs but orders of the reader. */
const POWER_OFF = 0x00;
const POWER_ON = 0x01;
const RESET = 0x02;
const GET_ATR = 0x04;

export interface VpcdOptions {
  readonly host: string;
  readonly port: number;
  /** Ends the attempt to connect and, later, takes the card out. */
  readonly signal?: AbortSignal;
}

/** A card that lies in a reader of vpcd. */
export interface VpcdConnection {
  /**
   * Resolves when the card is out: by `close`, by `signal`, by a fault, or because pcscd ended. Rejects where the
   * connection failed. Need not be awaited.
   */
  readonly closed: Promise<void>;
  /** Takes the card out. Resolves when it is. */
  close(): Promise<void>;
}

/**
 * Puts `card` into a reader of vpcd (vsmartcard), where every PC/SC program sees it. The card is no one else's until
 * `closed`. Rejects where vpcd does not listen, or with the signal's reason.
 */
export async function connectVirtualCardToVpcd(card: VirtualCard, options: VpcdOptions): Promise<VpcdConnection> {
  const socket = await openSocket(options);
  const out = new AbortController();
  const takeOut = () => {
    out.abort();
    socket.destroy();
  };
  options.signal?.addEventListener('abort', takeOut);
  const closed = serve(card, socket, out.signal).finally(() => {
    options.signal?.removeEventListener('abort', takeOut);
    socket.destroy();
    card.powerOff();
  });
  closed.catch(() => undefined);
  return {
    closed,
    close: async () => {
      takeOut();
      await closed.catch(() => undefined);
    },
  };
}

async function serve(card: VirtualCard, socket: Socket, out: AbortSignal): Promise<void> {
  const frames = new VpcdFrameReader();
  try {
    for await (const chunk of socket as AsyncIterable<Uint8Array>) {
      for (const payload of frames.push(chunk)) {
        const response = await answer(card, payload, out);
        payload.fill(0);
        if (response) socket.write(encodeVpcdFrame(response));
      }
    }
  } catch (thrown) {
    if (!isEnd(thrown, out)) throw thrown;
  }
}

/** @returns undefined for orders, which vpcd expects no answer to, GET_ATR excepted */
async function answer(card: VirtualCard, payload: Uint8Array, out: AbortSignal): Promise<Uint8Array | undefined> {
  if (payload.length === 1) return obey(card, payload[0]);
  const delay = card.nextDelayMilliseconds;
  if (delay > 0) await sleep(delay, undefined, { signal: out });
  return card.transmit(payload);
}

function obey(card: VirtualCard, order: number | undefined): Uint8Array | undefined {
  if (order === GET_ATR) return card.atr;
  if (order === POWER_OFF) card.powerOff();
  if (order === POWER_ON) card.powerOn();
  if (order === RESET) card.reset();
  return undefined;
}

/** Ways in which a reader ends that are no failure: the card was taken out on either side. */
function isEnd(thrown: unknown, out: AbortSignal): boolean {
  if (out.aborted || thrown instanceof CardRemovedError) return true;
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ECONNRESET' || thrown.code === 'EPIPE');
}

async function openSocket({ host, port, signal }: VpcdOptions): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = connect({ host, port, noDelay: true });
  try {
    await once(socket, 'connect', signal && { signal });
    return socket;
  } catch (thrown) {
    socket.destroy();
    signal?.throwIfAborted();
    throw thrown;
  }
}
