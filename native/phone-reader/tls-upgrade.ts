import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { pemCertificate, type TlsIdentity } from './identity.js';
import { Refusal } from './phone-reader-error.js';

/** The computer's side of TLS 1.3 on connections that were accepted elsewhere. */
export class TlsUpgrade {
  readonly #server: Server;
  readonly #handshakes = new Map<string, (socket: TLSSocket) => void>();

  constructor(identity: TlsIdentity) {
    this.#server = createServer(
      {
        key: identity.privateKey,
        cert: pemCertificate(identity),
        minVersion: 'TLSv1.3',
        maxVersion: 'TLSv1.3',
        // Who the certificate is of is decided after the handshake, which proves that its key is there.
        requestCert: true,
        rejectUnauthorized: false,
        // Every connection proves itself anew.
        secureOptions: constants.SSL_OP_NO_TICKET,
      },
      (socket) => this.#handshakes.get(peerOf(socket))?.(socket),
    );
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** Resolves when the handshake is done. @throws Refusal where the connection ends before */
  upgrade(raw: Socket): Promise<TLSSocket> {
    const peer = peerOf(raw);
    return new Promise((resolve, reject) => {
      this.#handshakes.set(peer, (socket) => {
        socket.on('error', () => undefined);
        resolve(socket);
      });
      raw.once('close', () => {
        this.#handshakes.delete(peer);
        reject(new Refusal('tls'));
      });
      this.#server.emit('connection', raw);
    });
  }
}

/** Tells apart the connections of one listening socket. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${String(remotePort)}`;
}
