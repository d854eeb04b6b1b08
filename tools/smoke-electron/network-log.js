// @ts-check
/** What left the app: by Chromium's own log, and by a script that Node.js loads before the app. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const OWN_HOST = /^(?:127\.0\.0\.1|\[?::1\]?|localhost|0\.0\.0\.0|\[?::\]?)$/;

/**
 * Writes the script. It notes each name that is looked up and each address that is connected to, one a line.
 * @param {string} script path of the script @param {string} notes path of what it writes
 */
export function writeNetworkSpy(script, notes) {
  writeFileSync(
    script,
    `const { appendFileSync } = require('node:fs');
const note = (what) => appendFileSync(${JSON.stringify(notes)}, what + '\\n');
const dns = require('node:dns');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny']) {
  const real = dns[name];
  dns[name] = (host, ...rest) => (note(String(host)), real.call(dns, host, ...rest));
}
const { Socket } = require('node:net');
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const options = typeof first === 'object' && first !== null ? first : { port: first, host: second };
  // A path is a socket of this machine.
  if (options.path === undefined && Number.isInteger(Number(options.port))) note(String(options.host ?? 'localhost'));
  return connect.apply(this, given);
};
const udp = require('node:dgram').Socket.prototype;
const send = udp.send;
udp.send = function (...given) {
  note('udp ' + given.filter((one) => typeof one === 'string').slice(-1).join(''));
  return send.apply(this, given);
};
`,
  );
}

/** @param {string} notes what the script wrote @returns {string[]} whatever is not this machine */
export function outsideHosts(notes) {
  return [...new Set(notes.split('\n').filter((host) => host !== '' && !OWN_HOST.test(host)))];
}

/** @param {string} log Chromium's, possibly cut off @returns {string[]} addresses that the network stack was asked for */
export function outsideAddresses(log) {
  const addresses = [...log.matchAll(/"url":\s*"((?:https?|wss?):\/\/[^"]*)"/g)].map(([, address = '']) => address);
  return [...new Set(addresses)].filter((address) => !OWN_HOST.test(new URL(address).hostname));
}

/** @param {string} path @returns {string} empty where nothing was written */
export const readWritten = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
