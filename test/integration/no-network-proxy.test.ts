import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QuietProgram, quietNetworkMissing } from '../support/quiet-network.js';

/** What each exchange gave, and what proxy and server saw of it. */
type Results = Readonly<Record<string, { readonly gave: string; readonly seen: readonly string[] }>>;

const missing = quietNetworkMissing();
const HOSTS = `127.0.0.1 localhost
93.184.216.34 public.example
10.9.9.9 inside.example
93.184.216.34 mixed.example
10.9.9.9 mixed.example
`;

let folder: string;
let program: QuietProgram | undefined;
let results: Results;

function makeCertificate(name: string, key: string): void {
  const names = 'subjectAltName=DNS:public.example,DNS:localhost,IP:93.184.216.35';
  const subject = ['-subj', '/CN=public.example', '-addext', names, '-days', '2'];
  const files = ['-keyout', join(folder, key), '-out', join(folder, name)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', ...curve, ...subject, ...files]);
  if (status !== 0) throw new Error(stderr.toString());
}

beforeAll(async () => {
  if (missing !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'madoguchi-proxy-'));
  makeCertificate('cert.pem', 'key.pem');
  makeCertificate('other.pem', 'other-key.pem');
  const path = join(import.meta.dirname, '../support/proxied-program.mjs');
  const environment = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
  program = QuietProgram.start(folder, [path, folder], environment, HOSTS);
  await program.said('ready');
  results = JSON.parse(program.output.slice(program.output.indexOf('{'), program.output.indexOf('\nready'))) as Results;
});
afterAll(async () => {
  await program?.end();
  if (missing === undefined) rmSync(folder, { recursive: true, force: true });
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

const AUTHORIZATION = `Basic ${Buffer.from('someone:secret!').toString('base64')}`;

describe('a request through a proxy', () => {
  it.each<[string, readonly string[]]>([
    ['plain', ['proxy: GET http://public.example/a?b']],
    ['posted', ['proxy: POST http://public.example/a']],
    ['tls', ['proxy: CONNECT public.example:443', 'server: GET /a Host public.example']],
    ['environment tls', [`proxy: CONNECT public.example:443 ${AUTHORIZATION}`, 'server: GET /a Host public.example']],
    ['environment plain', [`proxy: GET http://public.example/a ${AUTHORIZATION}`]],
    ['environment all', [`proxy: CONNECT public.example:443 ${AUTHORIZATION}`, 'server: GET /a Host public.example']],
  ])('goes there and no other way: %s', (name, seen) => {
    expect(results[name]).toEqual({ gave: 'an answer', seen });
  });

  it('goes to the address that was looked at, where only the internet is meant', () => {
    const server = 'server: GET /a Host public.example';
    expect(results['guarded plain']).toEqual({ gave: 'an answer', seen: ['proxy: CONNECT 93.184.216.34:80', server] });
    expect(results['guarded tls']).toEqual({ gave: 'an answer', seen: ['proxy: CONNECT 93.184.216.34:443', server] });
    expect(results['guarded port']?.seen).toEqual(['proxy: CONNECT 93.184.216.34:8080', `${server}:8080`]);
  });

  it.each(['inside.example', 'mixed.example', 'localhost', '10.9.9.9', '[::1]', 'intranet'])(
    'does not have the proxy reach a private network: %s',
    (host) => {
      expect(results[`guarded ${host}`]).toEqual({ gave: 'private-address', seen: [] });
    },
  );

  it('takes no other server’s word, whatever the proxy does', () => {
    expect(results['lying proxy']).toEqual({ gave: 'unreachable', seen: ['proxy: CONNECT public.example:443'] });
    expect(results['lying proxy, guarded']?.gave).toBe('unreachable');
    expect(results['refusing proxy']).toEqual({ gave: 'status', seen: ['proxy: CONNECT public.example:443'] });
    expect(results['silent proxy']?.gave).toBe('timeout');
    expect(results['proxy that is gone']?.gave).toBe('unreachable');
  });

  it('has a server prove the very address that was asked for, where it has no name', () => {
    for (const [host, gave] of [
      ['93.184.216.34', 'unreachable'],
      ['93.184.216.35', 'an answer'],
      ['[2606:2800:220:1::1]', 'unreachable'],
    ] as const) {
      expect([results[`address ${host}`]?.gave, results[`guarded address ${host}`]?.gave]).toEqual([gave, gave]);
    }
  });

  it('goes nowhere where no way is allowed, or none that is known', () => {
    expect(results['offline']).toEqual({ gave: 'offline', seen: [] });
    expect(results['environment socks']).toEqual({ gave: 'offline', seen: [] });
  });

  it('left by no other way; without a proxy it does, and to look at a name', async () => {
    expect(program?.sent()['out0']).toBe(0);
    const rest = (await program?.order('rest')) as Results;
    expect(rest['guarded unknown.example']?.seen).toEqual([]);
    expect(rest['direct']).toEqual({ gave: 'timeout', seen: [] });
    expect(rest['excepted']).toEqual({ gave: 'timeout', seen: [] });
    expect(program?.sent()['out0']).toBeGreaterThan(0);
  });
});
