import type { PeerConnection, PeerProcess, PeerProcesses, PeerProgram } from '../../../native/peer-process/index.js';

export interface FakePeers extends PeerProcesses {
  readonly connections: PeerConnection[];
  /** How often a program was asked for. */
  programs: number;
}

/** Peers that are all alike. */
export function fakePeers(user: PeerProcess['user'], program?: PeerProgram): FakePeers {
  const connections: PeerConnection[] = [];
  return {
    connections,
    programs: 0,
    async identify(connection) {
      connections.push(connection);
      return {
        user,
        program: async () => {
          this.programs++;
          return program;
        },
      };
    },
  };
}
