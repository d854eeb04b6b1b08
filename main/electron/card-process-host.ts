import { CardServer, type CardServerHost } from '../node/card-process.js';
import { END_MESSAGE } from './card-process-channel.js';

/** `Electron.ParentPort` */
export interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/** Milliseconds in which messages that were posted last leave this process. */
const FLUSH_MILLISECONDS = 100;
/** A message that is no request, or a defect here. */
const EXIT_FAILURE = 70;

export interface CardProcessSurroundings {
  readonly loadBinding: CardServerHost['loadBinding'];
  /** Ends this process; `abruptly` where threads of the binding would not let it end. */
  exit(exitCode: number, abruptly: boolean): void;
}

/** Serves the program behind `port` until it says that it wants no more. */
export function serveCards(port: ParentPort, surroundings: CardProcessSurroundings): void {
  const exit = (exitCode: number, abruptly: boolean): void => surroundings.exit(exitCode, abruptly);
  const server = new CardServer({
    loadBinding: () => surroundings.loadBinding(),
    send(frame) {
      port.postMessage(frame);
      frame.fill(0);
    },
    exit: (callsRunning) => void setTimeout(() => exit(0, callsRunning), FLUSH_MILLISECONDS),
  });
  port.on('message', ({ data }) => {
    if (data === END_MESSAGE) {
      void server.end();
      return;
    }
    try {
      if (!(data instanceof Uint8Array)) throw new TypeError('neither a frame nor the end');
      server.handleFrame(data);
    } catch {
      exit(EXIT_FAILURE, false);
    }
  });
}
