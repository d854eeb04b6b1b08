/** Bouncy Castle as the independent party: unlike openssl it minds the order of the signed attributes. */
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  parseSignedData,
  prepareCms,
  type CmsSigningOptions,
  type SignatureAlgorithm,
} from '../../../sdk/formats/index.js';
import { memorySource } from '../../support/piecewise-source.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';

const SOURCE = fileURLToPath(new URL('../../support/CmsSignatures.java', import.meta.url));
const JARS = ['bcprov', 'bcutil', 'bcpkix'].map((name) => `/usr/share/java/${name}.jar`);

function missingPart(): string | undefined {
  if (spawnSync('javac', ['-version']).status !== 0) return 'there is no JDK';
  return JARS.every((jar) => existsSync(jar)) ? undefined : 'Bouncy Castle (libbcpkix-java) is not installed';
}

const missing = missingPart();
if (missing !== undefined) process.emitWarning(`skipped: CMS against Bouncy Castle, because ${missing}`);

const authority = issueAuthority('signing');
const holders = {
  RS256: issueHolder('signing', authority),
  ES384: issueHolder('signing', authority, { key: testKey('p384', 'P-384'), serialNumber: 3 }),
} as const;
const content = Buffer.from('申請書\r\n\0');

describe.skipIf(missing !== undefined)('Bouncy Castle', () => {
  const directory = mkdtempSync(join(tmpdir(), 'madoguchi-bc-'));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const classPath = [directory, ...JARS].join(':');

  function run(command: string, ...parameters: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }
  beforeAll(() => run('javac', '-cp', classPath, '-d', directory, SOURCE));

  function write(name: string, bytes: Uint8Array): string {
    writeFileSync(join(directory, name), bytes);
    return join(directory, name);
  }

  const accepts = (...cms: readonly Uint8Array[]): string[] =>
    run(
      'java',
      '-cp',
      classPath,
      'CmsSignatures',
      write('content', content),
      ...cms.map((bytes, index) => write(`${String(index)}.p7`, bytes)),
    )
      .trim()
      .split('\n');

  async function sign(options: CmsSigningOptions, algorithm: SignatureAlgorithm & keyof typeof holders) {
    const prepared = await prepareCms(memorySource(content), options, nodeCrypto);
    if (algorithm === 'ES384') await prepared.use('SHA-384');
    return signPrepared(prepared, holders[algorithm], { algorithm });
  }

  it('accepts what we sign, detached, attached and by several, and nothing that was changed', async () => {
    const detached = await sign({ content: 'detached' }, 'RS256');
    const attached = await sign({ content: 'attached' }, 'RS256');
    const elliptic = await sign({ content: 'detached' }, 'ES384');
    const both = await sign({ coSign: detached }, 'ES384');
    expect(parseSignedData(both).signerInfos).toHaveLength(2);
    const changed = new Uint8Array(detached);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(accepts(detached, attached, elliptic, both, changed)).toEqual(['true', 'true', 'true', 'true', 'false']);
  });
});
