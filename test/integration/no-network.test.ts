import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QuietProgram, quietNetworkMissing } from '../support/quiet-network.js';
import { issueBelow, issueTestCa, ocspAddress } from '../support/test-authorities.js';

const missing = quietNetworkMissing();
const QUIET = { lo: 0, out0: 0, far0: 0 };
/** Long enough for every timer of the app, which run a thousand times as fast here. */
const WATCHED_MILLISECONDS = 3_000;
const watched = () => new Promise((resolve) => setTimeout(resolve, WATCHED_MILLISECONDS));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-no-network-'));
  // By address: what is not asked for by name could not be kept quiet by a name server.
  const issuer = issueTestCa('Issuing CA');
  const holder = issueBelow(issuer, 'holder', { extensions: [ocspAddress('http://8.8.8.8/ocsp')] });
  writeFileSync(join(folder, 'issuer.der'), issuer.certificate);
  writeFileSync(join(folder, 'holder.der'), holder.certificate);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const environment = (state: string) => ({
  HOME: folder,
  XDG_CONFIG_HOME: join(folder, '.config'),
  XDG_RUNTIME_DIR: folder,
  MADOGUCHI_STATE_DIRECTORY: join(folder, state),
});

describe.concurrent('what leaves the computer', () => {
  it('is nothing from the desktop app, until the person asks', async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const program = join(import.meta.dirname, '../support/quiet-app.mjs');
    const app = QuietProgram.start(folder, [program, folder], environment('state'));
    try {
      await app.said('ready');
      await app.said('bridge.listening');
      await watched();
      expect(app.sent()).toEqual(QUIET);
      expect(await app.order('update')).toMatchObject({ answer: { status: 'unconfigured' } });
      expect(app.sent()).toEqual(QUIET);

      expect(await app.order('revocation')).toMatchObject({ answer: { status: 'not-checked' } });
      const { out0: asked = 0 } = app.sent();
      expect(asked).toBeGreaterThan(0);

      // As shipped, nobody has said that it shall look.
      await app.order('follow');
      expect(app.sent()['out0']).toBe(asked);
      expect(await app.order('check')).toMatchObject({ answer: { status: 'failed', failure: 'http-unreachable' } });
      expect(app.sent()['out0']).toBeGreaterThan(asked);
    } finally {
      await app.end();
    }
  });

  it('is nothing from madoguchi serve, with whatever the test card offers', async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    mkdirSync(join(folder, 'serve'));
    const program = join(import.meta.dirname, '../../bin/madoguchi.js');
    const args = [program, 'serve', '--reader', 'virtual', '--verbose'];
    const shell = QuietProgram.start(folder, args, environment('serve/state'));
    try {
      await shell.said('bridge.listening');
      await watched();
      expect(shell.sent()).toEqual(QUIET);
    } finally {
      await shell.end();
    }
  });
});
