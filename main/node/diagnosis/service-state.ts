import { access, readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ScardError } from '../../../native/scard-error.js';
import type { ServiceState } from '../../core/diagnosis/diagnosis-ports.js';
import { registryValue, type RunTool } from './windows-registry.js';

export interface ServiceStateOptions {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly runTool?: RunTool;
  /** Where the daemon may be installed. */
  readonly daemonPaths?: readonly string[];
  /** For how long a connection has to be kept to count as welcome, in milliseconds. */
  readonly welcomeMilliseconds?: number;
}

/** Of pcsc-lite, which lets the variable name another place (pcsc-lite's `PCSCLITE_CSOCK_NAME`). */
const PCSCD_SOCKET = '/run/pcscd/pcscd.comm';
const DAEMON_PATHS = ['/usr/sbin/pcscd', '/usr/local/sbin/pcscd', '/usr/bin/pcscd', '/run/current-system/sw/bin/pcscd'];
const WELCOME_MILLISECONDS = 1_500;
const CONNECT_MILLISECONDS = 2_000;

const WINDOWS_SERVICE_KEY = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\SCardSvr';
/** `SERVICE_DISABLED` (winnt.h). */
const DISABLED = '0x4';

/** Why the PC/SC service of this PC does not answer. Never rejects. */
export async function serviceState(options: ServiceStateOptions): Promise<ServiceState> {
  switch (options.platform) {
    case 'linux':
      return pcscdState(options);
    case 'win32': {
      const start = await registryValue(WINDOWS_SERVICE_KEY, 'Start', options.runTool);
      if (start === undefined) return 'unknown';
      return start === DISABLED ? 'disabled' : 'starts-with-reader';
    }
    default:
      return 'unknown';
  }
}

async function pcscdState({
  environment,
  daemonPaths = DAEMON_PATHS,
  welcomeMilliseconds = WELCOME_MILLISECONDS,
}: ServiceStateOptions): Promise<ServiceState> {
  const socket = environment['PCSCLITE_CSOCK_NAME'] || PCSCD_SOCKET;
  switch (await knock(socket, welcomeMilliseconds)) {
    case 'welcome':
      return 'answers';
    // pcscd accepts everybody, and ends the connection of whom polkit does not let.
    case 'sent-away':
    case 'EACCES':
    case 'EPERM':
      return 'access-denied';
    case 'ECONNREFUSED':
      return 'not-running';
    case 'ENOENT':
    case 'ENOTDIR':
      return (await anyExists(daemonPaths)) ? 'socket-inactive' : 'not-installed';
    default:
      return 'unknown';
  }
}

/** What becomes of a connection on which nothing is sent: `welcome`, `sent-away`, or the system's error. */
function knock(path: string, welcomeMilliseconds: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: string): void => {
      clearTimeout(timeout);
      socket.destroy();
      resolve(answer);
    };
    let timeout = setTimeout(() => end('ETIMEDOUT'), CONNECT_MILLISECONDS);
    socket.once('connect', () => {
      clearTimeout(timeout);
      timeout = setTimeout(() => end('welcome'), welcomeMilliseconds);
      socket.resume();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'unknown'));
    socket.once('close', () => end('sent-away'));
  });
}

async function anyExists(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** SCARD_W_SECURITY_VIOLATION, which the card port has no name for: the service's own word for «not allowed». */
const SECURITY_VIOLATION = /0x8010006a$/i;

/** Whether an error of the readers says that this user may not use the service. */
export function isAccessDenied(thrown: unknown): boolean {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause instanceof ScardError && SECURITY_VIOLATION.test(cause.message);
}

/** Interface class «Smart Card» (USB-IF, defined class codes). */
const SMART_CARD_CLASS = '0b';
const USB_DEVICES = '/sys/bus/usb/devices';

/** Smart-card devices on USB, by sysfs. Undefined on systems without it. */
export async function smartCardDevices(folder = USB_DEVICES): Promise<number | undefined> {
  const entries = await readdir(folder).catch(() => undefined);
  if (entries === undefined) return undefined;
  // `3-1:1.0` is an interface of device `3-1`.
  const interfaces = entries.filter((name) => /^[\d.-]+:[\d.]+$/.test(name));
  const classes = await Promise.all(
    interfaces.map((name) => readFile(join(folder, name, 'bInterfaceClass'), 'latin1').catch(() => '')),
  );
  const devices = interfaces.filter((_, at) => classes[at]?.trim().toLowerCase() === SMART_CARD_CLASS);
  return new Set(devices.map((name) => name.split(':')[0])).size;
}
