import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { peerOf, type PeerProcess, type PeerProcesses } from '../../../native/peer-process/index.js';
import type { Caller } from '../../core/consent/consent-model.js';

const UNKNOWN_CALLER: Caller = { kind: 'unknown' };

/** Whose processes have the other ends of a listener's connections. Each is looked up once, when it is accepted. */
export class ConnectionPeers {
  readonly #peers: PeerProcesses;
  readonly #known = new WeakMap<Socket, PeerProcess>();

  constructor(peers: PeerProcesses) {
    this.#peers = peers;
  }

  /** From now on nothing that a new connection sends is read before it is known who sends it. */
  holdConnections(server: Server): void {
    // Of `net.createServer`'s options; `http.createServer` hands none of them on.
    Object.assign(server, { pauseOnConnect: true });
    server.on('connection', (socket) => void this.#admit(socket));
  }

  /**
   * Whether a request may be looked at as far as its user is concerned. What no operating system says is let through;
   * what should have been known by now is not.
   */
  isOwn(socket: Socket): boolean {
    const user = this.#known.get(socket)?.user;
    return user === 'same' || user === 'unknown';
  }

  /** The program that sent a request, for display. */
  async callerOf(socket: Socket): Promise<Caller> {
    return (await this.#known.get(socket)?.program()) ?? UNKNOWN_CALLER;
  }

  async #admit(socket: Socket): Promise<void> {
    const peer = await this.#identify(socket).catch(() => peerOf('unknown'));
    this.#known.set(socket, peer);
    // With nobody there to hear the answer, what was left behind is not carried out either.
    if (peer.user === 'gone') socket.destroy();
    else socket.resume();
  }

  async #identify(socket: Socket): Promise<PeerProcess> {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    if (!localAddress || !localPort || !remoteAddress || !remotePort) return peerOf('gone');
    return this.#peers.identify({ localAddress, localPort, remoteAddress, remotePort });
  }
}
