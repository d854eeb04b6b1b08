import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBridge } from '../../main/core/bridge/bridge.js';
import { openEndpointsWherePossible } from '../../main/node/bridge-endpoints.js';
import { BRIDGE_PORTS } from '../../sdk/protocol/index.js';
import { eventually } from '../support/eventually.js';
import { Machine, usersMissing, type ServingClient } from '../support/linux-users.js';
import { bridgeOptions, FakeOperations, recordingLog } from '../unit/bridge/fakes.js';

const missing = usersMissing();
if (missing !== undefined) process.stderr.write(`skipped, several users on one machine: ${missing}\n`);

/** One more than there are ports. */
const PEOPLE = ['anna', 'ben', 'chie', 'dai'] as const;
const OUTSIDER = 'mallory';

/** What a page in somebody's browser meets at each port: what the client answers to a look, and to a request. */
const TRY_PORTS = `
const [ports] = process.argv.slice(1).map((text) => JSON.parse(text));
const Origin = 'https://service.example';
const headers = { Origin, 'Madoguchi-Protocol': '1', 'Content-Type': 'application/json' };
const body = JSON.stringify({ operation: 'authenticate', challengeNonce: 'A'.repeat(44) });
const ask = async (port, path, request) => {
  const answer = await fetch('http://127.0.0.1:' + port + path, request).then((response) => response.json()).catch(() => ({}));
  return answer.ok ? 'answered' : answer.error?.code ?? 'nobody';
};
(async () => {
  const met = [];
  for (const port of ports) {
    met.push([await ask(port, '/v1/status', { headers: { Origin } }), await ask(port, '/v1/sessions', { method: 'POST', headers, body })]);
  }
  console.log(JSON.stringify(met));
})();
`;

const tryPorts = (machine: Machine, name: string): Promise<unknown> =>
  machine.ask(name, TRY_PORTS, [[...BRIDGE_PORTS]]);

/** What `diagnose --json` found in each layer. */
function findings(printed: string): Record<string, string> {
  const { result } = JSON.parse(printed) as { result: { results: { layer: string; finding: string }[] } };
  return Object.fromEntries(result.results.map(({ layer, finding }) => [layer, finding]));
}

const ANSWERED = ['answered', 'answered'];
const REFUSED = ['ERR_ORIGIN_USER', 'ERR_ORIGIN_USER'];
const NOBODY = ['nobody', 'nobody'];

