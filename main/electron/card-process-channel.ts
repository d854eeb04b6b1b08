import type { CardProcessChannel } from '../node/card-process.js';

/** `Electron.UtilityProcess` */
export interface CardUtilityProcess {
  postMessage(message: unknown): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (exitCode: number) => void): unknown;
}

/** Sent in place of a frame: take the cards' power, and end. */
export const END_MESSAGE = 'end';

/**
 * The program's end of a card process that is one of Electron's: the packaged binary does not run as plain Node, so there
 * is no child process. A message is copied on its way where nobody can zero it; the frame itself is zeroed here.
 */
export function utilityProcessChannel(process: CardUtilityProcess): CardProcessChannel {
  return {
    send(frame) {
      process.postMessage(frame);
      frame.fill(0);
    },
    onFrame(listener) {
      process.on('message', (message) => {
        if (message instanceof Uint8Array) listener(message);
        else process.kill();
      });
    },
    onExit(listener) {
      process.on('exit', (exitCode) => listener(`exit code ${exitCode}`));
    },
    end: () => process.postMessage(END_MESSAGE),
    kill: () => void process.kill(),
  };
}
