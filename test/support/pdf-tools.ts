/** poppler's pdfsig, qpdf and openssl on PDFs. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePemCertificate } from '../../sdk/formats/index.js';
import type { TestHolder } from './test-pki.js';

/** Undefined where the machine has them; otherwise why tests that need them are skipped. */
export function pdfToolsMissing(): string | undefined {
  for (const [tool, argument] of [
    ['pdfsig', '-v'],
    ['pdftoppm', '-v'],
    ['certutil', '-H'],
    ['qpdf', '--version'],
    ['openssl', 'version'],
  ] as const) {
    if (spawnSync(tool, [argument]).status === null) return `${tool} is not installed`;
  }
  return undefined;
}

export interface PdfsigSignature {
  readonly isValid: boolean;
  readonly isWholeDocument: boolean;
  readonly signer: string;
  readonly type: string;
}

/** Files in a directory of their own. */
export class PdfTools {
  readonly #directory = mkdtempSync(join(tmpdir(), 'madoguchi-pdf-'));

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

  /** Runs a command that must succeed. qpdf answers 3 where it has only warned. @returns what it printed */
  run(command: string, parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
    const options = { encoding: 'utf8', cwd: this.#directory, env: { ...process.env, ...environment } } as const;
    const { status, stdout, stderr } = spawnSync(command, parameters, options);
    if (status !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${String(status)} ${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  /** What qpdf makes of a document. */
  rewrite(pdf: Uint8Array, ...options: readonly string[]): Uint8Array {
    this.run('qpdf', [...options, this.write('in.pdf', pdf), this.path('out.pdf')]);
    return this.read('out.pdf');
  }

  /** What qpdf has against the document; empty where it is clean. */
  qpdfComplaints(pdf: Uint8Array): string {
    const { stdout, stderr, status } = spawnSync('qpdf', ['--check', this.write('check.pdf', pdf)], {
      encoding: 'utf8',
    });
    return status === 0 ? '' : `${String(status)} ${stdout}${stderr}`;
  }

  /** Every signature as poppler sees it, in its order. Trust in certificates is left out. */
  pdfsig(pdf: Uint8Array): readonly PdfsigSignature[] {
    const parameters = ['-nocert', this.write('signed.pdf', pdf)];
    // 2 stands for a document without signatures.
    const { status, stdout, stderr } = spawnSync('pdfsig', parameters, { encoding: 'utf8' });
    if (status !== 0 && status !== 2) throw new Error(`pdfsig: ${String(status)} ${stderr}`);
    return stdout
      .split(/^Signature #\d+:$/m)
      .slice(1)
      .map((part) => ({
        isValid: part.includes('Signature Validation: Signature is Valid.'),
        isWholeDocument: part.includes('Total document signed'),
        signer: /Signer Certificate Common Name: (.*)/.exec(part)?.[1] ?? '',
        type: /Signature Type: (.*)/.exec(part)?.[1] ?? '',
      }));
  }

  /** A database in which NSS finds the holder's key, as `signer`. */
  nssDatabase({ certificate, key }: TestHolder): void {
    const pem = this.write('nss.pem', encodePemCertificate(certificate));
    const inkey = this.write('nss.key', key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const bundle = ['-export', '-in', pem, '-inkey', inkey, '-name', 'signer', '-passout', 'pass:'];
    this.run('openssl', ['pkcs12', ...bundle, '-out', this.path('nss.p12')]);
    mkdirSync(this.path('nss'));
    this.run('certutil', ['-N', '-d', this.#database, '--empty-password']);
    this.run('pk12util', ['-i', this.path('nss.p12'), '-d', this.#database, '-W', '', '-K', '']);
    this.run('certutil', ['-M', '-d', this.#database, '-n', 'signer', '-t', 'CTu,Cu,Cu']);
  }

  get #database(): string {
    return `sql:${this.path('nss')}`;
  }

  /** One more signature, by poppler with the key of `nssDatabase`. */
  signWithPdfsig(pdf: Uint8Array): Uint8Array {
    const input = this.write('pdfsig-in.pdf', pdf);
    const nss = ['-nssdir', this.#database, '-nick', 'signer'];
    this.run('pdfsig', [...nss, '-add-signature', input, this.path('pdfsig-out.pdf')]);
    return this.read('pdfsig-out.pdf');
  }

  /** The first page as poppler draws it, one pixel for a point; `at` answers 0 for black, from the upper left corner. */
  render(pdf: Uint8Array): {
    readonly width: number;
    readonly height: number;
    readonly at: (x: number, y: number) => number;
  } {
    const options = ['-r', '72', '-gray', '-f', '1', '-l', '1', '-singlefile'];
    this.run('pdftoppm', [...options, this.write('render.pdf', pdf), this.path('render')]);
    const image = this.read('render.pgm');
    const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(Buffer.from(image.subarray(0, 64)).toString('latin1'));
    const [width, height] = [Number(header?.[1]), Number(header?.[2])];
    const start = header?.[0].length ?? 0;
    return { width, height, at: (x, y) => image[start + y * width + x] ?? -1 };
  }

  /** Whether openssl takes the last signature's CMS for the octets that its ByteRange names. */
  opensslVerifies(pdf: Uint8Array, authority: Uint8Array): boolean {
    const { cms, content } = lastSignature(pdf);
    const parameters = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', this.write('cms.der', cms), '-content'];
    const trust = ['-CAfile', this.write('ca.pem', encodePemCertificate(authority)), '-purpose', 'any'];
    const output = ['-cades', '-out', this.path('content.out')];
    const { status } = spawnSync('openssl', [...parameters, this.write('content.bin', content), ...trust, ...output]);
    return status === 0;
  }
}

/** The CMS and the octets it is over, taken from the text alone. */
export function lastSignature(pdf: Uint8Array): { cms: Uint8Array; content: Uint8Array; byteRange: readonly number[] } {
  const text = Buffer.from(pdf).toString('latin1');
  const match = [...text.matchAll(/\/ByteRange *\[ *(\d+) +(\d+) +(\d+) +(\d+) *\]/g)].at(-1);
  const [start = 0, length = 0, second = 0, secondLength = 0] = (match?.slice(1) ?? []).map(Number);
  const content = Buffer.concat([pdf.subarray(start, start + length), pdf.subarray(second, second + secondLength)]);
  const padded = Buffer.from(text.slice(start + length + 1, second - 1), 'hex');
  const lengthOctets = (padded[1] ?? 0) & 0x7f;
  const cmsLength = 2 + lengthOctets + padded.readUIntBE(2, lengthOctets);
  return {
    cms: new Uint8Array(padded.subarray(0, cmsLength)),
    content: new Uint8Array(content),
    byteRange: [start, length, second, secondLength],
  };
}
