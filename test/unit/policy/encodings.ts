import { spawnSync } from 'node:child_process';

/** What `reg.exe query … /s` prints for these values below HKLM, as group policy's editor writes them. */
export function regQueryText(values: Readonly<Record<string, unknown>>, hive = 'HKEY_LOCAL_MACHINE'): string {
  const key = `${hive}\\SOFTWARE\\Policies\\Madoguchi`;
  const own: string[] = [];
  const below: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const isList = Array.isArray(value) && value.every((entry) => typeof entry !== 'object');
    if (isList && value.length > 0) {
      const entries = value.map((entry, index) => `    ${index + 1}    REG_SZ    ${String(entry)}`);
      below.push('', `${key}\\${name}`, ...entries);
    } else {
      own.push(`    ${name}    ${regValue(value)}`);
    }
  }
  return ['', key, ...own, ...below, '', ''].join('\r\n');
}

function regValue(value: unknown): string {
  if (typeof value === 'boolean') return `REG_DWORD    0x${value ? 1 : 0}`;
  if (typeof value === 'number' && Number.isInteger(value)) return `REG_DWORD    0x${value.toString(16)}`;
  if (Array.isArray(value) && value.length === 0) return 'REG_MULTI_SZ    ';
  return `REG_SZ    ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

export const hasPython = spawnSync('python3', ['-c', 'import plistlib']).status === 0;

/** A property list, and what it says as JSON. */
export interface Plist {
  readonly bytes: Uint8Array;
  readonly json: Uint8Array;
}

const WRITE_AND_READ = `
import base64, json, plistlib, sys
b = lambda octets: base64.b64encode(octets).decode()
plists = [plistlib.dumps(value) for value in json.load(sys.stdin)]
print(json.dumps([[b(plist), b(json.dumps(plistlib.loads(plist)).encode())] for plist in plists]))
`;

/** By Python's plistlib, which shares nothing with us. Slow to start, so all at once. */
export function plistsOf(values: readonly unknown[]): readonly Plist[] {
  const pairs = JSON.parse(python(WRITE_AND_READ, JSON.stringify(values))) as [string, string][];
  return pairs.map(([bytes, json]) => ({ bytes: Buffer.from(bytes, 'base64'), json: Buffer.from(json, 'base64') }));
}

/** What a property list in XML says. */
export function readPlist(text: string): unknown {
  return JSON.parse(
    python('import json,plistlib,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))', text),
  );
}

function python(program: string, input: string): string {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
