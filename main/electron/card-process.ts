/** Entry of the card process in the desktop app, started by `main.ts`. */
import { loadPcscBinding } from '../node/card-process.js';
import { serveCards } from './card-process-host.js';

serveCards(process.parentPort, {
  loadBinding: loadPcscBinding,
  exit(exitCode, abruptly) {
    if (abruptly) process.kill(process.pid, 'SIGKILL');
    else process.exit(exitCode);
  },
});
