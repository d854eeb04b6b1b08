import { describe, expect, it } from 'vitest';
import { runTool } from '../../../native/peer-process/run-tool.js';

const node = (script: string): Promise<string> => runTool(process.execPath, ['-e', script]);

describe('a tool of the operating system', () => {
  it('is heard whatever its exit code, octet by octet', async () => {
    expect(await node('process.stdout.write(Buffer.from([0x82, 0xa0, 0x41]), () => process.exit(1))')).toBe(
      '\x82\xa0A',
    );
  });

  it('that is not there, or never ends, or says too much, fails', async () => {
    await expect(runTool('/nowhere/at-all', [])).rejects.toThrow();
    await expect(node('setInterval(() => undefined, 1000)')).rejects.toThrow();
    await expect(node('for (;;) process.stdout.write("x".repeat(65536))')).rejects.toThrow();
  });
});
