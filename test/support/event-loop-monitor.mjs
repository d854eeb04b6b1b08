/**
 * Loaded into a process with `node --import`: writes, once a second, how late its event loop was and how much memory it
 * holds, as JSON lines to the file named by EVENT_LOOP_FILE. Delays are milliseconds of the second that ended.
 */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['EVENT_LOOP_FILE'];
if (file !== undefined) {
  /** Milliseconds between two looks at the clock; the histogram counts them in. */
  const RESOLUTION = 1;
  const second = monitorEventLoopDelay({ resolution: RESOLUTION });
  second.enable();
  const all = monitorEventLoopDelay({ resolution: RESOLUTION });
  all.enable();
  setInterval(() => {
    const milliseconds = (/** @type {number} */ nanoseconds) => nanoseconds / 1e6 - RESOLUTION;
    const line = {
      max: milliseconds(second.max),
      p99: milliseconds(all.percentile(99)),
      rss: process.memoryUsage.rss(),
      heapUsed: process.memoryUsage().heapUsed,
    };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    second.reset();
  }, 1_000).unref();
}
