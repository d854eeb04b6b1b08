import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { systemPeerProcesses, type PeerProcesses } from '../../../native/peer-process/index.js';
import { BRIDGE_PORTS, type ErrorCode } from '../../../sdk/protocol/index.js';
import type { Bridge } from '../../core/bridge/bridge.js';
import { ClientError } from '../../core/errors.js';
import type { Log } from '../../core/ports.js';
import { createApp, type AppOptions } from './app.js';
import { ConnectionPeers } from './connection-peers.js';
import { passGate, setCommonHeaders } from './gate.js';
import { passOn } from './pass-on.js';
import { AUTHORIZE_PATH, passNavigationGate, passOwnPageGate } from './redirect-gate.js';
import { createRedirectPages } from './redirect-pages.js';
import { refuse, serveInOrder, type Handle } from './serve.js';

/** What one caller may take of the endpoint. Times are milliseconds. */
export interface ListenerLimits {
  /** From the first byte to the end of a request's head. */
  readonly headersTimeout: number;
  /** From the first byte to the end of a request's body. Waiting for an answer is not bounded by it. */
  readonly requestTimeout: number;
  /** For which a connection may stay open between requests. */
  readonly keepAliveTimeout: number;
  /** How often the two above are looked at. */
  readonly checkInterval: number;
  /** Bytes of a request's head. */
  readonly headBytes: number;
  /** Open connections for each address family; more are dropped. */
  readonly connections: number;
  /** For which `close` waits for answers under way and operations that wind down. */
  readonly closeGrace: number;
}

const DEFAULT_LIMITS: ListenerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  checkInterval: 2_000,
  headBytes: 8 * 1024,
  connections: 256,
  closeGrace: 1_000,
};

export interface BridgeListenerOptions {
  readonly bridge: Bridge;
  readonly log: Log;
  /** Tried in order; the first that is free on both loopback addresses is taken. 0 means any free one. */
  readonly ports?: readonly number[];
  readonly limits?: Partial<ListenerLimits>;
  /** Who is at the other end of a connection. The system's own knowledge, where nothing else is given. */
  readonly peers?: PeerProcesses;
}

export interface BridgeListener {
  readonly port: number;
  /** `http://127.0.0.1:port`, and `http://[::1]:port` where this PC has IPv6. */
  readonly addresses: readonly string[];
  /** Ends the bridge's sessions, answers what waits for them, and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves the bridge contract over HTTP/1.1 on this PC's loopback addresses and no other, to processes of its own user.
 * @throws ClientError `ERR_PROTOCOL_BUSY`, retriable, when none of the ports is free.
 */
export async function startBridgeListener(options: BridgeListenerOptions): Promise<BridgeListener> {
  const { bridge, log, ports = BRIDGE_PORTS } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const closing = new AbortController();
  const peers = new ConnectionPeers(options.peers ?? systemPeerProcesses());
  const appOptions = { bridge, log, peers, pages: createRedirectPages(), closing: closing.signal };
  const app = await createApp(appOptions);
  const handle = createHandle(appOptions, (request, response) => app.routing(request, response), ports);
  const servers = await bindFirstFree(ports, () => {
    const server = createLoopbackServer(handle, limits);
    peers.holdConnections(server);
    return server;
  });
  // Such as a refused accept when the process runs out of handles: one connection lost, not the program.
  for (const server of servers) server.on('error', () => log.event('bridge.accept-failed'));
  const addresses = servers.map(addressOf);
  const port = portOf(servers[0]);
  log.event('bridge.listening', { port, addresses: addresses.length });
  return {
    port,
    addresses,
    async close() {
      closing.abort();
      const ended = Promise.all([bridge.close(), ...servers.map(closeServer)]);
      await Promise.race([ended, delay(limits.closeGrace, undefined, { ref: false })]);
      servers.forEach((server) => server.closeAllConnections());
      await app.close();
    },
  };
}

/** Lets a request through to the app once its user and the gate of its resource have been passed. */
function createHandle({ bridge, log, peers, pages }: AppOptions, route: Handle, ports: readonly number[]): Handle {
  return (request, response) => {
    setCommonHeaders(response);
    const kind = kindOf(request);
    const refuseWith = (thrown: unknown): void => {
      const language = request.headers['accept-language'];
      const pageFor = kind === 'navigation' ? (code: ErrorCode) => pages.refused(code, language) : undefined;
      log.event('bridge.refused', { code: refuse(response, thrown, pageFor) });
    };
    try {
      if (kind !== 'navigation' && !peers.isOwn(request.socket)) throw otherUser();
      passGateOf(kind, { request, response, bridge });
      if (peers.isOwn(request.socket)) route(request, response);
      else void passOn(request, response, portsAfter(request, ports)).then((done) => done || refuseWith(otherUser()));
    } catch (thrown) {
      refuseWith(thrown);
    }
  };
}

type RequestKind = 'call' | 'navigation' | 'own-page';

function kindOf({ url = '' }: IncomingMessage): RequestKind {
  const path = url.split('?', 1)[0] ?? '';
  if (path === AUTHORIZE_PATH) return 'navigation';
  return path.startsWith(`${AUTHORIZE_PATH}/`) ? 'own-page' : 'call';
}

interface GateOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bridge: Bridge;
}

