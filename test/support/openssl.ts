import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePemCertificate } from '../../sdk/formats/index.js';
import type { TestHolder } from './test-pki.js';

/** Undefined where the machine has it; otherwise why tests that need it are skipped. */
export function opensslMissing(): string | undefined {
  const { status } = spawnSync('openssl', ['version']);
  return status === 0 ? undefined : 'openssl is not installed';
}

export interface OpensslResult {
  readonly ok: boolean;
  readonly stderr: string;
}

/** openssl's command line in a directory of its own. */
export class Openssl {
  readonly #directory = mkdtempSync(join(tmpdir(), 'madoguchi-openssl-'));

  /** Removes the directory. */
  close(): void {
    rmSync(this.#directory, { recursive: true });
  }

  path(name: string): string {
    return join(this.#directory, name);
  }

  write(name: string, content: Uint8Array | string): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)));
  }

  /** Writes `name.pem` and `name.key`. @returns the options `-signer` and `-inkey` */
  writeHolder(name: string, { certificate, key }: TestHolder): readonly string[] {
    const signer = this.write(`${name}.pem`, encodePemCertificate(certificate));
    const inkey = this.write(`${name}.key`, key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return ['-signer', signer, '-inkey', inkey];
  }

  run(...parameters: readonly string[]): OpensslResult {
    const { status, stderr } = spawnSync('openssl', parameters, { encoding: 'utf8' });
    return { ok: status === 0, stderr };
  }

  /** Runs a command that must succeed. */
  must(...parameters: readonly string[]): void {
    const { ok, stderr } = this.run(...parameters);
    if (!ok) throw new Error(`openssl ${parameters.join(' ')}: ${stderr}`);
  }
}
