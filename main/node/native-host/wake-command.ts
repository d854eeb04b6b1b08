import { spawn } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** Larger files are not read. */
const LARGEST_FILE = 64 * 1024;
const WRITABLE_BY_OTHERS = 0o022;

/** Program and arguments; no shell looks at them. */
export const wakeCommandSchema = z.strictObject({
  command: z.array(z.string().min(1).max(4_096)).min(1).max(32),
});
export type WakeCommand = z.infer<typeof wakeCommandSchema>;

/** Where `browser-integration install --wake` keeps what starts the client. */
export function wakeCommandPath(stateDirectory: string): string {
  return join(stateDirectory, 'wake.json');
}

/** The recorded command; undefined where there is none, or none that this user alone can have written. */
export function readWakeCommand(stateDirectory: string): WakeCommand | undefined {
  const path = wakeCommandPath(stateDirectory);
  try {
    const stats = lstatSync(path);
    const isOurs =
      process.platform === 'win32' || (stats.uid === process.getuid?.() && !(stats.mode & WRITABLE_BY_OTHERS));
    if (!stats.isFile() || !isOurs || stats.size > LARGEST_FILE) return undefined;
    return wakeCommandSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Starts the client so that it outlives the host and its browser. Whether it comes up shows at its socket. */
export function startClient({ command: [program, ...programArguments] }: WakeCommand): void {
  if (program === undefined) return;
  const child = spawn(program, programArguments, { detached: true, stdio: 'ignore', cwd: homedir() });
  child.on('error', () => undefined);
  child.unref();
}
