/**
 * In a network of its own: a CONNECT proxy, a web server behind it, and this program's HTTP client, from `dist/`. Says as JSON
 * what each exchange gave and what the proxy and the server saw of it.
 *
 * Arguments: folder with `cert.pem` and `key.pem` of public.example, which is trusted, and `other.pem`, `other-key.pem`,
 * which is not.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { exchange } from '../../dist/main/node/http-exchange.js';

const [folder = ''] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name));
/** What the proxy and the server saw, in order. */
let seen = [];
/** What the proxy does with a CONNECT: pass it on, answer it in the server's place, refuse it, say nothing. */
let manner = 'honest';

const answer = (request, response) => {
  const { method, url, headers } = request;
  seen.push(`server: ${method} ${url} Host ${headers.host} ${headers['proxy-authorization'] ?? ''}`.trim());
  response.end('an answer');
};
const listening = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};
const plain = await listening(createServer(answer));
const tls = await listening(createTlsServer({ cert: read('cert.pem'), key: read('key.pem') }, answer));
const impostor = await listening(createTlsServer({ cert: read('other.pem'), key: read('other-key.pem') }, answer));

const proxy = createServer((request, response) => {
  const authorization = request.headers['proxy-authorization'] ?? '';
  seen.push(`proxy: ${request.method} ${request.url} ${authorization}`.trim());
  response.end('an answer');
});
proxy.on('connect', (request, socket, head) => {
  seen.push(`proxy: CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
  if (manner === 'silent') return;
  if (manner === 'refusing') {
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const isTls = request.url.endsWith(':443');
  const inner = connect(isTls ? (manner === 'lying' ? impostor : tls) : plain, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    inner.write(head);
    inner.pipe(socket);
    socket.pipe(inner);
  });
  for (const one of [socket, inner]) one.on('error', () => undefined);
});
const port = await listening(proxy);

const results = {};
async function run(name, url, { environment = {}, manner: wanted = 'honest', ...options } = {}) {
  seen = [];
  manner = wanted;
  for (const variable of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    delete process.env[variable];
    delete process.env[variable.toLowerCase()];
  }
  Object.assign(process.env, environment);
  const asked = { url, maxBytes: 1_000, timeoutMilliseconds: 700, proxy: `http://127.0.0.1:${port}`, ...options };
  const gave = await exchange(asked).then(
    (bytes) => Buffer.from(bytes).toString(),
    (error) => error.reason,
  );
  results[name] = { gave, seen };
}

const isPublicOnly = true;
await run('plain', 'http://public.example/a?b#c');
await run('posted', 'http://public.example/a', { body: { contentType: 'text/plain', bytes: Buffer.from('x') } });
await run('tls', 'https://public.example/a');
await run('guarded plain', 'http://public.example/a', { isPublicOnly });
await run('guarded tls', 'https://public.example/a', { isPublicOnly });
await run('guarded port', 'http://public.example:8080/a', { isPublicOnly });
for (const host of ['inside.example', 'mixed.example', 'localhost', '10.9.9.9', '[::1]', 'intranet'])
  await run(`guarded ${host}`, `http://${host}/a`, { isPublicOnly });
// The trusted certificate is also for the name that Node would fall back to, and for the second of these.
for (const host of ['93.184.216.34', '93.184.216.35', '[2606:2800:220:1::1]']) {
  await run(`address ${host}`, `https://${host}/a`);
  await run(`guarded address ${host}`, `https://${host}/a`, { isPublicOnly });
}
await run('lying proxy', 'https://public.example/a', { manner: 'lying' });
await run('lying proxy, guarded', 'https://public.example/a', { manner: 'lying', isPublicOnly });
await run('refusing proxy', 'https://public.example/a', { manner: 'refusing' });
await run('silent proxy', 'https://public.example/a', { manner: 'silent' });
await run('proxy that is gone', 'https://public.example/a', { proxy: 'http://127.0.0.1:9' });
await run('offline', 'https://public.example/a', { proxy: 'offline' });
const address = `http://someone:secret%21@127.0.0.1:${port}`;
const system = { proxy: 'system' };
await run('environment tls', 'https://public.example/a', { ...system, environment: { HTTPS_PROXY: address } });
await run('environment plain', 'http://public.example/a', { ...system, environment: { http_proxy: address } });
await run('environment all', 'https://public.example/a', { ...system, environment: { ALL_PROXY: address } });
await run('environment socks', 'https://public.example/a', {
  ...system,
  environment: { HTTPS_PROXY: `socks5://127.0.0.1:${port}` },
});
process.stdout.write(`${JSON.stringify(results)}\nready\n`);
// From here on, no proxy is meant: these go out, where everybody can see it.
await new Promise((resolve) => process.once('message', resolve));
await run('guarded unknown.example', 'http://unknown.example/a', { isPublicOnly });
await run('direct', 'http://public.example/a', { proxy: 'direct', environment: { HTTP_PROXY: address } });
await run('excepted', 'http://public.example/a', {
  ...system,
  environment: { HTTP_PROXY: address, NO_PROXY: 'localhost,.example' },
});
process.send(results);
process.on('disconnect', () => process.exit());