describe.skipIf(missing !== undefined)('more users than ports on one machine', () => {
  let machine: Machine;
  const clients = new Map<string, ServingClient>();
  const certificates = new Map<string, string>();

  beforeAll(async () => {
    machine = await Machine.open([...PEOPLE, OUTSIDER]);
    for (const name of PEOPLE) clients.set(name, await machine.serve(name));
  }, 120_000);

  afterAll(() => machine.close());

  const client = (name: string): ServingClient => {
    const found = clients.get(name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  it('each has a port of their own, and the one left over is told that there is none', () => {
    expect(PEOPLE.map((name) => clients.get(name)?.port)).toEqual([...BRIDGE_PORTS, null]);
    expect(client('dai').events).toEqual(expect.arrayContaining(['bridge.socket.listening', 'bridge.no-port']));
  });

  it('a page finds its own user’s client and is refused by all others before it is heard', async () => {
    const met = await Promise.all(PEOPLE.map((name) => tryPorts(machine, name)));
    expect(met).toEqual([
      [ANSWERED, REFUSED, REFUSED],
      [REFUSED, ANSWERED, REFUSED],
      [REFUSED, REFUSED, ANSWERED],
      [REFUSED, REFUSED, REFUSED],
    ]);
    expect(await tryPorts(machine, OUTSIDER)).toEqual([REFUSED, REFUSED, REFUSED]);
    const asked = PEOPLE.map((name) => client(name).events.filter((event) => event === 'bridge.session.opened').length);
    expect(asked).toEqual([1, 1, 1, 0]);
  });

  it('everybody logs in through the extension with their own card, with a port or without', async () => {
    for (const name of PEOPLE) {
      const host = machine.host(name);
      certificates.set(name, await host.logIn());
      await host.end();
    }
    expect([...certificates.values()]).toEqual(PEOPLE.map(() => expect.stringMatching(/^MII/) as string));
    expect(new Set(certificates.values()).size).toBe(PEOPLE.length);
  }, 60_000);

  it('nobody’s native host reaches another’s client, whatever the environment says', async () => {
    const before = client('anna').events.length;
    const borrowed = [
      { XDG_RUNTIME_DIR: machine.runtime('anna') },
      { MADOGUCHI_STATE_DIRECTORY: `${machine.home('anna')}/.local/state/madoguchi` },
      { HOME: machine.home('anna'), XDG_RUNTIME_DIR: machine.runtime('anna') },
    ];
    for (const environment of borrowed) {
      const host = machine.host(OUTSIDER, environment);
      expect(await host.call({ method: 'status' })).toMatchObject({ error: { code: 'ERR_PROTOCOL_UNREACHABLE' } });
      await host.end();
    }
    const knock = `require('node:net').connect(JSON.parse(process.argv[1]))
      .on('connect', () => { console.log('"connected"'); process.exit(); }).on('error', ({ code }) => console.log(JSON.stringify(code)));`;
    for (const name of PEOPLE) {
      expect(await machine.ask(OUTSIDER, knock, [`${machine.runtime(name)}/madoguchi/bridge`])).toBe('EACCES');
    }
    expect(client('anna').events).toHaveLength(before);
  });

  it('the diagnosis of the one left over names other users’ clients, and the extension where it is served', async () => {
    const { stdout } = await machine.madoguchi('dai', ['--json', '--reader', 'virtual', 'diagnose']);
    expect(findings(stdout)['bridge-port']).toBe('extension-serves');
    const outsider = await machine.madoguchi(OUTSIDER, ['--json', '--reader', 'virtual', 'diagnose']);
    expect(findings(outsider.stdout)['bridge-port']).toBe('other-user-serves');
  });

  it('who ends their client makes room, and is not found any more', async () => {
    await client('ben').stop();
    expect(await tryPorts(machine, 'anna')).toEqual([ANSWERED, NOBODY, REFUSED]);
    const next = await machine.serve(OUTSIDER);
    expect(next.port).toBe(BRIDGE_PORTS[1]);
    expect(await tryPorts(machine, OUTSIDER)).toEqual([REFUSED, ANSWERED, REFUSED]);
    await next.stop();
    clients.set('ben', await machine.serve('ben'));
    expect(clients.get('ben')?.port).toBe(BRIDGE_PORTS[1]);
  }, 60_000);

  it('a second client of one person without a port says so and ends: the first has the extension', async () => {
    await expect(machine.serve('dai')).rejects.toThrow('ERR_PROTOCOL_BUSY');
    const host = machine.host('dai');
    expect(await host.logIn()).toBe(certificates.get('dai'));
    await host.end();
  });
});

/** Somebody else's program on every port, which answers like a client; prints `[]` and stays. */
const SQUAT = `
const { createServer } = require('node:http');
const answer = (request, response) => {
  console.error(request.method + ' ' + request.url);
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.end(JSON.stringify({ ok: true, result: { protocolVersions: [1] } }));
};
const ports = JSON.parse(process.argv[1]);
let left = 2 * ports.length;
for (const port of ports) for (const host of ['127.0.0.1', '::1']) {
  createServer(answer).listen({ port, host }, () => --left === 0 && console.log('squatting'));
}
`;

describe.skipIf(missing !== undefined)('another user who wants to be in the way', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await Machine.open(['anna', OUTSIDER]);
  }, 60_000);

  afterAll(() => machine.close());

  it('with every port leaves the extension’s route as it was, and is named by the diagnosis', async () => {
    const squatter = machine.start(OUTSIDER, [process.execPath, '-e', SQUAT, JSON.stringify(BRIDGE_PORTS)]);
    await new Promise((resolve) => squatter.stdout.once('data', resolve));
    const client = await machine.serve('anna');
    expect(client.port).toBeNull();
    const host = machine.host('anna');
    expect(await host.logIn()).toMatch(/^MII/);
    await host.end();
    const { stdout } = await machine.madoguchi('anna', ['--json', '--reader', 'virtual', 'diagnose']);
    expect(findings(stdout)['bridge-port']).toBe('extension-serves');
    await client.stop();
    const without = await machine.madoguchi('anna', ['--json', '--reader', 'virtual', 'diagnose']);
    expect(findings(without.stdout)['bridge-port']).toBe('port-taken');
    squatter.kill('SIGKILL');
    const again = await machine.serve('anna');
    expect(again.port).toBe(BRIDGE_PORTS[0]);
    await again.stop();
  }, 60_000);

  it('cannot put a socket where the client or its host look', async () => {
    const place = `require('node:net').createServer().listen(JSON.parse(process.argv[1]))
      .on('listening', () => { console.log('"made"'); process.exit(); }).on('error', ({ code }) => console.log(JSON.stringify(code)));`;
    const state = `${machine.home('anna')}/.local/state/madoguchi/run`;
    for (const folder of [machine.runtime('anna'), `${machine.runtime('anna')}/madoguchi`, state]) {
      expect(await machine.ask(OUTSIDER, place, [`${folder}/bridge`])).toBe('EACCES');
    }
  });

  it('whose run-time directory is in the environment, as after su, has no part in it', async () => {
    const XDG_RUNTIME_DIR = machine.runtime(OUTSIDER);
    const client = await machine.serve('anna', { XDG_RUNTIME_DIR });
    expect(client.events).toContain('bridge.socket.listening');
    for (const environment of [{ XDG_RUNTIME_DIR }, {}]) {
      const host = machine.host('anna', environment);
      expect(await host.call({ method: 'status' })).toMatchObject({ ok: true });
      await host.end();
    }
    await client.stop();
  });

  /** A state directory in a folder for everybody, where the outsider was first. */
  it.each([
    ['a directory open to all', 'mkdir -m 777 "$0"'],
    ['a link to a directory of theirs', 'mkdir -m 777 "$0.real" && ln -s "$0.real" "$0"'],
    ['a link to one of the victim’s', 'ln -s "$1" "$0"'],
  ])('who made the state directory first, as %s, is not believed', async (_what, command) => {
    const state = `${machine.shared}/state-${_what.length}`;
    const woken = `${state}.woken`;
    const ownFolder = `${machine.home('anna')}/own`;
    await machine.run('anna', ['mkdir', '-p', '-m', '700', ownFolder]);
    const plant = [
      command,
      'mkdir -p -m 777 "$0/run"',
      `printf '{"command":["/bin/touch","%s"]}' "$2" >"$0/wake.json"`,
      // Sites that the victim would have trusted.
      'echo "{}" >"$0/sites.json"',
      'true',
    ];
    await machine.run(OUTSIDER, ['sh', '-c', plant.join('; '), state, ownFolder, woken]);
    const listener = `require('node:net').createServer(() => console.log('heard')).listen(process.argv[1], () => console.log('up'))
      .on('error', ({ code }) => console.log(code));`;
    const fake = machine.start(OUTSIDER, [process.execPath, '-e', listener, `${state}/run/bridge`]);
    let heard = '';
    fake.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString('utf8')));
    await vi.waitFor(() => expect(heard).not.toBe(''), { timeout: 10_000 });

    const environment = { MADOGUCHI_STATE_DIRECTORY: state };
    await expect(machine.serve('anna', environment)).rejects.toThrow('ERR_INTERNAL_FILE');
    const host = machine.host('anna', environment);
    expect(await host.logIn()).toBe('ERR_PROTOCOL_UNREACHABLE');
    await host.end();
    fake.kill('SIGKILL');
    expect(heard).not.toContain('heard');
    expect((await machine.run(OUTSIDER, ['test', '-e', woken])).exitCode).toBe(1);
  });

  it('does not keep people from a link of their own', async () => {
    const [state, real] = [`${machine.home('anna')}/linked`, `${machine.home('anna')}/elsewhere`];
    await machine.run('anna', ['sh', '-c', 'mkdir -m 700 "$1" && ln -s "$1" "$0"', state, real]);
    const environment = { MADOGUCHI_STATE_DIRECTORY: state };
    const client = await machine.serve('anna', environment);
    const host = machine.host('anna', environment);
    expect(await host.call({ method: 'status' })).toMatchObject({ ok: true });
    await host.end();
    await client.stop();
  });
});

