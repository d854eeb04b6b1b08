/** The two ends of a TCP connection that this process has accepted; addresses as `net.Socket` has them. */
export interface PeerConnection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/**
 * Whose process has the other end. `gone`: nobody's any more, so that an answer would reach nobody. `unknown`: this system
 * does not say.
 */
export type PeerUser = 'same' | 'other' | 'gone' | 'unknown';

/** The program behind a connection, by its executable. For display, never for a decision: programs can be renamed. */
export interface PeerProgram {
  /** Product name of a browser, or an executable's file name without control characters. */
  readonly name: string;
  readonly kind: 'browser' | 'program';
}

export interface PeerProcess {
  readonly user: PeerUser;
  /** Looked for when first asked for. Undefined for other users' programs and where it cannot be told. Never rejects. */
  program(): Promise<PeerProgram | undefined>;
}

/** Who is at the other end of connections within this PC. */
export interface PeerProcesses {
  /** Never rejects: what cannot be determined is `unknown`. Answers within about two seconds. */
  identify(connection: PeerConnection): Promise<PeerProcess>;
}

/** A peer of which nothing more is to be learnt. */
export function peerOf(user: PeerUser): PeerProcess {
  return { user, program: () => Promise.resolve(undefined) };
}

type MaybeLater<Value> = Value | Promise<Value>;

/** A peer whose program is looked for at most once. */
export function peerWithProgram(user: PeerUser, find: () => MaybeLater<PeerProgram | undefined>): PeerProcess {
  let program: Promise<PeerProgram | undefined> | undefined;
  return {
    user,
    program: () =>
      (program ??= Promise.resolve()
        .then(find)
        .catch(() => undefined)),
  };
}
