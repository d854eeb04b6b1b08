import { spawn } from 'node:child_process';

/** `nobody`, on every Linux. */
export const OTHER_UID = 65_534;

/** Whether this process may start others as another user. */
export const canSwitchUser = process.platform === 'linux' && process.geteuid?.() === 0;

/**
 * Runs `script` as another user, in a Node without this one's folder and environment. `input` comes to its standard input.
 * @returns what it printed
 */
export function runAsOtherUser(script: string, argumentsOfScript: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', script, ...argumentsOfScript], {
      uid: OTHER_UID,
      gid: OTHER_UID,
      cwd: '/',
      env: {},
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => (printed += text));
    child.once('error', reject);
    child.once('close', () => resolve(printed));
    child.stdin.end(input, 'latin1');
  });
}

/** Sends standard input to port `argv[1]` of this PC and prints what it hears. */
export const SEND_AND_LISTEN = `
const { connect } = require('node:net');
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('end', () => {
  const socket = connect(Number(process.argv[1]), '127.0.0.1', () => socket.write(Buffer.concat(chunks)));
  socket.on('data', (data) => process.stdout.write(data));
  socket.on('error', () => undefined);
  socket.on('close', () => process.exit());
});
setTimeout(() => process.exit(), 3000);
`;

/** Prints whether the socket at path `argv[1]` takes a connection. */
export const KNOCK = `
const { connect } = require('node:net');
connect(process.argv[1])
  .on('connect', () => { process.stdout.write('connected'); process.exit(); })
  .on('error', ({ code }) => { process.stdout.write(code); process.exit(); });
`;
