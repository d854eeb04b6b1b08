/** Milliseconds of a processor that this process has used: what work costs, however long it waits for its turn on a busy PC. */
export function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