async function occupy(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe('a client without a port', () => {
  it('takes the first that becomes free, and gives it back', async () => {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'mdg-port-'));
    const { port, server } = await occupy();
    const log = recordingLog();
    const bridge = createBridge(bridgeOptions({ operations: new FakeOperations(), log }));
    const endpoints = await openEndpointsWherePossible({
      ...{ bridge, log, stateDirectory, ports: [port] },
      retryMilliseconds: 20,
    });
    try {
      expect([endpoints.port, endpoints.addresses]).toEqual([undefined, []]);
      await new Promise((resolve) => server.close(resolve));
      await eventually(() => expect(endpoints.port).toBe(port));
      const status = await fetch(`http://127.0.0.1:${port}/v1/status`, {
        headers: { Origin: 'https://service.example' },
      });
      expect(status.status).toBe(200);
    } finally {
      await endpoints.close();
      rmSync(stateDirectory, { recursive: true });
    }
    await expect(fetch(`http://127.0.0.1:${port}/v1/status`)).rejects.toThrow();
  });

  it('ends while it waits for one', async () => {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'mdg-port-'));
    const { port, server } = await occupy();
    const log = recordingLog();
    const bridge = createBridge(bridgeOptions({ operations: new FakeOperations(), log }));
    const endpoints = await openEndpointsWherePossible({ bridge, log, stateDirectory, ports: [port] });
    await endpoints.close();
    server.close();
    rmSync(stateDirectory, { recursive: true });
    expect(log.events.map(({ name }) => name)).toContain('bridge.no-port');
  });
});
