import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ClientError } from '../../core/errors.js';
import { packageRoot } from '../package-root.js';

/** The sample service, which is a program of its own: it uses what the package publishes and nothing else. */
export interface RunningService {
  /** Resolves when it is no longer there. */
  stop(): Promise<void>;
}

/**
 * Starts the sample service and waits until it listens.
 * @throws ClientError ERR_INTERNAL_FILE where it does not start, such as on a port that is taken
 */
export async function runSampleService(configurationFile: string): Promise<RunningService> {
  const program = join(packageRoot(), 'examples/sample-service/main.js');
  const child = spawn(process.execPath, [program, configurationFile], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaint = collectEnd(child.stderr);
  const started = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!started) {
    const reason = complaint() || 'the sample service ended at once';
    throw new ClientError('ERR_INTERNAL_FILE', 'the sample service did not start', { details: { reason } });
  }
  return { stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** The line that says why a program ended, of those it wrote last. */
function collectEnd(stream: NodeJS.ReadableStream): () => string {
  const MAX = 4_096;
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-MAX);
  });
  return () => text.split('\n').find((line) => line.includes('Error')) ?? text.trim();
}