function passGateOf(kind: RequestKind, { request, response, bridge }: GateOptions): void {
  switch (kind) {
    case 'navigation':
      passNavigationGate(request);
      break;
    case 'own-page':
      passOwnPageGate(request);
      break;
    case 'call':
      passGate(request, response, bridge);
  }
}

/** Where the client of another user may be, if this one took its place. */
function portsAfter({ socket }: IncomingMessage, ports: readonly number[]): readonly number[] {
  const place = ports.indexOf(socket.localPort ?? 0);
  return place === -1 ? [] : ports.slice(place + 1);
}

function otherUser(): ClientError {
  return new ClientError('ERR_ORIGIN_USER', 'the request comes from another user of this PC');
}

function createLoopbackServer(handle: Handle, limits: ListenerLimits): Server {
  const server = createServer({
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    connectionsCheckingInterval: limits.checkInterval,
    maxHeaderSize: limits.headBytes,
    // The gate answers these itself, with a documented code.
    requireHostHeader: false,
  });
  server.maxConnections = limits.connections;
  serveInOrder(server, handle);
  return server;
}

/** Takes the first port that is free for both families: `localhost` must not lead to another program over IPv6. */
async function bindFirstFree(ports: readonly number[], create: () => Server): Promise<readonly [Server, ...Server[]]> {
  for (const port of ports) {
    const [ipv4, ipv6] = [create(), create()];
    const first = await bind(ipv4, '127.0.0.1', port);
    const second = first === 'bound' ? await bind(ipv6, '::1', portOf(ipv4)) : first;
    if (second === 'bound') return [ipv4, ipv6];
    if (first === 'bound' && second === 'no-such-address') return [ipv4];
    if (first === 'bound') await closeServer(ipv4);
    if (second instanceof Error) throw second;
  }
  const details = { ports: ports.join(' ') };
  throw new ClientError('ERR_PROTOCOL_BUSY', 'every port of the bridge is taken', { retriable: true, details });
}

type BindResult = 'bound' | 'taken' | 'no-such-address' | Error;

const BIND_RESULTS: Readonly<Record<string, BindResult>> = {
  EADDRINUSE: 'taken',
  // Windows answers this for ports that another service has reserved.
  EACCES: 'taken',
  EADDRNOTAVAIL: 'no-such-address',
  EAFNOSUPPORT: 'no-such-address',
};

function bind(server: Server, host: string, port: number): Promise<BindResult> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve(BIND_RESULTS[error.code ?? ''] ?? error);
    server.once('error', fail);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', fail);
      resolve('bound');
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) return '';
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}
