import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const XVFB = '/usr/bin/Xvfb';
const XDOTOOL = '/usr/bin/xdotool';
const run = promisify(execFile);

export interface XDisplay {
  /** For the environment of programs that shall show their windows there. */
  readonly env: { readonly DISPLAY: string };
  /** Moves the mouse there, in pixels from the top left, and clicks. */
  click(x: number, y: number): Promise<void>;
  close(): Promise<void>;
}

/** What to install for a display; undefined where it is there. */
export function xDisplayMissing(): string | undefined {
  if (!existsSync(XVFB)) return 'install xvfb';
  return existsSync(XDOTOOL) ? undefined : 'install xdotool';
}

/** A screen that nobody sees, on the first free display number. */
export async function startXDisplay(): Promise<XDisplay> {
  // Should this process be killed, the kernel ends the display with it.
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', XVFB, '-displayfd', '1', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const closed = once(child, 'close');
  const number = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.endsWith('\n')) resolve(text.trim());
    });
    child.once('error', reject).once('close', () => reject(new Error('Xvfb did not start')));
  });
  const env = { DISPLAY: `:${number}` };
  return {
    env,
    click: async (x, y) => {
      const args = ['mousemove', '--sync', String(x), String(y), 'click', '1'];
      await run(XDOTOOL, args, { env: { ...process.env, ...env }, timeout: 5_000 });
    },
    close: async () => {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
