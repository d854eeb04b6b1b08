import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { systemPeerProcesses, type PeerConnection, type PeerProcesses } from '../../../native/peer-process/index.js';
import { PROTOCOL_HEADER } from '../../../sdk/protocol/index.js';
import type { PortHolder, PortState } from '../../core/diagnosis/diagnosis-ports.js';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
const LONGEST_CONNECT_MILLISECONDS = 500;
const LONGEST_ANSWER_MILLISECONDS = 1_500;
const LARGEST_ANSWER_BYTES = 4_096;
/** For the other side to accept: until then no process has its end. */
const ACCEPT_MILLISECONDS = 50;

export interface BridgePortsOptions {
  readonly ports: readonly number[];
  readonly peers?: PeerProcesses;
}

/** Who has each of `ports` on this PC's loopback. A client is told by how it refuses a request without an origin. */
export async function bridgePorts({ ports, peers = systemPeerProcesses() }: BridgePortsOptions): Promise<PortState[]> {
  return Promise.all(ports.map(async (port) => ({ port, holder: await holderOf(port, peers) })));
}

async function holderOf(port: number, peers: PeerProcesses): Promise<PortHolder> {
  const ipv4 = await open(IPV4, port);
  // A client needs the port at both addresses.
  const opened = ipv4 ?? (await open(IPV6, port));
  if (!opened) return { kind: 'free' };
  try {
    await delay(ACCEPT_MILLISECONDS);
    const peer = await peers.identify(opened.connection);
    const answer = ipv4 ? await askStatus(port) : undefined;
    if (answer === 'other-user') return { kind: 'other-users-client' };
    if (answer === 'client') return { kind: peer.user === 'other' ? 'other-users-client' : 'client' };
    const program = await peer.program();
    return { kind: 'other-program', ...(program && { unverifiedName: program.name }) };
  } finally {
    opened.socket.destroy();
  }
}

interface Opened {
  readonly socket: Socket;
  /** As it was when it was made: one that the other side ends has no addresses any more. */
  readonly connection: PeerConnection;
}

function open(host: string, port: number): Promise<Opened | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const fail = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.setTimeout(LONGEST_CONNECT_MILLISECONDS, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.on('error', () => undefined);
      socket.resume();
      const { localAddress = '', localPort = 0, remoteAddress = host, remotePort = port } = socket;
      resolve({ socket, connection: { localAddress, localPort, remoteAddress, remotePort } });
    });
  });
}

/** `ERR_ORIGIN_USER`: of a client of another user, before it looks at anything else. */
const refusalSchema = z.object({
  ok: z.literal(false),
  error: z.object({ code: z.enum(['ERR_ORIGIN_MISSING', 'ERR_ORIGIN_USER']) }),
});

/** No page asks, so no origin is sent and nothing but the refusal comes back. */
function askStatus(port: number): Promise<'client' | 'other-user' | undefined> {
  return new Promise((resolve) => {
    const headers = { [PROTOCOL_HEADER]: '1', Connection: 'close' };
    const request = get({ host: IPV4, port, path: '/v1/status', headers, agent: false });
    const finish = (answer?: 'client' | 'other-user'): void => {
      clearTimeout(timeout);
      request.destroy();
      resolve(answer);
    };
    const timeout = setTimeout(() => finish(), LONGEST_ANSWER_MILLISECONDS);
    request.once('error', () => finish());
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', () => finish());
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LARGEST_ANSWER_BYTES) finish();
        else chunks.push(chunk);
      });
      response.once('end', () => finish(readRefusal(Buffer.concat(chunks).toString('utf8'))));
    });
  });
}

function readRefusal(unverifiedText: string): 'client' | 'other-user' | undefined {
  try {
    const { success, data } = refusalSchema.safeParse(JSON.parse(unverifiedText));
    if (!success) return undefined;
    return data.error.code === 'ERR_ORIGIN_USER' ? 'other-user' : 'client';
  } catch {
    return undefined;
  }
}
